"""Fills an installation for the browser: run as a process of its own, with the installation's environment."""
# ruff: noqa: PLC0415 - apps are imported once Django is set up

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import django

LETTER = b"""From: shop@example.com\r
To: ada@example.com\r
Subject: Thank you for your order\r
List-Unsubscribe: <http://127.0.0.1/m/u/x>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=x\r
\r
--x\r
Content-Type: text/plain; charset=utf-8\r
\r
Your basket is on its way.\r
--x\r
Content-Type: text/html; charset=utf-8\r
\r
<html><body><h1>Your basket is on its way</h1><img src="http://127.0.0.1/m/o/x.gif"></body></html>\r
--x--\r
"""


ENDLESS = f"{'W' * 60}{'9' * 60}"  # no page may be wider for it


def _write_at_length(message: Any) -> None:
    """Words without an end, as somebody may have written them of a customer, of caps and broadcasts."""
    from campaigns.models import Broadcast
    from channels.models import Cap
    from customers.models import Customer

    Broadcast.objects.update(name=ENDLESS)
    Cap.objects.filter(channel="").update(name=ENDLESS)
    Customer.objects.filter(pk=message.customer_id).update(traits={"first_name": ENDLESS, ENDLESS: ENDLESS})


def main() -> None:
    """People, messages, journeys; received messages; admin / admin may log in. Writes what tests look for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()

    from django.conf import settings
    from django.contrib.auth import get_user_model

    from channels.models import Message, QuietHours
    from customers.imports.intake import take_in
    from customers.models import Import
    from sandbox.models import Replay
    from sandbox.receivers.store import FILE, Draft, Store, write
    from tests.builders_ui import fill

    fill(datetime.now(UTC), customers=int(sys.argv[1]))
    far = [
        datetime.now(UTC) + timedelta(hours=hours) for hours in (9, 10)
    ]  # no rehearsal of a test meets them
    QuietHours.objects.update(starts=far[0].time(), ends=far[1].time())
    get_user_model().objects.create_superuser("admin", "admin@example.com", "admin")
    now = datetime.now(UTC)
    file = BytesIO(b"customer_id,email,born\n1,ada@example.com,1980-03-01\n2,,\n")
    one = take_in(file, "customers", "crm.csv", now, "admin")
    faults = [{"line": 3, "reason": "The row names nobody."}]
    one.expected = {"created": 1, "changed": 0, "unchanged": 0, "rejected": 1, "faults": faults, "events": {}}
    one.state = Import.State.CHECKED
    one.save()
    span = {"starts_at": now - timedelta(days=365), "ends_at": now, "reached_at": now, "finished_at": now}
    Replay.objects.create(name="year", summary={"customers": 60, "orders": 240}, calls=300, **span)
    store = Store(settings.VAR / FILE)
    store.create()
    text = json.dumps({"id": "1", "to": "+39061", "text": "Your coupon is waiting."}).encode()
    drafts = [
        Draft(
            "email",
            "<1@example.com>",
            "shop@example.com",
            "ada@example.com",
            "Thank you for your order",
            LETTER,
        ),
        Draft("sms", "1", "shop", "+39061", "Your coupon is waiting.", text),
    ]
    write(store.connect(), drafts, datetime.now(UTC))
    unsent = Message.objects.filter(state="suppressed", reason="no_consent").first()
    identity = unsent.customer.identities.get(kind="email")
    _write_at_length(unsent)
    found = {"email": identity.value, "customer": str(unsent.customer.public_id), "message": unsent.pk}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
