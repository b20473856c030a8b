"""Finding a customer as people do: by an e-mail address, a number, a phone, a name."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Max, Q, QuerySet

from config.masking import is_hidden
from customers.bounded import TooSlowError, bounded_reads
from customers.models import Customer, Identity, IdentityKind

STARTS = 200  # identities that begin as asked for, of which the customers are looked up
LONGEST = timedelta(seconds=1)
NAMES = ("name", "first_name", "last_name")
NEWEST = 200_000  # customers whose names are looked at
WORDS = 4  # of a term


def with_identity(customers: QuerySet[Customer], term: str) -> QuerySet[Customer]:
    """Those of the customers with an identity that is, or else begins as, the term; all for no term.

    As the term is written, or in small letters. Answered by the index of identities, never by a scan of all.
    Who may not see personal data has to know the whole of it: by beginnings one could spell an address out.
    """
    term = term.strip().replace("\x00", "")
    if not term:
        return customers
    found = identities(Q(value__in={term, term.lower()}))[:STARTS]
    if not found and not is_hidden():
        found = identities(Q(value__startswith=term) | Q(value__startswith=term.lower()))[:STARTS]
    return customers.filter(pk__in=list(found))


def identities(said: Q) -> QuerySet[Identity, int]:
    """Whose identities are so. Plan: one_customer_per_identity, for each kind a stretch of it."""
    return Identity.objects.filter(said, kind__in=IdentityKind.values).values_list("customer_id", flat=True)


@dataclass(frozen=True)
class People:
    """Whom a term found; `is_sample` where not everybody's name was looked at."""

    customers: list[Customer]
    is_sample: bool = False


def find_customers(term: str, limit: int = 10, newest: int | None = None) -> People:
    """Some customers with that identity; where there is none, some whose names contain each of the words.

    Names have no index: those of the `newest` (NEWEST) customers are looked at, and not for long.
    """
    shown = Customer.objects.select_related("stage").order_by("-pk")
    term = term.strip().replace("\x00", "")
    if not term or (found := list(with_identity(shown, term)[:limit])):
        return People(found if term else list(shown[:limit]))
    newest = newest or NEWEST
    last = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    if is_hidden():
        return People([])
    try:
        with bounded_reads(LONGEST):
            recent = shown.filter(_named(term), pk__gt=last - newest)
            return People(list(recent[:limit]), Customer.objects.filter(pk__lte=last - newest).exists())
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
