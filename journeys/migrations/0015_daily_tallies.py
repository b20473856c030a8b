"""Counts of enrollments, steps, messages and conversions by version and day, kept by the database as it happens."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models

from journeys.tallies import TALLIES


def install(apps: Any, editor: Any) -> None:  # noqa: ARG001 - the shape of RunPython
    """Begin to count, with all that is there."""
    for tally in TALLIES:
        tally.install(datetime.now(UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0010_tallies'),
        ('journeys', '0014_tallies'),
    ]

    operations = [
        migrations.AddField(
            model_name='enrollment',
            name='is_held_out',
            field=models.BooleanField(db_default=False, default=False, help_text='By its version or globally when it entered; for counts, so that nobody changes sides.', verbose_name='held out'),
        ),
        migrations.AddField(
            model_name='conversion',
            name='is_held_out',
            field=models.BooleanField(db_default=False, default=False, help_text='As its enrollment.', verbose_name='held out'),
        ),
        migrations.DeleteModel(name='EnrollmentTally'),
        migrations.CreateModel(
            name='EnrollmentTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_id', models.BigIntegerField()),
                ('day', models.DateTimeField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
                ('journey_id', models.BigIntegerField()),
                ('is_held_out', models.BooleanField()),
                ('entered', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'enrollments of a day',
                'verbose_name_plural': 'enrollments of days',
            },
        ),
        migrations.CreateModel(
            name='EndTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_id', models.BigIntegerField()),
                ('day', models.DateTimeField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
                ('step', models.CharField(max_length=60)),
                ('exit_reason', models.CharField(max_length=60)),
                ('ended', models.BigIntegerField()),
                ('leavers', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'ends of a day',
                'verbose_name_plural': 'ends of days',
            },
        ),
        migrations.CreateModel(
            name='GoalTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_id', models.BigIntegerField()),
                ('day', models.DateTimeField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
                ('goal', models.CharField(max_length=50)),
                ('currency', models.CharField(max_length=3)),
                ('is_held_out', models.BooleanField()),
                ('conversions', models.BigIntegerField()),
                ('firsts', models.BigIntegerField()),
                ('value', models.DecimalField(decimal_places=4, max_digits=28)),
            ],
            options={
                'verbose_name': 'conversions of a day',
                'verbose_name_plural': 'conversions of days',
            },
        ),
        migrations.CreateModel(
            name='SendTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_id', models.BigIntegerField()),
                ('day', models.DateTimeField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
                ('step', models.CharField(max_length=60)),
                ('state', models.CharField(choices=[('queued', 'queued'), ('held', 'held'), ('sending', 'sending'), ('sent', 'sent'), ('delivered', 'delivered'), ('bounced', 'bounced'), ('complained', 'complained'), ('suppressed', 'not sent'), ('failed', 'failed'), ('uncertain', 'uncertain')], max_length=10)),
                ('is_held_out', models.BooleanField()),
                ('messages', models.BigIntegerField()),
                ('opened', models.BigIntegerField()),
                ('clicked', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'messages of a step',
                'verbose_name_plural': 'messages of steps',
            },
        ),
        migrations.CreateModel(
            name='StepTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version_id', models.BigIntegerField()),
                ('day', models.DateTimeField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
                ('step', models.CharField(max_length=60)),
                ('branch', models.CharField(max_length=60)),
                ('came', models.BigIntegerField()),
                ('went', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'steps passed on a day',
                'verbose_name_plural': 'steps passed on days',
            },
        ),
        migrations.RemoveIndex(
            model_name='conversion',
            name='conversion_of_journey',
        ),
        migrations.AddIndex(
            model_name='conversion',
            index=models.Index(fields=['journey', 'goal'], include=('version', 'occurred_at', 'enrollment', 'is_held_out'), name='conversion_of_journey'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(condition=models.Q(('exit_reason', 'merged')), fields=['version', 'entered_at'], include=('id',), name='enrollment_merged'),
        ),
        migrations.AddIndex(
            model_name='enrollmenttally',
            index=models.Index(fields=['version_id'], name='enrollmenttally_of'),
        ),
        migrations.AddConstraint(
            model_name='enrollmenttally',
            constraint=models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('version_id', 'journey_id', 'is_held_out', 'day'), name='enrollmenttally_once'),
        ),
        migrations.AddIndex(
            model_name='enrollmenttally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='enrollmenttally_waiting'),
        ),
        migrations.AddIndex(
            model_name='endtally',
            index=models.Index(fields=['version_id'], name='endtally_of'),
        ),
        migrations.AddIndex(
            model_name='endtally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='endtally_waiting'),
        ),
        migrations.AddConstraint(
            model_name='endtally',
            constraint=models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('version_id', 'step', 'exit_reason', 'day'), name='endtally_once'),
        ),
        migrations.AddIndex(
            model_name='goaltally',
            index=models.Index(fields=['version_id'], name='goaltally_of'),
        ),
        migrations.AddIndex(
            model_name='goaltally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='goaltally_waiting'),
        ),
        migrations.AddConstraint(
            model_name='goaltally',
            constraint=models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('version_id', 'goal', 'currency', 'is_held_out', 'day'), name='goaltally_once'),
        ),
        migrations.AddIndex(
            model_name='sendtally',
            index=models.Index(fields=['version_id'], name='sendtally_of'),
        ),
        migrations.AddIndex(
            model_name='sendtally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='sendtally_waiting'),
        ),
        migrations.AddConstraint(
            model_name='sendtally',
            constraint=models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('version_id', 'step', 'state', 'is_held_out', 'day'), name='sendtally_once'),
        ),
        migrations.AddIndex(
            model_name='steptally',
            index=models.Index(fields=['version_id'], name='steptally_of'),
        ),
        migrations.AddIndex(
            model_name='steptally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='steptally_waiting'),
        ),
        migrations.AddConstraint(
            model_name='steptally',
            constraint=models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('version_id', 'step', 'branch', 'day'), name='steptally_once'),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
