"""The country whose telephone numbers a call means."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection

from customers.copying import texts
from customers.profile import stated
from customers.tracking.calls import Call


def countries_of(calls: Sequence[Call]) -> list[str]:
    """Of each call its own country, else the customer's, else the brand's."""
    countries = [settings.BRAND_COUNTRY] * len(calls)
    asking: dict[int, str] = {}
    for place, call in enumerate(calls):
        if "phone" in call.traits:
            if country := stated(call.traits).get("country") or call.country:
                countries[place] = country
            elif "external_id" in call.identities:
                asking[place] = call.identities["external_id"]
    known = _known(asking.values()) if asking else {}
    for place, number in asking.items():
        countries[place] = known.get(number) or settings.BRAND_COUNTRY
    return countries


COUNTRIES = """
    SELECT identity.value, customer.country
    FROM customers_identity AS identity
    JOIN customers_customer AS customer ON customer.id = identity.customer_id
    WHERE identity.kind = 'external_id' AND identity.value = ANY(%s::text[])
"""


def _known(wanted: Iterable[str]) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(COUNTRIES, [texts(wanted)])
        return dict(cursor.fetchall())
