"""A profile's text as passages: the sentences in which a therapist says something about how they work."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice

MOST_PASSAGES = 60
SHORTEST = 25
LONGEST = 400

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”’»)])\s+|(?<=[。！？؟])\s*|\n+")

# "I do not work with couples" is no mention of couples. A passage that says what is not offered speaks for no term.
# One pattern a language: a negation, then (within a few words) a verb of offering or seeing.
NEGATIONS: tuple[str, ...] = (
    (
        r"\b(?:do(?:es)? not|don['’]t|doesn['’]t|cannot|can['’]t|can not|unable to|no longer|not (?:able|trained|"
        r"qualified|licensed|currently|the right)|never|rarely|am not|['’]m not|won['’]t|will not)\b"
        r"(?:\W+\w+){0,4}?\W+(?:work|see|treat|offer|take|accept|provide|speciali[sz]e|use|practi[cs]e|assign|set|give|"
        r"hand|do|run|teach|prescribe|someone|therapist|ask|push|email|text|reply|person)\w*"
    ),
    r"\bno\s+(?:homework|couples|children|worksheets|exposure|assignments|medication|weekend|evening)\w*",
    r"\bno\s+(?:\w+\s+){0,2}?(?:trabaj|atiend|ofre|acept|mand|pong|dej|hag|uso|utiliz|recet|doy)\w*",
    (
        r"\b(?:biete|arbeite|behandle|nehme|gebe|setze|sehe|nutze|verwende|mache|begleite|stelle)\b"
        r"(?:\W+\w+){0,6}?\W+(?:nicht|keine?n?|nie)\b"
    ),
    (
        r"\b(?:ne|n['’])\s*(?:\w+\s+)?(?:travaill|propos|reçoi|accept|donn|utilis|pratiqu|prescri|sui|pren|fai)\w*"
        r"\s+(?:pas|plus|jamais)\b(?!\s+(?:que|qu['’]))"
    ),
    r"\bnão\s+(?:\w+\s+){0,2}?(?:trabalh|atend|ofere|aceit|pass|us|fa[çz]|receit|mand)\w*",
    r"(?:لا|لم|لست)\s+(?:أعمل|أقدم|أقدّم|أستقبل|أستخدم|أعالج|أعطي|أكلف|أكلّف|أصف)",
)
_NEGATED = re.compile("|".join(f"(?:{pattern})" for pattern in NEGATIONS), re.IGNORECASE)

# Praise of oneself is no mention of anything: therapists predict their own strengths no better than chance in 11 of 12
# domains (2023, 50 therapists). By language: superlatives, right before what is praised; words of praise, a few words
# before or behind it; what is praised.
_PRAISE = (
    (
        "most best finest leading",
        """unmatched unrivall?ed unparalleled exceptional(?:ly)? extraordinar(?:y|ily) outstanding(?:ly)? renowned
        remarkabl[ey] incredibl[ey] amazing(?:ly)? gifted""",
        r"""therapists? counsell?ors? listeners? listening empath\w+ compassion\w* warm\w* intuiti\w+ caring
        sensitiv\w+ genuine\w* trust(?:ed|worthy) understanding""",
    ),
    (
        "más mejor mejores",
        """inigualables? excepcional(?:es|mente)? extraordinari[oa]s? extraordinariamente increíble(?:mente)?
        sobresalientes?""",
        r"""terapeutas? psicólog[oa]s? empátic[oa]s? empatía escucha compasiv[oa]s? cálid[oa]s? calidez sensib\w+
        intuitiv[oa]s?""",
    ),
    (
        "beste[rnms]?",
        r"""einfühlsamste[rnms]? außergewöhnlich\w* außerordentlich\w* einzigartig\w* unübertroffen\w*
        herausragend\w* unvergleichlich\w*""",
        r"""therapeut(?:in)? psycholog(?:e|in) zuhörer(?:in)? empath\w+ einfühl\w+ mitgefühl wärme warmherzig\w*
        intuitiv\w*""",
    ),
    (
        "plus meilleure?s?",
        "exceptionnel(?:le)?s? exceptionnellement extraordinaires? incomparables? remarquables?",
        r"thérapeutes? psychologues? empathi\w+ écoute compassion bienveillan\w+ chaleureu\w+ intuiti\w+",
    ),
    (
        "mais melhor(?:es)?",
        "excepcional(?:mente)? extraordinári[oa]s? incomparáve(?:l|is)",
        r"terapeutas? psicólog[oa]s? empátic[oa]s? empatia escuta compaixão acolhedor(?:a|es)?",
    ),
)


def _praises(superlatives: str, praise: str, praised: str) -> str:
    most, great, what = (f"(?:{'|'.join(words.split())})" for words in (superlatives, praise, praised))
    return (
        rf"\b{most}\W+{what}\b|\b{what}\W+{most}\W+{what}\b"
        rf"|\b{great}\b(?:\W+\w+){{0,3}}?\W+{what}\b|\b{what}\b(?:\W+\w+){{0,6}}?\W+{great}\b"
    )


_BOASTING = re.compile("|".join(_praises(*row) for row in _PRAISE), re.IGNORECASE)
# Without a word boundary, on lower-case text: a tenth of the time that the patterns above take.
_MAY_PRAISE = re.compile("|".join(word for most, great, _ in _PRAISE for word in (*most.split(), *great.split())))
_OF_ONESELF = re.compile(
    r"\b(?:i|i['’]m|my|me|soy|mi|mis|me|ich|mein\w*|mir|je|mon|ma|mes|sou|meu|minha)\b", re.IGNORECASE
)


# Small words that tell English from other languages in Latin letters, first person and apostrophes included.
_SMALL_ENGLISH = (
    "i the and to of my is it that you have was with not be are this but all at when what can t m s they he she we who "
    "his her him had from feel out up or if every day just them there been how your will by about after am has more "
    "for any people work help clients therapy"
)
_SMALL_OTHERS = (
    "de la que el en y los las se del un por una es al lo como su mi te ya pero muy sin nada todo yo cuando desde ni "
    "hijo estoy tengo siento puedo hace nos le mis ha he mí "
    "der die das und ich nicht ein eine mit auf zu ist den von mir mich sich bin habe wenn dem auch als wir sie für im "
    "bei nur meine mein immer "
    "les des et est je ne pas du au ce qui mon ma dans pour sur avec plus suis il elle tout j n d l c qu moi "
    "o os da em um uma não com meu minha eu mais na às à foi sinto estou sem quando acho depois consigo "
    "di che è non sono per ho gli della più si mio mia quando sempre poi "
    "het een van ik niet dat op mijn zijn maar ze nie się jest na w z mnie bir ve bu için ben değil çok"
)
_ENGLISH, _OTHERS = frozenset(_SMALL_ENGLISH.split()), frozenset(_SMALL_OTHERS.split())
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_OTHER_LETTER = re.compile(r"[^\W\d_A-Za-zÀ-ɏ]")


def is_english(text: str) -> bool:
    """Whether a text is best read as English; one that gives no sign either way is.

    >>> [is_english(text) for text in ("I lie awake until four.", "Duermo muy mal.", "睡不着觉", "EMDR, CBT")]
    [True, False, False, True]
    """
    if len(_OTHER_LETTER.findall(text)) > len(_LATIN.findall(text)):
        return False
    words = re.findall(r"[^\W\d_]+", text.casefold())
    english = sum(word in _ENGLISH for word in words)
    others = sum(word in _OTHERS or not word.isascii() for word in words)
    return english > others or (english == others and text.isascii())


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text` as they stand in it, fragments joined to a neighbour, long ones cut at a space.

    >>> sentences("Yes. Then, if you like, we plan the next week together. I listen first, always and at length.")
    ('Yes. Then, if you like, we plan the next week together.', 'I listen first, always and at length.')
    """
    return tuple(_joined(text, _pieces(text)))


def first_sentence(text: str) -> str:
    """Return the first of `sentences`, "" where there is none, without reading on.

    >>> first_sentence("I listen first, always and at length. Then, if you like, we plan the next week together.")
    'I listen first, always and at length.'
    """
    return next(_joined(text, _pieces(text)), "")


def _joined(text: str, pieces: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield neighbouring pieces as sentences: a fragment goes with the next one, the last with the one before."""
    before, current = (0, 0), (0, 0)
    for start, end in pieces:
        if current[1] - current[0] >= SHORTEST:
            yield from _cut(text[slice(*before)])
            before, current = current, (start, end)
        else:
            current = (current[0] if current[1] else start, end)
    if before[1] and current[1] - current[0] < SHORTEST:
        before, current = (before[0], current[1]), (0, 0)
    yield from _cut(text[slice(*before)])
    yield from _cut(text[slice(*current)])


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each piece between two sentence ends starts and stops, without the blanks around it."""
    start = 0
    for stop, resume in chain((end.span() for end in _SENTENCE_END.finditer(text)), [(len(text), len(text))]):
        piece = text[start:stop]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = resume


def _cut(piece: str) -> Iterator[str]:
    while len(piece) > LONGEST:
        end = piece.rfind(" ", SHORTEST, LONGEST)
        end = end if end > 0 else LONGEST
        yield piece[:end].strip()
        piece = piece[end:].strip()
    if piece:
        yield piece


def negated(sentence: str) -> bool:
    """Whether a sentence says what a therapist does not offer.

    >>> negated("I do not work with couples."), negated("I work with couples.")
    (True, False)
    """
    return _NEGATED.search(sentence) is not None


def boasting(sentence: str) -> bool:
    """Whether a sentence praises the one who writes it, rather than saying what they do.

    >>> boasting("I am the most empathic therapist you will meet."), boasting("What matters most to me is listening.")
    (True, False)
    """
    return _OF_ONESELF.search(sentence) is not None and _BOASTING.search(sentence) is not None


def passages(text: str) -> tuple[str, ...]:
    """Return the passages that may speak for a term: no negated offers and no self-praise, at most `MOST_PASSAGES`.

    >>> passages("I don't see couples. I listen first, and slowly. My empathy is unmatched.")
    ('I listen first, and slowly.',)
    """
    may_boast = _MAY_PRAISE.search(text.lower()) is not None

    def speaks_for_nothing(piece: tuple[int, int]) -> bool:
        sentence = text[slice(*piece)]
        return negated(sentence) or (may_boast and boasting(sentence))

    runs = groupby(_pieces(text), speaks_for_nothing)
    said = (line for idle, pieces in runs if not idle for line in _joined(text, pieces))
    return tuple(islice(said, MOST_PASSAGES))


def text_hash(text: str) -> bytes:
    """Return the 16 bytes by which a text is known to the index."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
