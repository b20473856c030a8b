"""Finding a customer as people do: by an e-mail address, a number, a phone, a name."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.bounded import TooSlowError, bounded_reads
from customers.models import Customer, Identity

STARTS = 200  # identities that begin as asked for, of which the customers are looked up
LONGEST = timedelta(seconds=1)
NAMES = ("name", "first_name", "last_name")


def with_identity(customers: QuerySet[Customer], term: str) -> QuerySet[Customer]:
    """Those of the customers with an identity that is, or else begins as, the term; all for no term.

    Answered by the index of identities, never by a scan of all.
    """
    term = term.strip().replace("\x00", "")
    if not term:
        return customers
    exact = Identity.objects.filter(customer=OuterRef("pk"), value__in={term, term.lower()})
    if Customer.objects.filter(Exists(exact)).exists():
        return customers.filter(Exists(exact))
    starts = Identity.objects.filter(value__istartswith=term).values("customer_id")[:STARTS]
    return customers.filter(pk__in=[row["customer_id"] for row in starts])


def find_customers(term: str, limit: int = 10) -> list[Customer]:
    """Some customers with that identity; where there is none, some whose names contain each of the words.

    Names have no index: they are looked at for a second at most, after which nobody is found by a name.
    """
    shown = Customer.objects.select_related("stage").order_by("-pk")
    term = term.strip().replace("\x00", "")
    if not term or (found := list(with_identity(shown, term)[:limit])):
        return found if term else list(shown[:limit])
    words = term.split()[:4]
    has_all = Q()
    for word in words:
        has_one = Q()
        for name in NAMES:
            has_one |= Q(**{f"traits__{name}__icontains": word})
        has_all &= has_one
    try:
        with bounded_reads(LONGEST):
            return list(shown.filter(has_all)[:limit])
    except TooSlowError:
        return []
