"""Steps wait for several events, stand at changes that are made outside the journey, and pass rate gates."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

AWAITS = """
    ALTER TABLE journeys_enrollment ALTER COLUMN awaits DROP DEFAULT;
    ALTER TABLE journeys_enrollment ALTER COLUMN awaits TYPE text[]
        USING CASE WHEN awaits = '' THEN '{}'::text[] ELSE ARRAY[awaits]::text[] END;
    ALTER TABLE journeys_enrollment ALTER COLUMN awaits SET DEFAULT '{}';
"""
AWAITED = """
    ALTER TABLE journeys_enrollment ALTER COLUMN awaits DROP DEFAULT;
    ALTER TABLE journeys_enrollment ALTER COLUMN awaits TYPE varchar(200) USING coalesce(awaits[1], '');
    ALTER TABLE journeys_enrollment ALTER COLUMN awaits SET DEFAULT '';
"""


class Migration(migrations.Migration):
    dependencies = [("journeys", "0004_entry")]

    operations = [
        migrations.RemoveConstraint(model_name="enrollment", name="nobody_is_stuck"),
        migrations.RemoveIndex(model_name="enrollment", name="enrollment_awaits"),
        migrations.RunSQL(
            AWAITS,
            AWAITED,
            state_operations=[
                migrations.AlterField(
                    model_name="enrollment",
                    name="awaits",
                    field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(),
                        db_default=[],
                        default=list,
                        size=None,
                        verbose_name="awaited events",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            model_name="enrollment",
            name="standing",
            field=models.CharField(
                choices=[
                    ("due", "a moment"),
                    ("event", "an event"),
                    ("message", "its message"),
                    ("change", "a change"),
                    ("ended", "ended"),
                ],
                db_default="due",
                default="due",
                max_length=8,
                verbose_name="waits for",
            ),
        ),
        migrations.AlterField(
            model_name="enrollment",
            name="fate",
            field=models.CharField(
                db_default="",
                default="",
                help_text="Of the message, the change or the wait here.",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(
                condition=models.Q(("standing", "event")), fields=["customer"], name="enrollment_awaits"
            ),
        ),
        migrations.AddConstraint(
            model_name="enrollment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at__isnull", False), ("ended_at__isnull", True), ("standing", "due")
                )
                | (
                    models.Q(("due_at__isnull", False), ("ended_at__isnull", True), ("standing", "event"))
                    & ~models.Q(("awaits", []))
                )
                | models.Q(
                    ("due_at__isnull", True),
                    ("ended_at__isnull", True),
                    ("standing__in", ["message", "change"]),
                )
                | models.Q(("due_at__isnull", True), ("ended_at__isnull", False), ("standing", "ended")),
                name="nobody_is_stuck",
            ),
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("enrollment_id", models.BigIntegerField()),
                ("step", models.CharField(max_length=60, verbose_name="step")),
                ("visit", models.IntegerField(verbose_name="visit")),
                ("what", models.JSONField(verbose_name="what")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
            ],
            options={"verbose_name": "change", "verbose_name_plural": "changes"},
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.UniqueConstraint(
                fields=("enrollment_id", "step", "visit"), name="one_change_per_visit"
            ),
        ),
        migrations.AddField(
            model_name="journeyversion",
            name="awaited",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                db_default=[],
                default=list,
                help_text="Keys of internal segments.",
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="RateUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=60)),
                (
                    "passed",
                    models.JSONField(db_default=[], default=list, help_text="When how many went through."),
                ),
                (
                    "planned",
                    models.JSONField(db_default=[], default=list, help_text="When how many are to come again."),
                ),
                (
                    "journey",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="journeys.journey"
                    ),
                ),
            ],
            options={"verbose_name": "rate in use", "verbose_name_plural": "rates in use"},
        ),
        migrations.AddConstraint(
            model_name="rateuse",
            constraint=models.UniqueConstraint(fields=("journey", "step"), name="one_use_per_gate"),
        ),
    ]
