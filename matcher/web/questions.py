"""The questions of the preference form, as data: what is asked, in which order, and how each is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.mirrored import pairs_of

# Terms that the form shows as boxes; all others are typed, with suggestions.
COMMON: Mapping[str, tuple[str, ...]] = {
    "concern": (
        "anxiety", "depression", "grief", "trauma", "relationship_problems", "stress", "self_esteem", "family_conflict",
        "loneliness", "sleep", "anger", "life_changes", "suicidal_thoughts", "self_harm",
    ),
    "modality": ("cbt", "psychodynamic", "humanistic", "emdr", "dbt", "act", "mindfulness_based", "systemic_family"),
    "population": (
        "trauma_survivors", "lgbtq", "transgender", "neurodivergent", "disability", "refugees", "veterans",
        "caregivers",
    ),
    "practice": tuple(pair.code for pair in pairs_of("practice")),
    "accessibility": (
        "wheelchair", "lift", "interpreter", "sign_language", "captions", "easy_language", "low_sensory",
        "public_transit",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One block of the form.

    Attributes:
        name: name of its fields, a path of the preferences; its texts stand under `ask.` and `why.` of this name.
        field: the vocabulary field its answers come from.
        shape: how it is drawn: boxes, typed, words, select, language, choice, scale, fee, near.
        common: terms shown as boxes; all of the field's when empty.
        may_require: whether the client may turn the wish into a must.
        may_soften: whether the client may turn the must into a wish; a licence where the client is stays one.
    """

    name: str
    field: str
    shape: str
    common: tuple[str, ...] = ()
    may_require: bool = False
    may_soften: bool = False

    @property
    def base(self) -> str:
        """The name as part of an id."""
        return self.name.replace(".", "-")


def _typed(name: str, *, may_require: bool = False, may_soften: bool = False) -> Question:
    field = name.partition(".")[2]
    common = COMMON.get(field, ()) if not name.startswith("avoid.") else ()
    return Question(name, field, "typed", common, may_require, may_soften)


FIRST: Mapping[str, tuple[Question, ...]] = {
    "language": (
        Question("must.language", "language", "language", may_soften=True),
        Question("language_also", "language_also", "boxes"),
    ),
    "where": (
        Question("must.jurisdiction", "jurisdiction", "select"),
        Question("must.session_format", "session_format", "boxes", may_soften=True),
    ),
    "whom": (Question("whom", "whom", "choice"),),
    "brings": (_typed("prefer.concern", may_require=True),),
    "pay": (Question("fee_max", "fee_max", "fee"),),
}
"""The five questions that are open from the start; some have two parts."""

MORE: Mapping[str, tuple[Question, ...]] = {
    "together": (
        *(Question(f"style.{pair.code}", pair.code, "scale") for pair in pairs_of("style")),
        *(Question(pair.field, pair.field, "boxes") for pair in pairs_of("qualities")),
        _typed("prefer.practice", may_require=True),
    ),
    "words": (Question("words", "words", "words"),),
    "culture": (
        _typed("prefer.cultural_background", may_require=True),
        _typed("prefer.faith", may_require=True),
        _typed("prefer.population", may_require=True),
    ),
    "before": (
        Question("helped", "helped", "boxes"),
        _typed("avoid.modality"),
        _typed("avoid.practice"),
    ),
    "therapy": (
        _typed("prefer.modality", may_require=True),
        Question("prefer.therapist_gender", "therapist_gender", "boxes", may_require=True),
        Question("prefer.profession", "profession", "boxes", may_require=True),
    ),
    "whom": (
        Question("must.age_group", "age_group", "boxes", may_soften=True),
        Question("must.participants", "participants", "boxes", may_soften=True),
    ),
    "practical": (
        Question("near", "near", "near"),
        Question("starts_within", "starts_within", "select"),
        Question("prefer.availability", "availability", "boxes", may_require=True),
        _typed("must.accessibility", may_soften=True),
        _typed("must.insurance", may_soften=True),
    ),
    "most": (
        Question("matters_most", "group", "boxes"),
        Question("include_not_stated", "field", "boxes"),
    ),
}
"""Further wishes, by the heading they stand under."""

QUESTIONS: tuple[Question, ...] = tuple(question for group in (*FIRST.values(), *MORE.values()) for question in group)

WHOM: Mapping[str, tuple[str, tuple[str, ...]] | None] = {
    "me": None,
    "child": ("age_group", ("young_child", "child", "adolescent")),
    "us": ("participants", ("couple",)),
    "other": None,
}
"""Who therapy is for, with the must that follows where nothing more exact is asked. Almost everybody sees one grown
person alone and few say so, so nothing follows from that."""

HELPED: tuple[tuple[str, str], ...] = (
    *(("practice", code) for code in COMMON["practice"]),
    *(("modality", code) for code in COMMON["modality"]),
)
"""What may have helped before, (field, code): it becomes a wish."""

MAY_SAY_NOTHING = (
    "session_format", "age_group", "participants", "fee_max", "near", "starts_within", "insurance", "accessibility",
)  # fmt: skip
"""Musts that the form offers to open for people who do not say."""

DAYS = ("7", "14", "30", "60")
RADII = ("5", "10", "25", "50", "100")
RADIUS = "25"
SIDES = ("-3", "-2", "-1", "0", "1", "2", "3")
"""Sides that a therapist chooses from, the same as a client."""
PLAIN_SIDES = ("-2", "0", "2")
EXACT_SIDES = ("-3", "-1", "1", "3")
"""Sides that a client chooses from: three, and those behind "more exact"."""
CURRENCIES = ("USD", "EUR", "GBP")
