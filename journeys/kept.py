"""Tests that are kept with a journey: made from a walk, run by walking again, told where they differ.

A test says of each message only what matters: what is not named may be anything. How many messages there are
always matters.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.models import ChannelKind, MessageState
from journeys.faults import Fault, Faults, GraphError
from journeys.models import Journey, KeptTest
from journeys.rehearsal.path import Written
from journeys.rehearsal.shown import local, message_at
from journeys.rehearsal.terms import Terms, TermsError, When, moment, parse_terms
from journeys.rehearsal.walk import Path, WalkError, walk_all
from journeys.step import NEXT, Json

MOST_TESTS = 50  # of a journey


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expected(_Said):
    """One message. `at` is when it went or was closed, or until when it waits."""

    step: str | None = None
    content: str | None = None
    channel: ChannelKind | None = None
    at: When | None = None
    state: MessageState | None = None
    reason: str | None = None


class Expects(_Said):
    """What a walk has to come to. `path`: the steps passed, each `step` or `step: branch`."""

    messages: Annotated[list[Expected], Field(max_length=200)] = []
    path: Annotated[list[str], Field(max_length=500)] | None = None
    exit_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A test, wherever it is kept."""

    name: str
    terms: Terms
    expects: Expects


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a test went: what differs, each in a sentence; nothing where it passed."""

    name: str
    differences: list[str] = field(default_factory=list)

    @property
    def has_passed(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def parse_case(name: str, terms: Any, expects: Any) -> Case:
    """A test from JSON; TermsError names each field that can't be."""
    faults = Faults()
    try:
        parsed = parse_terms(terms)
    except TermsError as error:
        faults.add_nested("terms", error.errors)  # type: ignore[arg-type]  # of the same shape
    try:
        expected = Expects.model_validate(expects)
    except ValidationError as error:
        faults.add_invalid("expects", error)
    if faults.errors:
        raise TermsError(faults.errors)
    return Case(name, parsed, expected)


def case_of(test: KeptTest) -> Case:
    """The test of a row."""
    return parse_case(test.name, test.terms, test.expects)


def save_test(journey: Journey, name: str, terms: Any, expects: Any) -> KeptTest:
    """Keep a test under its name, in place of one that has it; TermsError where it can't be read."""
    parse_case(name, terms, expects)
    others = KeptTest.objects.filter(journey=journey).exclude(name=name)
    if others.count() >= MOST_TESTS:
        raise TermsError(
            [{"path": "name", "message": _("a journey keeps at most %(most)d tests") % {"most": MOST_TESTS}}]
        )
    test, _is_new = KeptTest.objects.update_or_create(
        journey=journey, name=name, defaults={"terms": terms, "expects": expects}
    )
    return test


def keep_walk(journey: Journey, name: str, terms: Json, path: Path) -> KeptTest:
    """Keep a walk as a test that it comes to what it has come to."""
    return save_test(journey, name, terms, expectations(path))


def expectations(path: Path) -> Json:
    """All that a walk came to: its messages by the customer's clocks, its steps, how it ended."""
    inside = path.enrollment
    ended = {"exit_reason": inside.exit_reason} if inside and inside.exit_reason else {}
    return {"messages": [_shown(one, path) for one in path.written], "path": _passed(path)} | ended


def run_cases(journey: Journey, cases: Sequence[Case], graph: Json | None = None) -> list[Outcome]:
    """Walk each test through `graph`, by default the draft; GraphError where it can't run at all."""
    if not cases:
        return []
    try:
        paths = walk_all(journey, [case.terms for case in cases], graph)
    except TermsError:
        return [_run_alone(journey, case, graph) for case in cases]
    return [
        Outcome(case.name, list(differences(case, path))) for case, path in zip(cases, paths, strict=True)
    ]


def _run_alone(journey: Journey, case: Case, graph: Json | None) -> Outcome:
    try:
        path = walk_all(journey, [case.terms], graph)[0]
    except TermsError as error:
        return Outcome(case.name, [f"{fault['path']}: {fault['message']}" for fault in error.errors])
    return Outcome(case.name, list(differences(case, path)))


def run_tests(journey: Journey, tests: Iterable[KeptTest], graph: Json | None = None) -> list[Outcome]:
    """The same with rows; one that can't be read has failed."""
    cases: list[Case] = []
    unread: list[Outcome] = []
    for test in tests:
        try:
            cases.append(case_of(test))
        except TermsError as error:
            unread.append(Outcome(test.name, [f"{one['path']}: {one['message']}" for one in error.errors]))
    return sorted([*run_cases(journey, cases, graph), *unread], key=lambda outcome: outcome.name)


def check(journey: Journey, graph: Json) -> None:
    """GraphError with what differs, where a kept test of the graph fails. To be asked before any lock."""
    tests = list(KeptTest.objects.filter(journey=journey))
    try:
        outcomes = run_tests(journey, tests, graph) if tests else []
    except WalkError as error:
        raise GraphError([{"path": "tests", "message": str(error)}]) from error
    if faults := [fault for outcome in outcomes for fault in _faults(outcome)]:
        raise GraphError(faults)


def _faults(outcome: Outcome) -> Iterator[Fault]:
    for difference in outcome.differences:
        yield {"path": f"tests.{outcome.name}", "message": difference}


def differences(case: Case, path: Path) -> Iterator[str]:
    """Where a path is not as expected, in sentences. Pure."""
    expects = case.expects
    if path.is_cut:
        words = _("the walk was cut short at %(at)s: it takes too long")
        yield words % {"at": path.stands_at.isoformat()}
    came = [_shown(one, path) for one in path.written]
    if len(came) != len(expects.messages):
        told = ", ".join(f"{one['step']} ({one['state']})" for one in came) or _("none")
        words = _("messages expected: %(wanted)d; there are %(many)d: %(messages)s")
        yield words % {"wanted": len(expects.messages), "many": len(came), "messages": told}
    for number, (expected, written) in enumerate(zip(expects.messages, path.written, strict=False), start=1):
        yield from _message_differences(number, expected, written, path)
    if expects.path is not None and (passed := _passed(path)) != expects.path:
        words = _("expected the path %(wanted)s; it is %(path)s")
        yield words % {"wanted": _line(expects.path), "path": _line(passed)}
    reason = path.enrollment.exit_reason if path.enrollment else ""
    if expects.exit_reason is not None and reason != expects.exit_reason:
        words = _("expected the exit '%(wanted)s'; it is '%(reason)s'")
        yield words % {"wanted": expects.exit_reason, "reason": reason}


def _message_differences(number: int, expected: Expected, written: Written, path: Path) -> Iterator[str]:
    came = _shown(written, path)
    told = {"number": number, "step": came["step"]}
    for name, wanted in expected.model_dump(mode="json", exclude_none=True).items():
        if name == "at":
            at = local(moment(wanted, path.starts_at, path.zone), path.zone)
            if at != came["at"]:
                words = _("message %(number)d (%(step)s): expected at %(wanted)s; it is at %(at)s")
                yield words % (told | {"wanted": at, "at": came["at"]})
        elif came.get(name, "") != wanted:
            words = _("message %(number)d (%(step)s): expected %(field)s '%(wanted)s'; it is '%(is)s'")
            yield words % (told | {"field": name, "wanted": wanted, "is": came.get(name, "")})


def _shown(written: Written, path: Path) -> dict[str, str]:
    row = written.message
    shown = {
        "step": row.step,
        "content": row.content.slug if row.content else "",
        "channel": row.channel,
        "at": local(message_at(written), path.zone),
        "state": row.state,
    }
    return shown | ({"reason": row.reason} if row.reason else {})


def _passed(path: Path) -> list[str]:
    passed = [(one.step, one.said["branch"]) for one in path.seen if one.kind == "passed"]
    return [step if branch in {"", NEXT} else f"{step}: {branch}" for step, branch in passed]


def _line(steps: Sequence[str]) -> str:
    return " → ".join(steps) or _("empty")
