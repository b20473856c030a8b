"""Rights about no single kind of row, people's preferences, and the scope that keys made before had unasked."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEEP = "UPDATE config_apikey SET scopes = array_append(scopes, 'personal') WHERE NOT 'full' = ANY(scopes)"
DROP = "UPDATE config_apikey SET scopes = array_remove(scopes, 'personal')"


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_keptanswer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Right",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("send", "publish journeys, start broadcasts"),
                    ("see_personal_data", "see names, addresses and other personal data"),
                ],
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Preferences",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="preferences",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Empty: as the browser asks.",
                        max_length=12,
                        verbose_name="language",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Empty: the brand's.",
                        max_length=64,
                        verbose_name="time zone",
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "as the system"), ("light", "light"), ("dark", "dark")],
                        default="auto",
                        max_length=5,
                        verbose_name="theme",
                    ),
                ),
                (
                    "density",
                    models.CharField(
                        choices=[("comfortable", "comfortable"), ("compact", "compact")],
                        default="comfortable",
                        max_length=11,
                        verbose_name="density",
                    ),
                ),
                (
                    "notices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="told of",
                    ),
                ),
                (
                    "pace",
                    models.CharField(
                        choices=[
                            ("at_once", "each at once"),
                            ("daily", "all of a day in one mail, in the morning"),
                        ],
                        default="at_once",
                        max_length=8,
                        verbose_name="how",
                    ),
                ),
                (
                    "told",
                    models.BigIntegerField(default=0, help_text="The last notice that they were told of."),
                ),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={"verbose_name": "preferences", "verbose_name_plural": "preferences"},
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=12)),
                ("key", models.CharField(max_length=60)),
                ("about", models.CharField(max_length=200)),
                ("path", models.CharField(max_length=200)),
                ("noticed_at", models.DateTimeField()),
                (
                    "to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="one_notice_each")],
            },
        ),
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("read", "read everything, people masked"),
                        ("personal", "see names, addresses and other personal data"),
                        ("customers", "write customers, consents, events"),
                        ("design", "write rules, contents, caps, journeys, broadcasts"),
                        ("send", "publish journeys, start broadcasts"),
                        ("full", "everything"),
                    ],
                    max_length=20,
                ),
                size=None,
                verbose_name="may",
            ),
        ),
        migrations.RunSQL(KEEP, DROP),
    ]
