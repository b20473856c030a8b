"""A small installation with one row of each kind, around one customer of whom everything personal is known.

Whatever can be asked of a page or a route finds something: who may ask it, and what of her it shows.
"""

from contextlib import closing
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from io import BytesIO
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from campaigns.models import Broadcast
from channels.models import Callback, Holdout, Message, Preference
from config.models import ApiKey, Scope
from customers.imports.intake import take_in
from customers.models import (
    CartLine,
    Consent,
    ConsentWord,
    Customer,
    DoubleOptIn,
    DuplicatePair,
    IdentifierRule,
    InboxRow,
    Membership,
    MergedCustomer,
    MergeRecord,
    News,
    Order,
    PendingConsent,
    PrivacyAct,
    Product,
    RepairSweep,
    Retention,
    Stage,
    StageHold,
    StageMove,
    StageVersion,
    Suppression,
    TraitRule,
)
from customers.stage_versions import definitions_in_force
from journeys.models import (
    Change,
    Conversion,
    DateDue,
    Enrollment,
    KeptTest,
    PublishingPolicy,
    PublishRequest,
    Simulation,
    StepComment,
    StepLog,
)
from sandbox.receivers.store import FILE, Draft, Store, write
from tests.builders import DAY, HOUR, customer, event
from tests.builders_ui import design

# What is personal of her: none of it may be read by whoever may not see personal data.
PERSONAL = {
    "email": "zenobia.quaglia@posta.example",
    "phone": "+390655512345",
    "first_name": "Zenobia",
    "last_name": "Quaglia",
    "street": "Via dei Melograni 77",
    "birthday": "1971-11-23",
}


class Whole:
    """The rows, by the names of the models; `her` is the customer."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.made = design(now)
        self.journey, self.version = self.made["journeys"][0]
        self.segment = self.made["segments"][0]
        self.list = self.made["segments"][2]
        self.her = self._her()
        self.message = self._messages()
        self.asker = User.objects.create_user("asker", is_staff=True)
        self.broadcast = self.made["broadcast"]
        Broadcast.objects.filter(pk=self.broadcast.pk).update(state="draft")
        self.rows: dict[str, Model] = self._rows()
        self._work_about_her()
        self.received = self._received()

    def _her(self) -> Customer:
        at = self.now - 2 * DAY
        address = {"street": PERSONAL["street"], "city": "Roma"}
        traits = {name: PERSONAL[name] for name in ("first_name", "last_name", "birthday", "email", "phone")}
        her = customer(
            email=PERSONAL["email"],
            phone=PERSONAL["phone"],
            external_id="c4711",
            traits=traits | {"address": address, "orders": 3},
            seen_at=at,
            stage="use",
        )
        StageMove.objects.create(customer=her, from_stage_id=1, to_stage_id=6, moved_at=at)
        Consent.objects.create(customer=her, channel="email", is_granted=True, source="form", changed_at=at)
        for segment in (self.segment, self.list):
            Membership.objects.create(segment=segment, customer=her, entered_at=at)
        said = {"email": PERSONAL["email"], "shipping": {"phone": PERSONAL["phone"], "total": 12}}
        self.event = event(her, "Checkout Started", at, {**said, "note": f"for {PERSONAL['email']}"})
        event(her, "$message_replied", at, {"text": f"It is me, {PERSONAL['first_name']}", "keyword": "it"})
        event(her, "$trait_changed", at, {"trait": "last_name", "from": None, "to": PERSONAL["last_name"]})
        return her

    def _messages(self) -> Message:
        at = self.now - DAY
        self.enrollment = Enrollment.objects.create(
            version=self.version,
            journey=self.journey,
            customer=self.her,
            step="rest",
            reached_at=at,
            standing="due",
            due_at=self.now + DAY,
            entered_at=at,
            key=PERSONAL["email"],
        )
        StepLog.objects.create(
            enrollment=self.enrollment,
            customer=self.her,
            version=self.version,
            step="thanks",
            visit=1,
            branch="next",
            reached_at=at,
            left_at=at + HOUR,
        )
        states = ("delivered", "sending", "bounced")
        made = [self._message(state, at, visit) for visit, state in enumerate(states, start=1)]
        return made[0]

    def _work_about_her(self) -> None:
        """What else names her: the rest of the tables that do."""
        at = self.now - HOUR
        of = {"customer": self.her, "journey": self.journey}
        StageHold.objects.create(customer=self.her, stage_id=6, reason="asked", held_by="asker", held_at=at)
        MergedCustomer.objects.create(old_id=10**9, old_public_id=uuid4(), customer=self.her, merged_at=at)
        ConsentWord.objects.create(
            customer=self.her, channel="email", said="granted", source="form", said_at=at, kept_at=at
        )
        PendingConsent.objects.create(customer=self.her, channel="sms", said_at=at)
        News.objects.create(customer_id=self.her.pk, what="reach")
        Preference.objects.create(customer=self.her, every_days=7, changed_at=at)
        DateDue.objects.create(**of, due_at=self.now)
        Conversion.objects.create(
            **of,
            version=self.version,
            enrollment=self.enrollment,
            goal="order",
            occasion=0,
            occurred_at=at,
        )
        Change.objects.create(
            enrollment_id=self.enrollment.pk,
            step="rest",
            visit=1,
            what={"trait": "street", "value": PERSONAL["street"]},
            asked_at=at,
        )

    def _message(self, state: str, at: datetime, visit: int) -> Message:
        made = Message.objects.create(
            customer=self.her,
            channel="email",
            content=self.made["contents"]["email"],
            topic="offers",
            state=state,
            detail=f"550 <{PERSONAL['email']}>: no such user" if state == "bounced" else "",
            created_at=at,
            sent_at=at,
            slot_at=at,
            context={"properties": {"email": PERSONAL["email"]}},
            source="journey",
            source_id=self.version.pk,
            enrollment_id=self.enrollment.pk,
            step="thanks",
            visit=visit,
        )
        Callback.objects.create(
            provider="smtp",
            event_id=f"callback of {state}",
            kind="bounced",
            message=made,
            occurred_at=at,
            received_at=at,
            applied_at=at,
            payload={"recipient": PERSONAL["email"]},
        )
        return made

    def _ordered(self) -> Order:
        told = {"email": PERSONAL["email"], "products": [{"name": "Pear", "product_id": "a", "quantity": 2}]}
        CartLine.objects.create(
            customer=self.her, product_id="a", occurred_at=self.now, quantity=Decimal(2), properties=told
        )
        return Order.objects.create(
            customer=self.her,
            order_id="o1",
            occurred_at=self.now,
            properties=told,
            total=Decimal(4),
            currency="EUR",
            refunded_at=self.now,
            refunded=Decimal(1),
        )

    def _rows(self) -> dict[str, Model]:
        now, made, journey = self.now, self.made, self.journey
        key, _secret = ApiKey.issue("till", [Scope.READ], now)
        PublishRequest.objects.create(journey=journey, graph=journey.draft, asked_at=now, asked_by=self.asker)
        self.comment = StepComment.objects.create(journey=journey, step="rest", text="Why?", by=self.asker)
        rows: list[Model] = [
            key,
            self.asker,
            Group.objects.create(name="own"),
            self.her,
            self.segment,
            Stage.objects.get(number=6),
            made["contents"]["email"],
            self.broadcast,
            journey,
            self.message,
            KeptTest.objects.create(
                journey=journey, name="one", terms={"person": {"traits": {}}, "inputs": []}, expects={}
            ),
            PublishingPolicy.objects.create(pk=1),
            Holdout.objects.create(percent=Decimal(5), since=now),
            Suppression.objects.create(
                kind="email", value=PERSONAL["email"], reason="bounced", created_at=now
            ),
            self._parked(),
            self._ordered(),
            Product.objects.create(product_id="a", name="Pear", price=Decimal(2), currency="EUR"),
            RepairSweep.objects.create(started_at=now),
            IdentifierRule.objects.get(kind="email"),
            TraitRule.objects.create(trait="city", way="trusted"),
            DuplicatePair.objects.create(
                first_id=Customer.objects.create(pk=-1, first_seen_at=now, last_seen_at=now).pk,
                second_id=self.her.pk,  # a preview shows the newest customer
                probability=0.97,
                evidence=[{"field": "birthday", "level": "same", "weight": 12.5, "letters": 0}],
                found_at=now,
            ),
            MergeRecord.objects.create(
                old_id=1,
                old_public_id=uuid4(),
                customer_id=self.her.pk,
                merged_at=now,
                kind="email",
                value=PERSONAL["email"],
            ),
            PrivacyAct.objects.create(what="erased", about=uuid4(), by="asker", at=now),
            DoubleOptIn.objects.create(channel="email", topic="news"),
            Retention.objects.create(pattern="Page Viewed", days=90, changed_at=now),
            take_in(BytesIO(b"email,name\n%s,Z\n" % PERSONAL["email"].encode()), "customers", "crm", now),
            StageVersion.objects.create(definitions=definitions_in_force(), saved_at=now),
            Simulation.objects.create(
                journey=journey, draft=journey.draft, days=7, customers=10, until=now, asked_at=now
            ),
            PeriodicTask.objects.filter(interval__isnull=False).earliest("pk"),
            IntervalSchedule.objects.earliest("pk"),
            CrontabSchedule.objects.get_or_create(minute="7", hour="3")[0],
            SolarSchedule.objects.create(event="sunrise", latitude=41, longitude=12),
            ClockedSchedule.objects.create(clocked_time=now),
        ]
        firsts = ("customers.Topic", "customers.Source", "channels.Cap", "channels.QuietHours")
        rows += [_first(name) for name in (*firsts, "channels.Channel")]
        return {row._meta.label_lower: row for row in rows}

    def _parked(self) -> InboxRow:
        return InboxRow.objects.create(
            received_at=self.now,
            message_id="parked of hers",
            kind="identify",
            payload={
                "identities": {"email": PERSONAL["email"]},
                "traits": {"last_name": PERSONAL["last_name"]},
            },
            state="parked",
            attempts=5,
            error=f"{PERSONAL['email']} is no number",
        )

    def _received(self) -> int:
        """A mail to her in the sandbox's mailbox; its number."""
        mail = EmailMessage()
        mail["From"], mail["To"] = "shop@example.com", PERSONAL["email"]
        mail["Subject"] = f"{PERSONAL['first_name']}, your order"
        mail.set_content(f"Dear {PERSONAL['first_name']} {PERSONAL['last_name']}")
        store = Store(settings.VAR / FILE)
        store.create()
        draft = Draft("email", None, mail["From"], mail["To"], mail["Subject"], bytes(mail))
        with closing(store.connect()) as connection:
            write(connection, [draft], self.now)
        return store.newest(limit=1)[0].id


def _first(label: str) -> Model:
    return apps.get_model(label)._default_manager.earliest("pk")  # type: ignore[no-any-return]
