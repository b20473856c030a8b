"""How many customers and messages each journey and each of its steps has seen: off the tallies.

What they reached is in `goal_counts.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, Sum

from channels.models import Counted, MessageSource, MessageState, MessageTally, Reason
from channels.models.message import SENT_AND_AFTER
from journeys.models import Enrollment, JourneyVersion, Standing
from journeys.parked import PARKED
from journeys.tallies import enrollments_kept

SENT = {*SENT_AND_AFTER, MessageState.UNCERTAIN}
NOT_SENT = {MessageState.SUPPRESSED, MessageState.FAILED}
WAITING = {MessageState.HELD, MessageState.QUEUED, MessageState.SENDING}


@dataclass
class Counts:
    """Of a journey, or of one step of it."""

    entered: int = 0  # of a step: those who came to it
    inside: int = 0
    parked: int = 0  # of a journey: those whose step failed five times
    branches: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    held_out: int = 0  # messages kept back from the holdout
    left: int = 0  # those who left the journey while they stood at this step
    opened: int = 0
    clicked: int = 0

    @property
    def passed(self) -> int:
        """Those who went on."""
        return self.branches.total()

    @property
    def ways(self) -> list[tuple[str, int]]:
        """Each branch and how many took it, the most first."""
        return self.branches.most_common()

    @property
    def sent(self) -> int:
        """Messages that went out, or may have."""
        return sum(self.messages[state] for state in SENT)

    @property
    def held(self) -> int:
        """Messages that wait."""
        return sum(self.messages[state] for state in WAITING)

    @property
    def not_sent(self) -> int:
        """Messages that will never go out, but those of the holdout."""
        return sum(self.messages[state] for state in NOT_SENT) - self.held_out


def journey_counts() -> dict[int, Counts]:
    """Each journey's, over all its versions, off the tallies and the indexes of the live ones."""
    counts = defaultdict[int, Counts](Counts)
    for journey_id, entered in enrollments_kept().items():
        counts[journey_id].entered = entered
    journeys = dict(JourneyVersion.objects.values_list("pk", "journey_id"))
    live = Enrollment.objects.exclude(standing=Standing.ENDED).order_by()
    for version_id, many in live.values_list("version_id").annotate(Count("pk")):
        counts[journeys[version_id]].inside += many
    for journey_id, many in (
        Enrollment.objects.filter(PARKED).order_by().values_list("journey_id").annotate(Count("pk"))
    ):
        counts[journey_id].parked = many
    asked = MessageTally.objects.filter(counted=Counted.ASKED, source=MessageSource.JOURNEY).order_by()
    for version_id, state, reason, many in asked.values_list("source_id", "state", "reason").annotate(
        Sum("messages")
    ):
        if version_id in journeys:
            one = counts[journeys[version_id]]
            one.messages[state] += many
            if (state, reason) == (MessageState.SUPPRESSED, Reason.HOLDOUT):
                one.held_out += many
    return dict(counts)


class Within(NamedTuple):
    """Days of the brand that are counted, from a midnight to before another; without these, all time."""

    start: datetime | str = "-infinity"
    end: datetime | str = "infinity"


ALWAYS = Within()

# Off the tallies (journeys/tallies.py), whose lines are few whatever came. Plan: their indexes of a version.
PASSED = """
    SELECT step, branch, sum(came), sum(went) FROM journeys_steptally
    WHERE version_id = ANY(%(of)s) AND day >= %(start)s AND day < %(end)s
    GROUP BY 1, 2 HAVING sum(came) + sum(went) > 0
"""
# Plan: enrollment_at_step alone.
STANDING = """
    SELECT step, count(*) FROM journeys_enrollment
    WHERE version_id = ANY(%(of)s) AND standing <> 'ended' GROUP BY 1
"""
# Plan: enrollment_at_step, and the rows of those who stand.
STANDING_SINCE = """
    SELECT step, count(*) FROM journeys_enrollment
    WHERE version_id = ANY(%(of)s) AND standing <> 'ended'
      AND reached_at >= %(start)s AND reached_at < %(end)s GROUP BY 1
"""
LEFT = """
    SELECT step, sum(leavers) FROM journeys_endtally
    WHERE version_id = ANY(%(of)s) AND step <> '' AND day >= %(start)s AND day < %(end)s
    GROUP BY 1 HAVING sum(leavers) > 0
"""
MESSAGES = """
    SELECT step, state, is_held_out, sum(messages), sum(opened), sum(clicked) FROM journeys_sendtally
    WHERE version_id = ANY(%(of)s) AND day >= %(start)s AND day < %(end)s
    GROUP BY 1, 2, 3 HAVING sum(messages) > 0
"""


def step_counts(version_ids: Sequence[int], within: Within = ALWAYS) -> dict[str, Counts]:
    """Each step's, over these versions: who came and went in that time, who stands there now.

    A message counts by when it was asked for, with all that became of it since.
    """
    counts: defaultdict[str, Counts] = defaultdict(Counts)
    values = {"of": list(version_ids), "start": within.start, "end": within.end}
    for step, branch, came, went in rows_of(PASSED, values):
        counts[step].entered += int(came)
        if went:
            counts[step].branches[branch] += int(went)
    standing = dict(rows_of(STANDING, values))
    for step, many in standing.items():
        counts[step].inside = many
    for step, many in (standing if within == ALWAYS else dict(rows_of(STANDING_SINCE, values))).items():
        counts[step].entered += many
    for step, many in rows_of(LEFT, values):
        counts[step].entered += int(many)
        counts[step].left = int(many)
    for step, state, is_held_out, *many in rows_of(MESSAGES, values):
        messages, opened, clicked = map(int, many)
        one = counts[step]
        one.messages[state] += messages
        one.opened, one.clicked = one.opened + opened, one.clicked + clicked
        if is_held_out and state == MessageState.SUPPRESSED:
            one.held_out += messages
    return dict(counts)


def rows_of(sql: str, values: Mapping[str, Any]) -> list[Any]:
    """All that a statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
