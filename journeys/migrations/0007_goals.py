"""Goals that customers reached: conversions."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0010_fast_rebuild'),
        ('journeys', '0006_road'),
    ]

    operations = [
        migrations.CreateModel(
            name='Conversion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('goal', models.CharField(max_length=50, verbose_name='goal')),
                ('occasion', models.BigIntegerField()),
                ('event_id', models.BigIntegerField(help_text='None: a step marked it.', null=True)),
                ('occurred_at', models.DateTimeField(verbose_name='reached')),
                ('value', models.DecimalField(decimal_places=4, max_digits=18, null=True, verbose_name='value')),
                ('currency', models.CharField(db_default='', default='', max_length=3, verbose_name='currency')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='conversions', to='journeys.enrollment')),
                ('journey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='conversions', to='journeys.journey')),
                ('version', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='journeys.journeyversion')),
            ],
            options={
                'verbose_name': 'conversion',
                'verbose_name_plural': 'conversions',
                'indexes': [models.Index(fields=['journey', 'goal'], name='conversion_of_journey'), models.Index(fields=['customer'], name='conversion_of_customer')],
                'constraints': [models.UniqueConstraint(fields=('enrollment', 'goal', 'occasion'), name='one_conversion'), models.CheckConstraint(condition=models.Q(models.Q(('currency', ''), ('value__isnull', True)), models.Q(('value__isnull', False), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='money_has_a_currency')],
            },
        ),
    ]
