"""A journey's row, locked for what is done to it, and the states in which that can be."""

from django.utils.translation import gettext as _

from journeys.models import Journey

State = Journey.State
RUNNING = (State.LIVE, State.PAUSED, State.DRAINING)
IN_USE = (State.DRAFT, State.LIVE, State.PAUSED, State.DRAINING)


class JourneyStateError(ValueError):
    """The journey is not in a state from which this can be done; the message says from which it can."""


def locked(journey_id: int, *states: Journey.State) -> Journey:
    """The journey, locked until the commit; JourneyStateError where it is in none of the states."""
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey_id)
    if journey.state not in states:
        allowed = ", ".join(str(state.label) for state in states)
        words = _("The journey '%(journey)s' is %(state)s; this can be done when it is: %(allowed)s.")
        told = {"journey": journey.slug, "state": journey.get_state_display(), "allowed": allowed}
        raise JourneyStateError(words % told)
    return journey


def set_state(journey: Journey, state: Journey.State) -> None:
    """Store the new state of a locked journey."""
    journey.state = state
    journey.save(update_fields=["state", "changed_at"])
