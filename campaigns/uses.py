"""Which broadcasts still need a segment: those that have not started."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from campaigns.models import Broadcast

State = Broadcast.State


def of_segments(slugs: Iterable[str]) -> list[tuple[str, str]]:
    """Each of the segments with each broadcast that is still to go to it, as a person would call that."""
    waiting = Broadcast.objects.filter(segment__slug__in=slugs, state__in=[State.DRAFT, State.SCHEDULED])
    found = waiting.order_by("segment__slug", "name").values_list("segment__slug", "name")
    return [(slug, _("the broadcast %(name)s") % {"name": name}) for slug, name in found]
