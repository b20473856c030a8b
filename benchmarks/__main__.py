"""`python -m benchmarks`: every figure that the README quotes, as a table and in var/bench.json.

Starts servers, a sink and the product itself on a folder of its own, which is gone at the end.
"""

import argparse
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure what was asked for."""
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--only", action="append", default=[], help="a figure, or the beginning of names")
    options.add_argument("--quick", action="store_true", help="tiny: shows that each figure can be taken")
    options.add_argument("--output", type=Path, default=ROOT / "var" / "bench.json")
    asked = options.parse_args()
    var = Path(tempfile.mkdtemp(prefix="sette-bench-"))
    try:
        _measure(var, asked)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def _measure(var: Path, asked: argparse.Namespace) -> None:
    from benchmarks.installation import free_port  # noqa: PLC0415
    from benchmarks.mailbox import Mailbox  # noqa: PLC0415

    with Mailbox() as mailbox:
        port = free_port()
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": mailbox.url,
            "SETTE_PORT": str(port),
            "SETTE_REHEARSAL": "0",
            "SETTE_SANDBOX": "0",
            "SETTE_SECRET_KEY": secrets.token_urlsafe(50),
            "SETTE_URL": f"http://127.0.0.1:{port}",
            "SETTE_VAR": str(var),
        }
        import django  # noqa: PLC0415

        django.setup()
        from benchmarks.figure import HEAD, keep, told  # noqa: PLC0415
        from benchmarks.size import FULL, QUICK  # noqa: PLC0415
        from benchmarks.suite import Suite  # noqa: PLC0415

        print(HEAD, flush=True)
        suite = Suite(QUICK if asked.quick else FULL, var, mailbox, tuple(asked.only))
        figures = []
        for figure in suite.figures():
            print(told(figure), flush=True)
            figures.append(figure)
        keep(figures, asked.output)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
