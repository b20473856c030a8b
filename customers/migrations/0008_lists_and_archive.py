from django.db import migrations, models

# A segment that was switched off is an archived one: nothing kept it up to date either.
ARCHIVE = "UPDATE customers_segment SET archived_at = coalesce(changed_at, created_at) WHERE NOT is_active"
SWITCH_OFF = "UPDATE customers_segment SET is_active = false WHERE archived_at IS NOT NULL"


class Migration(migrations.Migration):
    """Segments are archived, and no longer switched off; some are lists. Who left when is found by its index."""

    dependencies = [
        ("customers", "0007_news"),
    ]

    operations = [
        migrations.AddField(
            "segment",
            "archived_at",
            models.DateTimeField(null=True, editable=False, verbose_name="archived"),
        ),
        migrations.RunSQL(ARCHIVE, SWITCH_OFF),
        migrations.RemoveField("segment", "is_active"),
        migrations.AddField(
            "segment",
            "kind",
            models.CharField(
                choices=[("dynamic", "dynamic"), ("list", "list")],
                db_default="dynamic",
                default="dynamic",
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            "segment",
            "changes",
            models.BigIntegerField(
                default=0,
                db_default=0,
                editable=False,
                help_text="How often the members of a list were changed.",
            ),
        ),
        migrations.AddConstraint(
            "segment",
            models.CheckConstraint(
                condition=models.Q(("kind", "dynamic"), ("rule", {}), _connector="OR"),
                name="list_without_rule",
            ),
        ),
        migrations.AlterModelOptions(
            "segment",
            options={
                "ordering": ["name"],
                "permissions": [("export_segment", "Can export the members of a segment")],
                "verbose_name": "segment",
                "verbose_name_plural": "segments",
            },
        ),
        migrations.CreateModel(
            "RepairSweep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField(verbose_name="begun")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="complete since")),
                ("reached", models.BigIntegerField(default=0)),
                ("customers", models.BigIntegerField(default=0, verbose_name="customers looked at")),
                ("missing", models.IntegerField(default=0, verbose_name="members missing")),
                ("surplus", models.IntegerField(default=0, verbose_name="members too many")),
                ("misplaced", models.IntegerField(default=0, verbose_name="stages wrong")),
                ("findings", models.JSONField(default=dict, verbose_name="where")),
            ],
            options={"verbose_name": "repair", "verbose_name_plural": "repairs"},
        ),
        migrations.AddIndex(
            "membership",
            models.Index(
                fields=["segment", "left_at"],
                name="membership_left",
                condition=models.Q(("left_at__isnull", False)),
            ),
        ),
    ]
