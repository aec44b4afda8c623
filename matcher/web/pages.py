"""The pages: form, list, comparison, therapist, and help now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flask import Blueprint, Response, abort, make_response, render_template, request
from markupsafe import Markup

from matcher.explain import still_open
from matcher.feedback.protocol import REPORT_KINDS
from matcher.index.columns import listed as may_be_listed
from matcher.index.query import Index
from matcher.records import MatchList
from matcher.web.about import TOPICS
from matcher.web.asked import asked, for_two
from matcher.web.asking import NotReady, standing, the_home, today
from matcher.web.card import card, manner, told, ways
from matcher.web.changing import changed
from matcher.web.compare import MOST as MOST_COMPARED
from matcher.web.compare import comparison
from matcher.web.controls import Control, Offered, control, suggestions, summary
from matcher.web.form import OWNERS, WHOSE, cleaned, document_of, hidden, kept, unasked
from matcher.web.languages import page_locale
from matcher.web.loosening import loosened, steps
from matcher.web.profile import profile_rows
from matcher.web.questions import FIRST, MAY_SAY_NOTHING, MORE, Question
from matcher.web.reporting import claim_rows, count_list
from matcher.web.trials import contacted, list_shown, running
from matcher.web.urgent import lines_by_country
from models.encoder import EncoderMissing
from profiles.errors import DirectoryEmpty, Message
from profiles.export.schemaorg import json_ld_text
from profiles.languages import jurisdiction_name, language_of_text
from profiles.preferences import read_preferences
from profiles.problems import Problem
from profiles.schema import Preferences, Therapist

blueprint = Blueprint("pages", __name__)

FIRST_SHOWN = 3
SHOWN_MORE = 10
MOST_SHOWN = 50
UNPROCESSABLE, UNAVAILABLE = 422, 503
RETRY_SECONDS = "5"


@blueprint.get("/")
def form() -> str:
    """Show the form with nothing answered but the language, which is the page's where somebody speaks it."""
    spoken = page_locale() in _offered().languages
    return _form_page([("must.language", page_locale())] if spoken else [], ())


@blueprint.post("/")
def form_again() -> str:
    """Show the form with the answers that were posted."""
    return _form_page(_pairs(), ())


@blueprint.post("/matches")
def matches() -> Response | str | tuple[str, int]:
    """Show the list for the answers, or the form again with what can't be read."""
    preferences, problems = _posted()
    if problems:
        return _form_page(_pairs(), problems), UNPROCESSABLE
    n = _count("n", FIRST_SHOWN, MOST_SHOWN)
    try:
        noted = contacted()
        result, ranking = list_shown(preferences, n)
        count_list(preferences, result, result.matches if n <= FIRST_SHOWN else result.matches[-SHOWN_MORE:])
        return _list_page(result, preferences, n, ranking, noted)
    except (NotReady, DirectoryEmpty, EncoderMissing) as error:
        return _wait_page(error, preferences)


@blueprint.post("/compare")
def compare() -> Response | str | tuple[str, int]:
    """Show up to four therapists side by side, each as they stand to the answers."""
    preferences, problems = _posted()
    if problems:
        return _form_page(_pairs(), problems), UNPROCESSABLE
    ticked = _ticked()
    try:
        found = [standing(preferences, identity) for identity in ticked[:MOST_COMPARED]]
    except (NotReady, DirectoryEmpty, EncoderMissing) as error:
        return _wait_page(error, preferences)
    shown = [one for one in found if one is not None]
    return render_template(
        "compare.html",
        matches=shown,
        rows=comparison(shown, page_locale()) if shown else {},
        most=MOST_COMPARED,
        left_out=len(ticked) > MOST_COMPARED,
        answers=_answers(),
        compared=[("compare", one) for one in ticked],
        n=_count("n", FIRST_SHOWN, MOST_SHOWN),
    )


def _ticked() -> list[str]:
    """Return the ids that were ticked to be compared, each once, in the order in which they stand on the list."""
    return list(dict.fromkeys(value for name, value in _pairs() if name == "compare"))[:MOST_SHOWN]


@blueprint.route("/therapists/<identity>", methods=["GET", "POST"])
def therapist(identity: str) -> Response | str:
    """Show one therapist; with the answers posted, also how they stand to them."""
    found = the_home().directory.get([identity]).get(identity)
    if found is None or not may_be_listed(found):
        abort(404)
    own, preferences = None, Preferences()
    if request.method == "POST":
        preferences, problems = _posted()
        try:
            own = None if problems else standing(preferences, identity)
        except (NotReady, DirectoryEmpty, EncoderMissing) as error:
            return _wait_page(error, preferences)
    locale = page_locale()
    return render_template(
        "therapist.html",
        therapist=found,
        card=card(own, preferences, locale, _owners()) if own else None,
        ways=list(ways(found, locale)),
        manner=manner(found, locale),
        told=list(told(found, locale)),
        topics=TOPICS,
        answers=_answers(),
        posted=request.method == "POST",
        n=_count("n", FIRST_SHOWN, MOST_SHOWN),
        rank=_count("rank", 1, MOST_SHOWN),
        open_now=still_open(found, today()),
        paragraphs=[(line, _foreign(line, found, locale)) for line in found.bio.splitlines() if line.strip()],
        claims=claim_rows(found, locale),
        kinds=REPORT_KINDS,
        linked_data=Markup(json_ld_text(found)) if _is_public(found) else "",  # noqa: S704 - it holds no "<"
        **profile_rows(found, locale),
    )


def _is_public(found: Therapist) -> bool:
    """Whether machines that read the web may have a profile: nobody invented, and no page that answers a client."""
    return request.method == "GET" and not found.fictional


def _foreign(line: str, found: Therapist, locale: str) -> str:
    """Return the language of a line where it is another than the page's, else ""."""
    language = language_of_text(line, found.languages)
    return language if language and language != locale else ""


@blueprint.get("/help-now")
def help_now() -> str:
    """Show whom to call, the country of the home first, or another that was chosen."""
    countries = lines_by_country()
    asked_for = request.args.get("country", "")
    order = [code for code in (asked_for, *countries) if code in countries]
    return render_template("help.html", countries={code: countries[code] for code in order})


def _pairs() -> list[tuple[str, str]]:
    return changed(loosened(cleaned(request.form.items(multi=True))))


def _posted() -> tuple[Preferences, tuple[Problem, ...]]:
    return read_preferences(document_of(_pairs()))


def _answers() -> list[tuple[str, str]]:
    """Return the answers as hidden fields for the next page."""
    return hidden(_pairs())


def _owners() -> dict[str, str]:
    """Return for two people whose wish each is, by field or dimension: mine or theirs."""
    marks = (value.partition(":") for name, value in _pairs() if name == WHOSE)
    return {field: owner for field, _, owner in marks if owner in OWNERS}


def _count(name: str, default: int, most: int) -> int:
    """Return a whole number that our own pages post, brought between 1 and `most`; a button's comes last."""
    given = request.form.getlist(name, type=int)
    return min(max(given[-1] if given else default, 1), most)


def _list_page(result: MatchList, preferences: Preferences, n: int, ranking: str, noted: dict[str, str]) -> str:
    locale = page_locale()
    return render_template(
        "list.html",
        result=result,
        groups=_grouped(result, preferences, locale),
        asked=asked(preferences, locale),
        owners=_owners() if for_two(preferences) else None,
        headings=tuple(MORE),
        openable=MAY_SAY_NOTHING,
        answers=[pair for pair in _answers() if pair[0] != WHOSE or not for_two(preferences)],
        ticked=_ticked(),
        ranking=ranking,
        noted=noted,
        test_is_on=not ranking and running() is not None,
        steps=list(steps(_pairs(), result.eligible, locale)),
        n=n,
        next_n=min(n + SHOWN_MORE, MOST_SHOWN),
        topics=TOPICS,
    )


def _grouped(result: MatchList, preferences: Preferences, locale: str) -> dict[str, list[object]]:
    groups: dict[str, list[object]] = {}
    for one in result.matches:
        groups.setdefault(one.group, []).append(card(one, preferences, locale, _owners()))
    return groups


def _wait_page(error: NotReady | DirectoryEmpty | EncoderMissing, preferences: Preferences) -> Response:
    """Say what is not there yet, keep the answers, and offer to try again."""
    messages = {DirectoryEmpty: Message("wait.empty"), EncoderMissing: Message("wait.words_never")}
    page = render_template(
        "wait.html",
        message=messages.get(type(error), error.message),
        answers=_answers(),
        words=preferences.words and not isinstance(error, DirectoryEmpty),
    )
    return make_response(page, UNAVAILABLE, {"Retry-After": RETRY_SECONDS})


def _form_page(pairs: Sequence[tuple[str, str]], problems: Sequence[Problem]) -> str:
    answers, offered, locale = kept(pairs), _offered(), page_locale()

    def drawn(question: Question) -> Control:
        return control(question, answers, offered, problems, locale)

    return render_template(
        "form.html",
        first={name: [drawn(question) for question in questions] for name, questions in FIRST.items()},
        more={heading: [drawn(question) for question in questions] for heading, questions in MORE.items()},
        opened=request.form.get("open", ""),
        wrong=summary(problems, locale),
        carried=unasked(answers),
        suggestions=suggestions(offered, locale),
        empty=the_home().latest_index() is None and the_home().directory.count() == 0,
    )


def _offered() -> Offered:
    index = the_home().latest_index()
    if index is None:
        return Offered()
    names = index.names
    where = sorted((code for code in names.jurisdictions if "-" in code), key=jurisdiction_name)
    return Offered(
        languages=tuple(sorted({tag.split("-")[0] for tag in names.tags})),
        jurisdictions=tuple(where),
        cities=dict(sorted(names.cities.items())),
        currencies=_currencies(index),
    )


def _currencies(index: Index) -> tuple[str, ...]:
    """Return the currencies of fees, the one that most therapists use first."""
    numbers = index.names.currencies
    often = np.bincount(index.arrays["fee_currency"], minlength=len(numbers))
    return tuple(sorted((code for code in numbers if code), key=lambda code: -int(often[numbers[code]])))
