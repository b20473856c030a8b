import os
import subprocess
import sys

from config.embedded import process


def test_who_has_ended_and_was_not_heard_of_yet_runs_no_more():
    ended = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)

    assert not process.group_runs(ended.pid, "")
    assert ended.wait() == 0


def test_a_group_runs_while_one_of_it_lives():
    living = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )

    assert process.group_runs(living.pid, sys.executable)
    assert not process.group_runs(living.pid, "something else")
    living.communicate(b"\n")
