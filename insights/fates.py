"""What became of messages, with the identity that always holds: each candidate has exactly one fate."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q, Sum

from channels.models import ChannelKind, Counted, MessageState, MessageTally, Reason
from channels.models.message import SENT_AND_AFTER
from config.period import Period
from config.tally import first_hour
from config.templatetags.sette import FATES


@dataclass
class Ledger:
    """Candidates by state, and what of them the identity of the design adds up."""

    states: Counter[str] = field(default_factory=Counter)

    @property
    def candidates(self) -> int:
        """All messages that were asked for."""
        return self.states.total()

    @property
    def fates(self) -> dict[str, int]:
        """The seven terms whose sum is `candidates`; what followed a sending counts as sent."""
        sent = sum(self.states[state] for state in SENT_AND_AFTER)
        return {fate: sent if fate == "sent" else self.states[fate] for fate in FATES}

    @property
    def parts(self) -> list[tuple[str, str, int]]:
        """Fate, its name, how many."""
        return [(fate, str(FATES[fate]), count) for fate, count in self.fates.items()]

    @property
    def sent(self) -> int:
        """Those that went out."""
        return self.fates["sent"]

    @property
    def held(self) -> int:
        """Those that wait for a moment that is known."""
        return self.states[MessageState.HELD]

    @property
    def not_sent(self) -> int:
        """Those that will never go out."""
        return self.states[MessageState.SUPPRESSED] + self.states[MessageState.FAILED]


@dataclass(frozen=True)
class FateReport:
    """A period's messages: all, by channel, and why some were held or not sent."""

    all: Ledger
    channels: list[tuple[str, str, Ledger]]
    reasons: list[tuple[str, str, int, int]]
    opened: int
    clicked: int
    held_by_caps: int


def fate_report(period: Period) -> FateReport:
    """Off the tally of messages: those that were asked for in the period's hours."""
    start = first_hour(period.start, period.end)
    asked = MessageTally.objects.filter(counted=Counted.ASKED, hour__gte=start, hour__lte=period.end)
    rows = list(
        asked.order_by()
        .values("channel", "state", "reason")
        .annotate(
            n=Sum("messages"),
            opened=Sum("opened"),
            clicked=Sum("clicked"),
            by_caps=Sum("messages", filter=Q(by_cap=True), default=0),
        )
    )
    every: Ledger = Ledger()
    channels: dict[str, Ledger] = {}
    held, dropped = Counter[str](), Counter[str]()
    for row in rows:
        every.states[row["state"]] += row["n"]
        channels.setdefault(row["channel"], Ledger()).states[row["state"]] += row["n"]
        if row["state"] in {MessageState.HELD, MessageState.QUEUED}:
            held[row["reason"]] += row["n"]
        elif row["state"] in {MessageState.SUPPRESSED, MessageState.FAILED, MessageState.UNCERTAIN}:
            dropped[row["reason"]] += row["n"]
    return FateReport(
        all=every,
        channels=[(kind.value, str(kind.label), channels[kind]) for kind in ChannelKind if kind in channels],
        reasons=_reasons(held, dropped),
        opened=sum(row["opened"] for row in rows),
        clicked=sum(row["clicked"] for row in rows),
        held_by_caps=sum(row["by_caps"] for row in rows),
    )


def _reasons(held: Mapping[str, int], dropped: Mapping[str, int]) -> list[tuple[str, str, int, int]]:
    named = [
        (reason.value, str(reason.label), held.get(reason, 0), dropped.get(reason, 0))
        for reason in Reason
        if held.get(reason) or dropped.get(reason)
    ]
    return sorted(named, key=lambda row: -(row[2] + row[3]))
