"""The global holdout: customers who get no marketing, drawn by their buckets, and its history."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from channels.models import Holdout
from customers.buckets import PARTS, bucket_of, bucket_sql, buckets_below
from customers.rebuild import ask_anew
from customers.rules import Depends
from customers.segments import lock_definitions

# In which rows of the history a customer is; of SQL expressions for the customer's public id and the moment.
# The table has a row for each change that a person ever made.
IN_HOLDOUT = f"""
    EXISTS (SELECT FROM channels_holdout held
            WHERE held.since <= {{at}} AND (held.until IS NULL OR held.until > {{at}})
              AND {bucket_sql("held.salt", "{public_id}")} < held.percent * {PARTS})
"""


def set_holdout(percent: Decimal, now: datetime, by: AbstractBaseUser | None = None) -> Holdout | None:
    """Hold out so many per cent from now on (0: nobody); what was before is kept as history.

    Segments and stages whose rules ask who is in it are asked of everybody anew.
    """
    with transaction.atomic():
        lock_definitions()
        lasting = Holdout.objects.filter(until=None).first()
        if lasting is not None and lasting.percent == percent:
            return lasting
        Holdout.objects.filter(until=None).update(until=now)
        ask_anew(Depends(holdout=True), now)
        if not percent:
            return None
        return Holdout.objects.create(percent=percent, since=now, set_by_id=by.pk if by else None)


def holdout_at(at: datetime) -> Holdout | None:
    """The holdout that was in force at a moment."""
    return Holdout.objects.filter(Q(until=None) | Q(until__gt=at), since__lte=at).first()


def was_held_out(public_id: UUID, at: datetime) -> bool:
    """Whether that customer was in the holdout at a moment."""
    lasting = holdout_at(at)
    return lasting is not None and bucket_of(lasting.salt, public_id) < buckets_below(lasting.percent)
