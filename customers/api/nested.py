"""Lists of what belongs to one customer, at `customers/<id>/…/`; the apps above hang theirs in here too."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from config.api.views import Listing, Resource
from customers.models import Customer
from customers.queries import customer_by_public_id

M = TypeVar("M", bound=Model)


class OfCustomer(Listing, Resource[M]):
    """Rows of the customer that the path names, the newest first. A subclass says its whole `queryset`."""

    def customer(self) -> Customer:
        """The customer; 404 where the path names none."""
        found = customer_by_public_id(self.kwargs["id"])
        if found is None:
            raise Http404
        return found

    def get_queryset(self) -> QuerySet[M]:
        """The customer's own rows, by number: the indexes begin with it."""
        return super().get_queryset().filter(customer=self.customer().pk)
