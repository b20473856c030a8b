"""Messages for the tests of providers."""

from uuid import UUID

from channels.provider import Outgoing, Receipt


def outgoing(number: int = 1, address: str = "", **fields: object) -> Outgoing:
    values = {
        "message_id": number,
        "public_id": UUID(int=number),
        "address": address or f"c{number}@example.com",
        "sender": "Sette <hello@sette.example>",
        "subject": "Hello",
        "text": '{"hello": 1}',
        "link": "https://shop.example/",
        "mime": b"Subject: Hello\r\nMessage-ID: <%d@sette.example>\r\n\r\nHello\r\n.dot\r\n" % number,
    }
    return Outgoing(**(values | fields))  # type: ignore[arg-type]


def answers(receipts: list[Receipt]) -> dict[int, str]:
    return {receipt.message_id: receipt.answer.value for receipt in receipts}
