"""What a rule would find, before it is saved: read-only, and never for long."""

from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from customers.models import Customer
from customers.rules import Rule, members

LIMITS = "SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = '5s'"


class PreviewTooSlowError(RuntimeError):
    """The rule took more than 5 seconds over all customers; narrow it by shorter windows or fewer events."""


@dataclass(frozen=True)
class Preview:
    """How many customers a rule finds at a moment (where it is an estimate: about), and the first few."""

    count: int
    sample: list[Customer]
    is_estimate: bool = False


def preview(rule: Rule, now: datetime, sample: int = 10) -> Preview:
    """Count the rule's customers and show some, the newest first; PreviewTooSlowError after 5 seconds."""
    found = members(rule, now)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(LIMITS)
            shown = Preview(found.count(), list(found.select_related("stage").order_by("-pk")[:sample]))
            transaction.set_rollback(True)  # gives the limits back where this was a part of a transaction
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise PreviewTooSlowError(PreviewTooSlowError.__doc__) from error
        raise
    return shown
