from django.db import migrations, models

# A segment that was switched off is an archived one: nothing kept it up to date either.
ARCHIVE = "UPDATE customers_segment SET archived_at = coalesce(changed_at, created_at) WHERE NOT is_active"
SWITCH_OFF = "UPDATE customers_segment SET is_active = false WHERE archived_at IS NOT NULL"


class Migration(migrations.Migration):
    """Segments are archived, and no longer switched off."""

    dependencies = [
        ("customers", "0005_covering_identity"),
    ]

    operations = [
        migrations.AddField(
            "segment",
            "archived_at",
            models.DateTimeField(null=True, editable=False, verbose_name="archived"),
        ),
        migrations.RunSQL(ARCHIVE, SWITCH_OFF),
        migrations.RemoveField("segment", "is_active"),
    ]
