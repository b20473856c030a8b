"""A journey that is edited, moved, paused and resumed while two engines take 2,000 customers through it."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection

from channels.models import Channel, Message
from channels.secrets import seal
from config import work
from journeys import publishing, services
from journeys.models import Enrollment, Journey, JourneyVersion, StepLog
from journeys.queries import stuck
from tests.builders import NOON, customer, event
from tests.journeys.builders import content, graph, step

CUSTOMERS = 2000
EDITS = 5
MAILS = ("one", "two", "three")
SENT = Message.objects.filter(sent_at__isnull=False)
NAMES = ("journeys.mend", "journeys.hear_fates", "journeys.migrate", "channels.dispatch_sms")


def written(edit: int):
    """The graph after so many edits: other spans, and waits that go by another name each time."""
    first, second = f"rest{edit}", f"sleep{edit}"
    return graph(
        step("one", "send_sms", {"next": first}, content="one", priority=50 + edit),
        step(first, "wait", {"next": "two"}, span=f"PT{60 + edit}M"),
        step("two", "send_sms", {"next": second}, content="two"),
        step(second, "wait", {"next": "three"}, span=f"PT{90 - edit}M"),
        step("three", "send_sms", {"next": "bye"}, content="three"),
        step("bye", "exit", reason="done"),
    )


class Workers:
    """Threads that do pieces of work at a moment that the test moves on, until they are told to end."""

    def __init__(self) -> None:
        self.now = NOON
        self.over = Event()
        self.errors: list[BaseException] = []
        pieces = {piece.name: piece.run for piece in work.pieces()}
        advance = [pieces["journeys.advance"]]
        others = [pieces["journeys.listen"], *(pieces[name] for name in NAMES)]
        self.threads = [Thread(target=self._work, args=(runs,)) for runs in (advance, advance, others)]
        for thread in self.threads:
            thread.start()

    def _work(self, runs: list[Callable[..., int]]) -> None:
        try:
            while not self.over.is_set():
                if not sum([run(self.now) for run in runs]):
                    self.over.wait(0.005)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test tells it
            self.errors.append(error)
        finally:
            connection.close()

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)
        assert self.errors == []


def wait_until(holds: Callable[[], bool], workers: Workers, seconds: float = 60) -> None:
    for _ in range(int(seconds / 0.02)):
        if holds() or workers.errors:
            return
        workers.over.wait(0.02)
    told = Counter(Message.objects.values_list("state", "reason", "detail"))
    inside = Counter(Enrollment.objects.values_list("standing", "step", "error"))
    raise AssertionError(f"It did not come to that in time: {told}, {inside}")


def have_ended(workers: Workers) -> bool:
    """Whether all are through. Who begins to wait now waits an hour from now: so the clock goes on."""
    workers.now += timedelta(minutes=2)
    return not Enrollment.objects.exclude(standing="ended").exists()


@pytest.mark.django_db(transaction=True)
def test_everybody_gets_each_message_once_however_often_the_journey_is_edited(tmp_path):
    Channel.objects.create(
        kind="sms", provider="journal", sender="Sette", settings=seal({"path": str(tmp_path / "journal")})
    )
    for slug in MAILS:
        content(slug, channel="sms", is_transactional=True)
    action = Journey._meta.get_field("serves").related_model.objects.get(slug="action")
    journey = services.create_journey("edited", "Edited", action, action, written(0))
    services.publish(journey.pk, NOON)
    people = [customer(phone=f"+39320{number:07}") for number in range(CUSTOMERS)]
    workers = Workers()
    try:
        for edit in range(1, EDITS + 1):
            goal = SENT.count() + 200
            for person in people[(edit - 1) * 400 : edit * 400]:
                event(person, at=workers.now)
            wait_until(lambda edit=edit: Enrollment.objects.count() == edit * 400, workers)  # all are heard
            wait_until(lambda goal=goal: SENT.count() >= goal, workers)
            services.save_draft(journey.pk, written(edit))
            old = {f"{name}{edit - 1}": f"{name}{edit}" for name in ("rest", "sleep")}
            moves = {edit: old}
            publishing.publish(journey.pk, workers.now, moves=moves)
            services.pause(journey.pk)
            workers.now += timedelta(minutes=20)
            services.resume(journey.pk, workers.now)
            workers.now += timedelta(minutes=20)
        wait_until(lambda: have_ended(workers), workers)
    finally:
        workers.end()
    work.settle(workers.now)

    got = Counter(Message.objects.filter(state="sent").values_list("customer_id", "content__slug"))
    assert got == Counter({(person.pk, slug): 1 for person in people for slug in MAILS})
    assert Message.objects.exclude(state="sent").exclude(reason="withdrawn").count() == 0
    assert set(Enrollment.objects.values_list("exit_reason", "version")) <= {
        ("done", pk) for pk in JourneyVersion.objects.values_list("pk", flat=True)
    }
    assert Enrollment.objects.count() == CUSTOMERS
    assert StepLog.objects.filter(branch="$migrated").exists()
    assert stuck() == []
