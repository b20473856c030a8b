"""How many customers and messages each journey and each of its steps has seen: a few grouped queries each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Q

from channels.models import Message, MessageState
from channels.models.message import SENT_AND_AFTER
from journeys.models import Enrollment, JourneyVersion, Standing, StepLog

SENT = {*SENT_AND_AFTER, MessageState.UNCERTAIN}
NOT_SENT = {MessageState.SUPPRESSED, MessageState.FAILED}
WAITING = {MessageState.HELD, MessageState.QUEUED, MessageState.SENDING}


@dataclass
class Counts:
    """Of a journey, or of one step of it."""

    entered: int = 0  # of a step: those who passed it or stand at it
    inside: int = 0
    branches: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)

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
        """Messages that will never go out."""
        return sum(self.messages[state] for state in NOT_SENT)


def journey_counts() -> dict[int, Counts]:
    """Each journey's, over all its versions."""
    counts: dict[int, Counts] = {}
    entered = (
        Enrollment.objects.order_by()
        .values_list("journey_id")
        .annotate(every=Count("pk"), inside=Count("pk", filter=~Q(standing=Standing.ENDED)))
    )
    for journey_id, every, inside in entered:
        counts[journey_id] = Counts(entered=every, inside=inside)
    journeys = dict(JourneyVersion.objects.values_list("pk", "journey_id"))
    sent = (
        Message.objects.filter(source="journey")
        .order_by()
        .values_list("source_id", "state")
        .annotate(Count("pk"))
    )
    for version_id, state, many in sent:
        if version_id in journeys:
            counts.setdefault(journeys[version_id], Counts()).messages[state] += many
    return counts


def step_counts(version_ids: Sequence[int]) -> dict[str, Counts]:
    """Each step's, over these versions."""
    counts: dict[str, Counts] = {}
    standing = (
        Enrollment.objects.filter(version_id__in=version_ids)
        .exclude(standing=Standing.ENDED)
        .order_by()
        .values_list("step")
        .annotate(Count("pk"))
    )
    for step, many in standing:
        counts.setdefault(step, Counts()).inside = many
    passed = (
        StepLog.objects.filter(version_id__in=version_ids)
        .order_by()
        .values_list("step", "branch")
        .annotate(Count("pk"))
    )
    for step, branch, many in passed:
        counts.setdefault(step, Counts()).branches[branch] += many
    sent = (
        Message.objects.filter(source="journey", source_id__in=version_ids)
        .order_by()
        .values_list("step", "state")
        .annotate(Count("pk"))
    )
    for step, state, many in sent:
        counts.setdefault(step, Counts()).messages[state] += many
    for row in counts.values():
        row.entered = row.inside + row.passed
    return counts
