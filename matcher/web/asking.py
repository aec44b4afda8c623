"""What a request for a list needs: an open index, an encoder that is ready, and a sentence where one is not."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from weakref import WeakKeyDictionary

from flask import current_app

from matcher import pipeline
from matcher.events.protocol import Arm
from matcher.home import Home
from matcher.pipeline import Service, match
from matcher.records import Match, MatchList
from profiles.errors import DirectoryEmpty, ServiceError
from profiles.schema import Preferences


class NotReady(ServiceError):
    """Something that the answer needs is still being prepared."""

    key = "error.index_loading"


class EncoderLoading(NotReady):
    """The encoder is still loading, and the client wrote own words."""

    key = "error.encoder_loading"


def the_home() -> Home:
    """Return the home of this app."""
    home: Home = current_app.extensions["home"]
    return home


def today() -> date:
    """Return the day of now, in UTC."""
    return datetime.now(UTC).date()


def listed(preferences: Preferences, n: int, variant: str | None = None, as_of: date | None = None) -> MatchList:
    """Return the list for some preferences from the newest index there is.

    An index that is behind the directory is brought up to date in the background, while this list is made from the
    old one; the therapists shown are looked up in the directory as it is now.

    Raises:
        NotReady: there is no index yet, or the encoder is still loading and words are asked for.
        DirectoryEmpty: there is nobody to rank.
        EncoderMissing: words are asked for, and the encoder can't be loaded.
    """
    return match(preferences, _service(preferences, variant), n, as_of or today())


def standing(preferences: Preferences, identity: str) -> Match | None:
    """Return how one therapist stands to some preferences, None for one who is not eligible.

    Raises:
        NotReady, DirectoryEmpty, EncoderMissing: as `listed` does.
    """
    return pipeline.standing(preferences, _service(preferences), identity, today())


def services_for(preferences: Preferences, *, control: str, treatment: str) -> dict[Arm, Service]:
    """Return what ranks by two variants, over one index.

    Raises:
        NotReady, DirectoryEmpty, EncoderMissing: as `listed` does.
    """
    service = _service(preferences, control)
    return {"control": service, "treatment": the_home().service(service.index, treatment)}


def _service(preferences: Preferences, variant: str | None = None) -> Service:
    home = the_home()
    index = home.latest_index()
    if index is None or not home.index_is_current():
        if home.directory.count() == 0:
            raise DirectoryEmpty(home=str(home.path.name))
        home.refresh_in_background()
    if index is None:
        raise NotReady
    if preferences.words and not home.encoder.ready:
        warm_up(home)
        raise EncoderLoading
    return home.service(index, variant)


class _WarmUp:
    """Loads the encoder of a home in one thread, and remembers why it could not."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failure: ServiceError | None = None

    def start(self) -> None:
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, name="encoder", daemon=True)
                self._thread.start()

    def _load(self) -> None:
        try:
            self._home.encoder.warm_up()
        except ServiceError as error:
            self._failure = error


_WARM_UPS: WeakKeyDictionary[Home, _WarmUp] = WeakKeyDictionary()


def warm_up(home: Home) -> None:
    """Load the encoder in the background; a second call starts nothing and waits for nothing.

    Raises:
        EncoderMissing: an earlier call found that it can't be loaded.
    """
    if not home.encoder.ready:
        _WARM_UPS.setdefault(home, _WarmUp(home)).start()


def holds_fictional(home: Home) -> bool:
    """Whether anybody in the directory is fictional, so that every page says so."""
    index = home.latest_index()
    return index is not None and index.fictional
