"""Answers of POSTs with an Idempotency-Key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("config", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("asked", models.CharField(help_text="Of the body that was sent.", max_length=64)),
                ("status", models.SmallIntegerField(default=0)),
                ("body", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "kept answer",
                "verbose_name_plural": "kept answers",
                "indexes": [models.Index(fields=["asked_at"], name="kept_answer_at")],
            },
        ),
    ]
