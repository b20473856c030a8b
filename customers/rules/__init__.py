"""Rules: one tree of questions about a customer, compiled to SQL by the ORM. Other apps come in here."""

from customers.rules.depends import Depends
from customers.rules.errors import Problem, RuleError
from customers.rules.queries import answers, matching, members
from customers.rules.tree import Rule, parse
from customers.rules.where import Where, events_matching, parse_where
from customers.rules.words import rule_words

__all__ = [
    "Depends",
    "Problem",
    "Rule",
    "RuleError",
    "Where",
    "answers",
    "events_matching",
    "matching",
    "members",
    "parse",
    "parse_where",
    "rule_words",
]
