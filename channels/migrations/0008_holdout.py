"""The global holdout and its history; whose holdout a message is kept back by; a reason of its own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0007_road'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='held_out',
            field=models.CharField(db_default='', default='', help_text='By whose holdout, if its customer is in one.', max_length=10),
        ),
        migrations.AlterField(
            model_name='message',
            name='held_by',
            field=models.CharField(choices=[('cap', 'a cap is full'), ('priority', 'gave its place to a more important message'), ('quiet_hours', 'quiet hours'), ('paused', 'paused'), ('no_consent', 'no consent'), ('suppressed_address', 'address suppressed'), ('no_address', 'no address on this channel'), ('holdout', 'holdout'), ('exited', 'left the journey'), ('withdrawn', 'withdrawn'), ('expired', 'too late to be of use'), ('stale', 'too old when its journey was resumed'), ('channel_off', 'channel not active'), ('content', 'the content could not be rendered'), ('refused', 'refused by the provider'), ('exhausted', 'the provider failed again and again'), ('no_answer', "the provider's answer never came")], db_default='', default='', help_text='A cap, if ever one did; else the last reason. It stays when the message goes on.', max_length=20, verbose_name='was held back by'),
        ),
        migrations.AlterField(
            model_name='message',
            name='reason',
            field=models.CharField(choices=[('cap', 'a cap is full'), ('priority', 'gave its place to a more important message'), ('quiet_hours', 'quiet hours'), ('paused', 'paused'), ('no_consent', 'no consent'), ('suppressed_address', 'address suppressed'), ('no_address', 'no address on this channel'), ('holdout', 'holdout'), ('exited', 'left the journey'), ('withdrawn', 'withdrawn'), ('expired', 'too late to be of use'), ('stale', 'too old when its journey was resumed'), ('channel_off', 'channel not active'), ('content', 'the content could not be rendered'), ('refused', 'refused by the provider'), ('exhausted', 'the provider failed again and again'), ('no_answer', "the provider's answer never came")], db_default='', default='', max_length=20, verbose_name='why'),
        ),
        migrations.CreateModel(
            name='Holdout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='percent')),
                ('salt', models.CharField(db_default='global', default='global', editable=False, max_length=80)),
                ('since', models.DateTimeField(editable=False, verbose_name='since')),
                ('until', models.DateTimeField(editable=False, null=True, verbose_name='until')),
                ('set_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set by')),
            ],
            options={
                'verbose_name': 'holdout',
                'verbose_name_plural': 'holdout',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('salt',), name='one_open_holdout'), models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', 100)), name='holdout_percent')],
            },
        ),
    ]
