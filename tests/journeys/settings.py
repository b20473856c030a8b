"""Settings of every kind of step, for the tests that run over all of them."""

from typing import Any

IN_ROME = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
BIG = {"property": "event.total", "operator": "greater", "value": 10}
GOLD = {"property": "tier", "operator": "equals", "value": "gold"}

SETTINGS: dict[str, list[dict[str, Any]]] = {
    "add_to_list": [{"list": "vip"}],
    "branch": [{"rules": [{"branch": "roman", "rule": IN_ROME}, {"branch": "big", "context": [BIG]}]}],
    "branch_message": [
        {"cases": [{"branch": "read", "was": "opened"}, {"branch": "capped", "was": "suppressed"}]}
    ],
    "call_webhook": [{"content": "call", "cases": [{"branch": "gold", "where": [GOLD]}]}],
    "exit": [{"reason": "bought"}],
    "goal": [{"goal": "bought"}],
    "goto": [{"at_most": 2}],
    "holdout": [{"percent": 10}],
    "move_stage": [{"stage": "use"}, {"stage": "use", "hold_for": "P2D"}, {"stage": "use", "yields": True}],
    "rate_gate": [{"at_most": 5, "per": "hour"}],
    "remove_from_list": [{"list": "vip"}],
    "send": [{"contents": [{"channel": "email", "content": "hello"}], "order": "preferred"}],
    "send_email": [{"content": "hello", "expires_after": "P1D"}],
    "send_push": [{"content": "hello"}],
    "send_sms": [{"content": "hello", "then": "move_on"}],
    "send_webhook": [{"content": "hello"}],
    "set_consent": [{"channel": "email", "granted": True}],
    "split": [{"parts": [{"branch": "a", "weight": 1}, {"branch": "b", "weight": 2.5}]}],
    "start_journey": [{"journey": "other", "key": "event.id"}],
    "stop_journey": [{"journey": "other"}],
    "update_trait": [{"trait": "x", "value": 1}, {"trait": "x", "do": "unset"}],
    "wait": [{"span": "P1D"}, {"span": "PT24H"}],
    "wait_best_hour": [{}],
    "wait_date": [
        {"on": "2025-12-24", "at": "09:00"},
        {"trait": "renewal", "shift": {"span": "P1W", "way": "before"}},
        {"property": "starts"},
    ],
    "wait_for": [
        {"event": "Paid", "at_most": "P1D"},
        {
            "for": [{"branch": "in", "segment_entered": "vip"}, {"branch": "is", "rule": IN_ROME}],
            "at_most": "PT1H",
        },
    ],
    "wait_until": [{"at": "09:00"}, {"from": "22:00", "to": "06:00", "weekdays": ["monday"]}],
}
