"""The contract of `Directory`: every implementation inherits it. SQLite is the first."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.directory.intake import Intake
from profiles.directory.protocol import Directory
from profiles.directory.sqlite import SqliteDirectory
from profiles.errors import DirectoryDamaged, DirectoryTooNew, PathUnreadable
from profiles.formats.reading import Row
from profiles.problems import problem
from profiles.schema import EDITOR_RANK, Fact, Therapist
from tests.support import DAY, any_facts, fact, rows_of, therapist, with_fact

KEY = b"k" * 32
LATER = DAY + timedelta(days=3)


def on(day: date, person: Therapist) -> Therapist:
    """Return what a load of another day says: the same values, said for `day`."""
    facts = {name: replace(one, as_of=day, confirmed_on=day) for name, one in person.facts.items()}
    return replace(person, facts=facts)


def one_fact(identity: str, value: str, editor: str = "file", as_of: date = DAY) -> Therapist:
    """Return a therapist of whom one thing is known."""
    return Therapist(identity, {"training": Fact(value, editor, as_of, editor, as_of)})


def without(facts: dict[str, Fact], name: str) -> dict[str, Fact]:
    """Return facts but for one: one NPI is one person, and drawn people share a few."""
    return {field: one for field, one in facts.items() if field != name}


class DirectoryContract:
    """What holds for every store of profiles. A subclass says how one is opened, closed and opened again."""

    def make(self, folder: Path) -> Directory:
        """Open the directory that lives in a folder."""
        raise NotImplementedError

    def close(self, directory: Directory) -> None:
        """Let go of it."""

    @pytest.fixture
    def directory(self, tmp_path):
        """An empty directory."""
        opened = self.make(tmp_path)
        yield opened
        self.close(opened)

    # ------------------------------------------------------------ loading

    def test_a_new_directory_is_empty(self, directory):
        """Nobody, no changes, nothing to scan."""
        assert directory.count() == 0
        assert list(directory.scan()) == []
        assert directory.get(["nobody"]) == {}
        assert directory.changes_since(0) == ((), ())

    def test_what_was_loaded_is_there(self, directory):
        """Get and scan give what was loaded, to the last fact."""
        people = [therapist(f"t{number}", modality=("cbt",), bio="Zoë\n\n ß") for number in range(3)]
        report = directory.apply(rows_of(people))
        assert (report.read, report.added) == (3, 3)
        assert list(directory.scan()) == people
        assert directory.get(["t2", "t0", "nobody"]) == {"t0": people[0], "t2": people[2]}
        assert directory.count() == 3

    def test_scan_is_in_the_order_of_ids(self, directory):
        """Whatever the order of loading."""
        directory.apply(rows_of(therapist(one) for one in ("b", "ä", "a", "B", "10", "9")))
        assert [one.id for one in directory.scan()] == sorted(["b", "ä", "a", "B", "10", "9"])

    def test_the_same_load_twice_changes_nothing(self, directory):
        """All unchanged, and no new generation when not even a date moved."""
        people = [therapist(f"t{number}") for number in range(4)]
        directory.apply(rows_of(people))
        before = directory.generation()
        report = directory.apply(rows_of(people))
        assert (report.unchanged, report.added, report.updated) == (4, 0, 0)
        assert list(directory.scan()) == people
        assert directory.generation() == before

    def test_equal_values_of_a_later_day_only_move_confirmed_on(self, directory):
        """Unchanged; the day it was last confirmed is the later one; as_of stays."""
        directory.apply(rows_of([therapist("a")]))
        report = directory.apply(rows_of([on(LATER, therapist("a"))]))
        assert (report.unchanged, report.updated) == (1, 0)
        found = directory.get(["a"])["a"].facts["accepting"]
        assert (found.as_of, found.confirmed_on) == (DAY, LATER)

    def test_an_earlier_load_does_not_take_confirmed_on_back(self, directory):
        """A file of last month loaded today confirms nothing newer."""
        directory.apply(rows_of([on(LATER, therapist("a"))]))
        directory.apply(rows_of([therapist("a")]))
        assert directory.get(["a"])["a"].facts["accepting"].confirmed_on == LATER

    def test_a_field_that_a_later_load_leaves_out_stays(self, directory):
        """A load adds and changes; it takes nothing away."""
        directory.apply(rows_of([therapist("a", modality=("cbt",))]))
        directory.apply(rows_of([on(LATER, therapist("a"))]))
        assert directory.get(["a"])["a"].terms("modality") == ("cbt",)

    @pytest.mark.parametrize("first", sorted(EDITOR_RANK))
    @pytest.mark.parametrize("second", sorted(EDITOR_RANK))
    @pytest.mark.parametrize("days", [-1, 0, 1])
    def test_precedence(self, directory, first, second, days):
        """A person over a register over a file; within one rank the later day wins, on one day the last to come."""
        directory.apply(rows_of([one_fact("a", "first", first)]))
        directory.apply(rows_of([one_fact("a", "second", second, DAY + timedelta(days=days))]))
        order = {"file": 0, "register": 1, "operator": 2, "therapist": 2}
        wins = order[second] > order[first] or (order[second] == order[first] and days >= 0)
        assert directory.get(["a"])["a"].value("training") == ("second" if wins else "first")

    def test_a_person_who_confirms_what_a_file_said_is_not_overruled_by_the_next_file(self, directory):
        """An edit equal to the file's value is an edit all the same: a later file may not change it."""
        directory.apply(rows_of([one_fact("a", "Oslo", "file")]))
        directory.apply(rows_of([one_fact("a", "Oslo", "therapist", DAY)]))
        directory.apply(rows_of([one_fact("a", "Bergen", "file", LATER)]))
        assert directory.get(["a"])["a"].value("training") == "Oslo"

    def test_a_later_file_that_repeats_a_value_outlasts_one_in_between(self, directory):
        """Said for day 0 and again for day 9: a file of day 5 that comes late does not change it."""
        directory.apply(rows_of([one_fact("a", "Oslo", "file", DAY)]))
        directory.apply(rows_of([one_fact("a", "Oslo", "file", DAY + timedelta(days=9))]))
        directory.apply(rows_of([one_fact("a", "Bergen", "file", DAY + timedelta(days=5))]))
        assert directory.get(["a"])["a"].value("training") == "Oslo"

    def test_a_dry_run_counts_the_same_and_writes_nothing(self, directory, tmp_path):
        """The report is that of the real load; the directory is as it was."""
        directory.apply(rows_of([therapist("a"), therapist("b")]))
        state = (directory.generation(), list(directory.scan()))
        rows = [Row("loaded", therapist("b", bio="new")), Row("loaded", therapist("c")), Row("rejected")]
        dry = directory.apply(rows, dry_run=True)
        assert dry.dry_run
        assert (directory.generation(), list(directory.scan())) == state
        assert replace(dry, dry_run=False) == directory.apply(rows)

    @given(st.lists(st.sampled_from(["t0", "t1", "t2", "skipped", "rejected", "note"]), max_size=12), st.booleans())
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    def test_read_is_the_sum_of_the_five_counts(self, tmp_path_factory, kinds, known):
        """Every row is counted once, notes never, repeated ids included."""
        folder = tmp_path_factory.mktemp("counts")
        opened = self.make(folder)
        try:
            if known:
                opened.apply(rows_of([therapist("t0")]))
            rows = [Row("loaded", therapist(kind)) if kind.startswith("t") else Row(kind) for kind in kinds]
            report = opened.apply(rows)
            assert report.read == sum(kind != "note" for kind in kinds)
            counts = (report.added, report.updated, report.unchanged, report.skipped, report.rejected)
            assert report.read == sum(counts)
            assert (report.skipped, report.rejected) == (kinds.count("skipped"), kinds.count("rejected"))
            new = {kind for kind in kinds if kind.startswith("t")} - ({"t0"} if known else set())
            assert report.added == len(new)
        finally:
            self.close(opened)

    def test_problems_of_rows_are_in_the_report_in_their_order(self, directory):
        """Also those of rows that were skipped or rejected."""
        found = [problem("row_blank", row=2), problem("name_missing", row=3)]
        rows = [Row("note", problems=(found[0],)), Row("rejected", problems=(found[1],)), Row("loaded", therapist())]
        assert list(directory.apply(rows).problems) == found

    def test_repeated_rows_make_one_therapist_and_are_told(self, directory):
        """The last one counts, fact by fact; a warning says so."""
        rows = [Row("loaded", therapist("a", bio="one", modality=("cbt",))), Row("loaded", therapist("a", bio="two"))]
        report = directory.apply(rows)
        assert [found.code for found in report.problems] == ["id_repeated"]
        held = directory.get(["a"])["a"]
        assert (held.bio, held.terms("modality")) == ("two", ("cbt",))
        assert directory.count() == 1

    def test_a_failing_reader_leaves_everything_as_it_was(self, directory):
        """All or nothing: rows before the failure are not taken in."""

        def rows():
            yield Row("loaded", therapist("b"))
            raise OSError("the disk is gone")

        directory.apply(rows_of([therapist("a")]))
        state = (directory.generation(), list(directory.scan()))
        with pytest.raises(OSError, match="gone"):
            directory.apply(rows())
        assert (directory.generation(), list(directory.scan())) == state

    def test_progress_tells_how_many_rows_were_read(self, directory):
        """Growing, up to all of them."""
        told = []
        directory.apply(rows_of(therapist(f"t{number}") for number in range(5)), progress=told.append)
        assert told == [1, 2, 3, 4, 5]

    @pytest.mark.parametrize("identity", ["a b", "Ä/ß?#", "'; DROP TABLE therapists", "[1]", "\n", "a\0b", "😀"])
    def test_an_id_may_hold_anything(self, directory, identity):
        """It is found, counted as unchanged the second time, and can be suppressed."""
        directory.apply(rows_of([therapist(identity)]))
        assert list(directory.get([identity])) == [identity]
        assert directory.apply(rows_of([therapist(identity)])).unchanged == 1
        assert directory.suppress(identity, DAY)

    @given(st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), any_facts(), max_size=3))
    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    def test_any_facts_come_back_as_they_went_in(self, tmp_path_factory, known):
        """Every kind of value with every kind of origin, under any id of whole characters, as readers give them."""
        people = [Therapist(identity, without(facts, "npi")) for identity, facts in known.items()]
        opened = self.make(tmp_path_factory.mktemp("facts"))
        try:
            opened.apply(rows_of(people))
            assert {one.id: one for one in opened.scan()} == {one.id: one for one in people}
            assert opened.get(list(known)) == {one.id: one for one in people}
        finally:
            self.close(opened)

    # ------------------------------------------------------------ changes

    def test_changes_since_tells_who_changed_and_nobody_else(self, directory):
        """From any earlier generation to now."""
        directory.apply(rows_of([therapist("a"), therapist("b")]))
        first = directory.generation()
        directory.apply(rows_of([therapist("b", bio="new"), therapist("a"), therapist("c")]))
        second = directory.generation()
        assert second > first
        changed, removed = directory.changes_since(first)
        assert ([one.id for one in changed], removed) == (["b", "c"], ())
        assert directory.changes_since(second) == ((), ())
        assert [one.id for one in directory.changes_since(0)[0]] == ["a", "b", "c"]

    def test_a_moved_confirmation_is_a_change_for_readers(self, directory):
        """Unchanged in the report, yet the list depends on it."""
        directory.apply(rows_of([therapist("a")]))
        before = directory.generation()
        directory.apply(rows_of([on(LATER, therapist("a"))]))
        assert [one.id for one in directory.changes_since(before)[0]] == ["a"]

    # ------------------------------------------------------------ suppression

    def test_whoever_is_suppressed_is_gone_and_readers_learn_of_it(self, directory):
        """Removed, counted no more, and a tombstone since then."""
        directory.apply(rows_of([therapist("a"), therapist("b")]))
        before = directory.generation()
        assert directory.suppress("a", DAY)
        assert directory.generation() > before
        assert directory.get(["a"]) == {}
        assert [one.id for one in directory.scan()] == ["b"]
        assert directory.changes_since(before) == ((), ("a",))
        assert directory.changes_since(directory.generation()) == ((), ())

    def test_suppressing_nobody_changes_nothing(self, directory):
        """False, and no new generation."""
        directory.apply(rows_of([therapist("a")]))
        before = directory.generation()
        assert not directory.suppress("b", DAY)
        assert directory.generation() == before

    def test_whoever_is_suppressed_stays_out_of_later_loads(self, directory):
        """Skipped and told, whatever the load says."""
        directory.apply(rows_of([therapist("a")]))
        directory.suppress("a", DAY)
        report = directory.apply(rows_of([on(LATER, therapist("a", bio="back")), therapist("b")]))
        assert (report.skipped, report.added) == (1, 1)
        assert [found.code for found in report.problems] == ["suppressed"]
        assert [one.id for one in directory.scan()] == ["b"]

    def test_whoever_is_suppressed_stays_out_under_another_id(self, directory):
        """One NPI is one person, from whichever file and under whichever id."""
        directory.apply(rows_of([therapist("a", npi="1000000004")]))
        directory.suppress("a", DAY)
        report = directory.apply(rows_of([therapist("z", npi="1000000004"), therapist("y", npi="1234567893")]))
        assert (report.skipped, report.added) == (1, 1)
        assert [one.id for one in directory.scan()] == ["y"]

    def test_nothing_that_names_the_suppressed_is_kept(self, directory, tmp_path):
        """Only a keyed hash stays: neither name nor text stands in any byte of any file, at once."""
        directory.apply(rows_of([therapist("a", name="Zephyrine Quux", bio="unmistakable sentence", npi="1000000004")]))
        directory.suppress("a", DAY)
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        for text in (b"Zephyrine", b"unmistakable", b"1000000004"):
            assert text not in kept

    def test_nothing_of_a_consent_that_was_withdrawn_is_kept(self, directory, tmp_path):
        """What a therapist said of their faith under it stands in no byte of any file."""
        said = {"identity_consent": True, "faith": ("zoroastrian",)}
        directory.apply(rows_of([therapist("a")]))
        directory.edit("a", said, editor="therapist", actor="therapist", as_of=DAY)
        directory.edit("a", {"identity_consent": False}, editor="therapist", actor="therapist", as_of=DAY)
        assert directory.get(["a"])["a"].terms("faith") == ()
        assert b"zoroastrian" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    # ------------------------------------------------------------ at once

    def test_writers_at_once_lose_nothing(self, directory):
        """Six threads load at once, each its own people and its own field of one they share; one of them suppresses."""
        directory.apply(rows_of([therapist("gone")]))
        fields = ["bio", "training", "email", "phone", "website", "credentials"]
        errors = []

        def load(field):
            try:
                for number in range(12):
                    shared = Therapist("shared", {field: fact(f"{field} {number}")})
                    directory.apply(rows_of([therapist(f"{field}-{number}"), shared]))
                if field == "bio":
                    directory.suppress("gone", DAY)
            except Exception as error:  # noqa: BLE001
                errors.append(error)
            finally:
                self.close(directory)

        threads = [threading.Thread(target=load, args=(field,)) for field in fields]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert errors == []
        held = {one.id: one for one in directory.scan()}
        assert held.keys() == {f"{field}-{number}" for field in fields for number in range(12)} | {"shared"}
        assert {field: held["shared"].value(field) for field in fields} == {field: f"{field} 11" for field in fields}
        assert directory.changes_since(0)[1] == ("gone",)

    def test_processes_that_write_at_once_lose_nothing(self, directory, tmp_path):
        """Three processes load and read at the same time; a reader never sees half a load."""
        context = multiprocessing.get_context("spawn")
        processes = [context.Process(target=load_pairs, args=(type(self), tmp_path, f"p{one}")) for one in range(3)]
        for one in processes:
            one.start()
        while any(one.is_alive() for one in processes):
            ids = [one.id for one in directory.scan()]
            assert len(ids) % 2 == 0
            time.sleep(0.01)
        for one in processes:
            one.join()
        assert [one.exitcode for one in processes] == [0, 0, 0]
        assert directory.count() == 3 * 10 * 2

    def test_a_scan_sees_one_state(self, directory):
        """Somebody removed and somebody added meanwhile are not half seen."""
        directory.apply(rows_of(therapist(f"t{number}") for number in range(50)))
        scan = directory.scan()
        first = next(scan)
        other = self.make_again(directory)
        try:
            other.apply(rows_of([therapist("t99", bio="new"), therapist("t49", bio="changed")]))
            other.suppress("t48", DAY)
            rest = list(scan)
        finally:
            self.close(other)
        assert [one.id for one in [first, *rest]] == sorted(f"t{number}" for number in range(50))
        assert all(one.bio == "" for one in rest)

    def make_again(self, directory: Directory) -> Directory:
        """Open the same directory a second time."""
        raise NotImplementedError


def load_pairs(contract: type[DirectoryContract], folder: Path, name: str) -> None:
    """Load ten pairs, one pair a load; run in a process of its own."""
    suite = contract()
    directory = suite.make(folder)
    for number in range(10):
        directory.apply(rows_of([therapist(f"{name}-{number}-a"), therapist(f"{name}-{number}-b")]))
    suite.close(directory)


class TestSqliteDirectory(DirectoryContract):
    """SQLite keeps the contract, and a damaged or later file is told in one sentence."""

    def make(self, folder):
        return SqliteDirectory(folder / "directory.db", KEY)

    def close(self, directory):
        directory.close()

    def make_again(self, directory):
        return SqliteDirectory(directory._path, KEY)

    def test_a_file_that_is_no_database_is_damaged(self, tmp_path):
        """And stays byte for byte as it was."""
        path = tmp_path / "directory.db"
        path.write_bytes(b"name,bio\n" * 1000)
        with pytest.raises(DirectoryDamaged):
            SqliteDirectory(path, KEY).count()
        assert path.read_bytes() == b"name,bio\n" * 1000

    def test_a_database_of_something_else_is_not_ours(self, tmp_path):
        """Another program's tables are no directory, and get none of ours."""
        path = tmp_path / "directory.db"
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE therapists (name TEXT)")
            db.execute("INSERT INTO therapists VALUES ('Ada')")
            db.commit()
        with pytest.raises(DirectoryDamaged):
            SqliteDirectory(path, KEY).count()

    def test_damage_in_the_middle_is_told(self, tmp_path):
        """A page overwritten with noise: DirectoryDamaged, from whatever reads it."""
        path = tmp_path / "directory.db"
        directory = SqliteDirectory(path, KEY)
        directory.apply(rows_of(therapist(f"t{number}", bio="x" * 2000) for number in range(60)))
        directory.close()
        raw = bytearray(path.read_bytes())
        raw[4096 * 4 :] = os.urandom(len(raw) - 4096 * 4)
        path.write_bytes(bytes(raw))
        damaged = SqliteDirectory(path, KEY)
        try:
            with pytest.raises(DirectoryDamaged):
                list(damaged.scan())
        finally:
            damaged.close()

    def test_a_directory_of_a_later_version_is_too_new(self, tmp_path):
        """A migration that this version does not know: nothing is read, nothing is written."""
        path = tmp_path / "directory.db"
        directory = SqliteDirectory(path, KEY)
        directory.apply(rows_of([therapist("a")]))
        directory.close()
        with contextlib.closing(sqlite3.connect(path)) as db:
            table = next(row[0] for row in db.execute("SELECT name FROM sqlite_master") if "migrations" in row[0])
            db.execute(
                f"INSERT INTO {table} (migration_set, name, applied_at) VALUES ('directory', 'tomorrow', '2027-01-01')"
            )
            db.commit()
        with pytest.raises(DirectoryTooNew) as raised:
            SqliteDirectory(path, KEY).count()
        assert raised.value.message.params["names"] == "tomorrow"

    def test_a_folder_in_place_of_the_file_is_told(self, tmp_path):
        """PathUnreadable names it."""
        (tmp_path / "directory.db").mkdir()
        with pytest.raises(PathUnreadable):
            SqliteDirectory(tmp_path / "directory.db", KEY).count()

    def test_a_load_that_was_overtaken_is_merged_again(self, tmp_path, monkeypatch):
        """Somebody else writes after the merge was worked out and before it is published: both are kept."""
        ours, theirs = self.make(tmp_path), self.make(tmp_path)
        ours.apply(rows_of([therapist("a"), therapist("b")]))
        prepare, overtaken = Intake.take, []

        def slow(intake, batches):
            found = prepare(intake, batches)
            if not overtaken:
                overtaken.append(True)
                theirs.apply(rows_of([Therapist("a", {"phone": fact("1")})]))
                theirs.suppress("b", DAY)
            return found

        monkeypatch.setattr(Intake, "take", slow)
        report = ours.apply(rows_of([therapist("a", bio="new"), therapist("b", bio="new")]))
        try:
            assert (report.updated, report.skipped) == (1, 1)
            (held,) = ours.scan()
            assert (held.id, held.bio, held.value("phone")) == ("a", "new", "1")
        finally:
            ours.close()
            theirs.close()

    def test_suppression_is_keyed(self, tmp_path):
        """Another home's secret does not recognise who was suppressed here."""
        ours = self.make(tmp_path)
        ours.apply(rows_of([therapist("a")]))
        ours.suppress("a", DAY)
        ours.close()
        theirs = SqliteDirectory(tmp_path / "directory.db", b"another")
        assert theirs.apply(rows_of([therapist("a")])).added == 1
        theirs.close()

    @pytest.mark.parametrize("moment", ["reading", "merging", "copying", "logging"])
    def test_a_load_that_is_killed_leaves_the_directory_as_before(self, tmp_path, moment):
        """kill -9 while rows stream in, while they are merged, and twice while the writer is held: the old state."""
        directory = self.make(tmp_path)
        directory.apply(rows_of([therapist("a"), therapist("b")]))
        state = (directory.generation(), list(directory.scan()))
        directory.close()
        code = textwrap.dedent("""
            import sys, time
            from pathlib import Path
            from profiles.directory import publishing, rows as room
            from profiles.directory.sqlite import SqliteDirectory
            from tests.support import rows_of, therapist

            def wait(*_):
                print("now", flush=True)
                time.sleep(60)

            def rows():
                yield from rows_of(therapist(f"n{number}") for number in range(500))
                if sys.argv[2] == "reading":
                    wait()

            if sys.argv[2] == "merging":
                publishing.Intake.take = wait
            if sys.argv[2] == "logging":
                publishing._Direct = wait
            if sys.argv[2] == "copying":
                step = room.next_generation
                room.next_generation = lambda db: (
                    step(db), db.conn.execute("DELETE FROM therapists WHERE id = 'a'"), wait()
                )
            SqliteDirectory(Path(sys.argv[1]) / "directory.db", b"k" * 32).apply(rows())
        """)
        killed = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), moment],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": "."},
        )
        with killed:
            assert killed.stdout.readline() == b"now\n"
            killed.send_signal(signal.SIGKILL)
        again = self.make(tmp_path)
        try:
            assert (again.generation(), list(again.scan())) == state
            assert again.apply(rows_of([therapist("c")])).added == 1
        finally:
            again.close()
        assert with_fact(state[1][0], "bio", "x") != state[1][0]
