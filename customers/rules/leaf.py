"""The contract of a rule family: one file under families/ each. To add one: docs/adding-a-rule.md."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.db.models import Expression, F
from pydantic import BaseModel, ConfigDict

from config.registry import Registry
from customers.rules.depends import Depends
from customers.rules.facts import Facts
from customers.rules.shown import Shown

FAMILIES: "Registry[type[Leaf]]" = Registry("kind of rule", "customers.rules.families")


class Leaf(BaseModel, ABC):
    """One question about a customer. Its typed fields are its settings, its `family` the tree's `field`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    family: ClassVar[str]
    shown: ClassVar[Shown | None] = None  # None: the builder makes do with the names of the settings
    field: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register each class that names its family; one without is shared by several."""
        super().__pydantic_init_subclass__(**kwargs)
        if "family" in cls.__dict__:
            FAMILIES.add(cls.family, cls)

    @abstractmethod
    def condition(self, facts: Facts) -> Expression:
        """Whether it holds at `facts.now`, over Customer querysets: a boolean that is never NULL."""

    def changes_at(self, facts: Facts) -> Expression | None:
        """When, after `facts.now`, time alone could next change the answer; NULL, or None: never."""
        del facts
        return None

    def found(self, facts: Facts) -> Expression | F | None:
        """What of the customer is compared, to be shown to people; None: nothing that is easily told."""
        del facts
        return None

    @abstractmethod
    def depends(self) -> Depends:
        """What it reads."""

    def awaits(self) -> frozenset[str]:
        """The events without which it asks for nothing that could be."""
        return self.depends().events

    @abstractmethod
    def words(self) -> str:
        """The question in words, in the reader's language."""
