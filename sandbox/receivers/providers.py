"""What the HTTP receiver answers as SMS provider, push provider and webhook, and how its faults are set."""

import asyncio
import hashlib
import json
import math
import sqlite3
import uuid
from typing import Any
from urllib.parse import urlsplit

from sandbox.receivers.faults import Fault, FaultError, Faults, parse_faults
from sandbox.receivers.journal import Journal
from sandbox.receivers.mail import MailReceiver
from sandbox.receivers.store import Draft, Store
from sandbox.receivers.web import Answer, Request

INSTEAD = {"busy", "error"}  # wrongs in place of storing
AFTER = {"vanish", "slow", "broken"}  # wrongs once it is stored
VOUCHERS = "/hook/vouchers"  # the till's: it answers a voucher's code


class Providers:
    """Routes: POST /sms, /push, /hook/…; GET /counts, /health; GET, POST, DELETE /faults."""

    def __init__(self, journal: Journal, store: Store, mail: MailReceiver) -> None:
        self._journal = journal
        self._store = store
        self._mail = mail
        self._faults = mail.faults
        self._requests = 0

    async def respond(self, request: Request) -> Answer:
        """The answer to one request; every accepted message is on the disk before it."""
        path = urlsplit(request.path).path
        try:
            match request.method, path:
                case "POST", "/sms" | "/push":
                    self._requests += 1
                    answer = await self._take_messages(path[1:], request)
                case _, hook if hook == "/hook" or hook.startswith("/hook/"):
                    answer = await self._take_hook(request)
                case "GET", "/counts":
                    answer = Answer(self._counts())
                case "GET", "/health":
                    answer = Answer({"status": "ok"})
                case "GET" | "POST" | "DELETE", "/faults":
                    answer = self._set_faults(request)
                case _:
                    answer = Answer({"error": f"There is no {request.method} {path} here."}, 404)
        except (sqlite3.Error, OSError) as error:
            return Answer({"error": f"Not stored: {error}"}, 503)
        return answer

    def _counts(self) -> dict[str, Any]:
        counts, repeats = self._store.counts(), self._store.repeats()
        return {"counts": counts, "repeats": repeats, "requests": self._requests}

    async def _take_messages(self, kind: str, request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return Answer({"error": "Send an Authorization header with a Bearer token."}, 401)
        try:
            body = json.loads(request.body)
        except ValueError:
            return Answer({"error": "The body is no JSON."}, 400)
        batch = body.get("messages") if isinstance(body, dict) else None
        if batch is not None and not isinstance(batch, list):
            return Answer({"error": "`messages` is no list."}, 400)
        items = [body] if batch is None else batch
        fault = self._faults.pick(kind, _recipients(items), INSTEAD | AFTER)
        if fault and fault.wrong in INSTEAD:
            return _instead(fault)
        answers = await self._keep(
            kind, items, request.headers.get("idempotency-key") if batch is None else None
        )
        if batch is not None:
            answer = Answer({"messages": answers})
        else:
            answer = Answer(answers[0], 200 if answers[0]["status"] == "accepted" else 422)
        return await _afterwards(fault, answer) if fault else answer

    async def _keep(self, kind: str, items: list[Any], key: str | None) -> list[dict[str, str]]:
        """Store what can be accepted of a request, and answer each of its messages."""
        drafts: list[Draft] = []
        answers: list[dict[str, str]] = []
        for item in items:
            if problem := self._problem(kind, item):
                answers.append({"status": "rejected", "error": problem})
                continue
            draft = _draft(kind, item, key)
            drafts.append(draft)
            answers.append({"id": provider_id(kind, draft.message_id), "status": "accepted"})
        if drafts:
            await self._journal.keep(drafts)
        return answers

    def _problem(self, kind: str, item: Any) -> str:
        if not isinstance(item, dict) or not isinstance(item.get("to"), str) or not item["to"]:
            return "`to` is missing."
        if self._faults.pick(kind, [item["to"]], {"refuse"}):
            return "UNREGISTERED"
        return ""

    async def _take_hook(self, request: Request) -> Answer:
        fault = self._faults.pick("webhook", [request.path], INSTEAD | AFTER | {"refuse"})
        if fault and fault.wrong == "refuse":
            return Answer({"error": "Refused."}, 410)
        if fault and fault.wrong in INSTEAD:
            return _instead(fault)
        key = request.headers.get("idempotency-key")
        subject = f"{request.method} {request.path}"
        await self._journal.keep([Draft("webhook", key, "", request.path, subject, request.body)])
        said = {
            "id": provider_id("webhook", key),
            "status": "accepted",
            "method": request.method,
            "path": request.path,
            "body": request.body.decode("utf-8", "replace"),
        }
        if request.path == VOUCHERS:
            said["code"] = provider_id("voucher", key)[-8:].upper()
        answer = Answer(said)
        return await _afterwards(fault, answer) if fault else answer

    def _set_faults(self, request: Request) -> Answer:
        try:
            if request.method == "POST":
                self._faults = parse_faults(json.loads(request.body or b"{}"))
            elif request.method == "DELETE":
                self._faults = Faults()
        except (FaultError, ValueError) as error:
            return Answer({"error": str(error)}, 400)
        self._mail.faults = self._faults
        return Answer({"faults": [vars(fault) for fault in self._faults.faults], "seed": self._faults.seed})


def provider_id(kind: str, key: str | None) -> str:
    """The id that a provider gives: the same for the same idempotency key, so a repeat is answered alike."""
    return f"{kind}_{hashlib.sha256(key.encode()).hexdigest()[:20] if key else uuid.uuid4().hex[:20]}"


def _draft(kind: str, item: dict[str, Any], key: str | None) -> Draft:
    own = item.get("id")
    subject = str(item.get("title") or item.get("text") or item.get("body") or "")
    key = key or (own if isinstance(own, str) and own else None)
    return Draft(kind, key, str(item.get("from", "")), item["to"], subject[:200], json.dumps(item).encode())


def _recipients(items: list[Any]) -> list[str]:
    return [str(item.get("to", "")) if isinstance(item, dict) else "" for item in items] or [""]


def _instead(fault: Fault) -> Answer:
    if fault.wrong == "busy":
        return Answer({"error": "Too many requests."}, 429, {"Retry-After": str(math.ceil(fault.seconds))})
    return Answer({"error": "Out of order."}, fault.status)


async def _afterwards(fault: Fault, answer: Answer) -> Answer:
    if fault.wrong == "slow":
        await asyncio.sleep(fault.seconds)
        return answer
    return Answer(vanish=True) if fault.wrong == "vanish" else Answer(raw=b'{"id": "broken')
