"""Terms of the stages, their versions, stages by hand, and what reports on moves read."""

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

CAME = """
    UPDATE customers_stagemove AS move SET from_since = came.at
    FROM (SELECT id, lag(moved_at) OVER (PARTITION BY customer_id ORDER BY moved_at, id) AS at
          FROM customers_stagemove) AS came
    WHERE move.id = came.id AND came.at IS NOT NULL
"""
LASTED = """
    CREATE FUNCTION stay_lasted(since timestamptz, until timestamptz) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT CASE WHEN until - since < interval '3 hours'
                    THEN extract(epoch FROM until - since)::integer / 60 * 60
                    WHEN until - since < interval '60 days'
                    THEN extract(epoch FROM until - since)::integer / 3600 * 3600
                    ELSE extract(epoch FROM until - since)::integer / 86400 * 86400 END
    $$
"""
TERMS = {"stay_rule": {}, "leave_rule": {}, "dwell": None, "interrupts": False, "onward": "any", "back": "any"}


def keep_first_version(apps, schema_editor):
    """What is in force now is the version to which one can go back."""
    stages = apps.get_model("customers", "Stage").objects.order_by("number")
    definitions = {stage.slug: {"rule": stage.rule, "precedence": stage.precedence, **TERMS} for stage in stages}
    now = timezone.now()
    version = apps.get_model("customers", "StageVersion")
    version.objects.create(number=1, definitions=definitions, saved_at=now, in_force_at=now)


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0008_lists_and_archive'),
    ]

    operations = [
        migrations.CreateModel(
            name='StageHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(verbose_name='reason')),
                ('held_by', models.CharField(max_length=150, verbose_name='by')),
                ('held_at', models.DateTimeField(verbose_name='since')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('yields', models.BooleanField(default=False, verbose_name='until the rules say otherwise')),
                ('named', models.SmallIntegerField(editable=False, null=True)),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                ('ended_by', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='ended by')),
            ],
            options={
                'verbose_name': 'stage by hand',
                'verbose_name_plural': 'stages by hand',
            },
        ),
        migrations.CreateModel(
            name='StageVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(editable=False, null=True, unique=True, verbose_name='number')),
                ('definitions', models.JSONField(verbose_name='definitions')),
                ('note', models.TextField(blank=True, default='', verbose_name='note')),
                ('saved_by', models.CharField(blank=True, default='', max_length=150, verbose_name='by')),
                ('saved_at', models.DateTimeField(verbose_name='saved')),
                ('in_force_at', models.DateTimeField(editable=False, null=True, verbose_name='in force since')),
            ],
            options={
                'verbose_name': 'version of the stages',
                'verbose_name_plural': 'versions of the stages',
                'ordering': ['-id'],
            },
        ),
        migrations.RemoveIndex(
            model_name='stagemove',
            name='stage_move_at',
        ),
        migrations.AddField(
            model_name='stage',
            name='back',
            field=models.CharField(choices=[('any', 'to any earlier stage'), ('previous', 'only to the stage before'), ('never', 'never')], db_default='any', default='any', max_length=10, verbose_name='back'),
        ),
        migrations.AddField(
            model_name='stage',
            name='dwell',
            field=models.DurationField(blank=True, null=True, verbose_name='stays at least'),
        ),
        migrations.AddField(
            model_name='stage',
            name='interrupts',
            field=models.BooleanField(db_default=False, default=False, verbose_name='takes in at once'),
        ),
        migrations.AddField(
            model_name='stage',
            name='leave_rule',
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name='leave rule'),
        ),
        migrations.AddField(
            model_name='stage',
            name='onward',
            field=models.CharField(choices=[('any', 'to any later stage'), ('next', 'only to the next stage')], db_default='any', default='any', max_length=10, verbose_name='onward'),
        ),
        migrations.AddField(
            model_name='stage',
            name='stay_rule',
            field=models.JSONField(blank=True, db_default={}, default=dict, verbose_name='stay rule'),
        ),
        migrations.AddField(
            model_name='stagemove',
            name='from_since',
            field=models.DateTimeField(null=True, verbose_name='came'),
        ),
        migrations.AddField(
            model_name='stagemove',
            name='moved_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='stagemove',
            name='reason',
            field=models.TextField(blank=True, db_default='', default='', verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='stagemove',
            name='from_stage',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.stage', verbose_name='from'),
        ),
        migrations.AlterField(
            model_name='stagemove',
            name='to_stage',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.stage', verbose_name='to'),
        ),
        migrations.AddField(
            model_name='stagehold',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stage_holds', to='customers.customer', verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='stagehold',
            name='stage',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.stage', verbose_name='stage'),
        ),
        migrations.AddIndex(
            model_name='stagehold',
            index=models.Index(fields=['customer', 'held_at'], name='stage_hold_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='stagehold',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('customer',), name='one_hold_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='stagehold',
            constraint=models.CheckConstraint(condition=models.Q(('yields', False), ('until__isnull', True), _connector='OR'), name='hold_ends_in_one_way'),
        ),
        migrations.RunSQL(LASTED, "DROP FUNCTION stay_lasted"),
        migrations.AddField(
            model_name='stagemove',
            name='lasted',
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func('from_since', 'moved_at', function='stay_lasted'),
                output_field=models.IntegerField(null=True),
            ),
        ),
        migrations.AddIndex(
            model_name='stagemove',
            index=models.Index(fields=['moved_at'], include=('from_stage', 'to_stage', 'lasted'), name='stage_move_at'),
        ),
        migrations.RunSQL(CAME, migrations.RunSQL.noop),
        migrations.RunPython(keep_first_version, migrations.RunPython.noop),
    ]
