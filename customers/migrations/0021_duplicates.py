"""Probable duplicates, and the searches that find them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0020_consent_and_privacy'),
    ]

    operations = [
        migrations.CreateModel(
            name='DuplicatePair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_id', models.BigIntegerField()),
                ('second_id', models.BigIntegerField()),
                ('state', models.CharField(choices=[('open', 'open'), ('merged', 'merged'), ('apart', 'kept apart')], default='open', max_length=10, verbose_name='state')),
                ('probability', models.FloatField(verbose_name='probability')),
                ('evidence', models.JSONField(verbose_name='evidence')),
                ('found_at', models.DateTimeField(verbose_name='found')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('decided_by', models.CharField(blank=True, db_default='', default='', max_length=150, verbose_name='by')),
            ],
            options={
                'verbose_name': 'probable duplicate',
                'verbose_name_plural': 'probable duplicates',
                'indexes': [models.Index(fields=['second_id'], name='duplicate_second'), models.Index(condition=models.Q(('state', 'open')), fields=['-probability', 'id'], name='duplicate_open')],
                'constraints': [models.UniqueConstraint(fields=('first_id', 'second_id'), name='one_row_per_pair'), models.CheckConstraint(condition=models.Q(('first_id__lt', models.F('second_id'))), name='lower_number_first')],
            },
        ),
        migrations.CreateModel(
            name='DuplicateSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('queued', 'waits'), ('running', 'runs'), ('done', 'done'), ('failed', 'failed')], default='queued', max_length=10, verbose_name='state')),
                ('is_full', models.BooleanField(verbose_name='everybody with everybody')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('asked_by', models.CharField(blank=True, default='', max_length=150, verbose_name='by')),
                ('beat_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('mark', models.BigIntegerField(null=True)),
                ('customers', models.BigIntegerField(default=0, verbose_name='customers compared')),
                ('found', models.IntegerField(default=0, verbose_name='pairs found')),
                ('error', models.TextField(blank=True, default='', verbose_name='error')),
            ],
            options={
                'verbose_name': 'search for duplicates',
                'verbose_name_plural': 'searches for duplicates',
                'constraints': [models.UniqueConstraint(models.Value(1), condition=models.Q(('state__in', ['queued', 'running'])), name='one_duplicate_search')],
            },
        ),
    ]
