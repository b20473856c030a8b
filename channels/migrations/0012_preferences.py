"""How often customers want to be written to; messages that ask for a confirmation."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0010_tallies'),
        ('customers', '0020_consent_and_privacy'),
    ]

    operations = [
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preference', serialize=False, to='customers.customer', verbose_name='customer')),
                ('every_days', models.PositiveSmallIntegerField(choices=[(1, 'at most one message a day'), (7, 'at most one message a week'), (30, 'at most one message in 30 days')], help_text='At most one message in so many days.', null=True, verbose_name='how often')),
                ('paused_until', models.DateTimeField(help_text='What would go out before is not sent, and not made up for.', null=True, verbose_name='paused until')),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
            ],
            options={
                'verbose_name': 'preference',
                'verbose_name_plural': 'preferences',
            },
        ),
        migrations.AlterField(
            model_name='message',
            name='held_by',
            field=models.CharField(choices=[('cap', 'a cap is full'), ('priority', 'gave its place to a more important message'), ('quiet_hours', 'quiet hours'), ('own_wish', 'more often than the customer wishes'), ('on_pause', 'the customer has paused messages'), ('paused', 'paused'), ('no_consent', 'no consent'), ('suppressed_address', 'address suppressed'), ('no_address', 'no address on this channel'), ('holdout', 'holdout'), ('exited', 'left the journey'), ('withdrawn', 'withdrawn'), ('expired', 'too late to be of use'), ('stale', 'too old when its journey was resumed'), ('channel_off', 'channel not active'), ('content', 'the content could not be rendered'), ('refused', 'refused by the provider'), ('exhausted', 'the provider failed again and again'), ('no_answer', "the provider's answer never came")], db_default='', default='', help_text='A cap, if ever one did; else the last reason. It stays when the message goes on.', max_length=20, verbose_name='was held back by'),
        ),
        migrations.AlterField(
            model_name='message',
            name='reason',
            field=models.CharField(choices=[('cap', 'a cap is full'), ('priority', 'gave its place to a more important message'), ('quiet_hours', 'quiet hours'), ('own_wish', 'more often than the customer wishes'), ('on_pause', 'the customer has paused messages'), ('paused', 'paused'), ('no_consent', 'no consent'), ('suppressed_address', 'address suppressed'), ('no_address', 'no address on this channel'), ('holdout', 'holdout'), ('exited', 'left the journey'), ('withdrawn', 'withdrawn'), ('expired', 'too late to be of use'), ('stale', 'too old when its journey was resumed'), ('channel_off', 'channel not active'), ('content', 'the content could not be rendered'), ('refused', 'refused by the provider'), ('exhausted', 'the provider failed again and again'), ('no_answer', "the provider's answer never came")], db_default='', default='', max_length=20, verbose_name='why'),
        ),
        migrations.AlterField(
            model_name='message',
            name='source',
            field=models.CharField(choices=[('journey', 'journey'), ('broadcast', 'broadcast'), ('api', 'API'), ('consent', 'double opt-in')], max_length=10, verbose_name='asked for by'),
        ),
        migrations.AlterField(
            model_name='messagetally',
            name='reason',
            field=models.CharField(choices=[('cap', 'a cap is full'), ('priority', 'gave its place to a more important message'), ('quiet_hours', 'quiet hours'), ('own_wish', 'more often than the customer wishes'), ('on_pause', 'the customer has paused messages'), ('paused', 'paused'), ('no_consent', 'no consent'), ('suppressed_address', 'address suppressed'), ('no_address', 'no address on this channel'), ('holdout', 'holdout'), ('exited', 'left the journey'), ('withdrawn', 'withdrawn'), ('expired', 'too late to be of use'), ('stale', 'too old when its journey was resumed'), ('channel_off', 'channel not active'), ('content', 'the content could not be rendered'), ('refused', 'refused by the provider'), ('exhausted', 'the provider failed again and again'), ('no_answer', "the provider's answer never came")], max_length=20),
        ),
        migrations.AlterField(
            model_name='messagetally',
            name='source',
            field=models.CharField(choices=[('journey', 'journey'), ('broadcast', 'broadcast'), ('api', 'API'), ('consent', 'double opt-in')], max_length=10),
        ),
        migrations.AlterField(
            model_name='pausedsource',
            name='source',
            field=models.CharField(choices=[('journey', 'journey'), ('broadcast', 'broadcast'), ('api', 'API'), ('consent', 'double opt-in')], max_length=10),
        ),
    ]
