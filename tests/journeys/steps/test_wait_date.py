from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from journeys.step import Advance, DateOf, Moment, WaitUntil
from journeys.steps.wait_date import WaitDate

ROME = ZoneInfo("Europe/Rome")
MONDAY = datetime(2025, 3, 3, 12, tzinfo=UTC)


def decided(now=MONDAY, date="", **settings):
    return WaitDate.model_validate(settings).decide(Moment(now, MONDAY, zone=ROME, date=date))


def at(*parts):
    return WaitUntil(datetime(*parts, tzinfo=ROME).astimezone(UTC))


@pytest.mark.parametrize(
    ("settings", "date", "outcome"),
    [
        ({"on": "2025-12-24"}, "", at(2025, 12, 24)),
        ({"on": "2025-12-24", "at": "18:00"}, "", at(2025, 12, 24, 18)),
        ({"on": "2025-12-24T18:00:00"}, "", at(2025, 12, 24, 18)),
        ({"on": "2025-12-24T18:00:00Z"}, "", at(2025, 12, 24, 19)),
        ({"trait": "renewal"}, "2025-06-30", at(2025, 6, 30)),
        ({"trait": "renewal", "shift": {"span": "P7D", "way": "before"}}, "2025-04-02", at(2025, 3, 26)),
        ({"trait": "renewal", "shift": {"span": "P1M", "way": "after"}}, "2025-06-30", at(2025, 7, 30)),
        (
            {"property": "starts_at", "shift": {"span": "PT3H", "way": "before"}},
            "2025-06-30T10:00:00+02:00",
            at(2025, 6, 30, 7),
        ),
        (
            {"property": "starts_at", "shift": {"span": "P1D", "way": "before"}, "at": "09:00"},
            "2025-06-30T22:30:00Z",
            at(2025, 6, 30, 9),
        ),
        ({"trait": "renewal"}, "2025-03-03", Advance("passed")),
        ({"trait": "renewal"}, "", Advance("missing")),
        ({"trait": "renewal"}, "soon", Advance("missing")),
        ({"trait": "renewal"}, "0001-01-01", Advance("missing")),
        ({"trait": "renewal", "shift": {"span": "P5Y", "way": "after"}}, "9999-12-31", Advance("missing")),
    ],
)
def test_wait_date_holds_until_the_date(settings, date, outcome):
    assert decided(date=date, **settings) == outcome


def test_wait_date_goes_on_when_the_date_has_come_or_has_been_moved():
    later = datetime(2025, 6, 30, 12, tzinfo=UTC)

    assert decided(later, "2025-06-30", trait="renewal") == Advance()
    assert decided(later, "2025-07-30", trait="renewal") == at(2025, 7, 30)
    assert decided(later, "2025-01-30", trait="renewal") == Advance("passed")


def test_wait_date_tells_what_it_reads():
    assert WaitDate(trait="renewal").date_of == DateOf("customer", "renewal")
    assert WaitDate(of_event="starts_at").date_of == DateOf("event", "starts_at")
    assert WaitDate(on="2025-12-24").date_of is None
    assert WaitDate(on="2025-12-24").branches == ("next", "passed")


@pytest.mark.parametrize(
    "settings",
    [{}, {"on": "soon"}, {"on": 5}, {"on": "2025-12-24", "trait": "x"}, {"trait": "x", "at": "09:00Z"}],
)
def test_wait_date_refuses_what_is_no_date(settings):
    with pytest.raises(ValidationError):
        WaitDate.model_validate(settings)
