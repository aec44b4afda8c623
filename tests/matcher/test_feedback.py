"""The contract of `FeedbackStore`, and the counters before it: few numbers, and nothing of who a client is."""

from __future__ import annotations

import random
import sqlite3
import threading
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.demand import PAIRS, Demand, counted_wishes
from matcher.feedback.protocol import REPORT_KINDS, STEP, CheckIn, FeedbackStore, ReportDay, Taken, WishCount
from matcher.feedback.sqlite import FEEDBACK, SqliteFeedback
from profiles.errors import DirectoryDamaged, DirectoryTooNew
from profiles.preferences import LIMITS, WISH_FIELDS
from profiles.schema import IDENTITY_FIELDS, Preferences
from profiles.store import open_database
from tests.support import DAY, preferences_documents, read_document

SPANISH = (("language", "es"),)


def answered(therapist: str = "a", client: str = "k", session: int = 1, ago: int = 0, **more) -> CheckIn:
    """Return a check-in of so many days before the day of the tests."""
    parts = {"items": {"understood": 4}, **more}
    return CheckIn(therapist, client, session, DAY - timedelta(ago), **parts)


class FeedbackContract:
    """What holds for every store of feedback. A subclass says how one is opened and let go."""

    def make(self, folder: Path) -> FeedbackStore:
        """Open the store that lives in a folder."""
        raise NotImplementedError

    def close(self, store: FeedbackStore) -> None:
        """Let go of it."""

    @pytest.fixture
    def store(self, tmp_path):
        """An empty store."""
        opened = self.make(tmp_path)
        yield opened
        self.close(opened)

    def test_an_empty_store_knows_nothing(self, store):
        """Every question has an answer before anything was kept."""
        assert store.reports(date.min) == ()
        assert store.wishes(date.min) == ()
        assert store.shown(date.min) == {}
        assert store.shown_by_month() == {}
        assert store.forget(date.max) == 0
        assert store.checkins() == ()
        assert store.forget_checkins(date.max) == 0

    def test_reports_are_counted_by_therapist_kind_and_day(self, store):
        """One row for all reports of a day, in order."""
        for who, kind, day in [("b", "no_answer", DAY), ("a", "wrong_contact", DAY), ("b", "no_answer", DAY)]:
            assert store.report(who, kind, day, most=9)
        assert store.report("b", "no_answer", DAY - timedelta(1), most=9)
        assert store.reports(DAY) == (ReportDay("a", "wrong_contact", DAY, 1), ReportDay("b", "no_answer", DAY, 2))
        assert store.reports(DAY - timedelta(1))[1] == ReportDay("b", "no_answer", DAY - timedelta(1), 1)

    def test_a_therapist_has_so_many_reports_a_day(self, store):
        """Of all kinds together; another day and another therapist start anew."""
        assert [store.report("a", kind, DAY, most=3) for kind in REPORT_KINDS] == [True, True, True, False]
        assert store.report("a", "no_answer", DAY + timedelta(1), most=3)
        assert store.report("b", "no_answer", DAY, most=3)
        assert sum(one.count for one in store.reports(DAY) if (one.therapist, one.day) == ("a", DAY)) == 3

    def test_the_limit_holds_for_many_at_once(self, store):
        """Threads that report at the same moment are counted one after another."""
        taken: list[bool] = []

        def send() -> None:
            taken.append(store.report("a", "no_answer", DAY, most=5))
            self.close(store)

        threads = [threading.Thread(target=send) for _ in range(12)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sum(taken) == 5

    def test_wishes_are_added_up_by_month(self, store):
        """Months before the first that is asked for are left out; the emptiest stands first."""
        other = (("language", "de"), ("session_format", "video"))
        store.add_wishes([WishCount(SPANISH, STEP, 0), WishCount(other, STEP, STEP)], date(2026, 10, 31))
        store.add_wishes([WishCount(SPANISH, STEP, STEP)], date(2026, 11, 1))
        store.add_wishes([WishCount(SPANISH, STEP, STEP)], date(2026, 11, 30))
        both = WishCount(SPANISH, 3 * STEP, 2 * STEP)
        assert store.wishes(date(2026, 10, 15)) == (both, WishCount(other, STEP, STEP))
        assert store.wishes(date(2026, 11, 15)) == (WishCount(SPANISH, 2 * STEP, 2 * STEP),)

    def test_who_was_shown_is_added_up_by_month(self, store):
        """The same for therapists."""
        store.add_shown([("a", STEP), ("b", STEP)], date(2026, 10, 1))
        store.add_shown([("a", STEP)], date(2026, 11, 1))
        assert store.shown(date(2026, 10, 30)) == {"a": 2 * STEP, "b": STEP}
        assert store.shown(date(2026, 11, 30)) == {"a": STEP}
        assert store.shown_by_month() == {
            date(2026, 10, 1): {"a": STEP, "b": STEP},
            date(2026, 11, 1): {"a": STEP},
        }

    def test_what_is_old_is_forgotten(self, store):
        """Reports by day, counts by month."""
        store.report("a", "no_answer", date(2026, 10, 31), most=9)
        store.report("a", "no_answer", date(2026, 11, 1), most=9)
        store.add_wishes([WishCount(SPANISH, STEP, 0)], date(2026, 10, 1))
        store.add_shown([("a", STEP)], date(2026, 10, 1))
        assert store.forget(date(2026, 11, 1)) == 3
        assert [one.day for one in store.reports(date.min)] == [date(2026, 11, 1)]
        assert store.wishes(date.min) == ()
        assert store.shown(date.min) == {}

    def test_a_therapist_who_is_removed_leaves_nothing(self, store):
        """Neither reports nor counts; others keep theirs."""
        for who in ("a", "b"):
            store.report(who, "no_answer", DAY, most=9)
            store.add_shown([(who, STEP)], DAY)
            store.add_checkins([answered(who)])
        assert store.forget_therapist("a") == 3
        assert store.checkins() == (answered("b"),)
        assert [one.therapist for one in store.reports(date.min)] == ["b"]
        assert store.shown(date.min) == {"b": STEP}

    def test_a_client_takes_back_what_they_answered(self, store):
        """After every session, of that therapist alone; other clients keep theirs."""
        store.add_checkins([answered(), answered(session=3), answered(client="other"), answered("b")])
        assert store.forget_client("a", answered().client) == 2
        assert store.forget_client("a", answered().client) == 0
        assert [(one.therapist, one.client) for one in store.checkins()] == [("a", "other"), ("b", answered().client)]

    def test_nothing_that_was_taken_back_is_left_in_any_byte(self, store, tmp_path):
        """Neither in the file nor in its log, while the store is open and another reads."""
        other = self.make(tmp_path)
        store.add_checkins([answered(client="f" * 32), answered(client="k")])
        assert len(other.checkins()) == 2
        store.forget_client("a", "f" * 32)
        assert b"f" * 32 not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert len(other.checkins()) == 1
        self.close(other)

    def test_a_checkin_comes_back_as_it_was(self, store):
        """Every part of it, by therapist, client and session."""
        whole = answered("b", session=3, stated=0.1, described=-0.02, model="abc", scale="loaded", case_mix="couple")
        assert store.add_checkins([whole, answered("b"), answered("a")]) == Taken(3, 0, 0)
        assert store.checkins() == (answered("a"), answered("b"), whole)

    def test_the_later_day_stays(self, store):
        """Of one therapist, client and session; what is the same or older changes nothing."""
        first, better = answered(ago=5), answered(ago=2, items={"understood": 1})
        assert store.add_checkins([first]) == Taken(1, 0, 0)
        assert store.add_checkins([better]) == Taken(0, 1, 0)
        before = store.checkin_changes()
        assert store.add_checkins([first, better]) == Taken(0, 0, 2)
        assert store.checkin_changes() == before
        assert store.checkins() == (better,)

    def test_late_repeated_and_shuffled_checkins_are_the_same_checkins(self, tmp_path):
        """Whatever order they come in, and however often, the store ends up with the same."""
        several = [
            answered(therapist, client, session, ago, items={"understood": 1 + ago})
            for therapist in "ab"
            for client in "kl"
            for session in (1, 3)
            for ago in range(3)
        ]
        expected = tuple(one for one in several if one.day == DAY)
        for seed in range(8):
            rng = random.Random(seed)
            store = self.make(tmp_path / str(seed))
            store.add_checkins(rng.choices(several, k=10))
            store.add_checkins(rng.sample(several, len(several)))
            assert store.checkins() == expected
            self.close(store)

    def test_checkins_are_kept_all_or_none(self, store):
        """What fails half way leaves nothing behind."""

        def broken():
            yield answered()
            raise ValueError

        with pytest.raises(ValueError):  # noqa: PT011 - our own, raised above
            store.add_checkins(broken())
        assert store.checkins() == ()

    def test_checkins_since_a_day(self, store):
        """The day itself is among them."""
        store.add_checkins([answered(client=str(ago), ago=ago) for ago in range(4)])
        assert [one.client for one in store.checkins(DAY - timedelta(2))] == ["0", "1", "2"]

    def test_old_checkins_are_forgotten_and_nothing_else(self, store):
        """By a day of their own: counts and reports have theirs."""
        store.report("a", "no_answer", DAY - timedelta(9), most=9)
        store.add_checkins([answered(client=str(ago), ago=ago) for ago in range(4)])
        assert store.forget_checkins(DAY - timedelta(1)) == 2
        assert [one.client for one in store.checkins()] == ["0", "1"]
        assert len(store.reports(date.min)) == 1
        assert store.forget(date.max) == 1
        assert len(store.checkins()) == 2

    def test_every_change_of_checkins_is_counted(self, store):
        """Whoever read them once knows when to read them again."""
        seen = [store.checkin_changes()]
        for change in (
            lambda: store.add_checkins([answered(), answered("b")]),
            lambda: store.add_checkins([answered(items={"understood": 5})]),
            lambda: store.forget_client("b", answered().client),
            lambda: store.forget_therapist("b"),
            lambda: store.forget_checkins(date.max),
        ):
            change()
            seen.append(store.checkin_changes())
        assert seen == sorted(set(seen))

    def test_it_is_there_after_a_restart(self, store, tmp_path):
        """What was counted is on disk."""
        store.report("a", "no_answer", DAY, most=9)
        self.close(store)
        again = self.make(tmp_path)
        assert len(again.reports(DAY)) == 1
        self.close(again)


class TestSqliteFeedback(FeedbackContract):
    """The contract with SQLite behind it."""

    def make(self, folder: Path) -> SqliteFeedback:
        return SqliteFeedback(folder / "events.db")

    def close(self, store: SqliteFeedback) -> None:
        store.close()

    def test_the_file_holds_nothing_but_ids_kinds_days_and_counts(self, store, tmp_path):
        """No column could hold a word, an hour or an address of a client."""
        store.report("a", "no_answer", DAY, most=9)
        with closing(sqlite3.connect(tmp_path / "events.db")) as db:
            tables = {
                name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")]
                for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                if not name.startswith(("_", "sqlite"))
            }
        assert tables == {
            "reports": ["therapist", "kind", "day", "count"],
            "wishes": ["month", "wish", "asked", "nobody"],
            "shown": ["therapist", "month", "count"],
            "checkins": [
                "therapist",
                "client",
                "session",
                "day",
                "items",
                "stated",
                "described",
                "model",
                "scale",
                "case_mix",
            ],
            "checkin_changes": ["number"],
        }

    def test_a_damaged_file_is_a_sentence(self, tmp_path):
        """Not a traceback, and the file is named."""
        (tmp_path / "events.db").write_bytes(b"no database at all, just text" * 50)
        with pytest.raises(DirectoryDamaged):
            SqliteFeedback(tmp_path / "events.db").reports(DAY)

    def test_a_file_of_a_later_version_is_a_sentence(self, tmp_path):
        """It is left as it is."""
        db = open_database(tmp_path / "events.db", FEEDBACK)
        db.table("_sqlite_migrations").insert(
            {"migration_set": "feedback", "name": "from_the_future", "applied_at": "2030-01-01"}
        )
        db.conn.close()
        with pytest.raises(DirectoryTooNew):
            SqliteFeedback(tmp_path / "events.db").reports(DAY)

    def test_another_room_may_keep_its_tables_in_the_same_file(self, tmp_path):
        """Experiments will: each room has migrations of its own."""
        db = open_database(tmp_path / "events.db", type(FEEDBACK)("events"))
        db.conn.close()
        store = SqliteFeedback(tmp_path / "events.db")
        assert store.report("a", "no_answer", DAY, most=1)
        store.close()


# ---------------------------------------------------------------- counters


class Written(SqliteFeedback):
    """A store that remembers what it was given and writes nothing."""

    def __init__(self) -> None:
        self.wished: list[WishCount] = []
        self.seen: list[tuple[str, int]] = []

    def add_wishes(self, counts, day) -> None:
        self.wished += counts

    def add_shown(self, counts, day) -> None:
        self.seen += counts


def asked(**must) -> Preferences:
    return Preferences(must={name: tuple(codes) for name, codes in must.items()})


def test_nothing_is_written_before_ten():
    """Nine lists leave no trace, the tenth writes ten; then counting starts anew."""
    store = Written()
    demand = Demand(store)
    for number in range(1, 31):
        demand.count(asked(language=["es"]), 0, DAY)
        assert len(store.wished) == number // STEP
    assert set(store.wished) == {WishCount(SPANISH, STEP, STEP)}


def test_lists_that_found_somebody_are_counted_as_asked_alone():
    """How often a must was asked, and how often nobody met it, are two counts."""
    store = Written()
    demand = Demand(store)
    for number in range(2 * STEP):
        demand.count(asked(language=["es"]), number % 2, DAY)
    assert sum(one.asked for one in store.wished) == 2 * STEP
    assert sum(one.nobody for one in store.wished) == STEP


def test_pairs_are_counted_as_declared():
    """Two musts that the table names, and no other two."""
    wishes = set(counted_wishes(asked(language=["es", "de"], session_format=["video"], faith=["jewish"])))
    assert wishes == {
        (("language", "es"),),
        (("language", "de"),),
        (("session_format", "video"),),
        (("faith", "jewish"),),
        (("language", "es"), ("session_format", "video")),
        (("language", "de"), ("session_format", "video")),
    }


def test_no_pair_says_who_somebody_is():
    """Identity is never counted together with anything."""
    assert {name for pair in PAIRS for name in pair} <= {*WISH_FIELDS, "language", "jurisdiction"} - set(
        IDENTITY_FIELDS
    )


@given(preferences_documents())
def test_no_words_and_no_whole_wish_are_counted(document):
    """Whatever is asked: at most two musts together, codes and names alone, and nothing of wishes or words."""
    preferences = read_document(document)
    musts = {(field, code) for field, codes in preferences.must.items() for code in codes}
    for wish in counted_wishes(preferences):
        assert len(wish) <= 2
        assert set(wish) <= musts | {(name, "") for name in LIMITS}


def test_who_is_shown_is_written_in_tens():
    """A therapist who was shown nine times was, as far as the file says, not shown."""
    store = Written()
    demand = Demand(store)
    for number in range(STEP):
        demand.count_shown(["a", "b"] if number else ["a"], DAY)
    assert store.seen == [("a", STEP)]


@given(st.lists(st.integers(0, 3), max_size=60))
def test_many_at_once_lose_no_step(steps):
    """However lists come, what is written is the number of lists, rounded down to tens."""
    store = Written()
    demand = Demand(store)
    for eligible in steps:
        demand.count(asked(language=["es"]), eligible, DAY)
    assert sum(one.asked for one in store.wished) == len(steps) // STEP * STEP
