"""The contract of `EventStore`: consent first, events once, one row a unit, and nothing left after a withdrawal."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from matcher.evaluation.assignment import arm_of, bucket, seed_of_list
from matcher.events.protocol import (
    CONTACT_DAYS,
    Aftermath,
    EventStore,
    Experiment,
    ExperimentRunning,
    ExperimentTaken,
    ExperimentUnknown,
    LevelCount,
    Places,
    Quality,
    Ranked,
    Shown,
)
from matcher.events.sqlite import EVENTS, SqliteEvents, _experiment_row
from profiles.errors import DirectoryDamaged
from tests.support import DAY

PLAN = Experiment("first", "ab", "stated-only", "alliance", "m0", "salt", "more contacts", 0.1, 1.6, 1_146, DAY)
A, B = "a" * 32, "b" * 32


def listed(number: int, unit: str = A, ago: int = 0, **more) -> Ranked:
    """Return a list of two therapists, shown so many days before the day of the tests."""
    parts = {
        "id": f"list{number}",
        "experiment": "first",
        "unit": unit,
        "arm": "control",
        "variant": "stated-only",
        "model": "m0",
        "day": DAY - timedelta(ago),
        "eligible": 7,
        "quality": Quality(0.5, 0.25, 1.0),
        "other": None,
        "overlap": None,
        "absent": None,
        "milliseconds": 12.5,
        "shown": (Shown("x", 1, "control", 0.5, 0.25), Shown("y", 2, "treatment", 1.0, 0.5)),
    }
    return Ranked(**{**parts, **more})


class EventsContract:
    """What holds for every store of experiments. A subclass says how one is opened and let go."""

    def make(self, folder: Path) -> EventStore:
        """Open the store that lives in a folder."""
        raise NotImplementedError

    def close(self, store: EventStore) -> None:
        """Let go of it."""

    @pytest.fixture
    def store(self, tmp_path):
        """An empty store."""
        opened = self.make(tmp_path)
        yield opened
        self.close(opened)

    def test_an_empty_store_knows_nothing(self, store):
        """Every question has an answer before anything was kept."""
        assert store.experiments() == ()
        assert store.running() is None
        assert not store.knows(A, DAY)
        assert store.consented(DAY) == 0
        assert list(store.units("first")) == []
        assert store.shown("first") == {}
        assert store.levels("first") == ()
        assert store.rows("first") == Places([], [], [], 0.0)
        assert store.withdraw(A) == store.forget(DAY) == store.forget_therapist("x") == 0

    def test_one_experiment_runs_at_a_time_and_a_name_is_taken_for_good(self, store):
        """What was planned comes back as it was, its slices too; ended ones stay for the record."""
        planned = replace(PLAN, slices=("choice", "words"))
        store.start(planned)
        assert store.running() == planned
        with pytest.raises(ExperimentRunning):
            store.start(replace(PLAN, name="second"))
        ended = store.stop("first", DAY + timedelta(3))
        assert ended == replace(planned, stopped=DAY + timedelta(3))
        assert store.stop("first", DAY + timedelta(9)) == ended
        assert store.running() is None
        with pytest.raises(ExperimentTaken):
            store.start(PLAN)
        store.start(replace(PLAN, name="second", kind="shadow", size=None, started=DAY + timedelta(5)))
        assert [one.name for one in store.experiments()] == ["second", "first"]
        with pytest.raises(ExperimentUnknown):
            store.stop("third", DAY)

    def test_nothing_is_kept_of_who_did_not_agree(self, store):
        """No list, and no contact."""
        assert not store.expose(listed(1))
        assert not store.contact(A, "list1", "x", DAY)
        store.consent(B, DAY)
        assert not store.expose(listed(1))
        assert list(store.units("first")) == []

    def test_consent_lasts_and_is_counted_from_its_first_day(self, store):
        """Asking again does not renew it."""
        store.consent(A, DAY - timedelta(10))
        store.consent(A, DAY)
        assert store.knows(A, DAY - timedelta(10))
        assert not store.knows(A, DAY - timedelta(9))
        assert (store.consented(DAY - timedelta(10)), store.consented(DAY)) == (1, 0)

    def test_events_that_come_twice_or_late_change_nothing(self, store):
        """A list is kept once, a contact once with its first day, and only from a list of this unit."""
        store.consent(A, DAY)
        store.consent(B, DAY)
        assert store.expose(listed(1))
        assert not store.expose(listed(1, eligible=99))
        assert store.contact(A, "list1", "x", DAY + timedelta(5))
        assert store.contact(A, "list1", "x", DAY + timedelta(2))
        assert store.contact(A, "list1", "x", DAY + timedelta(20))
        assert not store.contact(A, "list1", "z", DAY)
        assert not store.contact(B, "list1", "x", DAY)
        assert not store.contact(A, "list9", "x", DAY)
        (unit,) = store.units("first")
        assert (unit.lists, unit.contacted, unit.eligible) == (1, True, 7)

    def test_a_unit_is_read_by_its_first_list_and_its_first_contact(self, store):
        """In the order of first lists, whatever came later."""
        for who in (A, B):
            store.consent(who, DAY)
        store.expose(listed(1, A))
        store.expose(listed(2, B, arm="treatment", quality=Quality(1.0, 0.0, 0.5), eligible=0))
        store.expose(listed(3, A, quality=Quality(0.0, 0.0, 0.0), eligible=1))
        store.contact(A, "list3", "y", DAY + timedelta(3))
        store.contact(A, "list1", "x", DAY + timedelta(4))
        first, second = store.units("first")
        assert (first.arm, first.lists, first.contacted, first.team) == ("control", 2, True, "treatment")
        assert first.quality == Quality(0.5, 0.25, 1.0)
        assert (second.arm, second.contacted, second.team, second.eligible) == ("treatment", False, None, 0)

    def test_what_became_of_contacts_is_counted_by_unit_and_the_last_word_counts(self, store):
        """What is not told is missing and no "no"; another word takes the place of an earlier one."""
        for who, arm in ((A, "control"), (B, "treatment")):
            store.consent(who, DAY)
            store.expose(listed(ord(who[0]), who, arm=arm))
        assert not store.answer("list97", "x", replied=True)
        for therapist in ("x", "y"):
            store.contact(A, "list97", therapist, DAY)
        store.contact(B, "list98", "x", DAY)
        assert store.aftermath("first") == {"control": Aftermath(1, 0, 0, 0, 0), "treatment": Aftermath(1, 0, 0, 0, 0)}
        assert store.answer("list97", "x", replied=True)
        assert store.answer("list97", "y", replied=False, session=False)
        assert store.answer("list98", "x", replied=True)
        assert store.answer("list98", "x", replied=False)
        assert store.aftermath("first") == {"control": Aftermath(1, 1, 0, 0, 1), "treatment": Aftermath(1, 0, 1, 0, 0)}
        assert not store.answer("list99", "x", replied=True)
        store.withdraw(A)
        assert set(store.aftermath("first")) == {"treatment"}

    def test_a_contact_counts_within_two_weeks_of_the_first_list(self, store):
        """And not after."""
        for who, late in ((A, CONTACT_DAYS), (B, CONTACT_DAYS + 1)):
            store.consent(who, DAY)
            store.expose(listed(ord(who[0]), who))
            store.contact(who, f"list{ord(who[0])}", "x", DAY + timedelta(late))
        assert [one.contacted for one in store.units("first")] == [True, False]

    def test_what_a_shadow_compares_comes_back(self, store):
        """The other list's quality, and how alike both are."""
        store.consent(A, DAY)
        store.expose(listed(1, other=Quality(0.75, 0.125, 0.5), overlap=0.4, absent=0.5))
        assert store.rows("first").absent == 0.5
        (unit,) = store.units("first")
        assert (unit.other, unit.overlap, unit.milliseconds) == (Quality(0.75, 0.125, 0.5), 0.4, 12.5)

    def test_who_stood_where_is_counted_by_team_or_arm(self, store):
        """A place that no team is credited with counts for the arm."""
        store.consent(A, DAY)
        store.expose(listed(1))
        store.expose(listed(2, shown=(Shown("x", 1),)))
        assert store.shown("first") == {("control", "x"): {1: 2}, ("treatment", "y"): {2: 1}}
        store.contact(A, "list1", "y", DAY)
        assert store.rows("first") == Places([False, True], [0.5, 1.0], [0.25, 0.5], 0.0)

    @pytest.mark.parametrize("declared", [(), ("words",), ("words", "musts")])
    def test_of_a_slice_that_was_not_declared_nothing_is_kept(self, store, declared):
        """Whoever hands it over: the plan decides, and a level of another slice is in no count."""
        store.start(replace(PLAN, slices=declared))
        store.consent(A, DAY)
        assert store.expose(listed(1, slices={"words": 1, "musts": 4, "choice": 10}))
        assert {one.slice for one in store.levels("first")} == set(declared)

    def test_without_a_plan_no_level_is_kept(self, store):
        """A list of an experiment that was never started declares nothing."""
        store.consent(A, DAY)
        assert store.expose(listed(1, slices={"words": 1}))
        assert store.levels("first") == ()

    def test_a_unit_is_in_the_level_of_its_first_list(self, store):
        """Later lists move nobody; contact counts within two weeks, credits go to the first, wishes to the better."""
        store.start(replace(PLAN, slices=("musts",)))
        for who in (A, B):
            store.consent(who, DAY)
        store.expose(listed(1, A, slices={"musts": 0}, other=Quality(0.75, 0.1, 0.5)))
        store.expose(listed(2, A, slices={"musts": 4}))
        store.expose(listed(3, B, slices={"musts": 0}, arm="treatment", other=Quality(0.5, 0.1, 0.5)))
        store.contact(A, "list2", "y", DAY)
        store.contact(B, "list3", "x", DAY + timedelta(CONTACT_DAYS + 1))
        assert store.levels("first") == (
            LevelCount("musts", 0, units=(1, 1), contacts=(1, 0), credits=(1, 1), wishes=(0, 1)),
        )

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 9),
                st.sampled_from(["control", "treatment"]),
                st.sampled_from([0, 2, 4]),
                st.sampled_from([None, 0.25, 0.5, 0.75]),
                st.sampled_from([None, "x", "y"]),
                st.integers(0, CONTACT_DAYS + 2),
            ),
            max_size=25,
        )
    )
    def test_counts_by_level_are_those_of_the_units(self, tmp_path_factory, drawn):
        """Counting by levels loses and doubles nobody: it is what reading unit by unit gives, whatever happened."""
        store = self.make(tmp_path_factory.mktemp("levels"))
        store.start(replace(PLAN, slices=("musts",)))
        firsts: dict[str, int] = {}
        for number, (who, arm, level, met, therapist, late) in enumerate(drawn):
            unit = f"{who:032x}"
            store.consent(unit, DAY)
            other = None if met is None else Quality(met, 0.0, 0.0)
            store.expose(listed(number, unit, arm=arm, other=other, slices={"musts": level}))
            firsts.setdefault(unit, level)
            if therapist:
                store.contact(unit, f"list{number}", therapist, DAY + timedelta(late))
        counted: dict[int, Counter] = {}
        for level, row in zip(firsts.values(), store.units("first"), strict=True):
            counts = counted.setdefault(level, Counter())
            counts["units", row.arm] += 1
            counts["contacts", row.arm] += row.contacted
            counts["credits", row.team] += 1
            if row.other is not None and row.other.met != row.quality.met:
                counts["wishes", "treatment" if row.other.met > row.quality.met else "control"] += 1
        names = ("units", "contacts", "credits", "wishes")
        assert store.levels("first") == tuple(
            LevelCount("musts", level, *((counts[name, "control"], counts[name, "treatment"]) for name in names))
            for level, counts in sorted(counted.items())
        )
        self.close(store)

    @pytest.mark.parametrize("way", ["withdraw", "forget"])
    def test_levels_go_with_the_unit(self, store, way):
        """Whoever leaves, or is old, is in no level any more; others stay."""
        store.start(replace(PLAN, slices=("words", "musts")))
        for who, ago in ((A, 9), (B, 0)):
            store.consent(who, DAY - timedelta(ago))
            store.expose(listed(ord(who[0]), who, slices={"words": 1, "musts": 2}))
        gone = store.withdraw(A) if way == "withdraw" else store.forget(DAY)
        assert gone == 1 + 1 + 2 + 2
        assert [(one.slice, one.level, sum(one.units)) for one in store.levels("first")] == [
            ("musts", 2, 1),
            ("words", 1, 1),
        ]

    @pytest.mark.parametrize("way", ["withdraw", "forget"])
    def test_a_unit_that_withdraws_or_is_old_leaves_nothing(self, store, tmp_path, way):
        """No row and no byte; others stay."""
        store.start(PLAN)
        for who, ago in ((A, 9), (B, 0)):
            store.consent(who, DAY - timedelta(ago))
            store.expose(listed(ord(who[0]), who))
            store.contact(who, f"list{ord(who[0])}", "x", DAY)
        gone = store.withdraw(A) if way == "withdraw" else store.forget(DAY)
        assert gone == 1 + 1 + 2 + 1
        assert len(list(store.units("first"))) == 1
        assert not store.knows(A, DAY - timedelta(99))
        held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert A.encode() not in held
        assert B.encode() in held
        assert not store.expose(listed(77, A))

    def test_a_therapist_who_is_removed_is_on_no_list(self, store):
        """Neither shown nor contacted."""
        store.consent(A, DAY)
        store.expose(listed(1))
        store.contact(A, "list1", "x", DAY)
        assert store.forget_therapist("x") == 2
        assert store.shown("first") == {("treatment", "y"): {2: 1}}
        assert [one.contacted for one in store.units("first")] == [False]


class TestSqliteEvents(EventsContract):
    """The contract with SQLite behind it."""

    def make(self, folder: Path) -> EventStore:
        """Open the file in a folder."""
        return SqliteEvents(folder / "events.db")

    def close(self, store: SqliteEvents) -> None:
        """Close this thread's connection."""
        store.close()

    def test_a_damaged_file_is_a_sentence(self, tmp_path):
        """And no traceback."""
        (tmp_path / "events.db").write_bytes(b"no database at all, just text" * 50)
        with pytest.raises(DirectoryDamaged):
            SqliteEvents(tmp_path / "events.db").experiments()

    def test_leaving_takes_the_rows_of_levels(self, tmp_path):
        """None is left behind without its list."""
        store = SqliteEvents(tmp_path / "events.db")
        store.start(replace(PLAN, slices=("words",)))
        store.consent(A, DAY)
        store.expose(listed(1, slices={"words": 1}))
        store.withdraw(A)
        store.close()
        with closing(sqlite3.connect(tmp_path / "events.db")) as db:
            assert db.execute("SELECT count(*) FROM slices").fetchone() == (0,)

    def test_no_term_and_no_word_fits_into_a_level(self, tmp_path):
        """The file itself takes numbers alone, whatever the code above it does."""
        store = SqliteEvents(tmp_path / "events.db")
        store.start(replace(PLAN, slices=("words",)))
        store.consent(A, DAY)
        with pytest.raises(DirectoryDamaged, match="INTEGER"):
            store.expose(listed(1, slices={"words": "grief"}))
        assert list(store.units("first")) == []
        store.close()

    def test_a_file_from_before_there_were_slices_goes_on(self, tmp_path):
        """Its experiment declares none, its units are read as they were, and a new experiment may declare some."""
        with closing(sqlite3.connect(tmp_path / "events.db")) as connection:
            old = Database(connection)
            EVENTS.apply(old, stop_before="slices")
            row = {name: value for name, value in _experiment_row(PLAN).items() if name != "slices"}
            assert set(row) == set(asdict(PLAN)) - {"slices"}
            old.table("experiments").insert(row)
            connection.execute("INSERT INTO units VALUES (?, ?)", (A, DAY.isoformat()))
            connection.execute(
                "INSERT INTO rankings VALUES (1, 'list1', 'first', ?, 'control', 'v', 'm', ?, 7, 0.5, 0.25, 1.0,"
                " NULL, NULL, NULL, NULL, NULL, 12.5)",
                (A, DAY.isoformat()),
            )
            connection.execute("INSERT INTO impressions VALUES (1, 1, 'x', NULL, NULL, NULL)")
            connection.commit()
        store = SqliteEvents(tmp_path / "events.db")
        assert store.running() == PLAN
        assert [(one.arm, one.lists, one.quality) for one in store.units("first")] == [
            ("control", 1, Quality(0.5, 0.25, 1.0))
        ]
        assert store.contact(A, "list1", "x", DAY)
        assert store.levels("first") == ()
        store.stop("first", DAY)
        store.start(replace(PLAN, name="second", slices=("words",)))
        store.expose(listed(2, experiment="second", slices={"words": 0}))
        assert store.levels("second") == (LevelCount("words", 0, units=(1, 0)),)
        assert store.withdraw(A) > 0
        store.close()


# ---------------------------------------------------------------- assignment

GOLDEN = (
    ("salt", "00" * 16, 0.31413515675968084, "control"),
    ("salt", "ff" * 16, 0.06222529734134408, "control"),
    ("other", "00" * 16, 0.49597971827572385, "control"),
    ("", "0123456789abcdef" * 2, 0.9847645819694351, "treatment"),
)


@pytest.mark.parametrize(("salt", "unit", "number", "arm"), GOLDEN)
def test_buckets_are_pinned(salt, unit, number, arm):
    """One changed bit would move clients from arm to arm in the middle of an experiment."""
    assert bucket(salt, unit) == number
    assert arm_of(salt, unit) == arm


def test_a_seed_is_pinned():
    """The same list for the same unit, day and wishes."""
    assert seed_of_list("s", "u", "2026-11-01", "5") == 3595365885374351745


def test_units_are_spread_evenly_and_anew_by_each_salt():
    """Half and half, and two experiments are independent."""
    units = [f"{number:032x}" for number in range(20_000)]
    one, other = ([arm_of(salt, unit) == "treatment" for unit in units] for salt in ("one", "two"))
    assert sum(one) == pytest.approx(10_000, abs=233)
    both = sum(a and b for a, b in zip(one, other, strict=True))
    assert both == pytest.approx(5_000, abs=202)


@given(st.text(max_size=8), st.text(alphabet="0123456789abcdef", min_size=32, max_size=32))
def test_a_bucket_is_within_the_unit_interval(salt, unit):
    """And the same each time."""
    assert 0 <= bucket(salt, unit) < 1
    assert bucket(salt, unit) == bucket(salt, unit)
