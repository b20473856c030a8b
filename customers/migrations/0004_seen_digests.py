import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """Message ids are remembered as hashes. Those of the last 48 hours are forgotten by it, once."""

    dependencies = [
        ("customers", "0003_stage_rows"),
    ]

    operations = [
        migrations.DeleteModel(name="SeenMessage"),
        migrations.CreateModel(
            name="SeenMessage",
            fields=[
                ("digest", models.UUIDField(primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["seen_at"], name="seen_message_at")
                ],
            },
        ),
    ]
