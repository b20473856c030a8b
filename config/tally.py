"""Counts of a table that grows without end, kept by the database itself as its rows come, change and go.

A statement that writes the table adds lines to its tally in the same transaction, whoever wrote it: so no
page scans the table, and the counts are true in every snapshot. Lines only ever add up: nobody waits for
anybody. `fold` makes few of many now and then; `recount` compares with the rows themselves, and mends.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
BY_HOUR = timedelta(days=40)  # for which counts are told by the hour; what is earlier by the day, of UTC
NEVER, ALWAYS = "", "*"
# By which times lines are folded, and rows are counted anew.
FOLDED = {"day": "date_trunc('day', day, %(zone)s)"}
COUNTED = FOLDED | {"hour": "CASE WHEN hour < %(cut)s THEN date_trunc('day', hour, 'UTC') ELSE hour END"}


_known: list["Tally"] = []


def register(tally: "Tally") -> None:
    """Make a tally known to the sweeps; each app does so in its `tasks.py`."""
    _known.append(tally)


def fold_all(_now: datetime) -> int:
    """Fold each tally, all lines at once; returns 0, for nothing is left to do."""
    for one in _known:
        one.fold()
    return 0


def recount_all(now: datetime) -> int:
    """Count the rows of each tally anew, and mend what differs; returns 0, for nothing is left to do."""
    for one in _known:
        if wrong := one.recount(now):
            logger.warning("%s: %d counts were wrong, and are mended.", one.name, wrong)
    return 0


def hour_of(moment: str) -> str:
    """In SQL, the hour of a moment."""
    return f"date_trunc('hour', {moment}, 'UTC')"


def day_of(moment: str) -> str:
    """In SQL, the quarter of an hour of a moment, of which `fold` makes the brand's day.

    For days of any zone are made of quarters: so the lines know no zone.
    """
    return f"date_bin('15 minutes', {moment}, '2000-01-01 00:00+00')"


def first_hour(start: datetime, now: datetime) -> datetime:
    """The first hour, or day, by which a time that begins at `start` is counted."""
    hour = start.replace(minute=0, second=0, microsecond=0)
    return hour if start > now - BY_HOUR + timedelta(days=2) else hour.replace(hour=0)


@dataclass(frozen=True)
class Tally:
    """What is counted of the table `of`, and where it is kept: in the table `name`.

    `rows`: a SELECT from `{of}` that gives of each row the columns `keys` and `measures`; an `hour` among
    them is a moment by `hour_of`, a `day` one by `day_of`: days are those of the brand's clock, and a sum
    from one of its midnights to another is exact. `changes`: whether updates count, NEVER, ALWAYS, or where
    the one column that is named changes. `on_insert`: whether a trigger counts what comes; else whoever
    writes the table says so.
    """

    name: str
    of: str
    keys: Sequence[str]
    measures: Sequence[str]
    rows: str
    changes: str = NEVER
    on_insert: bool = True

    def fold(self) -> int:
        """Make one of all lines with the same keys; returns how many there were."""
        added = ", ".join(f"{one} = {self.name}.{one} + excluded.{one}" for one in self.measures)
        return _one(f"""
            WITH gone AS (DELETE FROM {self.name} WHERE NOT is_folded RETURNING {self._columns}),
            kept AS (
                INSERT INTO {self.name} ({self._columns}, is_folded)
                SELECT {self._keys}, {self._sums}, true
                FROM (SELECT {self._by(FOLDED)}, {self._measures} FROM gone) AS line ({self._columns})
                GROUP BY {self._keys} HAVING {self._tells} ORDER BY {self._keys}
                ON CONFLICT ({self._keys}) WHERE is_folded DO UPDATE SET {added}
            )
            SELECT count(*) FROM gone
        """)

    def recount(self, now: datetime) -> int:
        """Count all rows anew and mend what differs, in one snapshot; returns how many counts were wrong.

        Hours that are long past become days on the way.
        """
        cut = now - BY_HOUR
        coarse = self._by(COUNTED)
        minus = ", ".join(f"-{one}" for one in self.measures)
        if "hour" in self.keys:
            _one(
                f"""
                WITH gone AS (
                    DELETE FROM {self.name} WHERE hour < %(cut)s AND hour <> date_trunc('day', hour, 'UTC')
                    RETURNING {self._columns}
                ), days AS (
                    INSERT INTO {self.name} ({self._columns}) SELECT {coarse}, {self._measures} FROM gone
                )
                SELECT count(*) FROM gone
                """,
                cut,
            )
        return _one(
            f"""
            WITH differing AS (
                INSERT INTO {self.name} ({self._columns})
                SELECT {self._keys}, {self._sums} FROM (
                    SELECT {coarse}, {self._measures} FROM ({self.rows.format(of=self.of)}) AS found
                    UNION ALL SELECT {coarse}, {minus} FROM {self.name}
                ) AS counted ({self._columns}) GROUP BY {self._keys} HAVING {self._tells} RETURNING 1
            )
            SELECT count(*) FROM differing
            """,
            cut,
        )

    def install(self, now: datetime) -> None:
        """Have the database keep it from now on, with all rows that are there; for a migration."""
        with connection.cursor() as cursor:
            for event, body in self._functions():
                name = f"{self.name}_{event}".lower()
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$"
                    f" BEGIN {body}; RETURN NULL; END $$"
                )
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {self.of}"
                    f" {self._seen(event)} EXECUTE FUNCTION {name}()"
                )
        self.recount(now)

    def _functions(self) -> Iterator[tuple[str, str]]:
        """By event, what the database does after it."""
        came, gone = self.rows.format(of="came"), self.rows.format(of="gone")
        if self.on_insert:
            yield "INSERT", self._add(came)
        yield "DELETE", self._add(self._less(gone))
        yield "TRUNCATE", f"DELETE FROM {self.name}"
        if self.changes == ALWAYS:
            yield "UPDATE", self._add(f"{came} UNION ALL {self._less(gone)}")
        elif self.changes:
            now, before = (self.rows.format(of=f"(SELECT {row}.*) AS row") for row in ("NEW", "OLD"))
            yield "UPDATE", self._add(f"{now} UNION ALL {self._less(before)}")

    def _seen(self, event: str) -> str:
        """How a trigger looks at what changed."""
        if event == "UPDATE" and self.changes != ALWAYS:
            one = self.changes
            return f"FOR EACH ROW WHEN (OLD.{one} IS DISTINCT FROM NEW.{one})"
        tables = {
            "INSERT": "REFERENCING NEW TABLE AS came",
            "DELETE": "REFERENCING OLD TABLE AS gone",
            "UPDATE": "REFERENCING NEW TABLE AS came OLD TABLE AS gone",
        }
        return f"{tables.get(event, '')} FOR EACH STATEMENT"

    def _add(self, rows: str) -> str:
        return (
            f"INSERT INTO {self.name} ({self._columns}) SELECT {self._keys}, {self._sums}"
            f" FROM ({rows}) AS counted ({self._columns}) GROUP BY {self._keys} HAVING {self._tells}"
        )

    def _less(self, rows: str) -> str:
        minus = ", ".join(f"-{one}" for one in self.measures)
        return f"SELECT {self._keys}, {minus} FROM ({rows}) AS gone ({self._columns})"

    @property
    def _keys(self) -> str:
        return ", ".join(self.keys)

    def _by(self, grain: Mapping[str, str]) -> str:
        """The keys, their times as coarse as `grain` says."""
        return ", ".join(grain.get(key, key) for key in self.keys)

    @property
    def _measures(self) -> str:
        return ", ".join(self.measures)

    @property
    def _columns(self) -> str:
        return f"{self._keys}, {self._measures}"

    @property
    def _sums(self) -> str:
        return ", ".join(f"sum({one})" for one in self.measures)

    @property
    def _tells(self) -> str:
        return " OR ".join(f"sum({one}) <> 0" for one in self.measures)


def _one(sql: str, cut: datetime | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"cut": cut, "zone": settings.BRAND_TIME_ZONE})
        return int(cursor.fetchone()[0])
