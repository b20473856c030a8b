"""SMS by HTTP: a batch of texts as JSON, each with an idempotency id."""

from channels.provider import Outgoing, providers
from channels.wire.gateway import Gateway


class HttpSms(Gateway):
    """Hands texts to an HTTP gateway."""

    kind = "http_sms"
    channel = "sms"

    def body(self, message: Outgoing) -> dict[str, str]:
        """A text, whom it is for and whom it is from."""
        return {"to": message.address, "from": message.sender, "text": message.text}


providers.add(HttpSms.kind, HttpSms)
