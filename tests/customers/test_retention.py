import pytest

from config import work
from customers import retention
from customers.models import Customer, Event, Membership, PrivacyAct, Retention, RetentionSweep, Segment
from customers.retention import delete_retention, likeness, retain, save_retention
from customers.segments import save_segment
from tests.builders import DAY, HOUR, NOON, customer, event

pytestmark = pytest.mark.django_db
BOUGHT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2}


def keep(pattern, days):
    return save_retention(Retention(pattern=pattern, days=days), "ada", NOON)


def left():
    return sorted(Event.objects.exclude(name__startswith="$s").values_list("name", flat=True))


def swept(now=NOON):
    """A whole sweep; how many turns it took."""
    turns = 0
    while retain(now):
        turns += 1
    return turns


def test_events_that_are_too_old_go_and_the_others_stay():
    one = customer()
    event(one, "Page Viewed", NOON - 91 * DAY)
    event(one, "Page Viewed", NOON - 90 * DAY)
    event(one, "Order Completed", NOON - 900 * DAY)
    keep("Page Viewed", 90)

    assert swept() == 1

    assert left() == ["Order Completed", "Page Viewed"]
    assert Event.objects.get(name="Page Viewed").occurred_at == NOON - 90 * DAY


@pytest.mark.parametrize(
    ("pattern", "gone"),
    [
        ("Page*", {"Page Viewed", "Page_Left"}),
        ("page*", set()),
        ("*", {"Page Viewed", "Page_Left", "100%"}),
        ("$message_*", {"$message_opened"}),
        ("Page_*", {"Page_Left"}),
        ("100%", {"100%"}),
        ("1%", set()),
        ("*Viewed", {"Page Viewed"}),
        ("\\*", set()),
    ],
)
def test_pattern_means_names_as_they_are_and_star_any_letters(pattern, gone):
    one = customer()
    names = {"Page Viewed", "Page_Left", "100%", "$message_opened"}
    for name in names:
        event(one, name, NOON - 9 * DAY)
    keep(pattern, 5)

    swept()

    assert set(left()) == names - gone


def test_likeness_keeps_letters_that_mean_something_to_sql():
    assert likeness(r"a_b%c\d*") == r"a\_b\%c\\d%"


def test_shortest_time_counts():
    one = customer()
    for days in (3, 8, 20):
        event(one, "Page Viewed", NOON - days * DAY)
    keep("Page*", 5)
    keep("*", 10)

    swept()

    assert Event.objects.get().occurred_at == NOON - 3 * DAY
    assert PrivacyAct.objects.get(what="forgotten").details == {"*": 1, "Page*": 1}


def test_sweep_goes_range_by_range_once_a_day(monkeypatch):
    monkeypatch.setattr(retention, "RANGE", 2)
    one = customer()
    for _ in range(5):
        event(one, "Page Viewed", NOON - 9 * DAY)
    keep("Page Viewed", 5)

    assert swept() == 3
    assert (left(), swept(NOON + 23 * HOUR)) == ([], 0)
    event(one, "Page Viewed", NOON - 9 * DAY)
    assert swept(NOON + DAY) > 0
    assert left() == []
    assert RetentionSweep.objects.count() == 1


def test_nothing_is_looked_at_where_all_is_kept():
    event(customer(), "Page Viewed", NOON - 900 * DAY)

    assert swept() == 0
    assert not RetentionSweep.objects.exists()


def test_segments_say_what_the_events_that_are_left_say():
    one, other = customer(), customer()
    for who, days in ((one, (3, 90)), (other, (1, 2))):
        for ago in days:
            event(who, "Order Completed", NOON - ago * DAY)
    segment = Segment(slug="twice", name="Twice", rule=BOUGHT)
    save_segment(segment, NOON)
    work.settle(NOON)
    keep("Order*", 30)

    swept()
    assert Customer.objects.get(pk=one.pk).recheck_at == NOON
    work.settle(NOON)

    stays = Membership.objects.filter(segment=segment, left_at=None)
    assert list(stays.values_list("customer_id", flat=True)) == [other.pk]


def test_changes_are_recorded():
    row = keep("Page*", 90)
    row.days = 30
    save_retention(row, "bea", NOON + DAY)
    delete_retention(row, "bea", NOON + 2 * DAY)

    acts = PrivacyAct.objects.filter(what="retention").order_by("pk").values_list("by", "details")
    assert list(acts) == [
        ("ada", {"events": "Page*", "from": None, "to": 90}),
        ("bea", {"events": "Page*", "from": 90, "to": 30}),
        ("bea", {"events": "Page*", "from": 30, "to": None}),
    ]


def test_a_renamed_pattern_is_recorded_as_the_end_of_the_old_one():
    row = keep("Page*", 90)
    row.pattern = "Screen*"
    save_retention(row, "ada", NOON)

    acts = PrivacyAct.objects.filter(what="retention").order_by("pk").values_list("details", flat=True)
    assert list(acts)[1:] == [
        {"events": "Screen*", "from": None, "to": 90},
        {"events": "Page*", "from": 90, "to": None},
    ]
