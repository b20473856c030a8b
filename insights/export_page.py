"""The customers of the list as a file."""

import logging

from django.contrib import admin
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from config.download import csv_file
from config.masking import is_hidden
from config.pages import site
from customers.export import exported_customers
from customers.models import Customer

logger = logging.getLogger(__name__)


def export(request: HttpRequest) -> StreamingHttpResponse:
    """Those whom the list shows, as it is filtered, in the columns that an import of customers reads."""
    listed = admin.site.get_model_admin(Customer).get_changelist_instance(request)
    found = listed.get_queryset(request).select_related(None).prefetch_related(None)
    logger.info("Person %s exports customers.", request.user.pk)
    return csv_file(exported_customers(found, is_masked=is_hidden()), "customers")


site().add_page("customers/export/", require_GET(export), "customers_export", "customers.export_segment")
