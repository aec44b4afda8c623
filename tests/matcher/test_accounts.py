"""The contract of `AccountStore`: every implementation inherits it. SQLite is the first."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.accounts import passwords
from matcher.accounts.passwords import COST, Cost, agrees, hashed, is_outdated, nobody
from matcher.accounts.protocol import (
    IDLE,
    LONGEST,
    MOST_FAILURES_ADDRESS,
    MOST_FAILURES_NAME,
    WINDOW,
    AccountStore,
    NameTaken,
    NameUnusable,
    Operator,
    PasswordUnusable,
    Refused,
    SignedIn,
)
from matcher.accounts.sqlite import SqliteAccounts
from profiles.errors import DirectoryDamaged

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHEAP = Cost(2**4, 8, 1)
GOOD, BAD = "four plain words here", "four plain words there"
HERE, THERE = "192.0.2.1", "192.0.2.2"
SECOND = timedelta(seconds=1)


class AccountContract:
    """What holds for every store of accounts. A subclass says how one is opened and closed."""

    def make(self, folder: Path) -> AccountStore:
        """Open the store that lives in a folder."""
        raise NotImplementedError

    def close(self, store: AccountStore) -> None:
        """Let go of it."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path):
        opened = self.make(tmp_path)
        yield opened
        self.close(opened)

    @pytest.fixture
    def ada(self, store) -> Operator:
        return store.add("Ada", "editor", GOOD)

    def enter(self, store: AccountStore, now: datetime = NOW) -> SignedIn:
        found = store.sign_in("Ada", GOOD, HERE, now)
        assert isinstance(found, SignedIn)
        return found

    # ------------------------------------------------------------ operators

    def test_who_was_added_is_there_after_opening_anew(self, store, tmp_path):
        """Names and roles are kept, in the order of names."""
        store.add("Zoe", "reader", GOOD)
        store.add("ada", "admin", GOOD)
        other = self.make(tmp_path)
        assert other.operators() == (Operator("ada", "admin"), Operator("Zoe", "reader"))
        self.close(other)

    @pytest.mark.parametrize("name", ["Ada", "ADA", " ada ", "Ａｄａ"])
    def test_a_name_written_another_way_is_the_same_name(self, store, ada, name):
        """Nobody can be taken for somebody else in the audit log."""
        with pytest.raises(NameTaken):
            store.add(name, "admin", GOOD)
        assert isinstance(store.sign_in(name, GOOD, HERE, NOW), SignedIn)

    @pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "x" * 65, "operator", "Therapist", "LOAD", "\ud800"])
    def test_a_name_that_would_mislead_is_refused(self, store, name):
        """Empty, unprintable, too long, or a word that the audit log has for others."""
        with pytest.raises(NameUnusable):
            store.add(name, "reader", GOOD)
        assert store.operators() == ()

    @pytest.mark.parametrize(("password", "good"), [("x" * 11, False), ("x" * 12, True), ("x" * 1001, False)])
    def test_length_is_the_only_rule_of_a_password(self, store, ada, password, good):
        """From twelve characters on anything goes, when it is set as when it is changed."""
        for write in (lambda: store.add("eve", "reader", password), lambda: store.set_password("ada", password)):
            if good:
                write()
            else:
                with pytest.raises(PasswordUnusable):
                    write()
        assert isinstance(store.sign_in("ada", GOOD, HERE, NOW), Refused) is good

    def test_what_is_not_there_can_be_neither_removed_nor_changed(self, store, ada):
        """False, and nothing changes."""
        assert not store.remove("eve")
        assert not store.set_role("eve", "admin")
        assert not store.set_password("eve", GOOD)
        assert store.operators() == (ada,)

    # ------------------------------------------------------------ sessions

    def test_the_right_password_starts_a_session(self, store, ada):
        """And the token says who it is; no two are alike."""
        first, second = self.enter(store), self.enter(store)
        assert first.token != second.token
        assert first.operator == ada
        assert store.session(first.token, NOW) == ada

    @pytest.mark.parametrize("token", ["", "x", "\ud800", "' OR 1=1 --"])
    def test_another_token_is_nobody(self, store, ada, token):
        """Whatever it is."""
        self.enter(store)
        assert store.session(token, NOW) is None

    def test_a_session_ends_when_it_is_idle(self, store, ada):
        """Half an hour after the last request, not after the first."""
        token, now = self.enter(store).token, NOW
        for _ in range(3):
            now += IDLE - SECOND
            assert store.session(token, now) == ada
        assert store.session(token, now + IDLE + SECOND) is None
        assert store.session(token, now) is None

    def test_a_session_ends_after_a_day_of_work_however_busy(self, store, ada):
        """Twelve hours after the sign-in."""
        token, now = self.enter(store).token, NOW
        while now <= NOW + LONGEST - IDLE:
            now += IDLE - SECOND
            assert store.session(token, now) == ada
        assert store.session(token, NOW + LONGEST + SECOND) is None

    def test_signing_out_ends_one_session(self, store, ada):
        """The other one of the same person goes on."""
        first, second = self.enter(store).token, self.enter(store).token
        store.sign_out(first)
        assert store.session(first, NOW) is None
        assert store.session(second, NOW) == ada

    def test_removing_an_operator_ends_their_sessions_at_once(self, store, ada):
        """Also for somebody who is added under the same name later."""
        token = self.enter(store).token
        assert store.remove("ADA")
        assert store.session(token, NOW) is None
        store.add("Ada", "admin", GOOD)
        assert store.session(token, NOW) is None

    def test_another_password_ends_the_sessions_under_the_old_one(self, store, ada):
        """And only the new one lets in."""
        token = self.enter(store).token
        store.set_password("ada", BAD)
        assert store.session(token, NOW) is None
        assert store.sign_in("Ada", GOOD, HERE, NOW) == Refused()
        assert isinstance(store.sign_in("Ada", BAD, HERE, NOW), SignedIn)

    def test_another_role_holds_from_the_next_request_on(self, store, ada):
        """Without a new sign-in."""
        token = self.enter(store).token
        store.set_role("ada", "reader")
        assert store.session(token, NOW) == Operator("Ada", "reader")

    # ------------------------------------------------------------ failures

    def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(self, store, ada):
        """Nobody learns who may sign in."""
        assert store.sign_in("Ada", BAD, HERE, NOW) == store.sign_in("Eve", BAD, HERE, NOW) == Refused()

    def test_after_some_failures_a_name_must_wait(self, store, ada):
        """Even with the right password, from every address, until the window has passed; others need not."""
        store.add("Zoe", "reader", GOOD)
        for number in range(MOST_FAILURES_NAME):
            assert store.sign_in("Ada", BAD, f"192.0.2.{number}", NOW + number * SECOND) == Refused()
        found = store.sign_in("ada", GOOD, THERE, NOW + 10 * SECOND)
        assert isinstance(found, Refused)
        assert found.wait == WINDOW.total_seconds() - 10
        assert isinstance(store.sign_in("Zoe", GOOD, THERE, NOW + 10 * SECOND), SignedIn)
        assert isinstance(store.sign_in("Ada", GOOD, THERE, NOW + 10 * SECOND + found.wait * SECOND), SignedIn)

    def test_an_unknown_name_must_wait_as_a_known_one_does(self, store):
        """Else waiting would tell who may sign in."""
        for _ in range(MOST_FAILURES_NAME):
            assert store.sign_in("Eve", BAD, HERE, NOW) == Refused()
        assert store.sign_in("Eve", BAD, HERE, NOW) == Refused(int(WINDOW.total_seconds()))

    def test_after_many_failures_an_address_must_wait(self, store, ada):
        """Whatever the names; another address need not."""
        for number in range(MOST_FAILURES_ADDRESS):
            assert store.sign_in(f"name {number}", BAD, HERE, NOW) == Refused()
        assert store.sign_in("Ada", GOOD, HERE, NOW) == Refused(int(WINDOW.total_seconds()))
        assert isinstance(store.sign_in("Ada", GOOD, THERE, NOW), SignedIn)

    def test_signing_in_takes_back_the_failures_of_its_name(self, store, ada):
        """Whoever mistypes now and then never waits."""
        for _ in range(3 * MOST_FAILURES_NAME):
            for _ in range(2):
                assert store.sign_in("Ada", BAD, THERE, NOW) == Refused()
                break
            assert isinstance(store.sign_in("Ada", GOOD, HERE, NOW), SignedIn)

    def test_waiting_does_not_grow_by_trying(self, store):
        """A try that is not even checked is not counted."""
        for _ in range(MOST_FAILURES_NAME + 20):
            store.sign_in("Eve", BAD, HERE, NOW)
        later = NOW + WINDOW
        assert store.sign_in("Eve", BAD, HERE, later) == Refused()

    def test_many_at_once_get_no_more_tries_than_one_after_another(self, store, ada, tmp_path):
        """Workers share the count: it is taken before the password is looked at."""
        checked: list[Refused | SignedIn] = []

        def knock() -> None:
            own = self.make(tmp_path)
            checked.append(own.sign_in("Ada", BAD, HERE, NOW))
            self.close(own)

        threads = [threading.Thread(target=knock) for _ in range(3 * MOST_FAILURES_NAME)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert checked.count(Refused()) == MOST_FAILURES_NAME


class TestSqlite(AccountContract):
    """The SQLite store."""

    def make(self, folder: Path) -> SqliteAccounts:
        """Open the store that lives in a folder."""
        return SqliteAccounts(folder / "accounts.db", b"k" * 32, CHEAP)

    def close(self, store: SqliteAccounts) -> None:
        """Let go of it."""
        store.close()

    def test_the_file_holds_no_password_no_token_and_no_address(self, store, ada, tmp_path):
        """And only its owner may read it."""
        token = self.enter(store).token
        store.sign_in("Ada", BAD, HERE, NOW)
        store.sign_in("secret typed as name", BAD, HERE, NOW)
        store.close()
        with sqlite3.connect(tmp_path / "accounts.db") as db:
            kept = "\n".join(db.iterdump())
        db.close()
        assert not any(text in kept for text in (GOOD, BAD, token, HERE, "secret typed as name"))
        assert (tmp_path / "accounts.db").stat().st_mode & 0o077 == 0

    def test_old_failures_are_forgotten(self, store, tmp_path):
        """Nothing of an address is left after the window and one more sign-in."""
        store.sign_in("Eve", BAD, HERE, NOW)
        store.sign_in("Zoe", BAD, THERE, NOW + WINDOW)
        with sqlite3.connect(tmp_path / "accounts.db") as db:
            assert db.execute("SELECT count(*) FROM attempts").fetchone() == (2,)
        db.close()

    def test_an_unknown_name_takes_the_same_work(self, store, ada, monkeypatch):
        """One hash of the same cost for every sign-in that is checked."""
        costs: list[Cost] = []
        derived = passwords._derived

        def counted(password: str, salt: bytes, cost: Cost) -> bytes:
            costs.append(cost)
            return derived(password, salt, cost)

        monkeypatch.setattr(passwords, "_derived", counted)
        for name in ("Ada", "Eve"):
            store.sign_in(name, BAD, HERE, NOW)
        assert costs == [CHEAP, CHEAP]

    def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(self, store, ada, tmp_path):
        """The password stays the same."""
        dear = SqliteAccounts(tmp_path / "accounts.db", b"k" * 32, Cost(2**5, 8, 1))
        assert isinstance(dear.sign_in("Ada", GOOD, HERE, NOW), SignedIn)
        assert not is_outdated(dear._password("Ada") or "", Cost(2**5, 8, 1))
        assert isinstance(store.sign_in("Ada", GOOD, HERE, NOW), SignedIn)
        dear.close()

    def test_a_file_that_is_no_database_is_one_sentence(self, tmp_path):
        """Not a traceback."""
        (tmp_path / "accounts.db").write_bytes(b"no database" * 100)
        with pytest.raises(DirectoryDamaged):
            self.make(tmp_path).operators()


# ---------------------------------------------------------------- passwords


@settings(max_examples=50)
@given(st.text(min_size=12, max_size=40), st.text(max_size=40))
def test_a_password_agrees_with_its_own_hash_alone(one, other):
    """Whatever characters it has; forms that Unicode calls compatible count as one."""
    kept = hashed(one, CHEAP)
    assert agrees(one, kept)
    assert hashed(one, CHEAP) != kept
    assert agrees(other, kept) == agrees(one, hashed(other, CHEAP) if len(other) >= 12 else nobody(CHEAP))


def test_nothing_agrees_with_nobody():
    """Not even nothing."""
    assert not any(agrees(text, nobody(CHEAP)) for text in ("", "x" * 12, "\0"))


def test_a_hash_costs_what_the_decision_says():
    """32 MiB three times over; changing it is a decision."""
    assert (COST.n * COST.r * 128, COST.p) == (32 * 1024**2, 3)
