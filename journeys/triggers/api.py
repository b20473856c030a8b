"""Customers whom another program names."""

from journeys.entry import Trigger


class ApiTrigger(Trigger):
    """`POST /api/v1/journeys/{slug}/trigger/`; its data are the properties of the entering event."""

    kind = "api"
