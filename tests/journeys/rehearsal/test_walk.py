"""A walk is the real thing on copies: it leads where the product would, and leaves nothing behind."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction

from channels.models import Channel, Message
from channels.secrets import seal
from config import work
from customers.events import lock_events
from customers.models import Customer, Segment
from customers.segments import save_segment
from customers.services import lock_customers
from journeys.faults import GraphError
from journeys.models import Enrollment, Simulation, StepLog
from journeys.rehearsal import copies
from journeys.rehearsal.terms import parse_terms
from journeys.rehearsal.walk import pieces, walk, walk_all
from tests.acceptance.world import World, cap, quiet
from tests.builders import DAY, HOUR, NOON, consent, customer, event
from tests.journeys.builders import IN_ROME, content, draft, live, step
from tests.journeys.rehearsal.builders import ANNA, ORDER, gate, letter, pause, seen, terms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]


def everything():
    """All rows of the apps that a walk goes through."""
    return {
        model: list(model.objects.order_by("pk").values())
        for app in ("customers", "channels", "journeys", "campaigns")
        for model in apps.get_app_config(app).get_models()
    }


def sequences():
    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2")
        return cursor.fetchall()


def test_made_up_customer_walks_to_the_end():
    journey = draft(pause(), letter())

    path = walk(journey, terms(ORDER))

    nothing, later = timedelta(0), 2 * DAY
    assert seen(path) == [
        ("input", "", nothing),
        ("entered", "pause", nothing),
        ("waits", "pause", nothing),
        ("passed", "pause", later),
        ("message", "letter", later),
        ("passed", "letter", later),
        ("ended", "letter", later),
    ]
    assert gate(path) == [("sent", "", later)]
    assert [one.rendered.subject for one in path.written] == ["Hello"]
    assert path.is_over
    assert str(path.zone) == "Europe/Rome"


def test_walk_leaves_nothing_behind():
    anna = customer(email="anna@example.com", traits={"city": "Roma"})
    consent(anna)
    event(anna)
    other = live(step("other", "wait", span="P1D"), slug="other")
    Enrollment.objects.create(
        version=other,
        journey=other.journey,
        customer=anna,
        step="other",
        reached_at=NOON,
        due_at=NOON,
        entered_at=NOON,
    )
    journey = draft(pause(), letter())
    before, counted = everything(), sequences()

    walk(journey, terms(ORDER, person={"customer": str(anna.public_id)}))

    assert everything() == before
    assert sequences() == counted


def test_walk_goes_as_the_product_goes(tmp_path):
    """The same customer, events and clock: the same steps at the same moments, the same fates."""
    quiet("20:00", "09:00")
    asked = step(
        "asked", "branch", {"rome": "pause", "else": None}, rules=[{"branch": "rome", "rule": IN_ROME}]
    )
    heard = step(
        "heard", "wait_for", {"happened": "letter", "timed_out": None}, event="Called", at_most="P9D"
    )
    graph = [asked, pause(next="heard"), heard, letter()]
    told = [ORDER, {"kind": "event", "event": "Called", "at": "P3DT9H"}]
    person = ANNA | {"traits": {"city": "Roma"}, "time_zone": ""}
    path = walk(draft(*graph, slug="tried"), terms(*told, person=person))

    Channel.objects.all().delete()
    world = World(tmp_path / "journal.jsonl")
    world.open_channels("email")
    live(*graph)
    anna = world.meet("anna", "email", city="Roma")
    world.happens(anna, "Order Completed", total=12)
    world.pass_time(NOON + 3 * DAY + 9 * HOUR)
    world.happens(anna, "Called")
    world.pass_time(NOON + 9 * DAY, tick=HOUR)

    log = [tuple(row) for row in StepLog.objects.order_by("visit").values_list("step", "branch", "left_at")]
    assert [(s.step, s.said["branch"], s.at) for s in path.seen if s.kind == "passed"] == log
    message = Message.objects.get()
    assert [(one.message.state, one.message.sent_at) for one in path.written] == [("sent", message.sent_at)]
    assert path.enrollment.ended_at == Enrollment.objects.get(customer=anna).ended_at


def test_chosen_customer_walks_with_their_own_data(mail):
    cap(1, timedelta(days=3))
    anna = customer(email="anna@example.com", traits={"city": "Roma"}, time_zone="Asia/Tokyo")
    consent(anna)
    Message.objects.create(
        customer=anna,
        content=mail,
        channel="email",
        source="api",
        source_id=0,
        state="sent",
        created_at=NOON,
        sent_at=NOON,
        slot_at=NOON - DAY,
        closed_at=NOON,
    )
    asked = step(
        "asked", "branch", {"rome": "letter", "else": None}, rules=[{"branch": "rome", "rule": IN_ROME}]
    )

    path = walk(draft(asked, letter()), terms(ORDER, person={"customer": str(anna.public_id)}))

    assert gate(path) == [("held", "cap", timedelta(0)), ("sent", "", 2 * DAY)]
    why = next(one.why for one in path.seen if one.step == "asked" and one.kind == "passed")
    assert [(rule.name, rule.holds) for rule in why] == [("rome", True)]
    assert (path.customer, str(path.zone)) == (anna, "Asia/Tokyo")


def test_chosen_customer_may_walk_again_where_the_journey_had_them_once():
    anna = customer(email="anna@example.com")
    version = live(letter())
    Enrollment.objects.create(
        version=version,
        journey=version.journey,
        customer=anna,
        step="letter",
        reached_at=NOON,
        entered_at=NOON,
        ended_at=NOON,
        standing="ended",
    )

    path = walk(version.journey, terms(ORDER, person={"customer": str(anna.public_id)}))

    assert gate(path) == [("suppressed", "no_consent", timedelta(0))]


def test_what_happens_on_the_way_moves_the_customer():
    asked = step(
        "asked", "branch", {"rome": "letter", "else": None}, rules=[{"branch": "rome", "rule": IN_ROME}]
    )
    journey = draft(pause(next="asked"), asked, letter())
    moves = {"kind": "traits", "at": "P1D", "traits": {"city": "Roma"}}
    refuses = {"kind": "consent", "at": "PT36H", "channel": "email", "granted": False}

    stays, moved, refused = walk_all(
        journey, [terms(ORDER), terms(ORDER, moves), terms(ORDER, moves, refuses)]
    )

    assert gate(stays) == []
    assert gate(moved) == [("sent", "", 2 * DAY)]
    assert gate(refused) == [("suppressed", "no_consent", 2 * DAY)]


def test_walk_starts_no_simulation():
    anna, journey = customer(email="anna@example.com"), draft(letter())

    with copies.copied_tables(), copies.walker(anna, journey, journey.draft, NOON):
        Simulation.objects.create(journey=journey, draft={}, days=7, customers=10, until=NOON, asked_at=NOON)
        due = {piece.name for piece in work.due(pieces(), NOON)}

    assert "journeys.begin" in due
    assert "journeys.simulate" not in due


def test_what_is_heard_of_a_message_is_heard():
    journey = draft(
        letter() | {"branches": {"next": "clicked"}},
        step("clicked", "wait_for", {"happened": "twice"}, event="$message_clicked", at_most="P3D"),
        step("twice", "exit", reason="clicked"),
    )

    path = walk(journey, terms(ORDER, {"kind": "message", "at": "P1D", "step": "letter", "what": "clicked"}))

    assert path.seen[-1].said == {"reason": "clicked"}
    assert path.enrollment.ended_at == NOON + DAY
    assert path.written[0].message.clicked_at == NOON + DAY


def test_enter_puts_the_customer_in_whatever_sets_the_journey_off():
    journey = draft(letter(), trigger={"kind": "stage_reached", "stage": "advocacy"})

    assert gate(walk(journey, terms({"kind": "enter"}))) == [("sent", "", timedelta(0))]
    assert seen(walk(journey, terms(ORDER))) == [("input", "", timedelta(0))]


def test_who_may_not_enter_is_told():
    trigger = {"kind": "event", "event": "Order Completed", "rule": IN_ROME}

    path = walk(draft(letter(), trigger=trigger), terms({"kind": "enter"}))

    refused = [one.said for one in path.seen if one.kind == "refused"]
    assert refused == [{"reason": "rule"}]
    assert path.enrollment is None


def test_time_alone_lets_a_customer_in():
    """Somebody who ordered long ago belongs to a segment after a week, and so enters."""
    order = {"field": "event", "event": "Order Completed", "aggregate": "count", "operator": "at_least"}
    quiet_ones = {"combinator": "and", "not": True, "rules": [order | {"value": 1, "within": "P7D"}]}
    ever = {"combinator": "and", "not": False, "rules": [order | {"value": 1}, quiet_ones]}
    save_segment(Segment(slug="quiet", name="quiet", rule=ever), NOON)
    journey = draft(letter(), trigger={"kind": "segment_entered", "segment": "quiet"})

    path = walk(journey, terms(ORDER, until="P30D"))

    assert gate(path) == [("sent", "", 7 * DAY)]
    assert path.is_over
    assert walk(journey, terms(ORDER)).enrollment is None


def test_clock_stands_where_it_is_told():
    path = walk(draft(pause(), letter()), terms(ORDER, until="P1D"))

    assert (path.stands_at, path.next_at, path.is_over) == (NOON + DAY, NOON + 2 * DAY, False)
    assert (path.enrollment.step, path.enrollment.standing) == ("pause", "due")


def test_moment_without_zone_is_by_the_customers_clocks():
    path = walk(draft(letter()), terms(ORDER | {"at": "2025-03-04T09:30:00"}))

    assert seen(path)[0] == ("input", "", NOON.replace(day=4, hour=8, minute=30) - NOON)


def test_message_that_cannot_be_rendered_says_why():
    content("gone", channel="sms").texts.update(body="Hello {{ customer.shoe_size }}")
    Channel.objects.create(kind="sms", provider="journal", settings=seal({"path": "nowhere"}), sender="S")
    person = {"identities": {"phone": "+393331234567"}, "consents": [{"channel": "sms"}]}

    path = walk(draft(step("text", "send_sms", content="gone")), terms(ORDER, person=person))

    assert gate(path) == [("failed", "content", timedelta(0))]
    assert "shoe_size" in path.written[0].error


def test_draft_that_cannot_run_is_told():
    with pytest.raises(GraphError, match="there is no content 'other'"):
        walk(draft(letter() | {"settings": {"content": "other"}}), terms(ORDER))


@pytest.mark.parametrize(
    ("person", "path"),
    [
        ({"customer": "00000000-0000-4000-8000-000000000000"}, "person.customer"),
        ({"identities": {"email": "nobody"}}, "person.identities"),
    ],
)
def test_person_who_is_nobody_is_told(person, path):
    with pytest.raises(GraphError) as told:
        walk(draft(letter()), terms(ORDER, person=person))

    assert told.value.errors[0]["path"] == path


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "starts_at"),
        ({"starts_at": "2025-03-03T12:00:00"}, ""),
        ({"starts_at": "9999-12-31T23:59:59Z"}, ""),
        ({"starts_at": "2025-03-03T12:00:00Z", "until": "P9999999D"}, ""),
        ({"starts_at": "2025-03-03T12:00:00Z", "until": "-P1D"}, ""),
        ({"starts_at": "2025-03-03T12:00:00Z", "until": 7}, "until"),
        ({"starts_at": "2025-03-03T12:00:00Z", "inputs": [{"kind": "sing"}]}, "inputs.0"),
        ({"starts_at": "2025-03-03T12:00:00Z", "inputs": [{"kind": "event"}]}, "inputs.0.event.event"),
        ({"starts_at": "2025-03-03T12:00:00Z", "person": {"age": 3}}, "person.age"),
        ([], ""),
    ],
)
def test_bad_terms_are_refused_by_name(given, path):
    with pytest.raises(GraphError) as told:
        parse_terms(given)

    assert told.value.errors[0]["path"] == path


@pytest.mark.parametrize(
    "write",
    [
        lambda: Channel.objects.update(rests_until=NOON),
        lambda: list(Channel.objects.select_for_update()),
        lambda: Channel.objects.create(kind="sms", provider="journal", settings=seal({})),
    ],
)
def test_nothing_of_the_product_can_be_written_or_locked(write):
    anna = customer(email="anna@example.com")
    journey = draft(letter())

    def try_it():
        with copies.copied_tables(), copies.walker(anna, journey, journey.draft, NOON):
            write()

    with pytest.raises(copies.WalkError, match="read-only"):
        try_it()
    assert Channel.objects.get().rests_until is None


@pytest.mark.django_db(transaction=True)
def test_walk_makes_nobody_wait():
    """While one walks, others take the events' lock and the customer's."""
    anna = customer(email="anna@example.com")
    journey = draft(letter())
    took = []

    def take():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            lock_events()
            took.append(lock_customers([anna.pk]))
        connection.close()

    with copies.copied_tables(), copies.walker(anna, journey, journey.draft, NOON):
        lock_events()
        lock_customers([anna.pk])
        other = threading.Thread(target=take)
        other.start()
        other.join()

    assert took == [[anna.pk]]
    assert Customer.objects.count() == 1


def test_walk_wakes_nobody(monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(work, "_silent", False)

    with django_capture_on_commit_callbacks() as callbacks:
        walk(draft(letter()), terms(ORDER))

    assert callbacks == []


def test_a_walk_changes_lists_and_traits_of_the_copy_alone_and_waits_for_rules():
    Segment.objects.create(slug="vip", name="VIP", kind="list")
    known = customer(email="anna@example.com", traits={"points": 1})
    journey = draft(
        step("list", "add_to_list", {"next": "points"}, list="vip"),
        step("points", "update_trait", {"next": "rome"}, trait="points", do="add", value=2),
        step("rome", "wait_for", **{"for": [{"branch": "roman", "rule": IN_ROME}], "at_most": "P3D"}),
    )
    moved = {"kind": "traits", "traits": {"city": "Roma"}, "at": "P1D"}

    path = walk(journey, terms({"kind": "enter"}, moved, person={"customer": str(known.public_id)}))

    passed = [
        (one.step, one.said["branch"], one.at - path.starts_at) for one in path.seen if one.kind == "passed"
    ]
    assert passed == [("list", "next", 0 * DAY), ("points", "next", 0 * DAY), ("rome", "roman", DAY)]
    assert path.customer.traits == {"points": 3, "city": "Roma"}
    known.refresh_from_db()
    assert known.traits == {"points": 1}
    assert (known.memberships.count(), Segment.every.count()) == (0, 1)


def test_who_is_made_up_draws_the_same_lots_in_each_walk_and_another_draws_anew():
    parts = [{"branch": f"part-{number}"} for number in range(20)]
    journey = draft(step("part", "split", {"next": None}, parts=parts))
    many = [
        terms(ORDER, person=ANNA | {"identities": {"email": f"anna{number % 5}@example.com"}})
        for number in range(15)
    ]

    paths = [*walk_all(journey, many[:7]), *walk_all(journey, many[7:])]

    lots = [one.said["branch"] for path in paths for one in path.seen if one.kind == "passed"]
    assert lots == lots[:5] * 3
    assert len(set(lots)) > 1
