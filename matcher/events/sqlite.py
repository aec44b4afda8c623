"""`EventStore` in the SQLite file `events.db`, beside the tables of feedback."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from matcher.events.protocol import (
    CONTACT_DAYS,
    Aftermath,
    Arm,
    Experiment,
    ExperimentRunning,
    ExperimentTaken,
    ExperimentUnknown,
    LevelCount,
    Places,
    Quality,
    Ranked,
    UnitRow,
)
from profiles.errors import DirectoryDamaged
from profiles.store import open_database, wipe_log, writing

EVENTS = Migrations("events")


@EVENTS()
def experiments(db: Database) -> None:
    """What was planned, and when it ran; nothing of any client."""
    db.table("experiments").create(
        {"name": str, "kind": str, "control": str, "treatment": str, "model": str, "salt": str, "hypothesis": str}
        | {"base": float, "ratio": float, "size": int, "started": str, "stopped": str},
        pk="name",
        strict=True,
    )


@EVENTS()
def units(db: Database) -> None:
    """Random numbers of clients who agreed, and the day."""
    db.table("units").create({"unit": str, "day": str}, pk="unit", not_null={"day"}, strict=True)


@EVENTS()
def rankings(db: Database) -> None:
    """Lists that were shown to those who agreed: values of the whole list, no terms and no words."""
    db.conn.execute(
        "CREATE TABLE rankings (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL,"
        " unit TEXT NOT NULL, arm TEXT NOT NULL, variant TEXT NOT NULL, model TEXT NOT NULL, day TEXT NOT NULL,"
        " eligible INTEGER NOT NULL, met REAL NOT NULL, not_stated REAL NOT NULL, confirmed REAL NOT NULL,"
        " other_met REAL, other_not_stated REAL, other_confirmed REAL, overlap REAL, absent REAL,"
        " milliseconds REAL NOT NULL) STRICT"
    )
    db.table("rankings").create_index(["experiment", "unit"])
    db.table("rankings").create_index(["unit"])


@EVENTS()
def impressions(db: Database) -> None:
    """Who stood where on these lists."""
    db.conn.execute(
        "CREATE TABLE impressions (ranking INTEGER NOT NULL, place INTEGER NOT NULL, therapist TEXT NOT NULL,"
        " team TEXT, propensity REAL, target REAL, PRIMARY KEY (ranking, place)) STRICT, WITHOUT ROWID"
    )
    db.table("impressions").create_index(["therapist"])


@EVENTS()
def contacts(db: Database) -> None:
    """Whom those who agreed wrote to or called, by their own word."""
    db.conn.execute(
        "CREATE TABLE contacts (ranking INTEGER NOT NULL, therapist TEXT NOT NULL, unit TEXT NOT NULL,"
        " day TEXT NOT NULL, replied INTEGER, first_session INTEGER, PRIMARY KEY (ranking, therapist))"
        " STRICT, WITHOUT ROWID"
    )
    db.table("contacts").create_index(["unit"])
    db.table("contacts").create_index(["therapist"])


@EVENTS()
def slices(db: Database) -> None:
    """In which level of each declared slice a list is: a number that no term or word can stand in for."""
    db.table("experiments").add_column("slices", str, not_null_default="")
    db.conn.execute(
        "CREATE TABLE slices (ranking INTEGER NOT NULL, slice TEXT NOT NULL, level INTEGER NOT NULL,"
        " PRIMARY KEY (ranking, slice)) STRICT, WITHOUT ROWID"
    )


class SqliteEvents:
    """`EventStore` in one SQLite file.

    Args:
        path: the file, created where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.local()

    @contextmanager
    def _open(self) -> Iterator[Database]:
        """Give this thread's connection; turn a damaged file into a sentence."""
        try:
            if getattr(self._threads, "db", None) is None:
                self._threads.db = open_database(self._path, EVENTS)
            yield self._threads.db
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise DirectoryDamaged(path=str(self._path), reason=str(error)) from error

    @contextmanager
    def _erasing(self) -> Iterator[Database]:
        """Delete, all or nothing, and leave no bytes of it in the files."""
        with self._open() as db:
            with writing(db):
                yield db
            wipe_log(db)

    def close(self) -> None:
        """Close this thread's connection."""
        db: Database | None = getattr(self._threads, "db", None)
        if db is not None:
            db.conn.close()
            del self._threads.db

    def start(self, experiment: Experiment) -> None:
        """Keep a new experiment. Raises ExperimentTaken or ExperimentRunning."""
        with self._open() as db, writing(db):
            held = _experiments(db)
            if any(one.name == experiment.name for one in held):
                raise ExperimentTaken(name=experiment.name)
            for one in held:
                if one.stopped is None:
                    raise ExperimentRunning(name=one.name)
            db.table("experiments").insert(_experiment_row(experiment))

    def stop(self, name: str, day: date) -> Experiment:
        """End an experiment; ended ones stay as they are. Raises ExperimentUnknown."""
        with self._open() as db, writing(db):
            found = next((one for one in _experiments(db) if one.name == name), None)
            if found is None:
                raise ExperimentUnknown(name=name)
            if found.stopped is not None:
                return found
            db.conn.execute("UPDATE experiments SET stopped = ? WHERE name = ?", (day.isoformat(), name))
        return replace(found, stopped=day)

    def experiments(self) -> tuple[Experiment, ...]:
        """Return all experiments, the latest first."""
        with self._open() as db:
            return _experiments(db)

    def experiment(self, name: str) -> Experiment:
        """Return one experiment. Raises ExperimentUnknown."""
        found = next((one for one in self.experiments() if one.name == name), None)
        if found is None:
            raise ExperimentUnknown(name=name)
        return found

    def running(self) -> Experiment | None:
        """Return the experiment that runs, None for none."""
        return next((one for one in self.experiments() if one.stopped is None), None)

    def consent(self, unit: str, day: date) -> None:
        """Note that a unit agreed; a second time changes nothing."""
        with self._open() as db, writing(db):
            db.conn.execute("INSERT OR IGNORE INTO units VALUES (?, ?)", (unit, day.isoformat()))

    def knows(self, unit: str, since: date) -> bool:
        """Whether a unit agreed on `since` or later, and did not withdraw."""
        asked = "SELECT 1 FROM units WHERE unit = ? AND day >= ?"
        with self._open() as db:
            return db.conn.execute(asked, (unit, since.isoformat())).fetchone() is not None

    def consented(self, since: date) -> int:
        """Return how many units that agreed on `since` or later are in."""
        with self._open() as db:
            found = db.conn.execute("SELECT count(*) FROM units WHERE day >= ?", (since.isoformat(),)).fetchone()
        return int(found[0])

    def expose(self, ranked: Ranked) -> bool:
        """Keep a list that was shown; False, and nothing kept, where the unit did not agree or the id is known.

        Levels of slices that its experiment did not declare are left out.
        """
        with self._open() as db, writing(db):
            if db.conn.execute("SELECT 1 FROM units WHERE unit = ?", (ranked.unit,)).fetchone() is None:
                return False
            number = db.conn.execute(
                f"INSERT OR IGNORE INTO rankings ({RANKING}) VALUES ({', '.join('?' * RANKING_COLUMNS)})",  # noqa: S608
                _ranking_row(ranked),
            )
            if not number.rowcount:
                return False
            rows = (
                (number.lastrowid, one.place, one.therapist, one.team, one.propensity, one.target)
                for one in ranked.shown
            )
            db.conn.executemany("INSERT INTO impressions VALUES (?, ?, ?, ?, ?, ?)", rows)
            kept = _declared(db, ranked.experiment) if ranked.slices else ()
            levels = ((number.lastrowid, *one) for one in ranked.slices.items() if one[0] in kept)
            db.conn.executemany("INSERT INTO slices VALUES (?, ?, ?)", levels)
        return True

    def contact(self, unit: str, ranking: str, therapist: str, day: date) -> bool:
        """Note a contact from a list; False where that list did not show them to this unit. Once is enough."""
        asked = (
            "SELECT number FROM rankings JOIN impressions ON ranking = number"
            " WHERE id = ? AND unit = ? AND therapist = ?"
        )
        with self._open() as db, writing(db):
            found = db.conn.execute(asked, (ranking, unit, therapist)).fetchone()
            if found is None:
                return False
            db.conn.execute(
                "INSERT INTO contacts (ranking, therapist, unit, day) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET day = min(day, excluded.day)",
                (found[0], therapist, unit, day.isoformat()),
            )
        return True

    def answer(self, ranking: str, therapist: str, *, replied: bool | None = None, session: bool | None = None) -> bool:
        """Note what became of a contact, None for what is not told; False where there is no such contact."""
        written = (
            "UPDATE contacts SET replied = coalesce(?, replied), first_session = coalesce(?, first_session)"
            " WHERE ranking = (SELECT number FROM rankings WHERE id = ?) AND therapist = ?"
        )
        with self._open() as db, writing(db):
            return bool(db.conn.execute(written, (replied, session, ranking, therapist)).rowcount)

    def aftermath(self, experiment: str) -> dict[Arm, Aftermath]:
        """Return by arm what became of contacts."""
        with self._open() as db:
            return {arm: Aftermath(*map(int, counts)) for arm, *counts in db.conn.execute(AFTERMATH, (experiment,))}

    def units(self, experiment: str) -> Iterator[UnitRow]:
        """Yield the units of an experiment in the order of their first lists."""
        with self._open() as db:
            for row in db.conn.execute(UNITS, (CONTACT_DAYS, experiment, experiment)):
                yield _unit(row)

    def levels(self, experiment: str) -> tuple[LevelCount, ...]:
        """Return the units of an experiment, counted by the levels that their first lists are in."""
        with self._open() as db:
            found = db.conn.execute(LEVELS, (CONTACT_DAYS, experiment, experiment)).fetchall()
        return tuple(_level(*row) for row in found)

    def shown(self, experiment: str) -> dict[tuple[Arm, str], dict[int, int]]:
        """Return by arm and therapist how often they stood at each place."""
        asked = (
            "SELECT coalesce(team, arm), therapist, place, count(*) FROM rankings JOIN impressions ON ranking = number"
            " WHERE experiment = ? GROUP BY 1, 2, 3"
        )
        found: dict[tuple[Arm, str], dict[int, int]] = defaultdict(dict)
        with self._open() as db:
            for arm, therapist, place, count in db.conn.execute(asked, (experiment,)):
                found[arm, therapist][place] = count
        return dict(found)

    def rows(self, experiment: str) -> Places:
        """Return every shown place that has both chances, and what share of the other ranking's places is missing."""
        missing = "SELECT coalesce(avg(absent), 0) FROM rankings WHERE experiment = ?"
        asked = (
            "SELECT contacts.day IS NOT NULL, propensity, target FROM rankings JOIN impressions ON ranking = number"
            " LEFT JOIN contacts USING (ranking, therapist)"
            " WHERE experiment = ? AND propensity IS NOT NULL AND target IS NOT NULL ORDER BY number, place"
        )
        with self._open() as db:
            found = db.conn.execute(asked, (experiment,)).fetchall()
            absent = float(db.conn.execute(missing, (experiment,)).fetchone()[0])
        return Places(
            [bool(one) for one, _, _ in found], [one for _, one, _ in found], [one for *_, one in found], absent
        )

    def withdraw(self, unit: str) -> int:
        """Erase every row of a unit, from the bytes of the file too; return how many went."""
        with self._erasing() as db:
            return _erase(db, "= ?", (unit,))

    def forget(self, before: date) -> int:
        """Erase units that agreed before a day with all their rows; return how many lines went."""
        with self._erasing() as db:
            return _erase(db, "IN (SELECT unit FROM units WHERE day < ?)", (before.isoformat(),))

    def forget_therapist(self, therapist: str) -> int:
        """Erase a therapist from what was shown and contacted; return how many lines went."""
        with self._erasing() as db:
            gone = [
                db.conn.execute(f"DELETE FROM {table} WHERE therapist = ?", (therapist,)).rowcount  # noqa: S608
                for table in ("impressions", "contacts")
            ]
        return sum(gone)


RANKING = (
    "id, experiment, unit, arm, variant, model, day, eligible, met, not_stated, confirmed,"
    " other_met, other_not_stated, other_confirmed, overlap, absent, milliseconds"
)
RANKING_COLUMNS = RANKING.count(",") + 1

BY_UNIT = """
WITH firsts AS (
  SELECT min(number) AS number, count(*) AS lists FROM rankings WHERE experiment = ?2 GROUP BY unit
), made AS (
  SELECT r.unit, min(contacts.day) AS day FROM contacts JOIN rankings r ON r.number = contacts.ranking
  WHERE r.experiment = ?3 GROUP BY r.unit
), credited AS (
  SELECT r.unit, i.team, min(contacts.day || printf('%012d', r.number) || printf('%06d', i.place)) FROM contacts
  JOIN rankings r ON r.number = contacts.ranking
  JOIN impressions i ON i.ranking = contacts.ranking AND i.therapist = contacts.therapist
  WHERE r.experiment = ?3 GROUP BY r.unit
), units_read AS (
  SELECT first.*, lists, credited.team,
    made.day IS NOT NULL AND julianday(made.day) - julianday(first.day) <= ?1 AS contacted
  FROM firsts JOIN rankings first USING (number) LEFT JOIN made USING (unit) LEFT JOIN credited USING (unit)
)
"""
"""One row a unit: its first list, whether it made contact in time, and the team of its very first contact."""

UNITS = (
    BY_UNIT
    + """
SELECT arm, lists, contacted, team, eligible,
  met, not_stated, confirmed, other_met, other_not_stated, other_confirmed, overlap, milliseconds
FROM units_read ORDER BY number
"""
)

LEVELS = (
    BY_UNIT
    + """
SELECT slice, level, total(arm = 'control'), total(arm = 'treatment'),
  total(contacted AND arm = 'control'), total(contacted AND arm = 'treatment'),
  total(team = 'control'), total(team = 'treatment'), total(met > other_met), total(other_met > met)
FROM units_read JOIN slices ON ranking = number GROUP BY slice, level ORDER BY slice, level
"""
)
"""Units by the levels of their first lists, in pairs of control and treatment."""

AFTERMATH = """
SELECT arm, count(*), total(replied), total(1 - replied), total(session), total(1 - session) FROM (
  SELECT min(r.arm) AS arm, max(c.replied) AS replied, max(c.first_session) AS session
  FROM contacts c JOIN rankings r ON r.number = c.ranking WHERE r.experiment = ? GROUP BY c.unit
) GROUP BY arm
"""
"""By arm: units that made contact, and what they told; a unit counts once, by the best that it told."""


def _experiments(db: Database) -> tuple[Experiment, ...]:
    rows = db.table("experiments").rows_where(order_by="started desc, rowid desc")
    return tuple(_experiment(row) for row in rows)


def _experiment(row: dict[str, Any]) -> Experiment:
    stopped = row["stopped"] and date.fromisoformat(row["stopped"])
    read = {"started": date.fromisoformat(row["started"]), "stopped": stopped, "slices": _names(row["slices"])}
    return Experiment(**{**row, **read})


def _names(written: str) -> tuple[str, ...]:
    return tuple(written.split())


def _declared(db: Database, experiment: str) -> tuple[str, ...]:
    found = db.conn.execute("SELECT slices FROM experiments WHERE name = ?", (experiment,)).fetchone()
    return _names(found[0]) if found else ()


def _experiment_row(one: Experiment) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in Experiment.__slots__},
        "started": one.started.isoformat(),
        "stopped": one.stopped and one.stopped.isoformat(),
        "slices": " ".join(one.slices),
    }


def _ranking_row(one: Ranked) -> tuple[object, ...]:
    other = one.other
    return (
        *(one.id, one.experiment, one.unit, one.arm, one.variant, one.model, one.day.isoformat(), one.eligible),
        *(one.quality.met, one.quality.not_stated, one.quality.confirmed),
        *((other.met, other.not_stated, other.confirmed) if other else (None, None, None)),
        *(one.overlap, one.absent, one.milliseconds),
    )


def _unit(row: Sequence[Any]) -> UnitRow:
    arm, lists, contacted, team, eligible, met, not_stated, confirmed, *rest = row
    *other, overlap, milliseconds = rest
    return UnitRow(
        arm=arm,
        lists=lists,
        contacted=bool(contacted),
        team=team,
        eligible=eligible,
        quality=Quality(met, not_stated, confirmed),
        other=None if other[0] is None else Quality(*other),
        overlap=overlap,
        milliseconds=milliseconds,
    )


def _level(name: str, level: int, *counts: float) -> LevelCount:
    pairs = [(int(control), int(treatment)) for control, treatment in zip(counts[::2], counts[1::2], strict=True)]
    return LevelCount(name, level, *pairs)


def _erase(db: Database, which: str, params: tuple[str, ...]) -> int:
    """Erase units, with all that hangs on them, the last the unit itself."""
    lists = f"SELECT number FROM rankings WHERE unit {which}"  # noqa: S608 - our own words
    statements = (
        f"DELETE FROM impressions WHERE ranking IN ({lists})",  # noqa: S608
        f"DELETE FROM slices WHERE ranking IN ({lists})",  # noqa: S608
        f"DELETE FROM contacts WHERE unit {which}",  # noqa: S608
        f"DELETE FROM rankings WHERE unit {which}",  # noqa: S608
        f"DELETE FROM units WHERE unit {which}",  # noqa: S608
    )
    return sum(db.conn.execute(statement, params).rowcount for statement in statements)
