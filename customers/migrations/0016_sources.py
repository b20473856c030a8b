"""What kind of touchpoint a source is, how much it may send, and which events it has sent."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0015_imports'),
    ]

    operations = [
        migrations.CreateModel(
            name='SchemaCursor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('last_event_id', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'how far events are noted',
                'verbose_name_plural': 'how far events are noted',
            },
        ),
        migrations.AddField(
            model_name='source',
            name='kind',
            field=models.CharField(choices=[('web', 'website'), ('app', 'app'), ('till', 'shop till'), ('call_centre', 'call centre'), ('chat', 'chat'), ('loyalty', 'loyalty programme'), ('social', 'social network'), ('import', 'import'), ('server', 'another program')], db_default='web', default='web', max_length=12, verbose_name='touchpoint'),
        ),
        migrations.AddField(
            model_name='source',
            name='most_per_second',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: as many as come. Beyond it the sender is told to wait, and nothing is lost.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='most calls a second'),
        ),
        migrations.CreateModel(
            name='SeenEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='event')),
                ('properties', models.JSONField(default=dict, verbose_name='properties')),
                ('events', models.BigIntegerField(verbose_name='how often')),
                ('first_seen_at', models.DateTimeField(verbose_name='first seen')),
                ('last_seen_at', models.DateTimeField(verbose_name='last seen')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='seen_events', to='customers.source')),
            ],
            options={
                'verbose_name': 'event of a source',
                'verbose_name_plural': 'events of sources',
                'constraints': [models.UniqueConstraint(fields=('source', 'name'), name='one_row_per_source_and_event')],
            },
        ),
    ]
