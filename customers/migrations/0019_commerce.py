"""Products, orders with their lines, and carts, filled from the commerce events."""

import django.contrib.postgres.fields
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0018_survivorship'),
    ]

    operations = [
        migrations.AlterField(
            model_name='import',
            name='kind',
            field=models.CharField(choices=[('customers', 'customers'), ('consents', 'consents'), ('events', 'events'), ('products', 'products')], max_length=10, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='Cart',
            fields=[
                ('customer', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='cart', serialize=False, to='customers.customer', verbose_name='customer')),
                ('told_at', models.DateTimeField(verbose_name='changed')),
                ('opened_at', models.DateTimeField(null=True, verbose_name='opened')),
                ('checkout_at', models.DateTimeField(null=True, verbose_name='checkout begun')),
                ('coupon', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='coupon')),
                ('currency', models.CharField(blank=True, db_default='', default='', max_length=3, verbose_name='currency')),
                ('items', models.DecimalField(decimal_places=4, default=Decimal('0'), max_digits=18, verbose_name='pieces')),
                ('value', models.DecimalField(decimal_places=4, default=Decimal('0'), max_digits=18, verbose_name='value')),
            ],
            options={
                'verbose_name': 'cart',
                'verbose_name_plural': 'carts',
            },
        ),
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_id', models.CharField(max_length=200, unique=True, verbose_name='product id')),
                ('sku', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='SKU')),
                ('name', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='name')),
                ('category', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='category')),
                ('brand', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='brand')),
                ('price', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='price')),
                ('currency', models.CharField(blank=True, db_default='', default='', max_length=3, verbose_name='currency')),
                ('url', models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='address')),
                ('image_url', models.CharField(blank=True, db_default='', default='', max_length=1000, verbose_name='picture')),
                ('kept', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), db_default=[], default=list, editable=False, size=None)),
                ('times', models.JSONField(db_default={}, default=dict, editable=False)),
                ('told_at', models.DateTimeField(editable=False, null=True, verbose_name='last told')),
                ('reviews', models.IntegerField(db_default=0, default=0, editable=False, verbose_name='reviews')),
                ('rated', models.IntegerField(db_default=0, default=0, editable=False)),
                ('rating_sum', models.DecimalField(db_default=Decimal('0'), decimal_places=4, default=Decimal('0'), editable=False, max_digits=18)),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
            },
        ),
        migrations.CreateModel(
            name='CartLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_id', models.CharField(blank=True, max_length=200, verbose_name='product id')),
                ('occurred_at', models.DateTimeField(verbose_name='added')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=18, verbose_name='quantity')),
                ('properties', models.JSONField(default=dict, verbose_name='properties')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='cart_lines', to='customers.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'line of a cart',
                'verbose_name_plural': 'lines of carts',
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['customer', 'occurred_at'], name='open_line_of_customer')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'product_id', 'occurred_at'), name='one_line_per_product_and_moment')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order_id', models.CharField(max_length=300, verbose_name='order')),
                ('occurred_at', models.DateTimeField(null=True, verbose_name='placed')),
                ('properties', models.JSONField(default=dict, verbose_name='properties')),
                ('times', models.JSONField(db_default={}, default=dict, editable=False)),
                ('told_at', models.DateTimeField(editable=False, null=True)),
                ('total', models.DecimalField(decimal_places=4, max_digits=18, null=True, verbose_name='total')),
                ('currency', models.CharField(blank=True, db_default='', default='', max_length=3, verbose_name='currency')),
                ('coupon', models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='coupon')),
                ('cancelled_at', models.DateTimeField(null=True, verbose_name='cancelled')),
                ('refunded_at', models.DateTimeField(null=True, verbose_name='refunded')),
                ('refunded', models.DecimalField(db_default=Decimal('0'), decimal_places=4, default=Decimal('0'), max_digits=18, verbose_name='paid back')),
                ('is_refunded_whole', models.BooleanField(db_default=False, default=False, editable=False)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='orders', to='customers.customer', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'indexes': [models.Index(fields=['customer', 'occurred_at'], name='order_of_customer'), models.Index(fields=['order_id'], name='order_by_its_id')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'order_id'), name='one_row_per_order_of_customer')],
            },
        ),
    ]
