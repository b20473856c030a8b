"""A notice of a message's fate brings what the system that was called has answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels", "0008_holdout")]

    operations = [
        migrations.AddField(
            model_name="fatenotice",
            name="answer",
            field=models.JSONField(
                help_text="What the system that was called said, if it did.", null=True
            ),
        ),
    ]
