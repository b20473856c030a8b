from django.db import migrations, models


# Those who left without passing the step at which they stood: the log has no line of their last visit.
MARK_LEFT = """
    UPDATE journeys_enrollment row SET fate = 'left'
    WHERE row.standing = 'ended' AND NOT EXISTS (
        SELECT FROM journeys_steplog log
        WHERE log.customer_id = row.customer_id AND log.enrollment_id = row.id
          AND log.version_id = row.version_id AND log.visit = row.visit)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journeys', '0009_kept_tests'),
    ]

    operations = [
        migrations.AlterField(
            model_name='enrollment',
            name='fate',
            field=models.CharField(db_default='', default='', help_text='Of the message, the change or the wait here; of those who left from here: left.', max_length=10),
        ),
        migrations.RunSQL(MARK_LEFT, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='journey',
            name='revision',
            field=models.IntegerField(db_default=0, default=0, help_text='Goes up with each change of the draft.', verbose_name='revision'),
        ),
    ]
