"""Moves between stages by day and by how long the stay before had lasted; customers without a zone by an index."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations, models

from customers.tallies import STAYS


def install(apps: Any, editor: Any) -> None:  # noqa: ARG001 - the shape of RunPython
    """Begin to count, with all that is there."""
    STAYS.install(datetime.now(UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0013_tallies'),
    ]

    operations = [
        migrations.CreateModel(
            name='StayTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateTimeField()),
                ('from_stage', models.SmallIntegerField()),
                ('to_stage', models.SmallIntegerField()),
                ('lasted', models.IntegerField()),
                ('moves', models.BigIntegerField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'verbose_name': 'stays that ended on a day',
                'verbose_name_plural': 'stays that ended on days',
                'indexes': [models.Index(fields=['day'], name='stay_tally_day'), models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='stay_tally_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('day', 'from_stage', 'to_stage', 'lasted'), name='stay_tally_once')],
            },
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(models.F('id'), condition=models.Q(('time_zone', '')), name='customer_without_zone'),
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
