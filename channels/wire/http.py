"""HTTP that asks once, reads little, and says what is known: no redirects, no proxies, no retries."""

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError, NewConnectionError

LARGEST_ANSWER = 1024 * 1024
CONNECT = 5.0  # seconds
LONGEST_REST = timedelta(hours=24)
AGENT = "Sette"


class NotSentError(Exception):
    """The request never left: the address is refused, or nobody listens there."""


class NotPublicError(NotSentError):
    """The address leads to this machine or network, or to one that hides another."""


class NoAnswerError(Exception):
    """The request left, and its answer never came whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer. `retry_after`: how long it asks to be left alone."""

    status: int
    body: bytes
    retry_after: timedelta | None


def post(
    session: requests.Session, url: str, body: bytes, headers: Mapping[str, str], until: float
) -> Answer:
    """Post `body`; the answer must be whole by `until` (monotonic).

    NotSentError or NoAnswerError otherwise.
    """
    left = until - time.monotonic()
    if left <= 0:
        raise NotSentError("no time was left")
    try:
        response = session.post(
            url,
            data=body,
            headers=dict(headers),
            timeout=(min(CONNECT, left), left),
            allow_redirects=False,
            stream=True,
        )
    except InvalidIPAddress as error:
        raise NotPublicError(_words(error)) from error
    except (
        requests.ConnectTimeout,
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
    ) as error:
        raise NotSentError(_words(error)) from error
    except requests.ConnectionError as error:
        raise (NotSentError if _never_left(error) else NoAnswerError)(_words(error)) from error
    except requests.RequestException as error:
        raise NoAnswerError(_words(error)) from error
    with response:
        return Answer(response.status_code, _read(response, until), _retry_after(response.headers))


def open_session() -> requests.Session:
    """The thread's session for servers that the installation's owner has chosen."""
    return _session("open", requests.Session)


def guarded_session() -> requests.Session:
    """The thread's session for addresses that others wrote: public ones only, looked up once and pinned."""
    return _session("guarded", _make_guarded)


def _make_guarded() -> requests.Session:
    session: requests.Session = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(int(CONNECT), 20),
        )
    )
    return session


_sessions = threading.local()


def _session(name: str, make: Callable[[], requests.Session]) -> requests.Session:
    """One session per thread and process, so that no connection is ever shared."""
    known: dict[tuple[str, int], requests.Session] = _sessions.__dict__.setdefault("known", {})
    key = (name, os.getpid())
    if key not in known:
        known[key] = make()
        known[key].trust_env = False
        known[key].headers["User-Agent"] = AGENT
    return known[key]


def _read(response: requests.Response, until: float) -> bytes:
    """The body, in time and not too much of it."""
    pieces, size = [], 0
    try:
        while piece := response.raw.read1(16 * 1024, decode_content=True):  # what there is, however little
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST_ANSWER:
                raise NoAnswerError(f"the answer is over {LARGEST_ANSWER:,} bytes")
            if time.monotonic() > until:
                raise NoAnswerError("the answer came too slowly")
    except (requests.RequestException, HTTPError, OSError) as error:
        raise NoAnswerError(_words(error)) from error
    return b"".join(pieces)


def _never_left(error: BaseException) -> bool:
    """Whether a connection error came before anything was sent."""
    cause: BaseException | None = error
    seen = []
    while cause is not None and cause not in seen:
        seen.append(cause)
        if isinstance(cause, (NewConnectionError, socket.gaierror)):
            return True
        reason = getattr(cause, "reason", None) or (cause.args[0] if cause.args else None)
        cause = reason if isinstance(reason, BaseException) else cause.__cause__ or cause.__context__
    return "resolve" in str(error)


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Retry-After as a length, from seconds or from a date; None where there is none that can be read."""
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return min(timedelta(seconds=int(value[:9])), LONGEST_REST)
    try:
        length = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return min(max(length, timedelta(0)), LONGEST_REST)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
