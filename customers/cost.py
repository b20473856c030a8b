"""What it would cost to ask everybody a rule, by PostgreSQL's own estimate: nothing is read for it."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from customers.rules import Problem, Rule, RuleError, members

UNITS = 100_000  # of PostgreSQL's costs: about what one core of a small machine does in a second
LINES = 3  # that are named as the costliest


def seconds_for(rule: Rule, now: datetime) -> float:
    """About how long the database would work to find all customers for whom the rule holds at `now`."""
    sql, params = members(rule, now).order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        cost: float = cursor.fetchone()[0][0]["Plan"]["Total Cost"]
    return cost / UNITS


def check_cost(rule: Rule, now: datetime) -> float:
    """The same seconds; RuleError for a rule that takes too many, with its costliest lines named."""
    seconds, most = seconds_for(rule, now), settings.RULE_SECONDS
    if seconds > most:
        message = _(
            "To ask everybody this rule would take the database about %(seconds)d seconds; at most %(most)d"
            " are allowed. Shorten its windows or take lines out."
        )
        told = Problem(path="", message=message % {"seconds": seconds, "most": most})
        raise RuleError([told, *_costliest(rule, now)])
    return seconds


def _costliest(rule: Rule, now: datetime) -> list[Problem]:
    """What each of the costliest lines would take if it stood alone."""
    lines = sorted(((seconds_for(Rule(leaf), now), path) for path, leaf in rule.leaves()), reverse=True)
    message = _("This line alone takes about %(seconds)d seconds.")
    return [Problem(path=path, message=message % {"seconds": seconds}) for seconds, path in lines[:LINES]]
