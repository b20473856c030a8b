"""What two graphs say differently, step by step and setting by setting. Pure; a draft may be unfinished."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from journeys.mapping import steps_of
from journeys.sayings import saying

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """One value that is not the same; `path` is dotted; None: it was or is not there."""

    path: str
    old: Any
    new: Any

    @property
    def words(self) -> str:
        """As a person would say it."""
        told = {"path": self.path, "old": self.old_words, "new": self.new_words}
        return _("%(path)s: %(old)s → %(new)s") % told

    @property
    def old_words(self) -> str:
        """What it was, likewise."""
        return _told(self.old)

    @property
    def new_words(self) -> str:
        """What it is, likewise."""
        return _told(self.new)


@dataclass(frozen=True)
class ChangedStep:
    """A step that is in both, and what of it is not the same."""

    id: str
    title: str
    settings: list[Setting]
    branches: list[Setting]


@dataclass(frozen=True)
class NamedStep:
    """A step that is in one of them only, and what it does in a few words."""

    id: str
    title: str


@dataclass(frozen=True)
class Difference:
    """Between two graphs: of the steps, and of all that is said beside them (trigger, start, goals …)."""

    around: list[Setting] = field(default_factory=list)
    added: list[NamedStep] = field(default_factory=list)
    removed: list[NamedStep] = field(default_factory=list)
    changed: list[ChangedStep] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.around or self.added or self.removed or self.changed)

    def words(self) -> list[str]:
        """Each difference in a sentence."""
        return [
            *(setting.words for setting in self.around),
            *(_("Step %(id)s added: %(title)s") % vars(step) for step in self.added),
            *(_("Step %(id)s removed: %(title)s") % vars(step) for step in self.removed),
            *(
                _("Step %(id)s: %(what)s") % {"id": step.id, "what": setting.words}
                for step in self.changed
                for setting in (*step.settings, *step.branches)
            ),
        ]

    def summary(self) -> dict[str, list[str]]:
        """What changed, by name only: for the audit."""
        named = {
            "around": [setting.path for setting in self.around],
            "added": [step.id for step in self.added],
            "removed": [step.id for step in self.removed],
            "changed": [step.id for step in self.changed],
        }
        return {kind: names for kind, names in named.items() if names}


def difference(old: Json, new: Json) -> Difference:
    """What `new` says that `old` does not, and the other way round."""
    before, after = steps_of(old), steps_of(new)
    around = _settings(
        {key: value for key, value in old.items() if key != "steps"},
        {key: value for key, value in new.items() if key != "steps"},
    )
    return Difference(
        around=list(around),
        added=[_named(after[step]) for step in after if step not in before],
        removed=[_named(before[step]) for step in before if step not in after],
        changed=[
            changed
            for step in after
            if step in before and (changed := _changed(before[step], after[step])) is not None
        ],
    )


def _named(step: Json) -> NamedStep:
    return NamedStep(step["id"], _title(step))


def _title(step: Json) -> str:
    return str(saying(str(step.get("kind", "")), _object(step.get("settings"))))


def _changed(old: Json, new: Json) -> ChangedStep | None:
    kind = {key: (old.get(key), new.get(key)) for key in ("kind",) if old.get(key) != new.get(key)}
    settings = [Setting(key, *values) for key, values in kind.items()]
    settings += _settings(_object(old.get("settings")), _object(new.get("settings")))
    branches = list(_settings(_object(old.get("branches")), _object(new.get("branches"))))
    if not settings and not branches:
        return None
    return ChangedStep(new["id"], _title(new), settings, branches)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _settings(old: Json, new: Json) -> Iterator[Setting]:
    """Leaf by leaf: what is the same inside a rule or a list is not said."""
    before, after = dict(_leaves("", old)), dict(_leaves("", new))
    for path in [*before, *(path for path in after if path not in before)]:
        if before.get(path) != after.get(path):
            yield Setting(path, before.get(path), after.get(path))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Each value by its path; what is empty says nothing."""
    if not isinstance(value, dict | list):
        yield path, value
        return
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(f"{path}.{key}".removeprefix("."), one)


def _told(value: Any) -> str:
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value) if value != "" else '""'
