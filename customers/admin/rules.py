"""Rules as the pages of segments and stages show, check and preview them."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from config import clock
from config.forms import told
from config.pages import site
from customers.checks import check_rule
from customers.preview import PreviewTooSlowError, preview
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
        return check_rule(name, rule)
    except RuleError as error:
        raise forms.ValidationError(told(error.errors)) from error


def rule_preview(request: HttpRequest) -> HttpResponse:
    """What a rule that is being written says, and for whom it holds now."""
    context: dict[str, Any] = {}
    try:
        rule = parse(json.loads(request.POST.get("rule", "")))
        context = {"sentence": rule_words(rule), "preview": preview(rule, clock.now())}
    except RuleError as error:
        context["problems"] = told(error.errors)
    except (ValueError, RecursionError) as error:
        context["problems"] = [gettext("This is no JSON: %(why)s") % {"why": error}]
    except PreviewTooSlowError as error:
        context["problems"] = [str(error)]
    return TemplateResponse(request, "customers/preview.html", context)


site().add_page("rules/preview/", require_POST(rule_preview), "rule_preview", "customers.view_segment")
