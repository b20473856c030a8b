"""One row in a hundred is poison: it raises, takes all memory, ends the process, or never ends."""

import pytest

from channels.models import ContentText, Message
from config.embedded import parts
from customers.inbox import accept
from customers.models import InboxRow
from customers.tracking.calls import Call
from tests.faults import people, truth
from tests.faults.servers import UNHURRIED
from tests.faults.tier import die, sized

pytestmark = pytest.mark.faults
DEADLY = ["raise", "segfault", "loop", "memory"]
ENDLESS = (
    "{% for a in customer.list|default([]) %}{% for b in customer.list %}{{ a }}{% endfor %}{% endfor %}"
)
TEXT = f"<mj-section><mj-column><mj-text>{ENDLESS}</mj-text></mj-column></mj-section>"
BODY = f"<mjml><mj-body>{TEXT}</mj-body></mjml>"


def test_poison_hurts_itself_alone(sette, told):
    number = sized(500, 10_000)
    chance = die("poison")
    people.two_mails()
    ContentText.objects.filter(content__slug="two").update(body=BODY)
    customers = people.make_customers(number)
    sick = chance.sample(customers, number // 100)
    deadly = {one.pk: DEADLY[place % len(DEADLY)] for place, one in enumerate(sick[: len(sick) * 4 // 5])}
    endless = [one for one in sick if one.pk not in deadly]
    for one in endless:
        one.traits = {"list": ["x" * 100] * 1_000}  # 1,000 times 1,000 times 100 letters
        one.save()
    for start in range(0, number, 50):
        for one in customers[start : start + 50]:
            if one.pk in deadly:
                call = Call(
                    kind="track",
                    message_id=f"{deadly[one.pk]}-{one.pk}",
                    occurred_at=people.now(),
                    event="Poison",
                    identities={"email": people.address(one.pk)},
                )
                accept([call], None, people.now())
        people.set_off([one for one in customers[start : start + 50] if one.pk not in deadly])
    sette.start_beat()
    limits = {"SETTE_WORKER_MEGABYTES": "600"}
    sette.start_worker(1, "tests.faults.poison", "ingest", SETTE_TASK_SECONDS="2", **limits)
    sette.start_worker(2, queues=parts.QUEUES.removeprefix("ingest,"), **UNHURRIED | limits)
    sette.wait_for_workers()
    healthy = [one.pk for one in customers if one not in sick]
    sent = Message.objects.filter(customer_id__in=healthy, state="sent")

    def is_done():
        sette.wake("customers.drain")  # else a sweep finds after two seconds that the last one died
        sette.run_for(0.3)
        return sent.count() == 2 * len(healthy)

    seconds = sette.wait(is_done, sized(300, 1_500))

    ended = Message.objects.filter(customer__in=endless, content__slug="two")
    sette.wait(lambda: ended.filter(state="failed", reason="content").count() == len(endless), 60)
    found = truth.check(sette.servers.store)
    assert found.uncertain == 0
    rows = InboxRow.objects.all()
    assert {row.message_id.split("-")[0] for row in rows} == set(DEADLY)
    assert rows.count() == len(deadly)
    assert all(row.attempts for row in rows)
    told("1 % poison", f"{number} customers, {len(sick)} poison", healthy="100 %", done=f"{seconds:.1f} s")
