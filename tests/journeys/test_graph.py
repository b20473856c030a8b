import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from journeys.graph import GraphError, parse
from tests.journeys.builders import IN_ROME, ORDERED, graph, step


def errors_of(value):
    with pytest.raises(GraphError) as caught:
        parse(value)
    return {error["path"]: error["message"] for error in caught.value.errors}


def test_parse_reads_steps_with_their_settings_and_branches():
    parsed = parse(
        graph(
            step(
                "who",
                "branch",
                {"roman": "pause", "else": None},
                rules=[{"branch": "roman", "rule": IN_ROME}],
            ),
            step("pause", "wait", {"next": None}, span="P2D"),
        )
    )

    assert parsed.start == "who"
    assert parsed.places["who"].target("roman") == "pause"
    assert parsed.places["who"].target("else") is None
    assert parsed.places["who"].rules.keys() == {"roman"}
    assert parsed.places["pause"].step.span.days == 2


def test_parse_lets_next_stand_for_branches_that_are_not_named():
    parsed = parse(
        graph(
            step("send", "send_email", {"not_sent": None, "next": "bye"}, content="hello"),
            step("bye", "exit"),
        )
    )

    assert parsed.places["send"].target("sent") == "bye"
    assert parsed.places["send"].target("not_sent") is None


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (None, ""),
        ([], ""),
        ("graph", ""),
        ({}, "trigger"),
        ({"trigger": ORDERED, "start": "a", "steps": []}, "steps"),
        (graph(step("a", "exit")) | {"colour": "red"}, "colour"),
        (graph(step("a", "exit")) | {"start": "b"}, "start"),
        (graph(step("a", "fly")), "steps.a.kind"),
        (graph(step("a b", "exit")), "steps.a b.id"),
        (graph(step("a", "exit"), step("a", "exit")), "steps.a.id"),
        (graph(step("a", "wait")), "steps.a.settings.span"),
        (graph(step("a", "wait", span="soon")), "steps.a.settings.span"),
        (graph(step("a", "wait", span="P1D", colour="red")), "steps.a.settings.colour"),
        (graph(step("a", "wait", {"later": None}, span="P1D")), "steps.a.branches.later"),
        (graph(step("a", "exit", {"next": None})), "steps.a.branches.next"),
        (graph(step("a", "wait", {"next": "z"}, span="P1D")), "steps.a.branches.next"),
        (graph(step("a", "wait", span="P1D"), step("b", "exit")), "steps.b"),
        (
            graph(step("a", "branch", rules=[{"branch": "x", "rule": {"field": "?"}}])),
            "steps.a.settings.rules.0.rule.field",
        ),
        (
            graph(step("a", "wait_for", event="Paid", at_most="P1D", where=[{"operator": "is_set"}])),
            "steps.a.settings.for.0.where.0.property",
        ),
        (graph(step("a", "exit"), trigger={"kind": "moon"}), "trigger.kind"),
        (graph(step("a", "exit"), trigger={"kind": "event"}), "trigger.event"),
        (graph(step("a", "exit"), trigger=ORDERED | {"rule": {"field": "?"}}), "trigger.rule.field"),
        (graph(step("a", "exit"), trigger=ORDERED | {"entry": {"policy": "per_key"}}), "trigger.entry"),
        (
            graph(step("a", "exit"), trigger=ORDERED | {"entry": {"policy": "once", "after": "P1D"}}),
            "trigger.entry",
        ),
        ({"trigger": ORDERED, "start": "a", "steps": ["a"]}, "steps.0"),
    ],
)
def test_parse_names_the_step_and_the_field_that_are_wrong(value, path):
    assert path in errors_of(value)


def test_parse_tells_all_that_is_wrong_at_once():
    errors = errors_of(
        graph(step("a", "wait", {"next": "b"}, span="soon"), step("b", "fly"), step("c", "exit"))
    )

    assert errors.keys() == {"steps.a.settings.span", "steps.b.kind", "steps.c"}


def test_what_is_wrong_is_told_in_the_readers_language():
    """Our own words, those of a step's settings and pydantic's."""
    broken = graph(
        step("a", "wait", {"next": None}, span="soon"),
        step("b", "split", parts=[{"branch": "x"}, {"branch": "x"}]),
        step("c", "goto"),
    )

    with override("it"):
        errors = errors_of(broken)

    assert errors["steps.a.settings.span"].startswith("'soon' non è una durata")
    assert errors["steps.b.settings.parts"] == "due rami hanno lo stesso nome"
    assert errors["steps.c.settings.at_most"] == "Manca."


def test_parse_refuses_a_loop_without_a_wait():
    looping = graph(
        step(
            "who", "branch", {"roman": "tell", "else": "pause"}, rules=[{"branch": "roman", "rule": IN_ROME}]
        ),
        step("tell", "send_sms", {"next": "who"}, content="hello"),
        step("pause", "wait", {"next": "who"}, span="P1D"),
    )

    assert "loop without a wait (tell → who → tell)" in errors_of(looping)["steps.tell"]


def test_parse_allows_a_loop_with_a_wait():
    parsed = parse(
        graph(step("a", "wait", {"next": "b"}, span="P1D"), step("b", "send_sms", {"next": "a"}, content="x"))
    )

    assert parsed.places["b"].target("sent") == "a"


def test_parse_refuses_more_than_200_steps():
    steps = [step(f"s{n}", "wait", {"next": f"s{n + 1}"}, span="P1D") for n in range(200)]

    assert "at most 200" in errors_of(graph(*steps, step("s200", "exit")))["steps"]
    assert len(parse(graph(*steps[:199], step("s199", "exit"))).places) == 200


def faults_of(value):
    """What is wrong with any value; nothing but GraphError may come of it."""
    try:
        parse(value)
    except GraphError as error:
        return error.errors
    return []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON | st.fixed_dictionaries({"trigger": JSON, "start": JSON, "steps": st.lists(JSON)}))
def test_parse_answers_any_json_with_words(value):
    assert all(one["message"] for one in faults_of(value))


@given(
    step_json=st.fixed_dictionaries(
        {
            "id": st.just("a"),
            "kind": st.sampled_from(["wait", "branch", "wait_for", "send_email", "wait_until", "exit"]),
        },
        optional={
            "settings": st.dictionaries(
                st.sampled_from(
                    ["span", "rules", "event", "where", "at_most", "content", "at", "weekdays", "reason"]
                ),
                JSON,
            ),
            "branches": JSON,
        },
    )
)
def test_parse_answers_any_settings_with_words(step_json):
    assert all(one["message"] for one in faults_of({"trigger": ORDERED, "start": "a", "steps": [step_json]}))
