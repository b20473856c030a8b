"""Everything that must hold before a commit; with `--tests` every test too. Each failure fails the whole."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chromium import find_chromium

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py"]
# An installation as `check --deploy` wants to see it: real addresses, a secret, no sandbox.
PRODUCTION = {
    "SETTE_URL": "https://sette.example.com",
    "SETTE_SECRET_KEY": secrets.token_urlsafe(60),
    "SETTE_SANDBOX": "0",
    "SETTE_REHEARSAL": "0",
    "DATABASE_URL": "postgresql://sette@db.example.com/sette",
    "REDIS_URL": "redis://redis.example.com/0",
    "EMAIL_URL": "smtps://sette@mail.example.com",
}
CHECKS: dict[str, list[str]] = {
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "types": [sys.executable, "-m", "mypy", "."],
    "layers": [str(BIN / "lint-imports")],
    "front end": [sys.executable, "scripts/build_frontend.py", "--check"],
    "documentation": [sys.executable, "scripts/build_docs.py", "--check"],
    "translations": [sys.executable, "scripts/compile_messages.py", "--check"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
}


def main(*, tests: bool) -> int:
    """Run all checks, then the tests; returns 0 if every one passed."""
    with tempfile.TemporaryDirectory(prefix="sette-check-") as var:
        environment = os.environ | {"SETTE_VAR": var}
        with ThreadPoolExecutor(2) as pool:  # two at a time: most of them use one core
            passed = pool.map(lambda name: passes(name, CHECKS[name], environment), CHECKS)
            failed = [name for name, is_good in zip(CHECKS, passed, strict=True) if not is_good]
    if tests and not run_tests():
        failed.append("tests")
    if failed:
        print(f"FAILED: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def passes(name: str, words: list[str], environment: dict[str, str]) -> bool:
    """Run one check; what it says is printed only where it fails."""
    started = time.monotonic()
    more = PRODUCTION if name == "deployment" else {}
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environment | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    is_good = done.returncode == 0
    verdict = f"{name}: {'ok' if is_good else 'FAILED'} ({time.monotonic() - started:.1f} s)"
    print(verdict if is_good else f"{verdict}\n{done.stdout}", flush=True)
    return is_good


def run_tests() -> bool:
    """Run pytest with a Chromium; its closing line is the last of it.

    Three processes share the tests, each with servers of its own: on two cores, for tests of faults wait for
    processes a third of their time. Servers named from outside are for one.
    """
    environment = dict(os.environ)
    if path := find_chromium():
        environment["SETTE_CHROMIUM"] = path
    processes = "0" if {"DATABASE_URL", "REDIS_URL"} & set(environment) else "3"
    words = [sys.executable, "-m", "pytest", "-q", "--numprocesses", processes, "--dist", "worksteal"]
    return subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(tests="--tests" in sys.argv))
