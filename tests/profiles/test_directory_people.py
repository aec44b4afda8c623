"""What people do to the directory: edits, withdrawal, removal, joins, decisions, and the log that tells of it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.directory.protocol import Decision, Directory, Pair
from profiles.directory.sqlite import SqliteDirectory
from profiles.formats.reading import Row
from profiles.schema import Licence, Place
from tests.support import DAY, fact, rows_of, therapist

KEY = b"k" * 32
LATER = DAY + timedelta(days=30)


def on(day, person):
    """Return what a file of another day says: the same values."""
    return replace(person, facts={n: replace(one, as_of=day, confirmed_on=day) for n, one in person.facts.items()})


def values_of(person):
    """Return what a profile says, whoever said it."""
    return {name: one.value for name, one in person.facts.items()}


class PeopleContract:
    """What holds for every store. A subclass says how one is opened and closed."""

    def make(self, folder) -> Directory:
        """Open the directory that lives in a folder."""
        raise NotImplementedError

    def close(self, directory) -> None:
        """Let go of it."""

    @pytest.fixture
    def directory(self, tmp_path):
        """An empty directory."""
        opened = self.make(tmp_path)
        yield opened
        self.close(opened)

    # ------------------------------------------------------------ edits

    @pytest.mark.parametrize("editor", ["operator", "therapist"])
    def test_an_edit_outlasts_later_files_field_by_field(self, directory, editor):
        """The edited field stays, the emptied field stays empty, all others follow the file."""
        directory.apply(rows_of([therapist("a", bio="old", email="a@example.org", training="Oslo")]))
        assert directory.edit("a", {"bio": "mine", "email": None}, editor=editor, actor="x", as_of=DAY)
        directory.apply(rows_of([on(LATER, therapist("a", bio="newer", email="b@example.org", training="Bergen"))]))
        held = directory.get(["a"])["a"]
        assert (held.bio, held.value("email"), held.value("training")) == ("mine", None, "Bergen")
        assert held.facts["bio"].editor == held.withheld["email"].editor == editor

    def test_an_edit_of_nobody_is_none(self, directory):
        """False, and nothing is written."""
        assert not directory.edit("nobody", {"bio": "x"}, editor="operator", actor="x", as_of=DAY)
        assert (directory.count(), directory.audit()) == (0, ())

    def test_a_field_that_was_emptied_can_be_filled_again_by_a_person(self, directory):
        """The later word of a person counts, whichever way."""
        directory.apply(rows_of([therapist("a", bio="old")]))
        directory.edit("a", {"bio": None}, editor="operator", actor="x", as_of=DAY)
        directory.edit("a", {"bio": "again"}, editor="therapist", actor="therapist", as_of=DAY)
        held = directory.get(["a"])["a"]
        assert (held.bio, dict(held.withheld)) == ("again", {})

    def test_an_edit_reaches_every_index(self, directory):
        """Changes since tell of it."""
        directory.apply(rows_of([therapist("a"), therapist("b")]))
        seen = directory.generation()
        directory.edit("b", {"bio": "new"}, editor="operator", actor="x", as_of=DAY)
        changed, removed = directory.changes_since(seen)
        assert ([one.id for one in changed], removed) == (["b"], ())

    def test_a_therapist_who_answers_agrees_to_be_listed_and_an_operator_does_not_for_them(self, directory):
        """Loaded from a public register: the operator's edit leaves the basis, the therapist's makes it agreed."""
        person = replace(therapist("a"), listing="public_register")
        directory.apply([Row("loaded", person)])
        directory.edit("a", {"bio": "x"}, editor="operator", actor="x", as_of=DAY)
        assert directory.get(["a"])["a"].listing == "public_register"
        directory.edit("a", {"bio": "y"}, editor="therapist", actor="therapist", as_of=DAY)
        assert directory.get(["a"])["a"].listing == "agreed"

    # ------------------------------------------------------------ consent

    def test_withdrawal_erases_and_later_files_stay_out(self, directory):
        """Identity facts go from profile and log; a file that repeats them brings nothing back."""
        given = therapist("a", faith=("jewish",), pronouns="she/her", identity_consent=True, bio="x")
        directory.apply(rows_of([given]))
        directory.edit("a", {"identity_consent": False}, editor="therapist", actor="therapist", as_of=DAY)
        directory.apply(rows_of([on(LATER, given)]))
        held = directory.get(["a"])["a"]
        assert set(values_of(held)) == {"name", "accepting", "bio", "identity_consent"}
        assert "jewish" not in repr(directory.audit())

    def test_a_file_that_says_no_erases_what_a_file_said(self, directory):
        """The next file withdraws: the fields go; a still later one that consents may bring them."""
        yes, no = ({"name": fact("A"), "identity_consent": fact(said)} for said in (True, False))
        person = replace(therapist("a"), facts={**yes, "faith": fact(("jewish",))})
        directory.apply(rows_of([person]))
        directory.apply(rows_of([on(LATER, replace(person, facts=no))]))
        assert "faith" not in directory.get(["a"])["a"].facts
        directory.apply(rows_of([on(LATER + timedelta(days=1), person)]))
        assert directory.get(["a"])["a"].terms("faith") == ("jewish",)

    # ------------------------------------------------------------ the log

    def test_the_log_tells_who_changed_what(self, directory):
        """A line for a new profile, then one a field, newest first, with values as JSON."""
        directory.apply(rows_of([therapist("a", bio="old")]), actor="our register")
        directory.edit("a", {"bio": "new", "training": "Oslo"}, editor="operator", actor="kim", as_of=DAY)
        lines = directory.audit("a")
        assert [(one.actor, one.action, one.field) for one in lines] == [
            ("kim", "changed", "training"),
            ("kim", "changed", "bio"),
            ("our register", "added", ""),
        ]
        assert (json.loads(lines[1].before), json.loads(lines[1].after)) == ("old", "new")
        assert directory.audit("a", n=1, before=lines[0].number) == lines[1:2]

    def test_a_load_that_changes_nothing_leaves_no_line(self, directory):
        """Twice the same: the log is as before."""
        directory.apply(rows_of([therapist("a"), therapist("b")]))
        before = directory.audit()
        directory.apply(rows_of([on(LATER, therapist("a")), on(LATER, therapist("b"))]))
        assert directory.audit() == before

    def test_retention_forgets_old_lines_and_bare_ids(self, directory):
        """What is older than a day goes, the rest stays; suppression holds without the bare id."""
        directory.apply(rows_of([therapist("a"), therapist("b")]))
        directory.suppress("a", DAY)
        assert directory.retain(audit_from=date(2000, 1, 1), removals_from=DAY) == 0
        assert directory.retain(audit_from=date(9999, 1, 1), removals_from=DAY + timedelta(days=1)) > 0
        assert (directory.audit(), directory.changes_since(0)[1]) == ((), ())
        assert directory.apply(rows_of([therapist("a")])).skipped == 1

    # ------------------------------------------------------------ removal

    def test_somebody_removed_stays_out_under_another_id(self, directory):
        """Known by NPI, by licence, or by the name with a postal code, mail address or telephone."""
        facts = {
            "npi": "1000000004",
            "licence": (Licence("US-MA", "psychologist", "77"),),
            "place": (Place(postal_code="02101", country="US"),),
            "email": "ada@example.org",
            "phone": "+1 617 555 0100",
        }
        directory.apply(rows_of([therapist("a", name="Dr. Ada Example", **facts)]))
        assert directory.suppress("a", DAY)
        same = [therapist(f"b-{name}", name="EXAMPLE, Ada", **{name: value}) for name, value in facts.items()]
        report = directory.apply(rows_of(same))
        assert (report.skipped, report.added) == (len(facts), 0)
        assert {one.code for one in report.problems} == {"suppressed"}

    def test_others_of_that_name_or_practice_are_not_kept_out(self, directory):
        """A name alone keeps nobody out, nor does the telephone of a practice."""
        directory.apply(rows_of([therapist("a", name="Ada Example", phone="617 555 0100")]))
        directory.suppress("a", DAY)
        others = [therapist("b", name="Ada Example"), therapist("c", name="Bo Other", phone="617 555 0100")]
        assert directory.apply(rows_of(others)).added == 2

    def test_a_removal_leaves_nothing_that_was_said(self, directory, tmp_path):
        """The log keeps that somebody was removed, by whom; not who, nor a word of the profile."""
        directory.apply(rows_of([therapist("ada-1", name="Ada Example", bio="A secret text.", email="a@example.org")]))
        directory.edit("ada-1", {"bio": "Another secret."}, editor="operator", actor="kim", as_of=DAY)
        directory.decide(Decision("moderation", "ada-1", "boast", "fine", "kim", ""))
        directory.suppress("ada-1", DAY, "kim")
        lines = directory.audit()
        assert (lines[0].actor, lines[0].action) == ("kim", "removed")
        assert not any(word in repr(lines) for word in ("ada-1", "Ada", "secret", "example.org"))
        assert directory.decisions("moderation") == ()

    # ------------------------------------------------------------ licences that were checked

    def test_a_register_checks_what_others_wrote_down_and_takes_nothing_away(self, directory):
        """It knows one licence of two: that one is checked, whoever holds the field, and the other one stays."""
        ours = (Licence("US-MA", "psychologist", "77"), Licence("US-NH", "psychologist", "8"))
        theirs = Licence("US-MA", "psychologist", "77", end=LATER, checked_against="Board", checked_on=DAY)
        directory.apply(rows_of([therapist("a", licence=ours), therapist("b", licence=ours)]))
        directory.edit("b", {"licence": ours}, editor="therapist", actor="therapist", as_of=DAY)
        checked = {"licence": fact((theirs,), editor="register", source="Board")}
        directory.apply(rows_of([replace(therapist(one), facts=checked) for one in "ab"]))
        directory.apply(rows_of([on(LATER, therapist("a", licence=ours))]))
        for held in directory.get(["a", "b"]).values():
            assert {(one.number, one.checked_against, one.end) for one in held.licences} == {
                ("77", "Board", LATER),
                ("8", "", None),
            }

    def test_a_check_of_another_end_is_no_check_of_this_licence(self, directory):
        """The therapist says it runs on, the register that it ended: the claim is not shown as checked."""
        ours, ended = (Licence("US-MA", "psychologist", "77", end=end) for end in (LATER, DAY))
        directory.apply(rows_of([therapist("a")]))
        directory.edit("a", {"licence": (ours,)}, editor="therapist", actor="therapist", as_of=DAY)
        theirs = replace(ended, checked_against="Board", checked_on=DAY)
        directory.apply(rows_of([replace(therapist("a"), facts={"licence": fact((theirs,), editor="register")})]))
        assert directory.get(["a"])["a"].licences == (ours,)

    # ------------------------------------------------------------ one person under two ids

    def test_one_npi_is_one_person_whatever_the_id(self, directory):
        """In one load and over loads: a row of another id goes to the profile, and is told."""
        first = therapist("a", name="Ada Example", npi="1000000004", bio="x")
        second = therapist("b", name="A. Example", npi="1000000004", training="Oslo")
        together = directory.apply(rows_of([first, second]))
        assert (together.added, together.updated, directory.count()) == (1, 1, 1)
        assert "npi_shared" in {one.code for one in together.problems}
        later = directory.apply(rows_of([on(LATER, second)]))
        assert (later.unchanged + later.updated, directory.count()) == (1, 1)
        held = directory.get(["a"])["a"]
        assert (held.bio, held.value("training"), held.name) == ("x", "Oslo", "A. Example")

    def test_the_same_load_of_two_ids_twice_is_unchanged(self, directory):
        """However many ids a file gives one NPI."""
        people = [therapist(f"t{n}", name="Ada Example", npi="1000000004", training="Oslo") for n in range(3)]
        directory.apply(rows_of(people))
        state = list(directory.scan())
        report = directory.apply(rows_of(people))
        assert (report.unchanged, report.updated, list(directory.scan())) == (3, 0, state)

    def test_one_npi_under_two_names_is_told_and_left_out(self, directory):
        """Two people can't be put together by a slip of the pen: the row is rejected, in a load and over loads."""
        ada, bo = (therapist(i, name=n, npi="1000000004") for i, n in (("a", "Ada Example"), ("b", "Bo Other")))
        report = directory.apply(rows_of([ada, bo]))
        assert (report.added, report.rejected) == (1, 1)
        report = directory.apply(rows_of([bo]))
        assert (report.rejected, report.read) == (1, 1)
        assert [one.code for one in report.problems] == ["id_conflict"]
        assert directory.get(["a"])["a"].name == "Ada Example"

    # ------------------------------------------------------------ joins

    def test_a_join_is_one_profile_and_its_undo_loses_nothing(self, directory):
        """Both say what they said; each file goes on to feed its own part; parted, each has all that was loaded."""
        a, b = therapist("a", name="Ada", bio="long"), therapist("b", name="Ada", training="Oslo")
        directory.apply(rows_of([a, b]))
        seen = directory.generation()
        assert directory.join("a", "b", "kim")
        assert directory.changes_since(seen)[1] == ("b",)
        assert values_of(directory.get(["a"])["a"]) == {**values_of(b), **values_of(a)}
        directory.apply(rows_of([on(LATER, therapist("b", name="Ada", training="Bergen"))]))
        assert (directory.count(), directory.get(["a"])["a"].value("training")) == (1, "Bergen")
        assert (directory.resolve("b"), directory.resolve("a"), directory.resolve("c")) == ("a", "a", "c")
        assert directory.part("a", "kim")
        parted = directory.get(["a", "b"])
        assert values_of(parted["a"]) == values_of(a)
        assert parted["b"].value("training") == "Bergen"
        assert directory.changes_since(seen)[1] == ()

    def test_loading_both_ids_of_a_joined_profile_twice_is_unchanged(self, directory):
        """A file that still has both rows: the second time nothing moves."""
        people = [therapist("a", name="Ada", bio="long"), therapist("b", name="Ada E.", training="Oslo")]
        directory.apply(rows_of(people))
        directory.join("b", "a", "kim")
        directory.apply(rows_of(people))
        state = list(directory.scan())
        report = directory.apply(rows_of(people))
        assert (report.unchanged, report.read, list(directory.scan())) == (2, 2, state)

    def test_an_edit_of_a_joined_profile_outlives_its_undo(self, directory):
        """What a person said of the joined profile stays with the one that is kept."""
        directory.apply(rows_of([therapist("a", bio="x"), therapist("b", bio="y")]))
        directory.join("a", "b", "kim")
        directory.edit("a", {"bio": "mine"}, editor="operator", actor="kim", as_of=DAY)
        assert directory.get(["a"])["a"].bio == "mine"
        directory.part("a", "kim")
        assert [directory.get(["a", "b"])[one].bio for one in "ab"] == ["mine", "y"]

    def test_three_can_be_joined_and_removed_as_one(self, directory):
        """A join of a join; removal keeps out every id."""
        people = [therapist(one, name="Ada") for one in "abc"]
        directory.apply(rows_of(people))
        assert directory.join("b", "c", "kim")
        assert directory.join("a", "b", "kim")
        assert [one.id for one in directory.scan()] == ["a"]
        directory.suppress("a", DAY)
        assert directory.apply(rows_of(people)).skipped == 3

    @pytest.mark.parametrize("ids", [("a", "a"), ("a", "x"), ("x", "y")])
    def test_what_is_not_there_is_not_joined(self, directory, ids):
        """False, and nothing changes."""
        directory.apply(rows_of([therapist("a")]))
        before = directory.generation()
        assert not directory.join(*ids, "kim")
        assert not directory.part("a", "kim")
        assert directory.generation() == before

    # ------------------------------------------------------------ queues

    def test_what_was_decided_of_a_pair_stays_decided(self, directory):
        """A later search proposes it again: it is not open again. An undone join is."""
        directory.apply(rows_of([therapist("a"), therapist("b"), therapist("c")]))
        pairs = [Pair("a", "b", 0.9, ("name_same",)), Pair("c", "b", 0.6, ("phone_same", "name_alike"))]
        assert directory.propose(pairs) == 2
        assert [(one.first, one.second) for one in directory.pairs()] == [("a", "b"), ("b", "c")]
        assert directory.keep_apart("c", "b", "kim")
        assert not directory.keep_apart("a", "x", "kim")
        directory.join("a", "b", "kim")
        assert directory.propose(pairs) == 0
        assert [one.actor for one in directory.pairs("distinct")] == ["kim"]
        directory.part("a", "kim")
        assert [one.reasons for one in directory.pairs()] == [("name_same",)]

    def test_a_later_decision_takes_the_place_of_an_earlier_one(self, directory):
        """One answer a subject, with who and when."""
        for verdict in ("fine", "hidden"):
            directory.decide(Decision("moderation", "a", "boast", verdict, "kim", ""))
        (found,) = directory.decisions("moderation")
        assert (found.verdict, found.actor, bool(found.at)) == ("hidden", "kim", True)
        assert directory.decisions("other") == ()

    # ------------------------------------------------------------ others write meanwhile

    def test_a_load_comes_to_an_end_beside_a_steady_writer(self, directory, tmp_path):
        """Somebody edits a profile of the load again and again: no write fails, all is kept, nothing is lost."""
        directory.apply(rows_of([therapist("t0000", bio="x")]))
        people = [therapist(f"t{number:04}", training="Oslo") for number in range(1_200)]
        done, failed = threading.Event(), []
        writer = threading.Thread(target=self._write, args=(tmp_path, done, failed))
        writer.start()
        try:
            report = directory.apply(rows_of(people))
        finally:
            done.set()
            writer.join()
        held = directory.get(["t0000"])["t0000"]
        assert (report.added, report.updated, failed) == (1_199, 1, [])
        assert (held.value("training"), held.facts["bio"].editor) == ("Oslo", "operator")

    def _write(self, folder, done, failed):
        other = self.make(folder)
        number = 0
        while not done.is_set() or not number:
            number += 1
            if not other.edit("t0000", {"bio": f"edit {number}"}, editor="operator", actor="kim", as_of=DAY):
                failed.append(number)
        self.close(other)


class TestSqliteDirectory(PeopleContract):
    """SQLite behind the protocol."""

    def make(self, folder):
        return SqliteDirectory(folder / "directory.db", KEY)

    def close(self, directory):
        directory.close()


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["file", "operator", "therapist"]),
        st.sampled_from(["bio", "training"]),
        st.sampled_from(["x", "y", None]),
        st.integers(0, 3),
    ),
    max_size=8,
)


@given(EDITS)
@settings(max_examples=40, deadline=None)
def test_the_last_word_of_a_person_counts_else_the_last_file(tmp_path_factory, edits):
    """Against a plain model: per field, the person with the latest day, the last of one day; else the latest file.

    Whoever says the same again confirms it: it holds from that day, and belongs to a person once one has said it.
    """
    directory = SqliteDirectory(tmp_path_factory.mktemp("edits") / "directory.db", KEY)
    directory.apply(rows_of([therapist("a")]))
    best = {}
    for editor, field, value, days in edits:
        day = DAY + timedelta(days=days)
        if editor == "file":
            if value is None:
                continue
            directory.apply(rows_of([on(day, replace(therapist("a"), facts={field: fact(value)}))]))
        else:
            directory.edit("a", {field: value}, editor=editor, actor=editor, as_of=day)
        rank = (editor != "file", day)
        held = best.get(field)
        if held and held[1] == value:
            best[field] = (tuple(map(max, rank, held[0])), value)
        elif held is None or rank >= held[0]:
            best[field] = (rank, value)
    found = directory.get(["a"])["a"]
    directory.close()
    assert {name: found.value(name) for name in best} == {name: value for name, (_, value) in best.items()}
