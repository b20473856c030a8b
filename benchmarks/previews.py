"""How long the builder waits for a count: the first answer, which may be an estimate, and the exact one."""

import time
from collections.abc import Callable
from datetime import datetime

from benchmarks.figure import Figure, quantile
from benchmarks.size import Size
from customers.library import measure as marks_of
from customers.library import ready_segments
from customers.preview import Preview, PreviewTooSlowError, preview
from customers.rules import Rule, parse


def measure(size: Size, now: datetime) -> list[Figure]:
    """The rules of the ready library in turn, so that none finds its own rows still warm."""
    rules = [parse(ready.rule) for ready in ready_segments(marks_of(now))]
    first: list[float] = []
    for _ in range(min(size.runs, 2)):
        first += [_seconds(lambda rule=rule: preview(rule, now))[0] for rule in rules]  # type: ignore[misc]
    whole = [_both(rule, now) for rule in rules]
    exact = [seconds for seconds, _is_true in whole]
    return [
        Figure("preview_p95", 1000 * quantile(first, 0.95), "ms"),
        Figure("preview_exact_p95", 1000 * quantile(exact, 0.95), "ms"),
        Figure(
            "preview_within", 100 * sum(is_true for _seconds, is_true in whole) / len(whole), "% of counts"
        ),
    ]


def _both(rule: Rule, now: datetime) -> tuple[float, bool]:
    """How long the exact count takes, and whether it lies where the first answer said."""
    guess = preview(rule, now)
    seconds, found = _seconds(lambda: preview(rule, now, is_exact=True))
    if found is None:
        return seconds, True  # nobody will know
    return seconds, (guess.low or guess.count) <= found.count <= (guess.high or guess.count)


def _seconds(ask: Callable[[], Preview]) -> tuple[float, Preview | None]:
    started = time.perf_counter()
    try:
        found = ask()
    except PreviewTooSlowError:
        found = None
    return time.perf_counter() - started, found
