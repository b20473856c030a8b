"""Consent with its history and double opt-in; acts of privacy; for how long events are kept."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


# What was said before histories were kept is known by the last word alone.
FIRST_WORDS = """
    INSERT INTO customers_consentword
        (customer_id, channel, topic, said, source, wording, proof, said_at, kept_at)
    SELECT customer_id, channel, topic, CASE WHEN is_granted THEN 'granted' ELSE 'refused' END,
        source, wording, '{}', changed_at, changed_at
    FROM customers_consent ORDER BY changed_at, id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0019_commerce'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionSweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('reached', models.BigIntegerField(default=0)),
                ('last', models.BigIntegerField()),
                ('deleted', models.JSONField(default=dict, help_text='How many, by the pattern that they fitted.')),
            ],
            options={
                'verbose_name': 'look for old events',
                'verbose_name_plural': 'looks for old events',
            },
        ),
        migrations.AlterModelOptions(
            name='customer',
            options={'permissions': [('export_customer', 'Can hand over a copy of all that is known'), ('erase_customer', 'Can erase a person for good')], 'verbose_name': 'customer', 'verbose_name_plural': 'customers'},
        ),
        migrations.AlterField(
            model_name='import',
            name='kind',
            field=models.CharField(choices=[('customers', 'customers'), ('consents', 'consents'), ('events', 'events'), ('suppressions', 'suppressions'), ('products', 'products')], max_length=12, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='DoubleOptIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('email', 'e-mail'), ('sms', 'SMS')], max_length=10, verbose_name='channel')),
                ('topic', models.SlugField(blank=True, default='', help_text='Empty: every topic of the channel.', max_length=60, verbose_name='topic')),
            ],
            options={
                'verbose_name': 'double opt-in',
                'verbose_name_plural': 'double opt-in',
                'ordering': ['channel', 'topic'],
                'constraints': [models.UniqueConstraint(fields=('channel', 'topic'), name='one_opt_in_per_place')],
            },
        ),
        migrations.CreateModel(
            name='PrivacyAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('copied', 'copy handed over'), ('erased', 'erased'), ('retention', 'retention changed'), ('forgotten', 'old events deleted')], max_length=10, verbose_name='what')),
                ('about', models.UUIDField(null=True, verbose_name='customer')),
                ('by', models.CharField(blank=True, default='', help_text='Empty: the product itself.', max_length=150, verbose_name='by')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
            ],
            options={
                'verbose_name': 'privacy act',
                'verbose_name_plural': 'privacy acts',
                'indexes': [models.Index(models.F('about'), condition=models.Q(('about__isnull', False)), name='privacy_act_about')],
            },
        ),
        migrations.CreateModel(
            name='Retention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pattern', models.CharField(help_text='A name; * stands for any letters.', max_length=200, unique=True, verbose_name='events')),
                ('days', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)], verbose_name='days')),
                ('changed_at', models.DateTimeField(editable=False, verbose_name='since')),
                ('changed_by', models.CharField(blank=True, default='', editable=False, max_length=150, verbose_name='by')),
            ],
            options={
                'verbose_name': 'retention',
                'verbose_name_plural': 'retention',
                'ordering': ['pattern'],
                'constraints': [models.CheckConstraint(condition=models.Q(('days__gte', 1), ('days__lte', 36500)), name='retention_of_days')],
            },
        ),
        migrations.CreateModel(
            name='ConsentWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=10, verbose_name='channel')),
                ('topic', models.CharField(blank=True, default='', max_length=60, verbose_name='topic')),
                ('said', models.CharField(choices=[('granted', 'granted'), ('refused', 'refused'), ('asked', 'to be confirmed')], max_length=8, verbose_name='said')),
                ('source', models.CharField(blank=True, default='', max_length=100, verbose_name='source')),
                ('wording', models.TextField(blank=True, default='', verbose_name='wording')),
                ('proof', models.JSONField(default=dict, help_text='The message, call, file or person that it came by.', verbose_name='proof')),
                ('said_at', models.DateTimeField(verbose_name='said at')),
                ('kept_at', models.DateTimeField(verbose_name='kept since')),
                ('origin_id', models.BigIntegerField(editable=False, help_text="As which customer's it came, who was merged since.", null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='consent_words', to='customers.customer')),
                ('via', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.source', verbose_name='touchpoint')),
            ],
            options={
                'verbose_name': 'word of consent',
                'verbose_name_plural': 'words of consent',
                'indexes': [models.Index(fields=['customer', '-id'], name='consent_word_of_customer')],
            },
        ),
        migrations.CreateModel(
            name='PendingConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=10, verbose_name='channel')),
                ('topic', models.CharField(blank=True, default='', max_length=60, verbose_name='topic')),
                ('source', models.CharField(blank=True, default='', max_length=100, verbose_name='source')),
                ('wording', models.TextField(blank=True, default='', verbose_name='wording')),
                ('said_at', models.DateTimeField(verbose_name='said at')),
                ('ask_at', models.DateTimeField(null=True, verbose_name='to be asked at')),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pending_consents', to='customers.customer')),
            ],
            options={
                'verbose_name': 'consent to be confirmed',
                'verbose_name_plural': 'consents to be confirmed',
                'indexes': [models.Index(models.F('ask_at'), condition=models.Q(('ask_at__isnull', False)), name='pending_consent_to_ask')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'channel', 'topic'), name='one_pending_per_channel_and_topic')],
            },
        ),
        migrations.RunSQL(FIRST_WORDS, migrations.RunSQL.noop),
    ]
