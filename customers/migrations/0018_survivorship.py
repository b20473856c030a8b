"""The source of each trait's value, how far sources are trusted, and which of several values stays."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0017_identifiers'),
    ]

    operations = [
        migrations.CreateModel(
            name='TraitRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('trait', models.CharField(help_text='Its name as it is kept, such as first_name.', max_length=100, unique=True, verbose_name='trait')),
                ('way', models.CharField(choices=[('newest', 'the newest'), ('trusted', 'of the most trusted source'), ('frequent', 'the most frequent')], default='newest', max_length=10, verbose_name='which value stays')),
            ],
            options={
                'verbose_name': 'rule of a trait',
                'verbose_name_plural': 'rules of traits',
                'ordering': ['trait'],
            },
        ),
        migrations.AddField(
            model_name='customer',
            name='trait_notes',
            field=models.JSONField(db_default={}, default=dict, editable=False, help_text='Of some traits: as whose the value came, how often each was said.'),
        ),
        migrations.AddField(
            model_name='customer',
            name='trait_sources',
            field=models.JSONField(db_default={}, default=dict, editable=False, help_text="The source of each trait's value."),
        ),
        migrations.AddField(
            model_name='source',
            name='trust',
            field=models.PositiveSmallIntegerField(db_default=50, default=50, help_text='0 to 100: of traits that go by it, the value of the most trusted source stays.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='trust'),
        ),
    ]
