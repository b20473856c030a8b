"""`manage.py replay`: walk a shop's log, or the sample year, through Sette with a moving clock."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from config import clock, work
from config.memory import spare_memory
from customers.models import Source
from sandbox import shop
from sandbox.log import LogReader, span_of
from sandbox.models import Replay
from sandbox.removal import SAMPLE
from sandbox.replay import NextStop, Walk, only_one, wait_for_database
from sandbox.sample import grocer
from sandbox.summary import as_text, summarise

HARVEST = datetime(2017, 10, 12, 10, tzinfo=grocer.ZONE)
STEP = 3.0  # hours
BAR = 40
EVERY = 0.05  # of the way, between lines where the output is no terminal


class Command(BaseCommand):
    """Start a replay, or go on with one of the same name from its checkpoint."""

    help = _(
        "Walk a log of Segment-shaped calls through inbox, engine, gate and providers with a moving clock."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--events", type=Path, help=_("A log: one JSON object a line, in the order of time.")
        )
        what.add_argument("--sample", action="store_true", help=_("The grocer's year, with its shop."))
        parser.add_argument(
            "--shop", action="store_true", help=_("With the sample's rules, caps and journeys.")
        )
        parser.add_argument(
            "--from", dest="starts", type=_moment, help=_("Begin here; else with the first call.")
        )
        parser.add_argument("--to", dest="ends", type=_moment, help=_("End here; else with the last call."))
        parser.add_argument(
            "--step",
            type=float,
            help=_("Hours that the clock goes at a time: 3, or from stop to stop of the sample's day."),
        )
        parser.add_argument(
            "--name", default="", help=_("Replays of one name go on; else the log's file name.")
        )
        parser.add_argument(
            "--real-time", action="store_true", help=_("Give the clock back to the wall at the end.")
        )

    def handle(self, *_args: object, **options: Any) -> None:
        if not settings.REHEARSAL:
            raise CommandError(clock.RehearsalOffError.__doc__)
        work.silence()
        spare_memory()
        wait_for_database()
        with only_one():
            if options["sample"]:
                log = settings.VAR / "sample" / "grocer.jsonl"
                replay = Replay.objects.filter(name=SAMPLE).first() or self._open_sample(log)
            else:
                log = options["events"]
                replay = self._replay(options["name"] or log.stem, log, options["starts"], options["ends"])
                if options["shop"]:
                    shop.open_shop(replay.starts_at)
            if replay.removed_at is not None:
                self._say(_("The sample was taken out; make clean begins anew."))
                return
            if replay.finished_at is None:
                self._walk(replay, log, _stops(options["step"], is_sample=options["sample"]))
            self._end(replay, real_time=options["real_time"] or options["sample"])

    def _open_sample(self, log: Path) -> Replay:
        """Write the sample's log, open its shop on the year's first day, and begin."""
        weeks = grocer.weeks_until(datetime.now(UTC))
        starts, ends, harvest = (grocer.moved(day, weeks) for day in (grocer.STARTS, grocer.ENDS, HARVEST))
        self._say(_("Writing the grocer's year"))
        grocer.write_log(log, weeks)
        shop.open_shop(starts)
        shop.schedule_harvest(harvest, starts)
        return Replay.objects.create(name=SAMPLE, starts_at=starts, ends_at=ends, reached_at=starts)

    def _replay(self, name: str, log: Path, starts: datetime | None, ends: datetime | None) -> Replay:
        known = Replay.objects.filter(name=name).first()
        if known is not None:
            return known
        if not log.exists():
            raise CommandError(_("There is no file %(path)s.") % {"path": log})
        if starts is None or ends is None:
            span = span_of(log)
            if span is None:
                raise CommandError(_("No line of %(path)s is a call with a time.") % {"path": log})
            starts, ends = starts or _hour_of(span[0]), ends or _hour_of(span[1]) + timedelta(hours=1)
        if starts >= ends:
            raise CommandError(_("--from must be before --to."))
        return Replay.objects.create(name=name, starts_at=starts, ends_at=ends, reached_at=starts)

    def _walk(self, replay: Replay, log: Path, next_stop: NextStop) -> None:
        source, _made = Source.objects.get_or_create(name=f"Log {log.stem}")
        with log.open("rb") as file, clock.driving(replay.name):
            reader = LogReader(file, replay.offset, replay.rejected)
            walk = Walk(replay, reader, next_stop, source.pk, Bar(self, replay))
            walk.run()
        for line in walk.rejected[:20]:
            self._say(_("Not a call, at byte %(at)d: %(why)s") % {"at": line.offset, "why": line.why})

    def _end(self, replay: Replay, *, real_time: bool) -> None:
        if replay.finished_at is None:
            replay.summary = dict(summarise(replay.starts_at, replay.ends_at))
            replay.finished_at = datetime.now(UTC)
            replay.save(update_fields=["summary", "finished_at"])
            if real_time:
                clock.stand_at(None)
        self.stdout.write(as_text(replay))
        self.stdout.flush()

    def _say(self, what: str) -> None:
        self.stdout.write(what)
        self.stdout.flush()


class Bar:
    """Shows how far the replay is and how long it may take: a bar on a terminal, else a line now and then."""

    def __init__(self, command: Command, replay: Replay) -> None:
        self._out = command.stdout
        self._live = sys.stdout.isatty()
        self._begun_at = (replay.reached_at - replay.starts_at) / (replay.ends_at - replay.starts_at)
        self._told = -1.0
        self._began = time.monotonic()

    def __call__(self, replay: Replay, share: float) -> None:
        """Show that `share` (0 to 1) of the way is done."""
        if not self._live and share < min(self._told + EVERY, 1):
            return
        self._told = share
        full = round(share * BAR)
        bar = f"{'█' * full}{'·' * (BAR - full)} {share:4.0%}"
        line = f"{bar}  {replay.reached_at:%Y-%m-%d}  {replay.calls:>7,} {_('calls')}  {self._times(share)}"
        self._out.write(
            f"\r{line}" if self._live else line, ending="\n" if share >= 1 or not self._live else ""
        )
        self._out.flush()

    def _times(self, share: float) -> str:
        """How long it has taken, and how long it may still take at the pace of this run."""
        elapsed = time.monotonic() - self._began
        left = elapsed / max(share - self._begun_at, 1e-6) * (1 - share)
        return _("%(elapsed)4.0f s, about %(left).0f s left") % {"elapsed": elapsed, "left": left}


def _stops(hours: float | None, *, is_sample: bool) -> NextStop:
    """By so many hours at a time; without a number the sample goes by its shop's day."""
    if is_sample and hours is None:
        return grocer.next_stop
    step = timedelta(hours=hours or STEP)
    return lambda at: at + step


def _moment(text: str) -> datetime:
    at = parse_datetime(text) or parse_datetime(f"{text}T00:00:00")
    if at is None:
        raise ValueError(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
