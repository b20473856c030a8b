"""Telling people by e-mail what they have asked to be told: at once, or once a day in the morning.

What there is to tell is a row as long as it lasts; each person remembers up to which row they were told, so
nothing is told twice, and what comes back after it was over is told again.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from config.embedded.places import Places
from config.models import Notice, Preferences
from config.notices import NEEDS, SENTENCES, found

logger = logging.getLogger(__name__)
MORNING = 8  # o'clock, in the person's zone
MOST = 50  # in one mail
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def tell(now: datetime) -> int:
    """Look what there is to tell, and tell it to whom it is due; returns how many mails went out."""
    wanting = Preferences.objects.exclude(notices=[]).filter(person__is_active=True).exclude(person__email="")
    people = list(wanting.values_list("pk", flat=True))
    if people:
        note(now)
    return sum(_told(pk, now) for pk in people)


@transaction.atomic
def note(now: datetime) -> None:
    """Keep a row for each thing that there is to tell, and none for what is over."""
    open_ones = {(one.kind.value, one.key): one for one in found(now)}
    known = {(row.kind, row.key): row.pk for row in Notice.objects.all()}
    Notice.objects.filter(pk__in=[pk for key, pk in known.items() if key not in open_ones]).delete()
    news = [
        Notice(kind=kind, key=key, about=one.about[:200], path=one.path, to_id=one.to, noticed_at=now)
        for (kind, key), one in open_ones.items()
        if (kind, key) not in known
    ]
    Notice.objects.bulk_create(news, ignore_conflicts=True)


@transaction.atomic
def _told(person_id: int, now: datetime) -> int:
    """Tell one person what is new to them; nothing while another process does, or the mail can't go out."""
    rows = Preferences.objects.select_related("person").filter(pk=person_id)
    wanted = rows.select_for_update(of=("self",), skip_locked=True).first()
    if wanted is None or not _is_due(wanted, now):
        return 0
    last = Notice.objects.aggregate(last=Max("pk"))["last"] or 0
    news = [row for row in Notice.objects.filter(pk__gt=wanted.told, pk__lte=last) if _concerns(row, wanted)]
    if news and not _sent(wanted, news):
        return 0
    wanted.told, wanted.told_at = max(last, wanted.told), now
    wanted.save(update_fields=["told", "told_at"])
    return 1 if news else 0


def _is_due(wanted: Preferences, now: datetime) -> bool:
    """At once: always. Once a day: from the morning on, where nothing was told on this day yet."""
    if wanted.pace == Preferences.Pace.AT_ONCE:
        return True
    zone = ZoneInfo(wanted.time_zone or settings.BRAND_TIME_ZONE)
    here = now.astimezone(zone)
    is_new_day = wanted.told_at is None or wanted.told_at.astimezone(zone).date() < here.date()
    return is_new_day and here.hour >= MORNING


def _concerns(row: Notice, wanted: Preferences) -> bool:
    is_theirs = row.to_id in {None, wanted.person_id}
    return is_theirs and row.kind in wanted.notices and wanted.person.has_perm(NEEDS[row.kind])


def _sent(wanted: Preferences, news: Sequence[Notice]) -> bool:
    connection = mail_connection()
    if connection is None:
        return False
    with translation.override(wanted.language or settings.LANGUAGE_CODE):
        mail = EmailMessage(
            subject=f"{settings.BRAND}: {_sentence(news[0])}" + (f" (+{len(news) - 1})" if news[1:] else ""),
            body=_body(news),
            to=[wanted.person.email],
            connection=connection,
        )
    try:
        return bool(mail.send())
    except OSError:  # smtplib's errors are such
        logger.exception("Person %s could not be told of %s things by e-mail.", wanted.person_id, len(news))
        return False


def _sentence(row: Notice) -> str:
    return str(SENTENCES[row.kind]) % {"about": row.about}


def _body(news: Sequence[Notice]) -> str:
    lines = [f"{_sentence(row)}\n{settings.BASE_URL}{row.path}" for row in news[:MOST]]
    end = _("You are told because you chose it: %(url)s") % {"url": f"{settings.BASE_URL}/admin/settings/"}
    return "\n\n".join([*lines, end])


def mail_connection() -> BaseEmailBackend | None:
    """The way by EMAIL_URL, else to the sandbox's mailbox; None where there is neither."""
    url = urlsplit(settings.EMAIL_URL or _mailbox())
    if not url.hostname:
        return None
    ways: dict[str, Any] = {
        "host": url.hostname,
        "port": url.port or PORTS[url.scheme],
        "username": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "use_tls": url.scheme == "smtp+tls",
        "use_ssl": url.scheme == "smtps",
        "timeout": int(settings.PROVIDER_TIMEOUT.total_seconds()),
    }
    made: BaseEmailBackend = get_connection(**ways)
    return made


def _mailbox() -> str:
    try:
        port = json.loads(Places(settings.VAR).facts.read_text()).get("smtp_port")
    except (OSError, ValueError):
        return ""
    return f"smtp://127.0.0.1:{port}" if port else ""
