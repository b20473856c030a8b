from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from customers.classify import classify
from customers.explain import explain, explain_stages, stage_note
from customers.holds import hold_stage
from customers.models import Stage
from customers.rules import parse
from tests.builders import DAY, NOON, customer, event

pytestmark = pytest.mark.django_db
TWICE = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2, "within": "P90D"}
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
LAST_E = {"field": "event_time", "event": "E", "which": "last", "operator": "before", "value": "2020-01-01"}
OF_E = {"field": "event", "event": "E", "property": "x", "operator": "less", "value": 1}


def told(answers):
    return [(answer.path, answer.holds, answer.found) for answer in answers]


def test_each_line_and_group_says_whether_it_holds_and_what_was_found():
    ada = customer(traits={"city": "Milano"})
    event(ada, at=NOON - DAY)
    event(ada, at=NOON - 2 * DAY)
    rule = parse({"combinator": "and", "rules": [TWICE, {"combinator": "or", "not": True, "rules": [ROMAN]}]})

    assert told(explain(rule, ada, NOON)) == [
        ("", True, ""),
        ("rules.0", True, "2"),
        ("rules.1", True, ""),
        ("rules.1.rules.0", False, "Milano"),
    ]


def test_lines_say_what_they_ask():
    rule = parse({"combinator": "or", "rules": [TWICE, {"combinator": "and", "not": True, "rules": [ROMAN]}]})

    assert [answer.words for answer in explain(rule, customer(), NOON)] == [
        "at least one of these",
        "did Order Completed at least 2 times within the last 90 days",
        "not all of these",
        "city is Roma",
    ]


def test_an_average_is_told_with_few_places():
    ada = customer()
    for x in (1, 1, 2):
        event(ada, "E", properties={"x": x})

    assert told(explain(parse(OF_E | {"aggregate": "average"}), ada, NOON)) == [("", False, "1.3333")]
    assert told(explain(parse(OF_E | {"aggregate": "sum"}), ada, NOON)) == [("", False, "4")]


def test_a_rule_may_be_a_single_line():
    assert told(explain(parse(ROMAN), customer(traits={"city": "Roma"}), NOON)) == [("", True, "Roma")]


@pytest.mark.parametrize(
    ("leaf", "found"),
    [
        ({"field": "trait", "trait": "gone", "operator": "is_set"}, "nothing"),
        ({"field": "trait", "trait": "tags[]", "operator": "equals", "value": "x"}, "a, b"),
        ({"field": "trait", "trait": "vip", "operator": "equals", "value": False}, "yes"),
        ({"field": "stage", "operator": "is", "value": "action"}, "use"),
        ({"field": "profile", "property": "country", "operator": "equals", "value": "FR"}, "IT"),
        ({"field": "seen", "which": "first", "operator": "older_than", "value": "P1D"}, "3 Mar 2025, 12:00"),
        (LAST_E, "nothing"),
        (OF_E | {"aggregate": "average"}, "nothing"),
        (OF_E | {"aggregate": "sum"}, "0"),
        ({"field": "segment", "operator": "in", "value": "none"}, ""),
    ],
)
def test_what_was_found_is_said_in_words(leaf, found):
    ada = customer(traits={"tags": ["a", "b"], "vip": True}, country="IT", stage="use")

    assert explain(parse(leaf), ada, NOON)[0].found == found


def test_it_speaks_the_readers_language():
    with translation.override("it"):
        assert "almeno 2" in explain(parse(TWICE), customer(), NOON)[0].words


def test_two_queries_answer_a_rule_of_any_size():
    ada = customer()
    small = parse({"combinator": "and", "rules": [TWICE, ROMAN]})
    large = parse({"combinator": "or", "rules": [{"combinator": "and", "rules": [TWICE, ROMAN]}] * 30})

    for rule in (small, large):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            explain(rule, ada, NOON)
        assert len(queries) == 2


def test_explaining_agrees_with_the_windows_to_the_second():
    ada = customer()
    event(ada, at=NOON)
    once = parse(TWICE | {"value": 1})

    assert explain(once, ada, NOON + 90 * DAY - timedelta(seconds=1))[0].holds
    assert not explain(once, ada, NOON + 90 * DAY)[0].holds


def test_the_first_stage_whose_rule_holds_is_the_one():
    Stage.objects.update(rule={})
    Stage.objects.filter(slug="use").update(rule=TWICE | {"value": 1})
    Stage.objects.filter(slug="awareness").update(rule=TWICE | {"value": 1})
    Stage.objects.filter(slug="action").update(rule={"field": "moon"})
    ada = customer()
    event(ada)

    found = explain_stages(ada, NOON)

    assert [one.stage.slug for one in found if one.holds] == ["use", "awareness"]
    assert [one.stage.slug for one in found if one.is_first] == ["use"]
    assert "action" not in [one.stage.slug for one in found]


def test_the_note_says_why_somebody_stands_elsewhere_than_the_rules_say():
    Stage.objects.update(rule={})
    Stage.objects.filter(slug="use").update(rule=TWICE | {"value": 1})
    ada = customer()
    event(ada)
    classify([ada.pk], NOON)
    ada.refresh_from_db()

    assert stage_note(ada, explain_stages(ada, NOON), NOON) == ""

    hold_stage(ada.pk, Stage.objects.get(slug="action"), "asked on the phone", "tester", NOON)
    ada.refresh_from_db()
    said = "Put into the stage action by hand: asked on the phone"
    assert stage_note(ada, explain_stages(ada, NOON), NOON) == said


def test_the_note_tells_of_terms_that_keep_somebody():
    Stage.objects.update(rule={})
    Stage.objects.filter(slug="action").update(rule=TWICE | {"value": 1, "within": "P1D"}, dwell=30 * DAY)
    Stage.objects.filter(slug="use").update(rule=TWICE | {"value": 1, "within": None, "before": "P1D"})
    ada = customer()
    event(ada)
    classify([ada.pk], NOON)
    later = NOON + 2 * DAY
    classify([ada.pk], later)
    ada.refresh_from_db()

    assert ada.stage.slug == "action"
    assert stage_note(ada, explain_stages(ada, later), later).startswith("The terms of the stages")
