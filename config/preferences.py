"""How a person wants the pages to be, read once for each request: as it was kept, or as everybody has it."""

from django.http import HttpRequest

from config.models import Preferences

KEPT_AS = "_preferences"  # on the request


def preferences_of(request: HttpRequest) -> Preferences:
    """The person's; of somebody who has kept none, or is not logged in, what everybody has."""
    known: Preferences | None = getattr(request, KEPT_AS, None)
    if known is None:
        known = _kept(request) or Preferences()
        setattr(request, KEPT_AS, known)
    return known


def are_kept(wanted: Preferences) -> bool:
    """Whether the person has ever said what they want."""
    return not wanted._state.adding  # noqa: SLF001 - Django's own way to tell


def _kept(request: HttpRequest) -> Preferences | None:
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return None
    return Preferences.objects.filter(person_id=person.pk).first()
