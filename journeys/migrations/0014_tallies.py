"""The table of counts of enrollments, which 0015 makes anew and begins to keep; the parked ones by journey."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0013_tallies'),
        ('journeys', '0011_retried'),
    ]

    operations = [
        migrations.CreateModel(
            name='EnrollmentTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('journey_id', models.BigIntegerField()),
                ('entered', models.BigIntegerField()),
                ('is_folded', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'verbose_name': 'count of enrollments',
                'verbose_name_plural': 'counts of enrollments',
            },
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(condition=models.Q(('attempts__gte', 5), ('is_on_hold', True), ('lacks', ''), models.Q(('standing', 'ended'), _negated=True)), fields=['journey'], name='enrollment_parked'),
        ),
        migrations.AddIndex(
            model_name='enrollmenttally',
            index=models.Index(condition=models.Q(('is_folded', False)), fields=['id'], name='enrollment_tally_waiting'),
        ),
        migrations.AddConstraint(
            model_name='enrollmenttally',
            constraint=models.UniqueConstraint(condition=models.Q(('is_folded', True)), fields=('journey_id',), name='enrollment_tally_once'),
        ),
    ]
