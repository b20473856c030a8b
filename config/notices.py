"""What people are told by e-mail: each app says what there is to tell, each person what they want of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.roles import APPROVE


class Kind(models.TextChoices):
    """What can be told."""

    APPROVAL = "approval", _("somebody asks to publish a journey")
    PARKED = "parked", _("customers stand still, for a step of a journey failed")
    PROVIDER = "provider", _("a channel fails, or does not send what is due")
    WORK_DONE = "work_done", _("a simulation that you asked for is done")


# In the mail: what it is about is filled in.
SENTENCES: dict[str, Any] = {
    Kind.APPROVAL: _("To decide: publishing the journey “%(about)s”."),
    Kind.PARKED: _("Customers stand still in the journey “%(about)s”: a step failed five times."),
    Kind.PROVIDER: _("The channel %(about)s fails, or does not send what is due."),
    Kind.WORK_DONE: _("The simulation of “%(about)s” is done."),
}
# Who may be told: whoever may open the page to which it leads.
NEEDS: dict[str, str] = {
    Kind.APPROVAL: APPROVE,
    Kind.PARKED: "journeys.view_journey",
    Kind.PROVIDER: "channels.view_channel",
    Kind.WORK_DONE: "journeys.view_journey",
}


@dataclass(frozen=True)
class Found:
    """One thing to tell, the same by kind and key as long as it lasts; `to` one person, if it is theirs."""

    kind: Kind
    key: str
    about: str
    path: str
    to: int | None = None


Finder = Callable[[datetime], Iterable[Found]]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Ask `finder` too what there is to tell at a moment."""
    _finders.append(finder)


def found(now: datetime) -> list[Found]:
    """All that there is to tell."""
    return [one for finder in _finders for one in finder(now)]
