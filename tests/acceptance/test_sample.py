"""The sample's shop at work: half a year of a few customers, in which every kind of step is passed."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from channels.defaults import ensure_channels
from channels.models import Message
from config import work
from customers.inbox import accept
from customers.models import Customer
from customers.tracking.calls import Call, Statement
from journeys.models import Conversion, Enrollment, JourneyVersion, StepLog
from journeys.queries import stuck
from journeys.step import registry
from sandbox.receivers.server import receiving
from sandbox.shop import open_shop
from tests.builders import DAY, NOON

ENTERED = {
    "ada": [
        *("welcome: finished", "advocate-thanks: finished", "club: finished", "tasting: finished"),
        *("lapse: finished", "club-pause: finished", "win-back: silence", "cross-department: finished"),
        *("half-year: finished", "tasting: "),
    ],
    "ben": [
        *("welcome: finished", "second-purchase: finished", "come-back-in-time: finished"),
        "win-back: silence",
    ],
    "cora": [
        *("welcome: finished", "second-purchase: finished", "come-back-in-time: finished"),
        *("win-back: goal:order", "welcome-back: finished", "come-back-in-time: finished"),
    ],
    "dora": [
        *("welcome: finished", "second-purchase: goal:second-basket", "cross-department: finished"),
        *("produce-tips: finished", "lapse: finished", "come-back-in-time: finished", "win-back: silence"),
    ],
    "eva": ["welcome: finished", "coupon-follow-up: finished"],
    "fay": ["welcome: finished", "weekly-list: eight lists"],
}
CONVERSIONS = [
    *(("ada", "club", "member"), ("ada", "welcome", "order"), ("ben", "welcome", "order")),
    *(("cora", "welcome", "order"), ("cora", "win-back", "order"), ("dora", "cross-department", "produce")),
    *(("dora", "second-purchase", "second-basket"), ("dora", "welcome", "order")),
]
NAME = "customer__traits__first_name"

pytestmark = [pytest.mark.django_db, pytest.mark.acceptance]
MOVING = ("customers.drain", "customers.hear", "customers.recheck", "channels.", "journeys.")
GROCERY, PRODUCE = ["GROCERY"], ["GROCERY", "PRODUCE"]


class Shop:
    """The shop, its customers, and a clock that goes from one thing that is due to the next."""

    def __init__(self) -> None:
        self.now = NOON
        self.calls = 0
        self.pieces = [piece for piece in work.pieces() if piece.name.startswith(MOVING)]

    def meet(self, name: str, **traits: Any) -> None:
        """A household gets its card: a name, addresses, a phone, consents; its lots are always the same."""
        number = f"+1212555{100 + ord(name[0]):04d}"
        said = [
            Statement(channel=channel, granted=True, source="card") for channel in ("email", "sms", "push")
        ]
        traits |= {"first_name": name, "email": f"{name}@example.com", "phone": number}
        self._call(
            name,
            kind="identify",
            traits=traits,
            consents=said,
            time_zone="America/New_York",
            identities={"external_id": name, "push_token": f"{name}-phone"},
        )
        work.settle(self.now)
        Customer.objects.filter(traits__first_name=name).update(public_id=UUID(int=self.calls))

    def happens(self, name: str, event: str, times: int = 1, **properties: Any) -> None:
        """Something happens to a customer, so many times, now."""
        for _ in range(times):
            self._call(name, kind="track", event=event, properties=properties)
        work.settle(self.now)

    def order(self, name: str, departments: list[str], times: int = 1) -> None:
        """Baskets of fifty dollars."""
        self.happens(name, "Order Completed", times, total=50, discount=0, departments=departments)

    def go_on(self, until: datetime) -> None:
        """The clock goes on; nobody is ever stuck."""
        while (at := work.next_due(self.pieces, self.now, until)) is not None:
            self.now = at
            work.settle(self.now)
            assert stuck() == []
        self.now = until
        work.settle(self.now)

    def _call(self, name: str, **said: Any) -> None:
        self.calls += 1
        said = {"identities": {"external_id": name}} | said
        accept([Call(message_id=f"m{self.calls}", occurred_at=self.now, **said)], None, self.now)


@pytest.fixture
def receivers(tmp_path, settings):
    settings.SANDBOX = True
    with receiving(tmp_path) as receivers:
        ensure_channels(receivers.smtp_port, receivers.url, "token")
        yield receivers


def live_half_a_year(shop: Shop) -> None:
    for name in ("ada", "ben", "cora", "dora", "eva"):
        shop.meet(name)
    shop.meet("fay", kids_count="2")
    shop.go_on(NOON + DAY)
    shop.order("ada", GROCERY, times=24)
    shop.order("ben", GROCERY)
    shop.order("cora", GROCERY)
    for _ in range(5):
        shop.order("dora", GROCERY)
    shop.happens("eva", "Campaign Received", campaign_id="18", type="Type A", ends="2025-04-10")
    shop.go_on(NOON + 4 * DAY)
    shop.order("dora", PRODUCE)
    shop.go_on(NOON + 100 * DAY)
    shop.order("cora", GROCERY)
    shop.go_on(NOON + 175 * DAY)
    shop.order("ada", GROCERY, times=20)
    shop.go_on(NOON + 189 * DAY)


def entered() -> dict[str, list[str]]:
    """Who entered what, and why it ended."""
    told: dict[str, list[str]] = {}
    rows = Enrollment.objects.order_by("entered_at", "pk").values_list(NAME, "journey__slug", "exit_reason")
    for name, journey, reason in rows:
        told.setdefault(name, []).append(f"{journey}: {reason}")
    return told


def kinds_passed() -> set[str]:
    """The kinds of the steps that somebody has passed."""
    graphs = dict(JourneyVersion.objects.values_list("pk", "graph"))
    kinds = {(pk, step["id"]): step["kind"] for pk, graph in graphs.items() for step in graph["steps"]}
    return {kinds[place] for place in StepLog.objects.values_list("version_id", "step").distinct()}


def test_every_kind_of_step_is_passed_in_the_samples_shop(receivers):
    open_shop(NOON)

    live_half_a_year(Shop())

    assert kinds_passed() == set(registry)
    assert entered() == ENTERED
    assert sorted(Conversion.objects.values_list(NAME, "journey__slug", "goal")) == CONVERSIONS
    unsent = Message.objects.exclude(state="sent").values_list(NAME, "content__slug", "reason")
    assert sorted(unsent) == [("ada", "welcome-push", "cap"), ("dora", "produce-tips-email", "expired")]
    assert StepLog.objects.filter(branch="failed").count() == 0
    assert Enrollment.objects.exclude(error="").count() == 0

    store = receivers.store
    (code,) = Customer.objects.get(traits__first_name="ada").traits["vouchers"]
    hooks = Counter(asked.recipient for asked in store.newest(kind="webhook"))
    assert hooks == {"/hook/vouchers": 1, "/hook/call-list": 2}
    pushes = [store.get(row.id)[1].decode() for row in store.newest(kind="push")]
    assert sum(code in text for text in pushes) == 1
