"""Days by the calendar, hours by the watch: over every change of the clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from journeys.span import Span

ROME = ZoneInfo("Europe/Rome")
ZONES = sorted(available_timezones() - {"Factory", "localtime"})
SPANS = st.builds(
    Span,
    st.integers(0, 14),
    st.integers(0, 40),
    st.integers(0, 100_000).map(lambda seconds: timedelta(seconds=seconds)),
)
STARTS = st.integers(0, 18 * 365 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
READ = TypeAdapter(Span)


def local(*parts):
    return datetime(*parts, tzinfo=ROME).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("P1D", Span(days=1)),
        ("P2W", Span(days=14)),
        ("P1Y2M", Span(months=14)),
        ("PT24H", Span(elapsed=timedelta(hours=24))),
        ("P1DT2H30M", Span(days=1, elapsed=timedelta(hours=2, minutes=30))),
        ("PT0.5S", Span(elapsed=timedelta(seconds=0.5))),
    ],
)
def test_a_duration_keeps_what_is_by_the_calendar_apart(text, span):
    assert Span.parse(text) == span


@given(SPANS)
def test_a_span_is_written_as_it_is_read(span):
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize("text", ["P", "PT", "1 day", "-P1D", "P-1D", "P1", "PT1D", "P1.5D", "", "P1DT"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is no length of time"):
        Span.parse(text)


@pytest.mark.parametrize("value", ["PT0S", "P7Y", "PT0.5S", "-P1D", None, True, [], "two days", float("nan")])
def test_settings_refuse_what_is_no_length_to_wait(value):
    with pytest.raises(ValidationError):
        READ.validate_python(value)


def test_settings_of_older_graphs_are_still_read():
    assert READ.validate_python(3600) == READ.validate_python("01:00:00") == Span.parse("PT1H")
    assert READ.dump_json(Span.parse("PT1H30M")) == b'"PT1H30M"'


def test_a_day_is_the_same_local_time_and_24_hours_are_not():
    before = local(2025, 3, 29, 12)

    assert Span.parse("P1D").after(before, ROME) == local(2025, 3, 30, 12) == before + timedelta(hours=23)
    assert Span.parse("PT24H").after(before, ROME) == local(2025, 3, 30, 13)
    assert Span.parse("P1D").before(local(2025, 3, 30, 12), ROME) == before


def test_a_time_that_the_clocks_skip_is_the_first_after_the_gap_and_of_two_the_first():
    assert Span.parse("P1D").after(local(2025, 3, 29, 2, 30), ROME) == datetime(2025, 3, 30, 1, tzinfo=UTC)
    assert Span.parse("P1D").after(local(2025, 10, 25, 2, 30), ROME) == datetime(
        2025, 10, 26, 0, 30, tzinfo=UTC
    )


def test_a_month_without_that_day_ends_on_its_last_one():
    assert Span.parse("P1M").after(local(2025, 1, 31, 9), ROME) == local(2025, 2, 28, 9)
    assert Span.parse("P1Y").after(local(2024, 2, 29, 9), ROME) == local(2025, 2, 28, 9)
    assert Span.parse("P1M").before(local(2025, 3, 31, 9), ROME) == local(2025, 2, 28, 9)


def test_a_date_that_a_zone_skips_whole_gives_way_to_the_next():
    samoa = ZoneInfo("Pacific/Apia")
    start = datetime(2011, 12, 29, 12, tzinfo=samoa)

    assert Span.parse("P1D").after(start, samoa) == datetime(2011, 12, 31, 12, tzinfo=samoa)


@given(start=STARTS, days=st.integers(1, 400), zone=st.sampled_from(ZONES))
def test_days_later_clocks_show_the_same_time_wherever_they_show_it(start, days, zone):
    there = ZoneInfo(zone)
    wall = start.astimezone(there).replace(tzinfo=None, fold=0) + timedelta(days=days)

    found = Span(days=days).after(start, there)

    shown = found.astimezone(there).replace(tzinfo=None, fold=0)
    is_skipped = (
        wall.replace(tzinfo=there).astimezone(UTC).astimezone(there).replace(tzinfo=None, fold=0) != wall
    )
    assert (shown == wall and not found.astimezone(there).fold) or (is_skipped and shown > wall)
    assert found > start


@given(start=STARTS, span=SPANS, zone=st.sampled_from(ZONES))
def test_elapsed_time_is_counted_after_the_calendar(start, span, zone):
    there = ZoneInfo(zone)
    by_calendar = Span(span.months, span.days).after(start, there)

    assert span.after(start, there) == by_calendar + span.elapsed
