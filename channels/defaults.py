"""The channels of a sandbox: all that it sends goes to its own receivers."""

from typing import Any

from django.conf import settings

from channels.models import Channel, ChannelKind
from channels.secrets import SealError, unseal
from channels.setup import set_up_channel


def ensure_mail() -> None:
    """Have EMAIL_URL serve e-mail where there is no sandbox; what somebody has set otherwise stays."""
    known = Channel.objects.filter(kind=ChannelKind.EMAIL).first()
    if settings.EMAIL_URL and (known is None or _is_ours(known, "smtp")):
        sender = known.sender if known else mail_sender()
        set_up_channel(
            ChannelKind.EMAIL,
            "smtp",
            {"url": settings.EMAIL_URL},
            sender=sender,
            is_active=known.is_active if known else True,
        )


def ensure_channels(smtp_port: int, receiver_url: str, token: str) -> list[Channel]:
    """Have the local receivers serve every channel that nothing else serves; safe to call at each start.

    EMAIL_URL, where it is set, serves e-mail instead. What somebody has set otherwise stays.
    """
    known = {channel.kind: channel for channel in Channel.objects.all()}
    return [
        set_up_channel(
            kind,
            provider,
            _given(known.get(kind)) | values,
            sender=known[kind].sender if kind in known else sender,
            is_active=known[kind].is_active if kind in known else True,
        )
        for kind, provider, values, sender in _ways(smtp_port, receiver_url.rstrip("/"), token)
        if kind not in known or _is_ours(known[kind], provider)
    ]


def local_receiver() -> str:
    """The host and port of the local receiver that webhooks may call; empty where there is none."""
    return str(_given(Channel.objects.filter(kind=ChannelKind.WEBHOOK).first()).get("receiver", ""))


Way = tuple[str, str, dict[str, Any], str]  # channel, provider, its settings, sender


def _ways(smtp_port: int, local: str, token: str) -> list[Way]:
    mail = settings.EMAIL_URL or f"smtp://127.0.0.1:{smtp_port}"
    gateway = {"token": token, "callback_secret": token}
    return [
        (ChannelKind.EMAIL, "smtp", {"url": mail}, mail_sender()),
        (ChannelKind.SMS, "http_sms", gateway | {"url": f"{local}/sms"}, "Sette"),
        (ChannelKind.PUSH, "http_push", gateway | {"url": f"{local}/push"}, ""),
        (ChannelKind.WEBHOOK, "webhook", {"receiver": local.removeprefix("http://")}, ""),
    ]


def _given(channel: Channel | None) -> dict[str, Any]:
    """What a channel is set to; nothing where the secret key is another and it can't be read any more."""
    try:
        return unseal(channel.settings) if channel else {}
    except SealError:
        return {}


def _is_ours(channel: Channel, provider: str) -> bool:
    """Whether a channel still goes to a local receiver, or to EMAIL_URL, whose word is the environment's."""
    if channel.provider != provider:
        return False
    values = _given(channel)
    address = str(values.get("url") or values.get("receiver") or "127.0.0.1")
    return "127.0.0.1" in address or bool(channel.kind == ChannelKind.EMAIL and settings.EMAIL_URL)


def mail_sender() -> str:
    """Whom the brand's mails come from until somebody says otherwise."""
    name = settings.BRAND.replace('"', "")
    host = settings.BASE_URL.split("://")[-1].split(":")[0].split("/")[0]
    domain = host if any(letter.isalpha() for letter in host) and "." in host else "sette.example"
    return f'"{name}" <hello@{domain}>'
