import pytest

from customers.rules import parse, rule_words

CITY = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
COUNT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2, "within": "P90D"}


GROUP = {"combinator": "or", "rules": [CITY, COUNT | {"within": "PT1H"}]}
PAID = [{"property": "paid", "operator": "equals", "value": True}]
SUM = COUNT | {"aggregate": "sum", "property": "total", "value": 50.5, "before": "P1D", "where": PAID}
TRAIT = {"field": "trait", "trait": "a"}
COUNTED = "the number of Order Completed is at least 2"
SUMMED = "the sum of total over Order Completed is at least 50.5 within the last 90 days"
SENTENCES = [
    ({}, "nobody"),
    (CITY, "city is Roma"),
    (
        {"combinator": "and", "rules": [COUNT, CITY]},
        f"{COUNTED} within the last 90 days and city is Roma",
    ),
    (
        {"combinator": "and", "not": True, "rules": [CITY, GROUP]},
        f"not (city is Roma and (city is Roma or {COUNTED} within the last 1 hour))",
    ),
    (
        SUM,
        f"{SUMMED} until 1 day ago where paid is yes",
    ),
    ({"field": "stage", "operator": "is_any_of", "value": ["action", "use"]}, "stage is action or use"),
    ({"field": "stage", "operator": "is_not", "value": "use"}, "stage is not use"),
    ({"field": "segment", "operator": "not_in", "value": "big"}, "is not in the segment big"),
    ({"field": "consent", "operator": "granted", "channel": "email"}, "has agreed to email about anything"),
    (TRAIT | {"operator": "is_any_of", "value": ["x", 5]}, "a is one of x, 5"),
    (TRAIT | {"operator": "before", "value": "2025-03-01"}, "a is before 2025-03-01"),
    (TRAIT | {"operator": "within_last", "value": "PT90M"}, "a lies within the last 90 minutes"),
]


@pytest.mark.parametrize(("tree", "words"), SENTENCES)
def test_a_rule_reads_as_a_sentence(tree, words):
    assert rule_words(parse(tree)) == words
