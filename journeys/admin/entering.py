"""Who comes to a journey, for its overview: who was turned away and why, and who is to enter next."""

from datetime import datetime, timedelta
from typing import Any

from journeys.enroll import Refusal
from journeys.models import Journey, Start
from journeys.tallies import ENTERED, tally_of

COUNTED = timedelta(days=30)


def entering(journey: Journey, now: datetime) -> dict[str, Any]:
    """How many were turned away lately, by reason, the most first; the start that is next or under way."""
    tally = tally_of(journey.pk, now - COUNTED)
    refused = [(Refusal(verdict).label, many) for verdict, many in tally.most_common() if verdict != ENTERED]
    members = Start.objects.filter(journey=journey, finished_at=None, what=Start.What.MEMBERS)
    return {
        "turned_away": sum(many for _label, many in refused),
        "reasons": refused,
        "start": members.order_by("at").first() if journey.state == Journey.State.LIVE else None,
        "is_under_way": members.filter(at__lte=now).exists(),
    }
