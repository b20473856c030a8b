"""A whole installation with a database, a web server and a browser of its own: what people see is tested."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.installation import free_port, until_answers

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "sette_pages"
PATIENCE = 60
expect.set_options(timeout=PATIENCE * 1000)  # as long as for a click: a busy machine is no fault of a page


@dataclass(frozen=True)
class Installation:
    """Where it is, and what there is to look for."""

    url: str
    found: dict[str, str]


@dataclass
class Visit:
    """A page and whatever its browser complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to an address of the installation and wait until all of it is there."""
        self.page.goto(self.url + path, wait_until="load")
        return self.page


def chromium() -> str:
    """Debian's Chromium, or the one that the environment names."""
    path = os.environ.get("SETTE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.fail("There is no Chromium: set SETTE_CHROMIUM, or apt-get install chromium.")
    return path


def database_url() -> str:
    """Where the installation keeps its rows."""
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{DATABASE}"))


@pytest.fixture(scope="package")
def installation(servers: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:  # noqa: ARG001 - they are up
    """Served by granian from a fresh database, as `make run` would."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SETTE_VAR": str(tmp_path_factory.mktemp("pages")),
        "SETTE_PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    _run([sys.executable, "manage.py", "migrate", "-v0"], environment)
    found = json.loads(_run([sys.executable, "-m", "tests.browser.fill", "60"], environment).splitlines()[-1])
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "config.wsgi:application",
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until_answers(f"http://127.0.0.1:{port}/admin/login/")
        yield Installation(f"http://127.0.0.1:{port}", found)
    finally:
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all pages."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="package")
def session(browser: Browser, installation: Installation) -> dict[str, str]:
    """The cookie of somebody who has logged in."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    page.goto(installation.url + "/admin/login/?next=/admin/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", "admin")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")
    cookie = next(cookie for cookie in context.cookies() if cookie["name"] == "sessionid")
    context.close()
    return {"name": "sessionid", "value": str(cookie["value"]), "url": installation.url}


Visiting = Callable[[str, str], Visit]
Arriving = Callable[[str, str, int], Visit]


@pytest.fixture
def arriving(browser: Browser, installation: Installation) -> Iterator[Arriving]:
    """Opens pages of somebody who has not logged in, in a language, a colour scheme and a width.

    They note what their browser complains of.
    """
    contexts: list[BrowserContext] = []

    def arrive(language: str, scheme: str, width: int) -> Visit:
        context = browser.new_context(
            locale=language,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},  # type: ignore[arg-type]
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE * 1000)
        visited = Visit(context.new_page(), installation.url)
        visited.page.on("console", lambda line: note_error(line.type, line.text, visited))
        visited.page.on("pageerror", lambda error: visited.complaints.append(str(error)))
        visited.page.on("request", lambda request: _note_outside(request.url, visited))
        visited.page.on("response", lambda answer: _note_failure(answer.status, answer.url, visited))
        return visited

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture
def visiting(arriving: Arriving, session: dict[str, str]) -> Visiting:
    """The same of somebody who has logged in, on a laptop."""

    def visit(language: str, scheme: str) -> Visit:
        visited = arriving(language, scheme, 1440)
        visited.page.context.add_cookies([session])  # type: ignore[list-item]
        return visited

    return visit


@pytest.fixture
def here(visiting: Visiting) -> Visit:
    """A page in English, in light."""
    return visiting("en-GB", "light")


def note_error(kind: str, text: str, visited: Visit) -> None:
    """Keep what the console says of an error."""
    if kind == "error":
        visited.complaints.append(text)


def _note_outside(url: str, visited: Visit) -> None:
    if not url.startswith((visited.url, "data:", "blob:", "about:")):
        visited.complaints.append(f"asked elsewhere: {url}")


def _note_failure(status: int, url: str, visited: Visit) -> None:
    if status >= 400:
        visited.complaints.append(f"{status}: {url}")


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
