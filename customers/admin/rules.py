"""Rules as the pages of segments and stages say and check them."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from config import clock
from config.forms import told
from customers.checks import check_rule
from customers.rules import Rule, RuleError, parse, rule_words


def sentence(tree: Any) -> str:
    """A stored rule in words; one that can't be read any more says so."""
    if not tree:
        return gettext("nobody")
    try:
        return rule_words(parse(tree))
    except RuleError as error:
        return gettext("This rule can't be read: %(why)s") % {"why": "; ".join(told(error.errors))}


def checked(name: str, rule: Any) -> Rule:
    """The rule of a definition of that name, or what a form says is wrong with it."""
    try:
        return check_rule(name, rule, clock.now())
    except RuleError as error:
        raise forms.ValidationError(told(error.errors)) from error
