"""Each step writes an enrollment's row and a line of the log: indexes that are not worth that go.

The API shows the sealed number of an enrollment. Counts of a version read its part of the log.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("journeys", "0002_leaner_enrollments")]

    operations = [
        migrations.RemoveField(model_name="enrollment", name="public_id"),
        migrations.RemoveIndex(model_name="steplog", name="step_log_of_version"),
    ]
