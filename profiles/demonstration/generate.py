"""The demonstration directory: fictional therapists, the same for the same seed, size and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from profiles.demonstration.coverage import ENOUGH, cover
from profiles.demonstration.draft import Dice, Draft
from profiles.demonstration.drafting import Drawing
from profiles.demonstration.sentences import Sentences
from profiles.demonstration.tables import TEXT_LANGUAGES
from profiles.demonstration.writing import Writer
from profiles.schema import FIELDS, IDENTITY_FIELDS, Editor, Fact, Therapist

CONSENT = "fictional person"
SOURCE = "demonstration"
OLD = 0.18
"""Share of people outside the cast whose openings nobody has confirmed for a quarter of a year or longer."""

OWN_ANSWERS = ("style", "qualities", "quality_sentences", "practice", "crisis_between_sessions", "accepting")
"""What the questionnaire for therapists asks; the rest comes with the file."""


def generate(size: int = 400, seed: int = 0, as_of: date = date(2026, 11, 1)) -> Iterator[Therapist]:
    """Yield `size` fictional therapists.

    Args:
        size: how many; from 400 on every term of the vocabulary is held by someone.
        seed: another seed, other people.
        as_of: the day the directory is for; every date in it is relative to this one.
    """
    rng = Random(seed)
    dice = Dice(rng)
    drawing = Drawing(dice, seed, as_of)
    drafts = [drawing.draft(number) for number in range(1, size + 1)]
    if size >= ENOUGH:
        cover(drafts)
    writer, sentences = Writer(rng, as_of), Sentences(seed)
    for draft in drafts:
        drawing.finish(draft)
        _write(draft, writer, rng)
        sentences.add(draft)
        yield _therapist(draft, dice, as_of)


def _write(draft: Draft, writer: Writer, rng: Random) -> None:
    if draft.shape == "blank" or (draft.shape == "sparse" and rng.random() < 0.55):
        return
    length = rng.choices(range(3, 10), [3, 5, 6, 5, 3, 2, 1])[0] if draft.full else rng.randint(1, 2)
    text = writer.text(draft.values, _text_languages(draft, rng), length, _dear(draft))
    if text:
        draft.values["bio"] = text


def _dear(draft: Draft) -> frozenset[str]:
    """Return the tags that somebody of the cast is looked for by, which their text had better speak of."""
    wanted = [tag for tag in draft.wish("facts") if not tag.startswith("session_format:")]
    return frozenset((*wanted, *(f"language:{tongue}" for tongue in draft.tongues if draft.part)))


def _text_languages(draft: Draft, rng: Random) -> tuple[str, ...]:
    """Return the languages to write in, of those worked in at a professional level: one, or two for some."""
    written = [code for code in dict.fromkeys(draft.fluent_tongues) if code in TEXT_LANGUAGES]
    if len(written) < 2 or rng.random() < 0.2:
        return tuple(written[:1])
    first, second = written[:2]
    if draft.part is not None:
        return first, second
    return rng.choice([(first, second), (second, first), (second,)])


def _therapist(draft: Draft, dice: Dice, as_of: date) -> Therapist:
    old = draft.part is None and dice.even("old") < OLD
    filed = as_of - (dice.days(95, 500) if old else dice.days(5, 60))
    answered = as_of - dice.days(1, 200)
    confirmed = as_of - (dice.days(95, 420) if old else dice.days(0, 58))
    own = set(OWN_ANSWERS if dice.chance(0.8) else ())
    facts = {}
    for name in (name for name in FIELDS if name in draft.values):
        editor: Editor = "therapist" if name in own else "file"
        day = confirmed if name == "accepting" else answered if name in own else filed
        facts[name] = Fact(draft.values[name], SOURCE, day, editor, day)
    if any(name in facts for name in IDENTITY_FIELDS):
        facts["identity_consent"] = Fact(True, CONSENT, filed, "file", filed)
    return Therapist(draft.id, facts, fictional=True)
