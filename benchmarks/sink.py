"""An SMTP server that takes every mail and keeps none: what benchmarks send to, as cheap as can be.

`python -m benchmarks.sink` prints its port and serves until it is stopped. `VRFY` is answered with the
number of
mails taken so far; `EXPN` with whom each mail since the last one was for and when it came, by the monotonic
clock. PIPELINING is spoken.
"""

import asyncio
import re
import sys
import time
from typing import ClassVar

GREETING = b"220 sink ESMTP\r\n"
EHLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
OK = b"250 2.0.0 OK\r\n"
GO_AHEAD = b"354 Go ahead\r\n"
END = b"\r\n.\r\n"
COMMAND = re.compile(rb"([^\r\n]*)\r\n")


class Sink(asyncio.Protocol):
    """One connection; `taken` counts the mails of all, `arrivals` are those that nobody has asked for yet."""

    taken: ClassVar[int] = 0
    arrivals: ClassVar[list[tuple[bytes, float]]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport = transport
        self.buffer = b""
        self.recipient = b""
        self.in_mail = False
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer everything that came whole, in one write."""
        self.buffer += data
        answers = []
        while (answer := self._next()) is not None:
            answers.append(answer)
        if answers:
            self.transport.write(b"".join(answers))

    def _next(self) -> bytes | None:
        return self._mail() if self.in_mail else self._command()

    def _mail(self) -> bytes | None:
        end = self.buffer.find(END)
        if end < 0:
            return None
        self.buffer = self.buffer[end + len(END) :]
        self.in_mail = False
        Sink.taken += 1
        Sink.arrivals.append((self.recipient, time.monotonic()))
        return OK

    def _command(self) -> bytes | None:
        found = COMMAND.match(self.buffer)
        if found is None:
            return None
        self.buffer = self.buffer[found.end() :]
        verb = found[1][:4].upper()
        if verb == b"RCPT":
            self.recipient = found[1].partition(b"<")[2].partition(b">")[0]
            return OK
        if verb == b"DATA":
            self.in_mail = True
            return GO_AHEAD
        if verb == b"VRFY":
            return b"250 %d\r\n" % Sink.taken
        if verb == b"EXPN":
            return _expanded()
        return EHLO if verb == b"EHLO" else OK


def _expanded() -> bytes:
    """A line for each arrival, and a last one that says how many there were."""
    arrivals, Sink.arrivals = Sink.arrivals, []
    lines = [b"250-%s %.6f\r\n" % arrival for arrival in arrivals]
    return b"".join(lines) + b"250 %d\r\n" % len(arrivals)


async def serve(port: int) -> None:
    """Take mails until stopped; the port that was given, or a free one, is printed."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
    except KeyboardInterrupt:
        sys.exit(0)
