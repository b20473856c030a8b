"""A POST that creates, sent again: with the same Idempotency-Key it gets its first answer and does nothing.

The answer commits together with what was done, and a twin that comes meanwhile waits for it at the row. Only
successes are kept, for a day: what failed did nothing and may be tried again.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.problems import ConflictError, InvalidError
from config.models import ApiKey, KeptAnswer

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
KEPT_FOR = timedelta(hours=24)

CLAIM = """
    INSERT INTO config_keptanswer (digest, asked, status, body, asked_at) VALUES (%s, %s, 0, '', %s)
    ON CONFLICT (digest) DO NOTHING
"""


class ReplayedAnswer(Exception):  # noqa: N818 - no error: the way out of a view that has its answer already
    """The request was answered before; `response` is that answer."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__(kept.digest)
        self.response = Response(json.loads(kept.body), kept.status, headers={"Idempotency-Replayed": "true"})


def claim(request: Request, now: datetime) -> str:
    """Take the request's key; ReplayedAnswer where it was used, ConflictError where for something else."""
    digest, asked = _digest(request), _hash(json.dumps(request.data, sort_keys=True, default=str))
    KeptAnswer.objects.filter(asked_at__lt=now - KEPT_FOR).delete()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [digest, asked, now])
        is_new = cursor.rowcount == 1
    if is_new:
        return digest
    kept = KeptAnswer.objects.get(pk=digest)
    if kept.asked != asked:
        raise ConflictError(_("This Idempotency-Key was used for another body. Choose a new one."))
    raise ReplayedAnswer(kept)


def keep(digest: str, response: Response) -> None:
    """Keep a success with what it did; undo whatever a failure may have done, and its claim."""
    if not status.is_success(response.status_code):
        transaction.set_rollback(True)
        return
    response.render()
    KeptAnswer.objects.filter(pk=digest).update(status=response.status_code, body=response.content.decode())


def _digest(request: Request) -> str:
    key = request.headers[HEADER]
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidError([{"path": HEADER, "message": _("Write between 1 and 200 characters.")}])
    holder = f"key {request.auth.pk}" if isinstance(request.auth, ApiKey) else f"person {request.user.pk}"
    return _hash(json.dumps([holder, request.method, request.path, key]))


def _hash(text: Any) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
