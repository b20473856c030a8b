"""Processes on the test's own database that end themselves."""

import os
import subprocess
import sys
from urllib.parse import quote

from django.db import connection


def database_url() -> str:
    """Where a process of its own finds this test's database."""
    database = connection.settings_dict
    place = quote(str(database["HOST"]), safe="")
    return f"postgresql://{database['USER']}@/{database['NAME']}?host={place}"


def run(module: str, *words: str) -> int:
    """Run a module on this test's database; returns its exit code."""
    process = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=os.environ | {"DATABASE_URL": database_url()},
        check=False,
        timeout=60,
    )
    return process.returncode
