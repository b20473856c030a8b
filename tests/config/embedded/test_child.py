"""A process that is kept running: restarts, giving up, logs."""

import signal
import sys
from pathlib import Path

import pytest

from config.embedded import child as children
from config.embedded import process, server
from config.embedded.child import Child


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "FIRST_PAUSE", 0.01)


def child(folder: Path, code: str, **more: bool) -> Child:
    command = [sys.executable, "-c", code]
    return Child("part", command, run=folder, environment={"PART": "1"}, log=folder / "part.log", **more)


def tend_until(part: Child, said: list[str], condition) -> None:
    def look() -> bool:
        part.tend(said.append)
        return condition()

    assert process.wait_until(look, 20), said


def test_child_that_dies_is_started_again(tmp_path, said):
    part = child(tmp_path, "import time; time.sleep(600)")
    tend_until(part, said, lambda: part.pid is not None)
    first = part.pid

    process.send(first, signal.SIGKILL)
    tend_until(part, said, lambda: part.pid not in {None, first})

    assert said == [f"part (process {first}) ended with -9; again in 0.01 s, see {tmp_path}/part.log"]
    part.ask_to_stop()
    part.end(5)
    assert (part.pid, (tmp_path / "part.child").exists()) == (None, False)


def test_child_that_should_end_is_repeated_until_it_succeeds(tmp_path, said):
    counting = (
        f"import pathlib; count = pathlib.Path({str(tmp_path / 'count')!r}); count.touch()\n"
        "tries = len(count.read_text()); count.write_text('x' * (tries + 1)); raise SystemExit(tries < 2)"
    )
    part = child(tmp_path, counting, once=True)

    tend_until(part, said, lambda: part.is_done)

    assert (tmp_path / "count").read_text() == "xxx"
    assert said[-1] == "part has ended well"
    assert len(said) == 3


def test_child_that_never_succeeds_is_given_up(tmp_path, said):
    part = child(tmp_path, "raise SystemExit(3)", once=True)

    tend_until(part, said, lambda: part.is_done)

    assert len(said) == children.MOST_DEATHS
    assert "given up" in said[-1]


def test_child_of_a_killed_serve_is_cleared_away(tmp_path, said):
    left = child(tmp_path, "import time; time.sleep(600)")
    tend_until(left, said, lambda: left.pid is not None)

    child(tmp_path, "pass").clear(said.append)

    assert left.pid is None
    assert len(said) == 1


def test_note_of_a_group_that_is_gone_or_a_strangers_clears_nothing(tmp_path, said):
    (tmp_path / "part.child").write_text("4194000")

    child(tmp_path, "pass").clear(said.append)

    assert (said, (tmp_path / "part.child").exists()) == ([], False)


def test_large_log_is_put_aside_while_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "LARGEST_LOG", 10)
    log = tmp_path / "part.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"more than ten bytes\n")
        server.trim(log)
        writer.write(b"new\n")

    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "part.log.1").read_bytes() == b"more than ten bytes\n"
