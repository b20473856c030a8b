import subprocess
import sys

LOADED = """
import sys
from config.worker import worker_of
worker = worker_of("config", ["ingest", "sweep"], 2)
print(sorted(worker.app.amqp.queues.consume_from), worker.concurrency)
print(sorted({"channels.tasks", "click_repl", "config.urls", "customers.admin"} & set(sys.modules)))
"""


def test_a_worker_loads_its_tasks_and_neither_pages_nor_a_shell():
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout

    assert said.splitlines() == ["['ingest', 'sweep'] 2", "['channels.tasks']"]
