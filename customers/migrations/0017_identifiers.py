"""Identifiers by kind, the record of merges, and as whose identities and events came."""

import customers.models.identifier
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

# From strong to weak; a person has one customer number.
KINDS = [
    ("external_id", 1),
    ("email", None),
    ("phone", None),
    ("loyalty_card", None),
    ("anonymous_id", None),
    ("push_token", None),
    ("device", None),
    ("cookie", None),
]
# What programs send for want of a value.
WANTING = ["unknown", "undefined", "null", "none", "nan", "n/a", "anonymous", "guest", "[object Object]"]
NIL = "00000000-0000-0000-0000-000000000000"


def make_rows(apps, schema_editor):
    rule = apps.get_model("customers", "IdentifierRule")
    rule.objects.bulk_create(
        rule(
            kind=kind,
            priority=10 * place,
            most=most,
            blocked="" if kind in {"email", "phone"} else "\n".join([*WANTING, NIL]),
        )
        for place, (kind, most) in enumerate(KINDS, 1)
    )


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0016_sources'),
    ]

    operations = [
        migrations.CreateModel(
            name='IdentifierRule',
            fields=[
                ('kind', models.CharField(choices=[('external_id', 'customer number'), ('email', 'e-mail'), ('phone', 'phone'), ('anonymous_id', 'anonymous id'), ('push_token', 'push token'), ('loyalty_card', 'loyalty card'), ('device', 'device'), ('cookie', 'cookie')], max_length=20, primary_key=True, serialize=False, verbose_name='kind')),
                ('priority', models.PositiveSmallIntegerField(help_text='Among identifiers of the same strength the one with the smaller number is asked first.', verbose_name='priority')),
                ('most', models.PositiveIntegerField(blank=True, help_text='How many of this kind a customer may have. Empty: any number.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='most for one customer')),
                ('blocked', models.TextField(blank=True, db_default='', default='', help_text='One a line; * stands for any letters, as in test@*. They lead to nobody: what many share, such as the phone of a shop, or what programs send for want of a value, such as unknown. Capital letters make no difference.', validators=[customers.models.identifier.check_blocked], verbose_name='blocked values')),
            ],
            options={
                'verbose_name': 'identifier',
                'verbose_name_plural': 'identifiers',
                'ordering': ['priority'],
            },
        ),
        migrations.CreateModel(
            name='MergeRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_id', models.BigIntegerField()),
                ('old_public_id', models.UUIDField(verbose_name='old id')),
                ('customer_id', models.BigIntegerField()),
                ('merged_at', models.DateTimeField(verbose_name='merged')),
                ('merged_by', models.CharField(blank=True, default='', max_length=150, verbose_name='by')),
                ('reason', models.TextField(blank=True, default='', verbose_name='reason')),
                ('message_id', models.CharField(blank=True, default='', max_length=200)),
                ('kind', models.CharField(blank=True, choices=[('external_id', 'customer number'), ('email', 'e-mail'), ('phone', 'phone'), ('anonymous_id', 'anonymous id'), ('push_token', 'push token'), ('loyalty_card', 'loyalty card'), ('device', 'device'), ('cookie', 'cookie')], default='', max_length=20, verbose_name='kind')),
                ('value', models.CharField(blank=True, default='', max_length=512, verbose_name='value')),
                ('remembered', models.JSONField(default=dict)),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone')),
                ('undone_by', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='undone by')),
                ('undone_reason', models.TextField(blank=True, db_default='', default='', verbose_name='reason')),
            ],
            options={
                'verbose_name': 'merge',
                'verbose_name_plural': 'merges',
            },
        ),
        migrations.RemoveConstraint(
            model_name='identity',
            name='one_customer_per_identity',
        ),
        migrations.AddField(
            model_name='event',
            name='origin_id',
            field=models.BigIntegerField(editable=False, help_text="As which customer's it came, who was merged since.", null=True),
        ),
        migrations.AddField(
            model_name='identity',
            name='origin_id',
            field=models.BigIntegerField(editable=False, help_text="As which customer's it came, who was merged since.", null=True),
        ),
        migrations.AlterField(
            model_name='identity',
            name='kind',
            field=models.CharField(choices=[('external_id', 'customer number'), ('email', 'e-mail'), ('phone', 'phone'), ('anonymous_id', 'anonymous id'), ('push_token', 'push token'), ('loyalty_card', 'loyalty card'), ('device', 'device'), ('cookie', 'cookie')], max_length=20, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='identity',
            constraint=models.UniqueConstraint(fields=('kind', 'value'), include=('customer', 'origin_id'), name='one_customer_per_identity', opclasses=['varchar_ops', 'varchar_pattern_ops']),
        ),
        migrations.AddField(
            model_name='mergerecord',
            name='source',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, to='customers.source', verbose_name='source'),
        ),
        migrations.AddIndex(
            model_name='mergerecord',
            index=models.Index(fields=['customer_id'], name='merge_into'),
        ),
        migrations.AddIndex(
            model_name='mergerecord',
            index=models.Index(fields=['old_id'], name='merge_of'),
        ),
        migrations.RunPython(make_rows, migrations.RunPython.noop),
    ]
