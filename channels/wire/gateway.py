"""What providers that speak our own HTTP shape (`batch`, `reports`) share: settings, sending, callbacks."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field, HttpUrl, SecretStr
from rest_framework.request import Request

from channels.provider import Outgoing, Provider, ProviderEvent, Receipt
from channels.wire.batch import send_batch
from channels.wire.reports import is_ours, read_reports


class Gateway(Provider):
    """A gateway that takes batches of JSON, and sends an id once however often it is told."""

    is_idempotent: ClassVar[bool] = True

    url: HttpUrl = Field(title="URL", description="Where batches are posted.")
    token: SecretStr = Field(title="Token", description="Sent as Bearer token.")
    callback_secret: SecretStr = Field(
        SecretStr(""), title="Callback secret", description="With which it signs its callbacks."
    )

    @abstractmethod
    def body(self, message: Outgoing) -> dict[str, str]:
        """A message as the gateway takes it, but for its id."""

    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Hand a batch over in one request."""
        bodies = [{"id": str(message.public_id)} | self.body(message) for message in messages]
        return send_batch(str(self.url), self.token.get_secret_value(), messages, bodies)

    def verify(self, request: Request) -> bool:
        """Signed with the callback secret, within five minutes."""
        return is_ours(request, self.callback_secret.get_secret_value())

    def parse(self, request: Request) -> list[ProviderEvent]:
        """The events of a callback."""
        return read_reports(request)
