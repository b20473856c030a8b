"""Push by HTTP: a batch of notifications as JSON, each with an idempotency id.

Dead tokens are told by the answer.
"""

from channels.provider import Outgoing, providers
from channels.wire.gateway import Gateway


class HttpPush(Gateway):
    """Hands notifications to an HTTP gateway."""

    kind = "http_push"
    channel = "push"

    def body(self, message: Outgoing) -> dict[str, str]:
        """A notification and the page that it opens."""
        return {
            "to": message.address,
            "title": message.subject,
            "body": message.text,
            "url": message.link,
        }


providers.add(HttpPush.kind, HttpPush)
