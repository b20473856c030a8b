"""The rows of this app; their states and legal moves are in journeys/README.md."""

from journeys.models.act import Deed, JourneyAct, StepComment
from journeys.models.conversion import Conversion
from journeys.models.enrollment import Change, Enrollment, RateUse, Standing, StepLog
from journeys.models.entry import DateDue, EntryTally, Start
from journeys.models.journey import EventCursor, Journey, JourneyVersion
from journeys.models.kept import KeptTest
from journeys.models.publishing import PublishingPolicy, PublishRequest, VersionMove
from journeys.models.simulation import Simulation
from journeys.models.tally import EndTally, EnrollmentTally, GoalTally, SendTally, StepTally

__all__ = [
    "Change",
    "Conversion",
    "DateDue",
    "Deed",
    "EndTally",
    "Enrollment",
    "EnrollmentTally",
    "EntryTally",
    "EventCursor",
    "GoalTally",
    "Journey",
    "JourneyAct",
    "JourneyVersion",
    "KeptTest",
    "PublishRequest",
    "PublishingPolicy",
    "RateUse",
    "SendTally",
    "Simulation",
    "Standing",
    "Start",
    "StepComment",
    "StepLog",
    "StepTally",
    "VersionMove",
]
