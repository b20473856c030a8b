"""The ways through a graph: do branches lead somewhere, are steps reached, do loops wait? Pure."""

from collections.abc import Iterator, Mapping

from journeys.faults import Faults
from journeys.step import registry

Branches = Mapping[str, str | None]
Steps = Mapping[str, tuple[str, Branches]]  # id → kind and branches


def check(start: str, steps: Steps, faults: Faults) -> None:
    """Add what is wrong with the ways from `start` to `faults`."""
    if start not in steps:
        faults.add("start", f"names the step {start!r}, which is not there")
        return
    for name, (_, branches) in steps.items():
        for branch, target in branches.items():
            if target is not None and target not in steps:
                faults.add(
                    f"steps.{name}.branches.{branch}", f"leads to the step {target!r}, which is not there"
                )
    for name in sorted(steps.keys() - reached(start, steps)):
        faults.add(f"steps.{name}", "is never reached: lead a branch to it, or delete it")
    loop = loop_without_wait(steps)
    if loop:
        way = " → ".join([*loop, loop[0]])
        faults.add(f"steps.{loop[0]}", f"is part of a loop without a wait ({way}): put a wait into it")


def reached(start: str, steps: Steps) -> set[str]:
    """The steps to which a way leads from `start`."""
    found, ahead = {start}, [start]
    while ahead:
        fresh = set(_targets(steps, ahead.pop())) - found
        found |= fresh
        ahead.extend(fresh)
    return found


def loop_without_wait(steps: Steps) -> list[str]:
    """The steps of one loop in which no time passes; none if each loop waits somewhere."""
    quick = {name for name, (kind, _) in steps.items() if kind in registry and not registry.get(kind).pauses}
    done: set[str] = set()
    for root in sorted(quick):
        way: list[str] = []
        ahead: list[Iterator[str]] = [iter([root])]
        while ahead:
            name = next(ahead[-1], None)
            if name is None:
                ahead.pop()
                done.update(way[-1:])
                del way[-1:]
            elif name in way:
                return way[way.index(name) :]
            elif name in quick and name not in done:
                way.append(name)
                ahead.append(_targets(steps, name))
    return []


def _targets(steps: Steps, name: str) -> Iterator[str]:
    return (target for target in steps[name][1].values() if target is not None and target in steps)
