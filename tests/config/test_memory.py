"""The memory that a process may take, tried in processes of their own: a limit can't be taken back."""

import subprocess
import sys

import pytest

GREEDY = """
try:
    bytearray(300 * 1024 * 1024)
except MemoryError:
    print("refused", len(bytearray(50 * 1024 * 1024)))
"""


def limited(before="", after=""):
    bound = "from config.memory import bound_memory\nbound_memory(200)"
    limit = "print(resource.getrlimit(resource.RLIMIT_DATA)[1] >> 20)"
    words = [sys.executable, "-c", f"import resource\n{before}\n{bound}\n{after}\n{limit}"]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=30).stdout.split()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what a process asks for")
def test_what_takes_too_much_memory_fails_and_the_process_goes_on():
    assert limited(after=GREEDY) == ["refused", str(50 * 1024 * 1024), "200"]


def test_lower_limit_of_the_system_stays():
    megabytes = 150 * 1024 * 1024
    lower = f"resource.setrlimit(resource.RLIMIT_DATA, ({megabytes}, {megabytes}))"

    assert limited(lower) == ["150"]
