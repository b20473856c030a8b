"""What of the live journeys an import would set off."""

from django.utils.translation import gettext as _

from customers.imports.services import Effect
from journeys.entrances import entrances
from journeys.models import Journey

TRAIT_CHANGED = "$trait_changed"


def set_off_by(effect: Effect) -> list[str]:
    """The live journeys that begin at one of these events, by name."""
    heard = {
        one.journey_id
        for event, opened in entrances().by_event.items()
        if event in effect.events
        for one in opened
        if event != TRAIT_CHANGED or effect.traits.intersection(one.graph.trigger.traits)
    }
    names = Journey.objects.filter(pk__in=heard).order_by("name").values_list("name", flat=True)
    return [_("the journey %(name)s") % {"name": name} for name in names]
