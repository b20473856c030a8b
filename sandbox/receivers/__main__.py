"""`python -m sandbox.receivers --var FOLDER`: the receivers as a process of their own, without Django."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from sandbox.receivers.faults import Faults, parse_faults
from sandbox.receivers.server import HOST, Receivers


def main(arguments: list[str]) -> None:
    """Receive until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="receive", description=__doc__)
    parser.add_argument("--var", type=Path, required=True, help="the folder of received.sqlite")
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--faults", type=Path, help="a JSON file of what to do wrong (see faults.py)")
    asked = parser.parse_args(arguments)
    faults = parse_faults(json.loads(asked.faults.read_text())) if asked.faults else Faults()
    asyncio.run(receive(asked.var, asked.smtp_port, asked.http_port, faults))


async def receive(var: Path, smtp_port: int, http_port: int, faults: Faults) -> None:
    """Receive until a signal asks to stop."""
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    async with Receivers(var, smtp_port=smtp_port, http_port=http_port, faults=faults) as receivers:
        listening = (
            f"SMTP on {HOST}:{receivers.smtp_port}, HTTP on {receivers.url}, into {receivers.store.path}"
        )
        print(listening, flush=True)  # noqa: T201 - its log
        await end.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
