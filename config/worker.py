"""`python -m config.worker`: a Celery worker, as `celery worker` is, and smaller.

Celery's own command line loads a shell and its tools into each process, and has Django check its routes,
which loads all pages.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from celery.app.utils import find_app


def main() -> None:
    """Take the tasks of some queues until it is stopped."""
    options = argparse.ArgumentParser(prog="python -m config.worker", description=__doc__)
    options.add_argument("--app", default="config", help="the module of the Celery app")
    options.add_argument("--queues", required=True, help="names of queues, with commas between")
    options.add_argument("--concurrency", type=int, help="so many processes; else one for each processor")
    asked = options.parse_args()
    worker = worker_of(asked.app, asked.queues.split(","), asked.concurrency)
    worker.start()
    sys.exit(worker.exitcode)


def worker_of(app: str, queues: Sequence[str], concurrency: int | None) -> Any:
    """The worker of the app in this module, ready to be started."""
    os.environ["CELERY_SKIP_CHECKS"] = "1"
    return find_app(app).Worker(
        queues=list(queues),
        concurrency=concurrency,
        optimization="fair",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        loglevel="INFO",
    )


if __name__ == "__main__":
    main()
