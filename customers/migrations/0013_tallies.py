"""Counts of who stands where and who moved when, kept by the database; identities by their beginning."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models

from customers.tallies import MEMBERS, MOVES, SIZES


def install(apps: Any, editor: Any) -> None:  # noqa: ARG001 - the shape of RunPython
    """Begin to count, with all that is there."""
    for tally in (SIZES, MOVES, MEMBERS):
        tally.install(datetime.now(UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0011_internal_segments'),
    ]

    operations = [
        migrations.CreateModel(
            name='SegmentSize',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('segment_id', models.BigIntegerField()),
                ('members', models.BigIntegerField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'verbose_name': 'size of a segment',
                'verbose_name_plural': 'sizes of segments',
                'indexes': [models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='segment_size_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('segment_id',), name='segment_size_once')],
            },
        ),
        migrations.CreateModel(
            name='StageSize',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.SmallIntegerField()),
                ('customers', models.BigIntegerField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'verbose_name': 'size of a stage',
                'verbose_name_plural': 'sizes of stages',
                'indexes': [models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='stage_size_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('stage',), name='stage_size_once')],
            },
        ),
        migrations.CreateModel(
            name='StageTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.DateTimeField()),
                ('from_stage', models.SmallIntegerField()),
                ('to_stage', models.SmallIntegerField()),
                ('moves', models.BigIntegerField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'verbose_name': 'moves of an hour',
                'verbose_name_plural': 'moves of hours',
                'indexes': [models.Index(fields=['hour'], name='stage_tally_hour'), models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='stage_tally_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('hour', 'from_stage', 'to_stage'), name='stage_tally_once')],
            },
        ),
        migrations.RemoveConstraint(model_name='identity', name='one_customer_per_identity'),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(fields=('kind', 'value'), include=('customer',), name='one_customer_per_identity', opclasses=['varchar_ops', 'varchar_pattern_ops']),
        ),
        migrations.AddIndex(
            model_name='inboxrow',
            index=models.Index(models.F('id'), condition=models.Q(('state', 'parked')), name='inbox_parked'),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
