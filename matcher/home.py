"""A home: the folder of one deployment, with its directory, index, models, settings and secret."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from matcher.accounts.sqlite import SqliteAccounts
from matcher.events.sqlite import SqliteEvents
from matcher.feedback.reported import reported_means, scores_of
from matcher.feedback.sqlite import SqliteFeedback
from matcher.index.build import IndexBusy, Tell, current, is_current, update
from matcher.index.query import Index, IndexReader
from matcher.index.reported import Reported, ReportedDoor
from matcher.index.reranked import ShownRows
from matcher.pipeline import Service
from matcher.settings import Settings, load_settings
from matcher.variants import variant_named
from models.encoder import Encoder, encoder
from models.fit import FitModel
from models.persistence import StoredModel, load_model, prior_model
from profiles.directory.sqlite import SqliteDirectory
from profiles.errors import DirectoryEmpty, PathUnreadable, ServiceError

SECRET_BYTES = 32
EVENTS_FILE = "events.db"


class Home:
    """Opens what a deployment consists of, each part when it is first needed.

    Args:
        path: the folder (`MATCHER_HOME`), made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PathUnreadable(path=str(path), reason=error.strerror or str(error)) from error
        self._updating = threading.Lock()
        self._reported: tuple[tuple[int, int], ReportedDoor] | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings of this home."""
        return load_settings(self.path)

    @cached_property
    def secret(self) -> bytes:
        """32 random bytes, made once; hashes of removed therapists are keyed with them, ties are seeded from them."""
        path = self.path / "secret.key"
        try:
            with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(secrets.token_bytes(SECRET_BYTES))
        except FileExistsError:
            pass
        except OSError as error:
            raise PathUnreadable(path=str(path), reason=error.strerror or str(error)) from error
        return path.read_bytes()

    @cached_property
    def directory(self) -> SqliteDirectory:
        """The directory of therapists."""
        return SqliteDirectory(self.path / "directory.db", self.secret)

    @cached_property
    def feedback(self) -> SqliteFeedback:
        """What clients report and answer in check-ins, and counts of what they asked for."""
        return SqliteFeedback(self.path / EVENTS_FILE)

    @cached_property
    def events(self) -> SqliteEvents:
        """Experiments, and what was shown to clients who consented to them."""
        return SqliteEvents(self.path / EVENTS_FILE)

    @property
    def has_events(self) -> bool:
        """Whether anything of clients or experiments was ever kept: asking must not make the file."""
        return (self.path / EVENTS_FILE).exists()

    @cached_property
    def accounts(self) -> SqliteAccounts:
        """Who may sign in to the operators' pages, and who is signed in."""
        return SqliteAccounts(self.path / "accounts.db", self.secret)

    def remove(self, identity: str, as_of: date, actor: str) -> bool:
        """Remove a therapist for good, with what clients said of them; False when there is none of that id."""
        parts = self._said_of(identity)
        removed = self.directory.suppress(identity, as_of, actor)
        for one in parts:
            self.feedback.forget_therapist(one)
            self.events.forget_therapist(one)
        return removed

    def _said_of(self, identity: str) -> frozenset[str]:
        """Return every id under which feedback is kept of a therapist: profiles that were joined had their own."""
        told = {report.therapist for report in self.feedback.reports(date.min)}
        told |= {checkin.therapist for checkin in self.feedback.checkins()}
        told |= self.feedback.shown(date.min).keys()
        return frozenset({identity, *(one for one in told if self.directory.resolve(one) == identity)})

    def retain(self, as_of: date) -> int:
        """Forget what the settings keep no longer on a day; return how many lines went."""
        settings = self.settings
        gone = self.feedback.forget(as_of - timedelta(days=settings.count_days))
        gone += self.feedback.forget_checkins(as_of - timedelta(days=settings.checkin_days))
        gone += self.events.forget(as_of - timedelta(days=settings.experiment_days))
        return gone + self.directory.retain(
            audit_from=as_of - timedelta(days=settings.audit_days),
            removals_from=as_of - timedelta(days=settings.removal_days),
        )

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, not yet loaded."""
        return encoder(self.settings.encoder)

    @cached_property
    def model(self) -> StoredModel:
        """The fit model in use: `models/current.json` where there is one, else the prior."""
        path = self.path / "models" / "current.json"
        return load_model(path) if path.exists() else prior_model()

    @property
    def index_root(self) -> Path:
        """Where the index lives."""
        return self.path / "index"

    @cached_property
    def _reader(self) -> IndexReader:
        return IndexReader(self.index_root)

    def update_index(self, *, wait: bool = True, tell: Tell | None = None) -> Index:
        """Bring the index up to date and open it.

        Raises:
            IndexBusy: somebody else is at it and `wait` is false.
        """
        update(self.index_root, self.directory, self.encoder, wait=wait, tell=tell)
        index = self._reader.latest()
        if index is None:
            raise DirectoryEmpty(home=str(self.path))
        return index

    def index_is_current(self) -> bool:
        """Whether the published index can be opened and says what the directory says."""
        published = current(self.index_root) if self.latest_index() else None
        return is_current(published, self.directory, self.encoder.name)

    def latest_index(self) -> Index | None:
        """Return the newest published index without bringing it up to date, None before the first."""
        return self._reader.latest()

    def refresh_in_background(self) -> None:
        """Start bringing the index up to date unless this process or another is at it already."""
        if self._updating.acquire(blocking=False):
            threading.Thread(target=self._refresh, name="index", daemon=True).start()

    def _refresh(self) -> None:
        try:
            self.update_index(wait=False)
        except IndexBusy:
            return
        except ServiceError as error:
            logging.getLogger("matcher").error("the index stays behind: %s", error.message)  # noqa: TRY400 - no traceback
        finally:
            self.directory.close()
            self._updating.release()

    def service(self, index: Index, variant: str | None = None) -> Service:
        """Return what `match` needs, ranking by a variant."""
        chosen = variant_named(variant or self.settings.variant)
        model = varied(self.model, dict(chosen.parameters))
        return Service(
            directory=self.directory,
            index=index,
            model=model,
            variant=chosen,
            encoder=self.encoder,
            settings=self.settings,
            seed=int.from_bytes(self.secret[:8], "little"),
            reported=self._reported_door(index, model.model) if self.settings.reported_door else None,
            shown=self._shown(index) if chosen.reranker else None,
        )

    def _shown(self, index: Index) -> ShownRows:
        """Read how often everybody was shown; what was counted under the id of a joined profile is the person's."""
        counted = self.feedback.shown_by_month() if self.has_events else {}
        return ShownRows.over(counted, index.ids, self.directory.resolve)

    def reported(self) -> Reported:
        """What clients reported of each therapist with enough of them, read from all check-ins that are kept."""
        return reported_means(scores_of(self.feedback.checkins(), self.directory.resolve))

    def _reported_door(self, index: Index, model: FitModel) -> ReportedDoor:
        """Weigh the reported door; check-ins are read again when one came, or when the index is another."""
        state = self.feedback.checkin_changes(), index.number
        held = self._reported
        if held is None or held[0] != state:
            held = self._reported = state, ReportedDoor.over(self.reported(), index.ids)
        return held[1].weighed(model)


def varied(stored: StoredModel, parameters: dict[str, float]) -> StoredModel:
    """Return a model with some parameters changed; its multipliers stay."""
    if not parameters:
        return stored
    return replace(stored, model=stored.model.varied(**parameters))
