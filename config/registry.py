"""Registries: implementations that are found by module discovery.

`step.py` + `steps/`, `provider.py` + `providers/`, `rules/`: the contract declares a Registry, each module of
the folder registers one implementation, and nothing else mentions it.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, ClassVar, Generic, TypeVar

from django.utils.translation import gettext as _

T = TypeVar("T")


class UnknownKindError(LookupError):
    """No implementation of that kind is registered."""


class Registry(Generic[T]):
    """Kind → implementation; every module of its packages is imported at the first look-up."""

    declared: ClassVar[list["Registry[Any]"]] = []

    def __init__(self, what: str, package: str) -> None:
        self._what = what
        self._packages = [package]
        self._known: dict[str, T] = {}
        self._discovered = False
        self.declared.append(self)

    def add(self, kind: str, implementation: T) -> None:
        """Register `implementation`; ValueError where the kind is taken by another one."""
        if self._known.setdefault(kind, implementation) is not implementation:
            raise ValueError(f"Two {self._what}s call themselves {kind!r}.")

    def look_into(self, package: str) -> None:
        """Find implementations in one more package: of an app above, which says so when it is ready."""
        self._packages.append(package)
        self._discovered = False

    def get(self, kind: str) -> T:
        """The implementation of `kind`; UnknownKindError names the kinds that there are."""
        self.discover()
        try:
            return self._known[kind]
        except KeyError:
            told = {"kind": kind, "kinds": ", ".join(sorted(self._known))}
            raise UnknownKindError(_("There is no kind “%(kind)s”. There are: %(kinds)s.") % told) from None

    def __contains__(self, kind: object) -> bool:
        self.discover()
        return kind in self._known

    def __iter__(self) -> Iterator[str]:
        self.discover()
        return iter(sorted(self._known))

    @classmethod
    def load(cls) -> None:
        """Import the modules of every registry now: what is there before a process forks is shared."""
        for registry in list(cls.declared):
            registry.discover()

    def discover(self) -> None:
        """Import the modules of the packages, once."""
        if self._discovered:
            return
        self._discovered = True
        for package in self._packages:
            folder = import_module(package)
            for module in pkgutil.iter_modules(folder.__path__):
                import_module(f"{package}.{module.name}")
