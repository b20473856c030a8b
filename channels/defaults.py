"""The channels of a sandbox: all that it sends goes to its own receivers."""

from django.conf import settings

from channels.models import Channel, ChannelKind
from channels.setup import set_up_channel


def ensure_channels(smtp_port: int, receiver_url: str, token: str) -> list[Channel]:
    """Have the local receivers serve every channel that is not served by something else; safe to call at each start.

    EMAIL_URL, where it is set, serves e-mail instead of the local receiver.
    """
    local = receiver_url.rstrip("/")
    ways = {
        ChannelKind.EMAIL: (
            "smtp",
            {"url": settings.EMAIL_URL or f"smtp://127.0.0.1:{smtp_port}"},
            mail_sender(),
        ),
        ChannelKind.SMS: (
            "http_sms",
            {"url": f"{local}/sms", "token": token, "callback_secret": token},
            "Sette",
        ),
        ChannelKind.PUSH: (
            "http_push",
            {"url": f"{local}/push", "token": token, "callback_secret": token},
            "",
        ),
        ChannelKind.WEBHOOK: ("webhook", {"receiver": local.removeprefix("http://")}, ""),
    }
    known = dict(Channel.objects.values_list("kind", "provider"))
    return [
        set_up_channel(kind, provider, values, sender=sender)
        for kind, (provider, values, sender) in ways.items()
        if known.get(kind, provider) == provider
    ]


def mail_sender() -> str:
    """Whom the brand's mails come from until somebody says otherwise."""
    name = settings.BRAND.replace('"', "")
    host = settings.BASE_URL.split("://")[-1].split(":")[0].split("/")[0]
    domain = host if any(letter.isalpha() for letter in host) and "." in host else "sette.example"
    return f'"{name}" <hello@{domain}>'
