"""What the rule builder asks of the server: words, suggestions, checks, counts, reasons. All JSON."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config import clock
from config.pages import site
from config.templatetags.sette import number
from customers.admin.builder_words import WORDS
from customers.asking import parse_tried
from customers.bounded import TooSlowError
from customers.checks import check_rule
from customers.definitions import STAGE, segment_name
from customers.explain import Answer, explain, explain_stages, stage_note
from customers.finding import find_customers
from customers.models import Customer
from customers.preview import PreviewTooSlowError, preview
from customers.queries import customer_by_public_id
from customers.rules import RuleError, rule_words
from customers.rules.vocabulary import vocabulary
from customers.suggestions import UnknownSourceError, suggest
from customers.unseen import unseen

Body = dict[str, Any]
MOST_BYTES = 500_000
LONGEST_TERM = 200


class _UnreadableError(ValueError):
    """What was sent is no JSON object."""


def _answers(view: Callable[[Body], Body]) -> Callable[[HttpRequest], JsonResponse]:
    """A view of a JSON object that was sent; a wrong rule and a slow one are answers too."""

    @wraps(view)
    def answer(request: HttpRequest) -> JsonResponse:
        try:
            return JsonResponse(view(_body(request)))
        except RuleError as error:
            return JsonResponse({"problems": error.errors})
        except (PreviewTooSlowError, TooSlowError):
            return JsonResponse({"slow": _("This takes too long to count; ask for shorter windows.")})
        except _UnreadableError as error:
            return JsonResponse({"problems": [{"path": "", "message": str(error)}]}, status=400)

    return require_POST(answer)


def _body(request: HttpRequest) -> Body:
    try:
        body = json.loads(request.body) if len(request.body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise _UnreadableError(_("A rule is needed here, as a JSON object."))
    return body


@require_GET
def rule_vocabulary(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """All that can be asked, and the builder's own words, in the reader's language."""
    words = {key: str(word) for key, word in WORDS.items()}
    return JsonResponse({"vocabulary": vocabulary(), "words": words})


@require_GET
def rule_suggestions(request: HttpRequest) -> JsonResponse:
    """Values `of` a source that contain `q`; the other parameters are the settings chosen so far."""
    given = {key: str(value).replace("\x00", "") for key, value in request.GET.dict().items()}
    try:
        found = suggest(given.pop("of", ""), given.pop("q", "")[:LONGEST_TERM], given)
    except UnknownSourceError as error:
        return JsonResponse({"values": [], "is_sample": False, "problem": str(error)}, status=404)
    except TooSlowError:
        return JsonResponse({"values": [], "is_sample": True})
    values = [
        {"value": one.value, "label": one.label, "kind": one.kind, "note": one.note} for one in found.values
    ]
    return JsonResponse({"values": values, "is_sample": found.is_sample})


@require_GET
def rule_customers(request: HttpRequest) -> JsonResponse:
    """Customers by e-mail, number, phone or name, to ask why they are in or out."""
    found = find_customers(request.GET.get("q", "")[:LONGEST_TERM])
    people = [_customer(customer) for customer in found.customers]
    return JsonResponse({"customers": people, "is_sample": found.is_sample})


@_answers
def rule_read(body: Body) -> Body:
    """The rule as a sentence; or what is wrong with it, also as the rule of this stage or segment."""
    tree = body.get("rule")
    if tree == {}:
        return {"sentence": _("nobody")}
    slug = body.get("segment")
    name = segment_name(slug) if isinstance(slug, str) else STAGE
    return {"sentence": rule_words(check_rule(name, tree, clock.now()))}


@_answers
def rule_preview(body: Body) -> Body:
    """How many customers the rule finds now, and ten of them; with the exact count what nobody ever had."""
    rule = parse_tried(body.get("rule"))
    found = preview(rule, clock.now(), is_exact=body.get("exact") is True)
    return {
        "count": found.count,
        "count_words": number(found.count),
        "is_estimate": found.is_estimate,
        "sample": [_customer(customer) for customer in found.sample],
        "warnings": [] if found.is_estimate else [one["message"] for one in unseen(rule)],
    }


@_answers
def rule_explain(body: Body) -> Body:
    """Why the rule finds a customer or does not, line by line; without a rule, why the stage."""
    customer = _found(body.get("customer"))
    if customer is None:
        return {"problems": [{"path": "", "message": _("There is no such customer any more.")}]}
    if "rule" in body:
        return {"answers": _lines(explain(parse_tried(body["rule"]), customer, clock.now()))}
    now = clock.now()
    found = explain_stages(customer, now)
    stages = [
        {
            "number": one.stage.number,
            "label": one.stage.label,
            "holds": one.holds,
            "is_first": one.is_first,
            "answers": _lines(one.answers),
        }
        for one in found
    ]
    return {"stages": stages, "note": stage_note(customer, found, now), "customer": _customer(customer)}


def _found(public_id: Any) -> Customer | None:
    try:
        return customer_by_public_id(str(UUID(str(public_id))))
    except ValueError:
        return None


def _lines(answers: list[Answer]) -> list[Body]:
    return [{"path": one.path, "words": one.words, "holds": one.holds, "found": one.found} for one in answers]


def _customer(customer: Customer) -> Body:
    stage = customer.stage
    return {
        "id": str(customer.public_id),
        "name": str(customer),
        "url": reverse("admin:customer", args=[customer.public_id]),
        "stage": {"number": stage.number, "label": stage.label} if stage else None,
    }


RULES, PEOPLE = "customers.view_segment", "customers.view_customer"  # what is suggested is people's data
site().add_page("rules/vocabulary/", rule_vocabulary, "rule_vocabulary", RULES)
site().add_page("rules/read/", rule_read, "rule_read", RULES)
site().add_page("rules/preview/", rule_preview, "rule_preview", RULES)
site().add_page("rules/suggestions/", rule_suggestions, "rule_suggestions", PEOPLE)
site().add_page("rules/customers/", rule_customers, "rule_customers", PEOPLE)
site().add_page("rules/explain/", rule_explain, "rule_explain", PEOPLE)
