"""What each trade's preset makes of the events that it names."""

import pytest

from config import work
from customers.inbox import accept
from customers.models import Customer
from customers.presets import PRESETS
from customers.stage_versions import put_in_force, save_draft
from tests.builders import DAY, NOON
from tests.customers.calls import call

pytestmark = pytest.mark.django_db
LIVES = {  # what a customer does, how long ago in days, and the stage that it leads to
    "shop": [
        ([("Store Visited", 1)], "awareness"),
        ([("Product List Viewed", 5)], "discovery"),
        ([("Product Viewed", 5)], "discovery"),
        ([("Product Viewed", 5), ("Product Viewed", 4)], "interest"),
        ([("Product Viewed", 5), ("Product Viewed", 4), ("Product Added", 2)], "consideration"),
        ([("Product Added", 5), ("Order Completed", 4)], "action"),
        ([("Order Completed", 40)], "use"),
        ([("Order Completed", 40), ("Checkout Started", 1)], "consideration"),
        ([("Order Completed", 40), ("Product Reviewed", 30)], "advocacy"),
        ([("Order Completed", 20 * number) for number in range(1, 7)], "advocacy"),
        ([("Order Completed", 400), ("Products Searched", 3)], "discovery"),
    ],
    "subscription": [
        ([("Site Visited", 1)], "awareness"),
        ([("Content Read", 5)], "discovery"),
        ([("Pricing Viewed", 5)], "interest"),
        ([("Pricing Viewed", 5), ("Trial Started", 3)], "consideration"),
        ([("Trial Started", 10), ("Subscription Started", 2)], "action"),
        ([("Subscription Started", 100), ("Subscription Renewed", 70)], "use"),
        ([("Subscription Started", 100), ("Referral Sent", 20)], "advocacy"),
        ([("Subscription Started", 100), ("Subscription Cancelled", 20), ("Pricing Viewed", 2)], "interest"),
    ],
    "b2b": [
        ([("Site Visited", 1)], "awareness"),
        ([("Content Downloaded", 90)], "discovery"),
        ([("Content Downloaded", 90), ("Demo Requested", 60)], "interest"),
        ([("Demo Requested", 60), ("Meeting Held", 30)], "consideration"),
        ([("Meeting Held", 60), ("Contract Signed", 10)], "action"),
        ([("Contract Signed", 300)], "use"),
        ([("Contract Signed", 300), ("Reference Given", 100)], "advocacy"),
    ],
}


@pytest.mark.parametrize("slug", PRESETS)
def test_preset_recognises_each_stage_by_what_customers_do(slug):
    put_in_force(save_draft(PRESETS[slug].definitions, "ada", NOON), "ada", NOON)
    for number, (life, _stage) in enumerate(LIVES[slug]):
        accept(
            [
                call(
                    event=name, external_id=f"u{number}", at=NOON - days * DAY, message_id=f"{number}-{place}"
                )
                for place, (name, days) in enumerate(life)
            ],
            None,
            NOON,
        )
    work.settle(NOON)

    found = Customer.objects.order_by("identities__value").values_list("identities__value", "stage__slug")
    assert dict(found) == {f"u{number}": stage for number, (_life, stage) in enumerate(LIVES[slug])}
    assert {stage for _life, stage in LIVES[slug]} == {
        "awareness",
        "discovery",
        "interest",
        "consideration",
        "action",
        "use",
        "advocacy",
    }


def test_preset_names_the_events_that_it_reads_once_each_by_stage():
    assert PRESETS["subscription"].events == [
        "Content Read",
        "Feature Viewed",
        "Pricing Viewed",
        "Plan Compared",
        "Trial Started",
        "Subscription Started",
        "Subscription Cancelled",
        "Subscription Renewed",
        "Referral Sent",
        "Review Written",
    ]
