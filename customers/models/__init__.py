"""The rows of this app; their states and legal moves are in customers/README.md."""

from customers.models.consent import Consent, Suppression, Topic
from customers.models.customer import Customer, Identity, IdentityKind, MergedCustomer, Tombstone
from customers.models.event import Event
from customers.models.inbox import InboxRow, SeenMessage, Source
from customers.models.news import News
from customers.models.repair import RepairSweep
from customers.models.segment import Membership, Segment
from customers.models.stage import Stage, StageHold, StageMove, StageVersion

__all__ = [
    "Consent",
    "Customer",
    "Event",
    "Identity",
    "IdentityKind",
    "InboxRow",
    "Membership",
    "MergedCustomer",
    "News",
    "RepairSweep",
    "SeenMessage",
    "Segment",
    "Source",
    "Stage",
    "StageHold",
    "StageMove",
    "StageVersion",
    "Suppression",
    "Tombstone",
    "Topic",
]
