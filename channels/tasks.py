"""The work of this app: what is due goes through the gates, leases that ran out are settled."""

from datetime import timedelta
from functools import partial

from celery import shared_task

from channels import callbacks, claim, confirmation, gate, hits, leases, tallies
from channels.models import ChannelKind
from config import tally, work

SWEEPS = {
    "channels.dispatch_email": timedelta(seconds=5),
    "channels.dispatch_sms": timedelta(seconds=5),
    "channels.dispatch_push": timedelta(seconds=5),
    "channels.dispatch_webhook": timedelta(seconds=5),
    "channels.ask_confirmation": timedelta(seconds=10),
    "channels.reap": timedelta(seconds=5),
    "channels.apply_callbacks": timedelta(seconds=10),
    "channels.apply_hits": timedelta(seconds=2),
}
tally.register(tallies.MESSAGES)
for channel in ChannelKind.values:
    work.register(
        f"channels.dispatch_{channel}",
        order=60,
        run=partial(gate.dispatch, channel),
        due=claim.DUE.format(channel=f"'{channel}'"),
        by_time=True,
        batch=gate.BATCH,
    )
work.register(
    "channels.ask_confirmation",
    order=55,
    run=confirmation.ask_confirmation,
    due=confirmation.ASK_DUE,
    by_time=True,
    batch=confirmation.BATCH,
)
work.register("channels.reap", order=70, run=leases.reap, due=leases.DUE)
work.register("channels.apply_callbacks", order=80, run=callbacks.apply_reports, due=callbacks.DUE)
work.register("channels.apply_hits", order=81, run=hits.apply_hits, due=hits.DUE)


@shared_task(name="channels.dispatch_email")
def dispatch_email() -> None:
    """Send the mails that are due and may go."""
    work.perform("channels.dispatch_email")


@shared_task(name="channels.dispatch_sms")
def dispatch_sms() -> None:
    """Send the SMS that are due and may go."""
    work.perform("channels.dispatch_sms")


@shared_task(name="channels.dispatch_push")
def dispatch_push() -> None:
    """Send the push messages that are due and may go."""
    work.perform("channels.dispatch_push")


@shared_task(name="channels.dispatch_webhook")
def dispatch_webhook() -> None:
    """Call the webhooks that are due."""
    work.perform("channels.dispatch_webhook")


@shared_task(name="channels.ask_confirmation")
def ask_confirmation_task() -> None:
    """Ask customers to confirm what they agreed to, where that is asked for."""
    work.perform("channels.ask_confirmation")


@shared_task(name="channels.reap")
def reap_task() -> None:
    """Settle what workers that died were sending."""
    work.perform("channels.reap")


@shared_task(name="channels.apply_callbacks")
def apply_callbacks_task() -> None:
    """Apply what providers reported."""
    work.perform("channels.apply_callbacks")


@shared_task(name="channels.apply_hits")
def apply_hits_task() -> None:
    """Judge hits on links and pixels, and let people's take effect."""
    work.perform("channels.apply_hits")
