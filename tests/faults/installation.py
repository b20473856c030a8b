"""One scenario's Sette: workers, beat and web as `manage.py serve` starts them, on a database of its own."""

import json
import os
import random
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from celery import Celery
from django.conf import settings
from django.db import Error, connection

from config import embedded
from config.embedded import EmbeddedError, parts, process
from config.embedded import child as tended
from config.embedded.child import Child
from config.embedded.places import Places
from tests.faults.servers import Servers

tended.LONGEST_PAUSE = tended.FIRST_PAUSE  # what is killed twenty times is started again at once
# Every call was applied, and every event heard.
HEARD = """
    SELECT NOT EXISTS (SELECT FROM customers_inboxrow WHERE state = 'pending')
       AND coalesce((SELECT max(id) FROM customers_event), 0)
           <= coalesce((SELECT last_event_id FROM journeys_eventcursor WHERE name = 'journeys'), 0)
"""
STATES = """
    SELECT 'message', state, reason, min(detail), count(*) FROM channels_message GROUP BY state, reason
    UNION ALL
    SELECT 'enrollment', standing, exit_reason, min(error), count(*) FROM journeys_enrollment
    GROUP BY standing, exit_reason
    UNION ALL
    SELECT 'call', state, min(message_id), min(error), count(*) FROM customers_inboxrow GROUP BY state
"""
# Nothing is due, open or unheard any more.
QUIET = f"""
    {HEARD}
       AND NOT EXISTS (SELECT FROM channels_fatenotice)
       AND NOT EXISTS (SELECT FROM channels_message WHERE state IN ('queued', 'sending'))
       AND NOT EXISTS (SELECT FROM journeys_enrollment WHERE standing <> 'ended')
"""


class Installation:
    """The processes of one scenario. Whoever waits here also starts again what has died, as `serve` does."""

    def __init__(self, servers: Servers, database: str, port: int) -> None:
        self.servers = servers
        self.database = database
        self.port = port
        self.workers: list[Child] = []
        self.others: list[Child] = []
        self.tends_servers = True
        self._names = count(1)
        self._sender = Celery(broker=embedded.broker_url(servers.places.var), set_as_current=False)
        self._sender.conf.update(
            task_routes=settings.CELERY_TASK_ROUTES, task_default_queue=settings.CELERY_TASK_DEFAULT_QUEUE
        )

    def start_worker(
        self, processes: int = 2, app: str = "config", queues: str = parts.QUEUES, **told: str
    ) -> Child:
        """A worker of these queues; `app` names a module that makes it mortal, and is `told` of how."""
        environment = self._environment() | told
        worker = parts.worker(self._places("worker"), environment, processes)
        worker._command[worker._command.index("config")] = app
        worker._command[worker._command.index(parts.QUEUES)] = queues
        return self._started(worker, self.workers)

    def start_beat(self) -> Child:
        """A beat: there may be more than one."""
        return self._started(parts.beat(self._places("beat"), self._environment()), self.others)

    def start_web(self) -> Child:
        """The web server, with the tracking API."""
        return self._started(
            parts.web(self._places("web"), self._environment(), parts.LOCAL, self.port), self.others
        )

    def _environment(self) -> dict[str, str]:
        return self.servers.environment(self.database)

    def _places(self, name: str) -> Places:
        """Folders of this process's own, for its log and its note."""
        places = Places(self.servers.places.var / f"{self.database}-{name}{next(self._names)}")
        places.make()
        return places

    def _started(self, child: Child, among: list[Child]) -> Child:
        child.tend(lambda _said: None)
        among.append(child)
        return child

    def wait_for_workers(self) -> None:
        """Return when every worker takes tasks."""
        self.wait(lambda: all(b" ready." in _log(worker) for worker in self.workers), 120)

    def wait_for_web(self) -> None:
        """Return when the tracking API answers."""
        self.wait(lambda: self.post("/v1/track", {}, "nobody's") == 401, 120)

    def tend(self) -> None:
        """Start again what has died."""
        if self.tends_servers:
            for server in (self.servers.postgres, self.servers.valkey):
                if server.pid() is None:
                    with suppress(EmbeddedError):  # the next round tries again, as `serve` does
                        server.start()
        for each in [*self.workers, *self.others]:
            each.tend(lambda _said: None)

    def wait(self, condition: Callable[[], bool], seconds: float) -> float:
        """Tend all until `condition` holds, at most so long; returns how long it took. A database that is
        away makes no condition true."""
        started = time.monotonic()
        while not self._holds(condition):
            assert time.monotonic() - started < seconds, self.last_words()
            self.tend()
            time.sleep(0.02)
        return time.monotonic() - started

    def _holds(self, condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except Error:
            connection.close()
            return False

    def run_for(self, seconds: float) -> None:
        """Tend all for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.tend()
            time.sleep(min(0.02, seconds))

    def is_quiet(self) -> bool:
        """Whether nothing is left to do."""
        return bool(self.ask(QUIET))

    @staticmethod
    def ask(sql: str, *values: object) -> object:
        """The one value that a query answers."""
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchone()[0]

    def pids(self, workers: Sequence[Child] | None = None) -> list[int]:
        """The processes of the workers: each one's first, and those of its pool."""
        found = []
        for worker in self.workers if workers is None else workers:
            if (group := worker.pid) is not None:
                found += process._members(group)
        return found

    def kill_one(self, die: random.Random) -> None:
        """kill -9 of one process of the workers, whichever."""
        if pids := sorted(self.pids()):
            process.send(die.choice(pids), signal.SIGKILL)

    def wake(self, *names: str) -> None:
        """Deliver wake-ups, each to the queue of its function."""
        for name in names:
            self._sender.send_task(name, ignore_result=True)

    def post(self, path: str, body: object, key: str) -> int:
        """Post a call to the tracking API; returns the status, 0 where nobody answered."""
        request = urllib.request.Request(
            f"http://{parts.LOCAL}:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {key}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def stop(self) -> None:
        """End all processes."""
        self._sender.close()
        for each in [*self.workers, *self.others]:
            if (pid := each.pid) is not None:
                process.send_group(pid, signal.SIGCONT)
                process.send_group(pid, signal.SIGKILL)
            each.is_done = True
            each.end(5)

    def last_words(self) -> str:
        """What the processes said last, for a message of failure."""
        said = [f"--- {each.log}\n{process.tail(each.log, 30)}" for each in [*self.workers, *self.others]]
        return "\n".join([*said, *self._states()])

    @staticmethod
    def _states() -> list[str]:
        """Where the rows stand."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(STATES)
                return [" ".join(map(str, row)) for row in cursor.fetchall()]
        except Error as error:
            return [str(error)]


def _log(worker: Child) -> bytes:
    path = Path(worker.log or os.devnull)
    return path.read_bytes() if path.exists() else b""
