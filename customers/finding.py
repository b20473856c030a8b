"""Finding a customer as people do: by an e-mail address, a number, a phone, a name."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from customers.bounded import TooSlowError, bounded_reads
from customers.models import Customer, Identity

STARTS = 200  # identities that begin as asked for, of which the customers are looked up
LONGEST = timedelta(seconds=1)
NAMES = ("name", "first_name", "last_name")
NEWEST = 200_000  # customers whose names are looked at
WORDS = 4  # of a term


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


@dataclass(frozen=True)
class People:
    """Whom a term found; `is_sample` where not everybody's name was looked at."""

    customers: list[Customer]
    is_sample: bool = False


def find_customers(term: str, limit: int = 10) -> People:
    """Some customers with that identity; where there is none, some whose names contain each of the words.

    Names have no index: those of the newest customers are looked at, and not for long.
    """
    shown = Customer.objects.select_related("stage").order_by("-pk")
    term = term.strip().replace("\x00", "")
    if not term or (found := list(with_identity(shown, term)[:limit])):
        return People(found if term else list(shown[:limit]))
    last = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    try:
        with bounded_reads(LONGEST):
            recent = shown.filter(_named(term), pk__gt=last - NEWEST)
            return People(list(recent[:limit]), Customer.objects.filter(pk__lte=last - NEWEST).exists())
    except TooSlowError:
        return People([], is_sample=True)


def _named(term: str) -> Q:
    """Customers in one of whose names each word stands."""
    has_all = Q()
    for word in term.split()[:WORDS]:
        has_one = Q()
        for name in NAMES:
            has_one |= Q(**{f"traits__{name}__icontains": word})
        has_all &= has_one
    return has_all
