"""Random graphs: every walk ends or waits, and what it did is told whole. No database."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from journeys.graph import GraphError, parse
from journeys.walk import Claimed, Walk, grouped
from tests.builders import DAY, NOON
from tests.journeys.builders import IN_ROME, LIKES_TEA, ORDERED, step

NAMES = [f"s{number}" for number in range(6)]
TARGETS = st.none() | st.sampled_from(NAMES)
RULES = [{"branch": "roman", "rule": IN_ROME}, {"branch": "tea", "rule": LIKES_TEA}]
SETTINGS = {
    "wait": ({"span": "P1D"}, ["next"]),
    "wait_until": ({"at": "09:00"}, ["next"]),
    "wait_for": ({"event": "Paid", "at_most": "P2D"}, ["happened", "timed_out"]),
    "branch": ({"rules": RULES}, ["roman", "tea", "else"]),
    "send_sms": ({"content": "hello", "then": "move_on"}, ["next"]),
    "send_email": ({"content": "hello"}, ["sent", "not_sent"]),
    "exit": ({}, []),
}


@st.composite
def steps(draw):
    """Six steps of any kind whose branches lead anywhere."""
    made = []
    for name in NAMES:
        kind = draw(st.sampled_from(sorted(SETTINGS)))
        settings, branches = SETTINGS[kind]
        made.append(step(name, kind, {branch: draw(TARGETS) for branch in branches}, **settings))
    return made


def reachable(made):
    """The steps without those that nothing leads to, as a designer would leave them."""
    by_name = {one["id"]: one for one in made}
    found, ahead = {"s0"}, ["s0"]
    while ahead:
        targets = {target for target in by_name[ahead.pop()]["branches"].values() if target} - found
        found |= targets
        ahead += targets
    return [by_name[name] for name in sorted(found)]


@given(
    made=steps(),
    holds=st.frozensets(st.sampled_from(["roman", "tea"])),
    fate=st.sampled_from(["sent", "failed"]),
)
def test_every_walk_of_every_graph_ends_or_waits(made, holds, fate):
    try:
        graph = parse({"trigger": ORDERED, "start": "s0", "steps": reachable(made)})
    except GraphError as error:
        assert "loop without a wait" in str(error)  # noqa: PT017 - the only thing that can be wrong with it
        return
    now, row = NOON, Claimed(1, 1, 1, 0, 1, "s0", NOON, "due", NOON, "")
    for _ in range(30):
        walk = Walk([row], graph)
        for _ in range(len(NAMES) + 1):
            walk.told = {"holds": holds}
            walk.decide(now)
            if walk.move is not None:
                break
        move = walk.move
        assert move is not None
        assert (move.standing == "ended") == bool(move.exit_reason)
        if move.standing == "ended":
            return
        assert (move.due_at is None) == (move.standing == "message")
        assert bool(move.trail) or move.standing in {"event", "due", "message"}
        told = fate if move.standing == "message" else ""
        now = max(now, move.due_at or now)
        row = row._replace(
            visit=row.visit + move.visits,
            step=move.step,
            reached_at=move.reached_at or row.reached_at,
            standing="due" if told else move.standing,
            due_at=now,
            fate=told,
        )


@given(made=steps())
def test_a_step_decides_the_same_of_the_same_moment(made):
    try:
        graph = parse({"trigger": ORDERED, "start": "s0", "steps": reachable(made)})
    except GraphError:
        return
    row = Claimed(1, 1, 1, 0, 1, "s0", NOON, "due", NOON, "")
    first, second = Walk([row], graph), Walk([row], graph)

    first.decide(NOON + DAY)
    second.decide(NOON + DAY)

    assert (first.move, first.trail, first.sends) == (second.move, second.trail, second.sends)


def test_a_walk_parts_by_what_is_told_of_its_rows():
    rows = [Claimed(number, number, 1, 0, 1, "s0", NOON, "due", NOON, "") for number in range(4)]
    graph = parse({"trigger": ORDERED, "start": "s0", "steps": [step("s0", "wait", span="P1D")]})

    parts = dict(Walk(rows, graph).part(lambda row: row.customer_id % 2))

    assert {key: [row.id for row in part.rows] for key, part in parts.items()} == {0: [0, 2], 1: [1, 3]}
    assert grouped(rows, lambda row: row.visit) == {1: rows}


def test_a_walk_counts_the_next_step_from_the_fate_of_its_message():
    sending = step("s0", "send_sms", {"next": "s1"}, content="hello")
    graph = parse({"trigger": ORDERED, "start": "s0", "steps": [sending, step("s1", "wait", span="P1D")]})
    fated_at = NOON - timedelta(hours=1)
    walk = Walk([Claimed(1, 1, 1, 0, 1, "s0", NOON - DAY, "due", fated_at, "sent")], graph)

    walk.decide(NOON)
    walk.decide(NOON)

    assert walk.move is not None
    assert (walk.move.step, walk.move.reached_at, walk.move.due_at) == ("s1", fated_at, fated_at + DAY)
