"""Counts of messages by hour and fate, kept by the database as it happens; slots by their time."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models

from channels.tallies import MESSAGES


def install(apps: Any, editor: Any) -> None:  # noqa: ARG001 - the shape of RunPython
    """Begin to count, with all that is there."""
    MESSAGES.install(datetime.now(UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0009_answers'),
        ('customers', '0013_tallies'),
    ]

    operations = [
        migrations.CreateModel(
            name='MessageTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counted', models.CharField(choices=[('asked', 'when it was asked for'), ('closed', 'when it came to its fate')], max_length=6)),
                ('hour', models.DateTimeField()),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('sms', 'SMS'), ('push', 'push'), ('webhook', 'webhook')], max_length=10)),
                ('source', models.CharField(choices=[('journey', 'journey'), ('broadcast', 'broadcast'), ('api', 'API')], max_length=10)),
                ('source_id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('queued', 'queued'), ('held', 'held'), ('sending', 'sending'), ('sent', 'sent'), ('delivered', 'delivered'), ('bounced', 'bounced'), ('complained', 'complained'), ('suppressed', 'not sent'), ('failed', 'failed'), ('uncertain', 'uncertain')], max_length=10)),
                ('reason', models.CharField(choices=[('cap', 'a cap is full'), ('priority', 'gave its place to a more important message'), ('quiet_hours', 'quiet hours'), ('paused', 'paused'), ('no_consent', 'no consent'), ('suppressed_address', 'address suppressed'), ('no_address', 'no address on this channel'), ('holdout', 'holdout'), ('exited', 'left the journey'), ('withdrawn', 'withdrawn'), ('expired', 'too late to be of use'), ('stale', 'too old when its journey was resumed'), ('channel_off', 'channel not active'), ('content', 'the content could not be rendered'), ('refused', 'refused by the provider'), ('exhausted', 'the provider failed again and again'), ('no_answer', "the provider's answer never came")], max_length=20)),
                ('by_cap', models.BooleanField()),
                ('messages', models.BigIntegerField()),
                ('opened', models.BigIntegerField()),
                ('clicked', models.BigIntegerField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'verbose_name': 'messages of an hour',
                'verbose_name_plural': 'messages of hours',
            },
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('slot_at__isnull', False)), fields=['slot_at'], include=('customer', 'channel', 'topic'), name='message_slot_at'),
        ),
        migrations.AddIndex(
            model_name='messagetally',
            index=models.Index(fields=['counted', 'hour'], name='message_tally_hour'),
        ),
        migrations.AddIndex(
            model_name='messagetally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='message_tally_waiting'),
        ),
        migrations.AddConstraint(
            model_name='messagetally',
            constraint=models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('counted', 'hour', 'channel', 'source', 'source_id', 'state', 'reason', 'by_cap'), name='message_tally_once'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('state__in', ['held', 'suppressed', 'failed', 'uncertain', 'bounced', 'complained'])), fields=['state', '-id'], name='message_in_state'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('reason', ''), _negated=True), fields=['reason', '-id'], name='message_for_reason'),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
