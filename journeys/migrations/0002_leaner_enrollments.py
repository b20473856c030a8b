"""An enrollment looks back by itself whether the awaited event came, so `heard` goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("journeys", "0001_initial")]

    operations = [migrations.RemoveField(model_name="enrollment", name="heard")]
