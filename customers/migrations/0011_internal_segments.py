"""Segments that apps above make for rules of which they must be told, and that no page shows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_fast_rebuild")]

    operations = [
        migrations.AddField(
            model_name="segment",
            name="is_internal",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
