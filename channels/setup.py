"""Which provider serves a channel, and with what settings. Secrets go in and are never shown again."""

from typing import Any

from django.conf import settings
from pydantic import BaseModel, SecretStr

from channels.models import Channel
from channels.provider import Provider, providers
from channels.secrets import SealError, seal, unseal
from config.env import is_here


class WrongChannelError(ValueError):
    """A provider can't serve a channel that it is not made for."""


class RehearsingError(WrongChannelError):
    """Where time is rehearsed, nothing may reach anybody. Set SETTE_REHEARSAL=0 to use a real provider."""


def set_up_channel(
    kind: str, provider: str, values: dict[str, Any], *, sender: str = "", is_active: bool = True
) -> Channel:
    """Have `provider` serve the channel from now on.

    A secret that is left out stays as it was. Raises UnknownKindError, WrongChannelError, or pydantic's
    ValidationError with the fields that are wrong; then nothing has changed.
    """
    made = check_settings(kind, provider, values)
    channel, _ = Channel.objects.update_or_create(
        kind=kind,
        defaults={
            "provider": provider,
            "settings": seal(_plain(made)),
            "sender": sender,
            "is_active": is_active,
        },
    )
    return channel


def check_settings(kind: str, provider: str, values: dict[str, Any]) -> Provider:
    """The provider as it would be set up; raises what `set_up_channel` would."""
    chosen = providers.get(provider)
    if chosen.channel != kind:
        raise WrongChannelError(f"{provider} serves {chosen.channel}, not {kind}.")
    made = chosen.model_validate(_kept_secrets(kind, chosen) | values)
    if settings.REHEARSAL and not is_here(str(_plain(made).get("url", ""))):
        raise RehearsingError(RehearsingError.__doc__)
    return made


def shown_settings(channel: Channel) -> dict[str, Any]:
    """A channel's settings for people: each secret only as whether there is one."""
    values = unseal(channel.settings)
    secret = secret_fields(providers.get(channel.provider))
    return {name: bool(value) if name in secret else value for name, value in values.items()}


def secret_fields(provider: type[BaseModel]) -> set[str]:
    """The fields of a provider that are never shown."""
    return {name for name, field in provider.model_fields.items() if field.annotation is SecretStr}


def _kept_secrets(kind: str, provider: type[Provider]) -> dict[str, Any]:
    channel = Channel.objects.filter(kind=kind, provider=provider.kind).first()
    try:
        values = unseal(channel.settings) if channel else {}
    except SealError:
        values = {}  # the secret key is another now: everything is entered anew
    return {name: value for name, value in values.items() if name in secret_fields(provider)}


def _plain(provider: Provider) -> dict[str, Any]:
    """A provider's settings as JSON, secrets written out: to be sealed at once."""
    dumped = provider.model_dump(mode="json")
    for name in secret_fields(type(provider)):
        dumped[name] = getattr(provider, name).get_secret_value()
    return dumped
