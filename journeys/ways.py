"""The ways through a graph: do branches lead somewhere, are steps reached, do loops wait? Pure."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from django.utils.translation import gettext as _

from journeys.faults import Faults

Steps = Mapping[str, Mapping[str, str | None]]  # id → branches


def check(start: str, steps: Steps, pausing: AbstractSet[str], faults: Faults) -> None:
    """Add what is wrong with the ways from `start` to `faults`; in the steps `pausing` time passes."""
    if start not in steps:
        faults.add("start", _("names the step '%(step)s', which is not there") % {"step": start})
        return
    for name, branches in steps.items():
        for branch, target in branches.items():
            if target is not None and target not in steps:
                words = _("leads to the step '%(step)s', which is not there")
                faults.add(f"steps.{name}.branches.{branch}", words % {"step": target})
    for name in sorted(steps.keys() - reached(start, steps)):
        faults.add(f"steps.{name}", _("is never reached: lead a branch to it, or delete it"))
    loop = loop_without_wait(steps, pausing)
    if loop:
        way = " → ".join([*loop, loop[0]])
        words = _("is part of a loop without a wait (%(way)s): put a wait into it")
        faults.add(f"steps.{loop[0]}", words % {"way": way})


def reached(start: str, steps: Steps) -> set[str]:
    """The steps to which a way leads from `start`."""
    found, ahead = {start}, [start]
    while ahead:
        fresh = set(_targets(steps, ahead.pop())) - found
        found |= fresh
        ahead.extend(fresh)
    return found


def loop_without_wait(steps: Steps, pausing: AbstractSet[str]) -> list[str]:
    """The steps of one loop in which no time passes; none if each loop waits somewhere."""
    quick = steps.keys() - pausing
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
    return (target for target in steps[name].values() if target is not None and target in steps)
