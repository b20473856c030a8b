"""What ends an enrollment at once, and what is heard for it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.models import Message
from customers.models import Segment
from journeys import engine, services
from journeys.models import Conversion, Enrollment
from journeys.trigger import listen
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, content, enrolled, live, step
from tests.journeys.reaching import PAID, PAUSE, SIGNED_UP, ended, goal, inside, reached

pytestmark = pytest.mark.django_db


def test_a_goal_counts_and_ends_a_long_wait():
    row = inside(goals=[goal()])
    event = builders.event(row.customer, "Paid", NOON + HOUR)
    builders.event(builders.customer(), "Paid", NOON + HOUR)

    listen(NOON + 2 * HOUR)

    assert reached() == [(row.pk, "paid", NOON + HOUR)]
    one = Conversion.objects.get()
    assert (one.journey, one.version, one.customer, one.event_id) == (
        row.journey,
        row.version,
        row.customer,
        event.pk,
    )
    assert ended(row) == "goal:paid"
    assert (row.standing, row.ended_at, row.due_at) == ("ended", NOON + 2 * HOUR, None)


def test_an_event_of_another_name_does_nothing():
    row = inside(goals=[goal()])
    builders.event(row.customer, "Page Viewed", NOON + HOUR)

    listen(NOON + HOUR)

    assert (reached(), ended(row)) == ([], "")


def test_a_goal_that_does_not_end_the_journey_counts_only():
    row = inside(goals=[goal(exits=False)])
    builders.event(row.customer, "Paid", NOON + HOUR)

    listen(NOON + HOUR)

    assert (reached(), ended(row)) == ([(row.pk, "paid", NOON + HOUR)], "")


def test_a_goal_that_counts_once_is_looked_at_once():
    worth = {"property": "total", "currency": "EUR"}
    row = inside(goals=[goal(exits=False, value=worth)])
    builders.event(row.customer, "Paid", NOON + HOUR, {"total": 5})
    listen(NOON + HOUR)
    builders.event(row.customer, "Paid", NOON + 2 * HOUR, {"total": 7})

    with CaptureQueriesContext(connection) as asked:
        listen(NOON + 2 * HOUR)

    assert [query for query in asked.captured_queries if "properties::text" in query["sql"]] == []
    assert list(Conversion.objects.values_list("value", flat=True)) == [Decimal(5)]


def test_a_goal_that_has_counted_ends_the_journey_all_the_same_where_it_does_so_now():
    row = inside(goals=[goal()])
    once = {"journey": row.journey, "version": row.version, "enrollment": row, "customer": row.customer}
    Conversion.objects.create(**once, goal="paid", occasion=0, occurred_at=NOON)
    builders.event(row.customer, "Paid", NOON + HOUR)

    listen(NOON + HOUR)

    assert (reached(), ended(row)) == ([(row.pk, "paid", NOON)], "goal:paid")


def test_an_exit_ends_and_counts_nothing():
    row = inside(exits=[{"when": PAID, "reason": "has paid"}])
    builders.event(row.customer, "Paid", NOON + HOUR)

    listen(NOON + HOUR)

    assert (reached(), ended(row)) == ([], "has paid")


def test_what_was_queued_is_withdrawn_with_its_reason():
    content("hello")
    row = inside(step("hello", "send_email", content="hello"), goals=[goal()])
    assert Message.objects.get().state == "queued"
    builders.event(row.customer, "Paid", NOON + HOUR)

    listen(NOON + HOUR)

    message = Message.objects.get()
    assert (message.state, message.reason, message.detail) == ("suppressed", "exited", "goal:paid")
    assert (message.due_at, message.closed_at) == (None, NOON + HOUR)


def test_filter_and_rule_are_asked():
    where = [{"property": "total", "operator": "at_least", "value": 50}]
    row = inside(
        goals=[
            goal("large", when=PAID | {"where": where}, exits=False),
            goal("roman", rule=IN_ROME, exits=False),
        ],
    )
    other = enrolled(row.version, builders.customer())
    builders.event(row.customer, "Paid", NOON + HOUR, {"total": 49})
    builders.event(other.customer, "Paid", NOON + HOUR, {"total": 50})

    listen(NOON + HOUR)

    assert sorted(reached()) == [(row.pk, "roman", NOON + HOUR), (other.pk, "large", NOON + HOUR)]


@pytest.mark.parametrize(
    ("when", "name", "properties"),
    [
        ({"kind": "segment_entered", "segment": "vip"}, "$segment_entered", {"segment": "vip"}),
        ({"kind": "segment_left", "segment": "vip"}, "$segment_left", {"segment": "vip"}),
        ({"kind": "stage_reached", "stage": "use"}, "$stage_changed", {"from": "action", "to": "use"}),
        ({"kind": "stage_left", "stage": "action"}, "$stage_changed", {"from": "action", "to": "use"}),
    ],
)
def test_moves_between_segments_and_stages_are_heard(when, name, properties):
    Segment.objects.create(slug="vip", name="VIP")
    row = inside(goals=[goal("moved", when=when)])
    other = enrolled(row.version, builders.customer())
    builders.event(other.customer, name, NOON + HOUR, dict.fromkeys(properties, "another"))
    builders.event(row.customer, name, NOON + HOUR, properties)

    listen(NOON + HOUR)

    assert (ended(row), ended(other)) == ("goal:moved", "")


def test_what_happened_before_entering_never_counts():
    row = inside(goals=[goal()], exits=[{"when": PAID, "reason": "has paid"}])
    builders.event(row.customer, "Paid", NOON)
    builders.event(row.customer, "Paid", NOON - DAY)

    listen(NOON + HOUR)

    assert (reached(), ended(row)) == ([], "")


def test_the_event_that_sets_a_journey_off_is_not_its_goal_and_the_next_one_is():
    live(PAUSE, trigger=PAID, goals=[goal()])
    one = builders.customer()
    builders.event(one, "Paid", NOON)
    listen(NOON)
    engine.advance(NOON)
    assert reached() == []
    builders.event(one, "Paid", NOON + HOUR)

    listen(NOON + HOUR)

    assert [when for _, _, when in reached()] == [NOON + HOUR]


def test_entering_and_goal_in_one_batch_of_events():
    live(PAUSE, trigger=SIGNED_UP, goals=[goal()])
    one = builders.customer()
    builders.event(one, "Signed Up", NOON)
    builders.event(one, "Paid", NOON + HOUR / 60)

    listen(NOON + HOUR / 2)
    assert engine.advance(NOON + HOUR / 2) == 1

    row = Enrollment.objects.get()
    assert reached() == [(row.pk, "paid", NOON + HOUR / 60)]
    assert (row.standing, row.exit_reason, row.step) == ("ended", "goal:paid", "pause")
    assert list(row.log.all()) == []


def test_within_the_window_a_goal_counts_after_the_end_too():
    row = inside(step("bye", "exit"), goals=[goal(window="P7D")])
    assert ended(row) == "exit"
    builders.event(row.customer, "Paid", NOON + 7 * DAY)

    listen(NOON + 8 * DAY)

    assert reached() == [(row.pk, "paid", NOON + 7 * DAY)]
    assert ended(row) == "exit"


def test_after_the_window_it_neither_counts_nor_ends():
    row = inside(goals=[goal(window="P7D")])
    builders.event(row.customer, "Paid", NOON + 7 * DAY + HOUR)

    listen(NOON + 8 * DAY)

    assert (reached(), ended(row)) == ([], "")


def test_an_enrollment_on_hold_is_ended_too():
    row = inside(goals=[goal()])
    services.pause(row.journey_id)
    builders.event(row.customer, "Paid", NOON + HOUR)

    listen(NOON + HOUR)

    assert (ended(row), row.is_on_hold) == ("goal:paid", False)


def test_a_goal_comes_before_the_wait_for_the_same_event():
    content("thanks")
    row = inside(
        step("paid", "wait_for", {"happened": "thanks"}, event="Paid", at_most="P9D"),
        step("thanks", "send_email", content="thanks"),
        goals=[goal()],
    )
    builders.event(row.customer, "Paid", NOON + HOUR)

    listen(NOON + HOUR)
    engine.advance(NOON + HOUR)

    assert ended(row) == "goal:paid"
    assert not Message.objects.exists()


def test_those_inside_keep_the_goals_of_their_version():
    row = inside(goals=[goal()])
    services.save_draft(row.journey_id, row.version.graph | {"goals": []})
    services.publish(row.journey_id, NOON)
    builders.event(row.customer, "Paid", NOON + HOUR)

    listen(NOON + HOUR)

    assert ended(row) == "goal:paid"
