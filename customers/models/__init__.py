"""The rows of this app; their states and legal moves are in customers/README.md."""

from customers.models.commerce import Cart, CartLine, Order, Product
from customers.models.consent import (
    Consent,
    ConsentWord,
    DoubleOptIn,
    PendingConsent,
    Suppression,
    Topic,
)
from customers.models.customer import Customer, Identity, IdentityKind, MergedCustomer, MergeRecord, Tombstone
from customers.models.duplicate import DuplicatePair, DuplicateSearch
from customers.models.event import Event
from customers.models.identifier import IdentifierRule
from customers.models.imports import Import, ImportBlock, RejectedRow
from customers.models.inbox import InboxRow, SchemaCursor, SeenEvent, SeenMessage, Source
from customers.models.news import News
from customers.models.privacy import PrivacyAct, Retention, RetentionSweep
from customers.models.repair import RepairSweep
from customers.models.segment import Membership, Segment
from customers.models.stage import Stage, StageHold, StageMove, StageVersion
from customers.models.tally import SegmentSize, StageSize, StageTally, StayTally
from customers.models.trait_rule import TraitRule

__all__ = [
    "Cart",
    "CartLine",
    "Consent",
    "ConsentWord",
    "Customer",
    "DoubleOptIn",
    "DuplicatePair",
    "DuplicateSearch",
    "Event",
    "IdentifierRule",
    "Identity",
    "IdentityKind",
    "Import",
    "ImportBlock",
    "InboxRow",
    "Membership",
    "MergeRecord",
    "MergedCustomer",
    "News",
    "Order",
    "PendingConsent",
    "PrivacyAct",
    "Product",
    "RejectedRow",
    "RepairSweep",
    "Retention",
    "RetentionSweep",
    "SchemaCursor",
    "SeenEvent",
    "SeenMessage",
    "Segment",
    "SegmentSize",
    "Source",
    "Stage",
    "StageHold",
    "StageMove",
    "StageSize",
    "StageTally",
    "StageVersion",
    "StayTally",
    "Suppression",
    "Tombstone",
    "Topic",
    "TraitRule",
]
