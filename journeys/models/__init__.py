"""The rows of this app; their states and legal moves are in journeys/README.md."""

from journeys.models.enrollment import Enrollment, Standing, StepLog
from journeys.models.journey import EventCursor, Journey, JourneyVersion

__all__ = ["Enrollment", "EventCursor", "Journey", "JourneyVersion", "Standing", "StepLog"]
