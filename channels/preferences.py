"""What a customer chooses in the preference centre: channels, topics, how often, a pause, no more at all.

`choices_of` is what the page shows, `words` what was changed on it (pure), `save_choices` writes it under the
customer's lock: it holds from the next dispatch on.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from channels.models import Channel, ChannelKind, Preference
from channels.outbox import reconsider
from channels.verdict import ADDRESS_KINDS, has_consent
from config.masking import masked
from customers.models import Consent, Customer, Identity, PendingConsent, Topic
from customers.services import ConsentChange, lock_customers, set_consents

PAUSE = timedelta(days=30)
Consents = Mapping[tuple[str, str], bool]


class TopicChoice(NamedTuple):
    """A topic on one channel, and whether it is on."""

    slug: str
    name: str
    is_on: bool


class ChannelChoice(NamedTuple):
    """A channel that reaches the customer: where, whether it is on, and its topics."""

    kind: str
    label: str
    address: str
    is_on: bool
    topics: list[TopicChoice]


class Said(NamedTuple):
    """Where the customer says it: the source, and what proves it."""

    source: str
    proof: Mapping[str, str]


class Choices(NamedTuple):
    """All that can be chosen, as it stands; `to_confirm`: what waits for the customer's confirmation."""

    channels: list[ChannelChoice]
    to_confirm: list[str]
    every_days: int | None
    paused_until: datetime | None


class Wanted(NamedTuple):
    """What a customer wants of one channel."""

    is_on: bool
    topics: Collection[str]


def choices_of(customer: Customer, now: datetime) -> Choices:
    """What the page shows: channels that are active and have an address of the customer, masked."""
    topics = list(Topic.objects.order_by("name", "pk"))
    said = _said(customer)
    preference = Preference.objects.filter(customer=customer).first()
    until = preference.paused_until if preference else None
    return Choices(
        channels=[
            ChannelChoice(
                kind,
                str(ChannelKind(kind).label),
                address,
                is_on(said, kind, [topic.slug for topic in topics]),
                [TopicChoice(t.slug, t.name, has_consent(said, kind, t.slug)) for t in topics],
            )
            for kind, address in _ways(customer)
        ],
        to_confirm=_to_confirm(customer, {topic.slug: topic.name for topic in topics}),
        every_days=preference.every_days if preference else None,
        paused_until=until if until and until > now else None,
    )


def _to_confirm(customer: Customer, topics: Mapping[str, str]) -> list[str]:
    rows = PendingConsent.objects.filter(customer=customer).order_by("pk").values_list("channel", "topic")
    return [in_words(channel, topic, topics) for channel, topic in rows]


def _said(customer: Customer) -> Consents:
    """The customer's own words, also those that wait to be confirmed: who has said yes finds it ticked."""
    rows = Consent.objects.filter(customer=customer).values_list("channel", "topic", "is_granted")
    said = {(channel, topic): is_granted for channel, topic, is_granted in rows}
    waiting = PendingConsent.objects.filter(customer=customer).values_list("channel", "topic")
    return said | dict.fromkeys(waiting, True)


def _ways(customer: Customer) -> list[tuple[str, str]]:
    """The channels to the customer, each with the address that it goes to; a push token says nothing."""
    newest = Identity.objects.filter(customer=customer, kind__in=ADDRESS_KINDS.values())
    addresses = dict(newest.order_by("created_at", "pk").values_list("kind", "value"))
    active = set(Channel.objects.filter(is_active=True).values_list("kind", flat=True))
    return [
        (kind, "" if kind == ChannelKind.PUSH else masked(addresses[of]))
        for kind, of in ADDRESS_KINDS.items()
        if kind in active and of in addresses
    ]


def is_on(said: Consents, channel: str, topics: Sequence[str]) -> bool:
    """Whether anything may go out on the channel: it, or one of its topics, is granted."""
    return any(has_consent(said, channel, topic) for topic in ("", *topics))


def words(said: Consents, wanted: Mapping[str, Wanted], topics: Sequence[str]) -> list[tuple[str, str, bool]]:
    """The words (channel, topic, granted) that make of what was said what is wanted; no more than those.

    Where a channel is switched off its topics keep their words, for when it is switched on again.
    """
    found: list[tuple[str, str, bool]] = []
    for channel, want in wanted.items():
        was_on, whole = is_on(said, channel, topics), said.get((channel, ""))
        is_bare = want.is_on and not want.topics and whole is not True  # then no topic keeps it on
        if was_on != want.is_on or is_bare:
            found.append((channel, "", want.is_on))
            whole = want.is_on
        if want.is_on:
            found += [
                (channel, topic, topic in want.topics)
                for topic in topics
                if (said.get((channel, topic), whole) is True) != (topic in want.topics)
            ]
    return found


def save_choices(
    customer: Customer,
    wanted: Mapping[str, Wanted],
    every_days: int | None,
    said: Said,
    now: datetime,
) -> None:
    """Keep what was chosen on the page."""
    topics = dict(Topic.objects.order_by("name", "pk").values_list("slug", "name"))
    with transaction.atomic():
        changed = words(_said(customer), wanted, list(topics))
        _say(customer, [(*word, _wording(word, topics)) for word in changed], said, now)
        _keep(customer, now, every_days=every_days)


def pause(customer: Customer, until: datetime | None, now: datetime) -> None:
    """No marketing until then; None: the pause is over. What was not sent meanwhile stays so."""
    with transaction.atomic():
        _keep(customer, now, paused_until=until)


def leave_all(customer: Customer, said: Said, now: datetime) -> None:
    """No more marketing on any channel to a person, also on those that nothing was said of."""
    with transaction.atomic():
        _say(customer, [(kind, "", False, "") for kind in ADDRESS_KINDS], said, now)


def _say(customer: Customer, words: Sequence[tuple[str, str, bool, str]], said: Said, now: datetime) -> None:
    changes = [
        ConsentChange(
            *(customer.pk, channel, topic, is_granted), source=said.source, wording=wording, proof=said.proof
        )
        for channel, topic, is_granted, wording in words
    ]
    if changes:
        set_consents(changes, now)


def _wording(word: tuple[str, str, bool], topics: Mapping[str, str]) -> str:
    """What the customer ticked, as it stood on the page; nothing for what they took off."""
    channel, topic, is_granted = word
    return in_words(channel, topic, topics) if is_granted else ""


def in_words(channel: str, topic: str, topics: Mapping[str, str]) -> str:
    """A topic on a channel, or all of it, as people call it; `topics` are the names by their keys."""
    label = ChannelKind(channel).label
    if not topic:
        return _("Messages by %(channel)s") % {"channel": label}
    return _("%(topic)s by %(channel)s") % {"topic": topics.get(topic, topic), "channel": label}


def _keep(customer: Customer, now: datetime, **values: object) -> None:
    """Under the customer's lock, as the gate reads it; what only waited for it is looked at again."""
    if not lock_customers([customer.pk]):
        return
    Preference.objects.update_or_create(customer_id=customer.pk, defaults={**values, "changed_at": now})
    reconsider([customer.pk], now)
