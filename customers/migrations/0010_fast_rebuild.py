from django.db import migrations, models


class Migration(migrations.Migration):
    """A rebuild that takes too long is given up; memberships are written without a question for each row."""

    dependencies = [
        ("customers", "0009_stage_terms"),
    ]

    operations = [
        migrations.AddField(
            "segment", "stalled_at", models.DateTimeField(null=True, editable=False, verbose_name="given up")
        ),
        migrations.AlterField(
            "membership",
            "segment",
            models.ForeignKey(
                "customers.segment",
                models.CASCADE,
                related_name="memberships",
                db_index=False,
                db_constraint=False,
            ),
        ),
        migrations.AlterField(
            "membership",
            "customer",
            models.ForeignKey(
                "customers.customer",
                models.CASCADE,
                related_name="memberships",
                db_index=False,
                db_constraint=False,
            ),
        ),
    ]
