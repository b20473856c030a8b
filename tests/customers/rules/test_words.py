import pytest

from customers.rules import parse, rule_words

CITY = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
COUNT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2, "within": "P90D"}


GROUP = {"combinator": "or", "rules": [CITY, COUNT | {"within": "PT1H"}]}
PAID = [{"property": "paid", "operator": "equals", "value": True}]
SUM = COUNT | {"aggregate": "sum", "property": "total", "value": 50.5, "before": "P1D", "where": PAID}
TRAIT = {"field": "trait", "trait": "a"}
COUNTED = "did Order Completed at least 2 times"
SUMMED = "the sum of total over Order Completed is at least 50.5 within the last 90 days"
STAYS = {"field": "stage_for"}
REACHED = {"field": "stage_reached", "value": "use"}
LOT = {"field": "bucket", "seed": "spring"}
LAST = {"field": "event_time", "event": "Order Completed", "which": "last"}
BIRTHDAY = {"field": "yearly", "trait": "birthday"}
ADDED = {"field": "sequence", "event": "Product Added", "then": "Order Completed", "span": "PT2H"}
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
    (COUNT | {"operator": "less", "value": 1}, "did no Order Completed within the last 90 days"),
    (COUNT | {"operator": "greater", "value": 0}, "did Order Completed within the last 90 days"),
    (
        {"field": "event", "event": "Visit", "operator": "equals", "value": 1, "period": "last_month"},
        "did Visit exactly 1 time last month",
    ),
    (
        COUNT | {"within": None, "since": "2026-03-01", "until": "2026-03-31"},
        "did Order Completed at least 2 times from 2026-03-01 before 2026-04-01",
    ),
    (TRAIT | {"operator": "between", "value": [1, 2.5]}, "a lies between 1, 2.5"),
    (TRAIT | {"operator": "matches", "value": "^x"}, "a fits the pattern ^x"),
    ({"field": "stage", "operator": "is_any_of", "value": ["action", "use"]}, "stage is action or use"),
    ({"field": "stage", "operator": "is_not", "value": "use"}, "stage is not use"),
    ({"field": "segment", "operator": "not_in", "value": "big"}, "is not in the segment big"),
    ({"field": "consent", "operator": "granted", "channel": "email"}, "has agreed to e-mail about anything"),
    (
        {"field": "stage_for", "operator": "at_least", "value": "P14D"},
        "has been in this stage for at least 14 days",
    ),
    (
        {"field": "stage_for", "operator": "less", "value": "PT1H"},
        "has been in this stage for less than 1 hour",
    ),
    ({"field": "stage_from", "operator": "is", "value": "interest"}, "came from the stage interest"),
    ({"field": "stage_from", "operator": "is_not", "value": "use"}, "did not come from the stage use"),
    (REACHED | {"operator": "reached", "within": "P30D"}, "reached the stage use within the last 30 days"),
    (REACHED | {"operator": "not_reached"}, "did not reach the stage use"),
    (LOT | {"operator": "among", "value": 12.5}, "is among the 12.5 % drawn by lot for spring"),
    (LOT | {"operator": "not_among", "value": 10}, "is not among the 10 % drawn by lot for spring"),
    (
        LAST | {"operator": "older_than", "value": "P60D", "where": PAID},
        "the last Order Completed is longer ago than 60 days where paid is yes",
    ),
    (
        LAST | {"which": "first", "operator": "after", "value": "2025-03-01"},
        "the first Order Completed is after 2025-03-01",
    ),
    (
        {"field": "profile", "property": "country", "operator": "is_any_of", "value": ["IT", "SM"]},
        "the country is one of IT, SM",
    ),
    ({"field": "profile", "property": "language", "operator": "is_not_set"}, "the language is not known"),
    (
        {"field": "seen", "which": "last", "operator": "within_last", "value": "P30D"},
        "the moment when last seen lies within the last 30 days",
    ),
    (
        ADDED | {"operator": "not_followed", "within": "P7D"},
        "Product Added, then no Order Completed within 2 hours, within the last 7 days",
    ),
    (
        ADDED | {"operator": "followed", "then_where": PAID},
        "Product Added, then Order Completed (paid is yes) within 2 hours",
    ),
    (
        ADDED | {"operator": "followed", "without": "Product Removed"},
        "Product Added, then Order Completed within 2 hours and no Product Removed in between",
    ),
    (
        {"field": "product", "operator": "not_bought", "property": "category", "value": ["Seafood"]},
        "did not buy something whose category is one of Seafood",
    ),
    (
        {"field": "product", "operator": "in_cart", "within": "P7D"},
        "has something in the cart within the last 7 days",
    ),
    (BIRTHDAY | {"operator": "is_today"}, "birthday comes round today"),
    (BIRTHDAY | {"operator": "in_next", "days": 7}, "birthday comes round within the next 7 days"),
    (BIRTHDAY | {"operator": "in_last", "days": 1}, "birthday came round within the last 1 day"),
    (BIRTHDAY | {"operator": "in_month", "month": 5}, "birthday is in May"),
    (TRAIT | {"operator": "is_any_of", "value": ["x", 5]}, "a is one of x, 5"),
    (TRAIT | {"operator": "before", "value": "2025-03-01"}, "a is before 2025-03-01"),
    (TRAIT | {"operator": "within_last", "value": "PT90M"}, "a lies within the last 90 minutes"),
]


@pytest.mark.parametrize(("tree", "words"), SENTENCES)
def test_a_rule_reads_as_a_sentence(tree, words):
    assert rule_words(parse(tree)) == words
