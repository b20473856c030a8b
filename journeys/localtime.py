"""A time of day by the clocks of whoever it is about, as a setting. Pure."""

from datetime import time
from typing import Annotated

from django.utils.translation import gettext_noop as _
from pydantic import AfterValidator


def _local(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError(_("is a local time, such as 09:00, without a time zone"))
    return at


LocalTime = Annotated[time, AfterValidator(_local)]
