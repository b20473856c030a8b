"""What a simulation tells: the draft's own figures, and both legs side by side. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from journeys.simulate.counts import JourneyCounts, LegResult, StepCounts

P95 = 0.95


class Pressure(Struct):
    """How many messages a customer gets in a week. `weeks_of`: a number, and in how many weeks it was so."""

    weeks_of: list[tuple[int, int]]
    mean: float
    p95: int
    most: int


class Beside(Struct):
    """A live journey without the draft and with it."""

    slug: str
    name: str
    before: JourneyCounts
    after: JourneyCounts

    @property
    def lost(self) -> int:
        """Messages that it sent without the draft and does not send with it."""
        return max(0, self.before.sent - self.after.sent)

    @property
    def delayed(self) -> int:
        """More messages than without the draft that a cap made wait."""
        return max(0, self.after.waited - self.before.waited)

    @property
    def loses(self) -> bool:
        """Whether the draft takes slots from it."""
        return self.lost > 0 or self.delayed > 0


class Outcome(Struct):
    """The result that is kept and shown."""

    start: datetime
    until: datetime
    everybody: int
    customers: int
    people: int
    entered: int
    finished: int
    inside: int
    steps: dict[str, StepCounts]
    reasons: list[tuple[str, str, int]]
    exits: list[tuple[str, int]]
    days: list[tuple[date, str, int]]
    every_day: list[tuple[date, int, int]]
    without: Pressure
    pressure: Pressure
    beside: list[Beside]
    seconds: float

    @property
    def sent(self) -> int:
        """Messages of the draft that went out."""
        return sum(many for _day, _channel, many in self.days)

    @property
    def losing(self) -> list[Beside]:
        """The live journeys that have to give way."""
        return [row for row in self.beside if row.loses]

    @property
    def fates(self) -> dict[str, int]:
        """The draft's messages by their state."""
        told: dict[str, int] = {}
        for state, _reason, many in self.reasons:
            told[state] = told.get(state, 0) + many
        return told


def outcome(  # noqa: PLR0917 - two legs, and what is known of the whole
    without: LegResult,
    with_draft: LegResult,
    names: Mapping[int, tuple[str, str]],
    span: tuple[datetime, datetime],
    everybody: int,
    seconds: float,
) -> Outcome:
    """Both legs as one result; `names` are slug and name of the other journeys that are live."""
    return Outcome(
        start=span[0],
        until=span[1],
        everybody=everybody,
        customers=with_draft.customers,
        people=with_draft.people,
        entered=with_draft.entered,
        finished=with_draft.finished,
        inside=with_draft.inside,
        steps=with_draft.steps,
        reasons=with_draft.reasons,
        exits=with_draft.exits,
        days=with_draft.days,
        every_day=list(_days(without.every_day, with_draft.every_day)),
        without=pressure(without),
        pressure=pressure(with_draft),
        beside=list(_beside(without, with_draft, names)),
        seconds=round(seconds, 1),
    )


def pressure(leg: LegResult) -> Pressure:
    """Messages for each customer and week, those with none too."""
    weeks = leg.customers * leg.weeks
    some = sum(many for _messages, many in leg.pressure)
    told = [(0, max(0, weeks - some)), *leg.pressure]
    sent = sum(messages * many for messages, many in told)
    return Pressure(
        weeks_of=told,
        mean=round(sent / weeks, 2) if weeks else 0.0,
        p95=_quantile(told, P95),
        most=max((messages for messages, many in told if many), default=0),
    )


def _quantile(told: Sequence[tuple[int, int]], share: float) -> int:
    """The number of messages that this share of the weeks does not exceed."""
    needed = share * sum(many for _messages, many in told)
    passed = 0
    for messages, many in told:
        passed += many
        if passed >= needed:
            return messages
    return 0


def _days(
    without: Sequence[tuple[date, int]], with_draft: Sequence[tuple[date, int]]
) -> Iterator[tuple[date, int, int]]:
    """Each day with all its messages, without the draft and with it."""
    before, after = dict(without), dict(with_draft)
    for day in sorted(before.keys() | after.keys()):
        yield day, before.get(day, 0), after.get(day, 0)


def _beside(
    without: LegResult, with_draft: LegResult, names: Mapping[int, tuple[str, str]]
) -> Iterator[Beside]:
    """The other journeys, whoever loses most first."""
    rows = [
        Beside(
            slug,
            name,
            without.journeys.get(journey_id, JourneyCounts()),
            with_draft.journeys.get(journey_id, JourneyCounts()),
        )
        for journey_id, (slug, name) in names.items()
    ]
    yield from sorted(rows, key=lambda row: (-row.lost, -row.delayed, row.name))
