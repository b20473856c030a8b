"""The seven stages as rows, and how far a rebuild has come."""

from django.db import migrations, models

SLUGS = ["awareness", "discovery", "interest", "consideration", "action", "use", "advocacy"]


def make_stages(apps, schema_editor):
    """The later stage wins until someone says otherwise; without a rule a stage is nobody's."""
    stage = apps.get_model("customers", "Stage")
    stage.objects.bulk_create(
        [stage(number=number, slug=slug, rule={}, precedence=8 - number) for number, slug in enumerate(SLUGS, 1)]
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_golden_record")]

    operations = [
        migrations.AddField("segment", "rebuilt_to", models.BigIntegerField(default=0, db_default=0, editable=False)),
        migrations.AddField(
            "stage", "rebuilt_at", models.DateTimeField(null=True, editable=False, verbose_name="rebuilt")
        ),
        migrations.AddField("stage", "rebuilt_to", models.BigIntegerField(default=0, db_default=0, editable=False)),
        migrations.RunPython(make_stages, migrations.RunPython.noop),
    ]
