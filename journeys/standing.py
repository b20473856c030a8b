"""Why an enrollment stands where it stands, how it went on, what became of its message. Pure."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels.models import Message
from config.templatetags.sette import branch_name
from journeys.models import Enrollment, Standing, StepLog


def why(enrollment: Enrollment) -> str:
    """What it waits for, or why it ended."""
    if enrollment.error:
        return enrollment.error
    if enrollment.is_on_hold:
        return _("On hold while its journey is paused.")
    told = {
        "at": _local(enrollment.due_at) if enrollment.due_at else "",
        "event": ", ".join(enrollment.awaits),
        "reason": enrollment.exit_reason,
    }
    return str(SAID[Standing(enrollment.standing)]) % told


def how_passed(passed: StepLog) -> str:
    """By which branch it went on, and when."""
    words = _("Went on at %(at)s, by %(branch)s.") if passed.branch else _("Went on at %(at)s.")
    return words % {"at": _local(passed.left_at), "branch": branch_name(passed.branch)}


def what_became(message: Message) -> str:
    """Where a message stands, and why."""
    said = [
        message.get_state_display(),
        message.get_reason_display() if message.reason else "",
        message.detail,
    ]
    return ": ".join(filter(None, map(str, said)))


SAID = {
    Standing.ENDED: gettext_lazy("Left the journey: %(reason)s."),
    Standing.EVENT: gettext_lazy("Waits for the event %(event)s, at the latest until %(at)s."),
    Standing.MESSAGE: gettext_lazy("Waits until its message was sent, or will not be."),
    Standing.CHANGE: gettext_lazy("Waits until a change is made."),
    Standing.DUE: gettext_lazy("Goes on at %(at)s."),
}


def _local(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
