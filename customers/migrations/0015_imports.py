"""Imports with their rows, and events that no journey hears of."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0014_stay_tally'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='is_quiet',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('customers', 'customers'), ('consents', 'consents'), ('events', 'events')], max_length=10, verbose_name='kind')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('checking', 'being tried'), ('checked', 'tried'), ('running', 'being imported'), ('done', 'done'), ('stopped', 'stopped')], default='draft', max_length=10, verbose_name='state')),
                ('header', models.JSONField(default=list)),
                ('columns', models.JSONField(default=list)),
                ('event', models.CharField(blank=True, default='', help_text='Where no column says it.', max_length=200, verbose_name='event')),
                ('wording', models.TextField(blank=True, default='', help_text='What people agreed to, word for word.', verbose_name='wording')),
                ('is_quiet', models.BooleanField(default=False, help_text='No journey hears of what this import changes.', verbose_name='quiet')),
                ('rows', models.IntegerField(default=0, verbose_name='rows')),
                ('tried', models.IntegerField(default=0)),
                ('created', models.IntegerField(default=0, verbose_name='new customers')),
                ('changed', models.IntegerField(default=0, verbose_name='changed')),
                ('unchanged', models.IntegerField(default=0, verbose_name='unchanged')),
                ('rejected', models.IntegerField(default=0, verbose_name='rejected')),
                ('expected', models.JSONField(default=dict)),
                ('created_by', models.CharField(blank=True, default='', max_length=150, verbose_name='by')),
                ('created_at', models.DateTimeField(verbose_name='uploaded')),
                ('started_at', models.DateTimeField(null=True, verbose_name='begun')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'indexes': [models.Index(models.F('id'), condition=models.Q(('state__in', ['checking', 'running'])), name='import_under_way')],
            },
        ),
        migrations.CreateModel(
            name='ImportBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('rows', models.TextField()),
                ('of', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='blocks', to='customers.import')),
            ],
            options={
                'verbose_name': 'rows of an import',
                'verbose_name_plural': 'rows of imports',
                'constraints': [models.UniqueConstraint(fields=('of', 'number'), name='one_block_at_a_place')],
            },
        ),
        migrations.CreateModel(
            name='RejectedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.IntegerField(verbose_name='line')),
                ('reason', models.TextField(verbose_name='reason')),
                ('cells', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('of', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rejected_rows', to='customers.import')),
            ],
            options={
                'verbose_name': 'rejected row',
                'verbose_name_plural': 'rejected rows',
                'constraints': [models.UniqueConstraint(fields=('of', 'line'), name='one_reason_per_line')],
            },
        ),
    ]
