"""Whatever order calls arrive in, however often they are repeated, the record at the end is the same."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from customers.models import Consent, Customer, Event, SeenMessage
from customers.tracking.calls import Call, Statement
from tests.builders import NOON
from tests.customers.calls import call, identify, receive

WHO = st.sampled_from(["u1", "u2"])
WHEN = st.integers(0, 5).map(lambda minutes: NOON - timedelta(minutes=minutes))


@st.composite
def a_call(draw: st.DrawFn) -> Call:
    if draw(st.booleans()):
        return call(external_id=draw(WHO), at=draw(WHEN), event=draw(st.sampled_from(["A", "B"])))
    return identify(
        external_id=draw(WHO),
        at=draw(WHEN),
        traits=draw(
            st.dictionaries(st.sampled_from(["city", "language"]), st.sampled_from(["it", "en", 1, None]))
        ),
        consents=[Statement("email", draw(st.booleans()))] if draw(st.booleans()) else [],
    )


def state() -> dict[str, object]:
    records = {}
    for customer in Customer.objects.all():
        who = customer.identities.get(kind="external_id").value
        events = Event.objects.filter(customer=customer).exclude(name="$consent_changed")
        consents = Consent.objects.filter(customer=customer).values_list(
            "channel", "is_granted", "changed_at"
        )
        records[who] = {
            "record": (customer.traits, customer.trait_times, customer.language),
            "seen": (customer.first_seen_at, customer.last_seen_at),
            "events": sorted(events.exclude(name="$customer_created").values_list("name", "occurred_at")),
            "consents": list(consents),
        }
    return records


def fresh(calls: list[Call]) -> list[Call]:
    """Copies: the inbox corrects the calls it is given."""
    return [Call(**{name: getattr(one, name) for name in one.__struct_fields__}) for one in calls]


# Whom each of three persons is known by: what a device of theirs is named with, other strong identifiers, and
# what is weak. None shares a device.
PEOPLE = (
    (("external_id", "u1"), [("email", "a@example.com"), ("phone", "+390655512345")], ["a1", "a2"]),
    (("external_id", "u2"), [("loyalty_card", "c2"), ("email", "b@example.com")], ["b1"]),
    (("email", "c@example.com"), [("phone", "+390655512346")], ["d1", "d2"]),
)


@st.composite
def a_named_call(draw: st.DrawFn) -> Call:
    """A call that names one of the persons by one or several of their identifiers."""
    main, others, devices = draw(st.sampled_from(PEOPLE))
    strong = {main, *others}
    device = draw(st.sampled_from([None, *devices]))
    named = {} if device is None else {"anonymous_id": device, "cookie": f"of {device}"}
    if device is None:
        named = dict(draw(st.sets(st.sampled_from(sorted(strong)), min_size=1)))
    elif draw(st.booleans()):
        named |= dict(draw(st.sets(st.sampled_from(sorted(strong)))) | {main})
    traits = {kind: named.pop(kind) for kind in ("email", "phone") if kind in named}
    if draw(st.booleans()):
        return call(at=draw(WHEN), event=draw(st.sampled_from(["A", "B"])), traits=traits, **named)
    city = draw(st.sampled_from([{}, {"city": "Roma"}, {"city": "Bari"}]))
    return identify(at=draw(WHEN), traits=traits | city, **named)


def people() -> dict[frozenset[tuple[str, str]], object]:
    """The golden records, by all that leads to each."""
    found = {}
    for customer in Customer.objects.all():
        events = customer.events.exclude(name="$customer_created").values_list("name", "occurred_at")
        found[frozenset(customer.identities.values_list("kind", "value"))] = (
            (customer.traits, customer.trait_times, customer.first_seen_at, customer.last_seen_at),
            sorted(events),
        )
    return found


class ArrivalTest(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(a_named_call(), min_size=2, max_size=9), st.data())
    def test_any_order_gives_the_same_people(self, calls: list[Call], data: st.DataObject) -> None:
        receive(*fresh(calls))
        expected = people()
        for table in (Event, Customer):
            table.objects.all().delete()
        SeenMessage.objects.all().delete()

        arriving = data.draw(st.permutations(calls))
        cut = data.draw(st.integers(0, len(arriving)))
        receive(*fresh(arriving[:cut]))
        for one in fresh(arriving[cut:]):
            receive(one)

        assert people() == expected

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(a_call(), min_size=1, max_size=8), st.data())
    def test_any_order_and_any_repetition_gives_the_same_state(
        self, calls: list[Call], data: st.DataObject
    ) -> None:
        receive(*fresh(calls))
        expected = state()
        for table in (Event, Consent, Customer):
            table.objects.all().delete()
        renamed = [
            Call(
                **{name: getattr(one, name) for name in one.__struct_fields__}
                | {"message_id": f"again {number}"}
            )
            for number, one in enumerate(calls)
        ]

        arriving = data.draw(st.permutations(renamed + renamed))
        cut = data.draw(st.integers(0, len(arriving)))
        receive(*fresh(arriving[:cut]))
        receive(*fresh(arriving[cut:]))

        assert state() == expected
