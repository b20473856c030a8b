from django.db import migrations, models


class Migration(migrations.Migration):
    """The index by which a customer is found holds who it is."""

    dependencies = [
        ("customers", "0004_seen_digests"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="identity",
            name="one_customer_per_identity",
        ),
        migrations.AddConstraint(
            model_name="identity",
            constraint=models.UniqueConstraint(
                fields=("kind", "value"), include=("customer",), name="one_customer_per_identity"
            ),
        ),
    ]
