"""Match lists as JSON documents, the same for the command line and the API."""

from __future__ import annotations

from typing import Any

from matcher.messages import problem_words, words
from matcher.records import Match, MatchList
from models.factors import Contribution
from profiles.problems import Problem


def list_document(result: MatchList, locale: str) -> dict[str, Any]:
    """Return a match list as `interface` describes it."""
    return {
        "variant": result.variant,
        "model": result.model,
        "as_of": result.as_of.isoformat(),
        "directory": result.directory,
        "eligible": result.eligible,
        "relationship_part": round(result.relationship_part, 9),
        "relaxations": [{"drop": one.drop, "gains": one.gains, "offered": one.offered} for one in result.relaxations],
        "not_stated": [{"field": one.field, "count": one.count} for one in result.not_stated],
        **({"order": result.order} if result.order else {}),
        "words_read_as": [{"field": "concern", "term": code} for code in result.words_read_as],
        "matches": [_match(match, locale) for match in result.matches],
    }


def _match(match: Match, locale: str) -> dict[str, Any]:
    return {
        "rank": match.rank,
        "id": match.therapist.id,
        "name": match.therapist.name,
        "fictional": match.therapist.fictional,
        "group": match.group,
        "band": match.band,
        "fit_score": match.fit_score,
        "contributions": [_contribution(one, locale) for one in match.contributions],
        "musts": [
            {
                "field": one.field,
                "state": one.state,
                "tier": one.tier,
                "because": words(one.because, locale),
                "as_of": one.as_of,
            }
            for one in match.musts
        ],
        "contact": {
            name: {
                "value": list(fact.value) if isinstance(fact.value, tuple) else fact.value,
                "source": fact.source,
                "as_of": fact.as_of.isoformat(),
            }
            for name, fact in match.therapist.contact()
        },
        "questions": [words(question, locale) for question in match.questions],
        **({"variant": match.variant} if match.variant else {}),
    }


def _contribution(one: Contribution, locale: str) -> dict[str, Any]:
    return {
        "factor": one.factor,
        "group": one.group,
        "kind": one.kind,
        "door": one.door,
        "weight": one.weight,
        "value": one.value,
        "contribution": one.contribution,
        "state": one.state,
        "tier": one.tier,
        "because": words(one.because, locale),
        "quote": one.quote,
        "quote_lang": one.quote_lang,
        "as_of": one.as_of,
    }


def problem_document(found: Problem, locale: str) -> dict[str, Any]:
    """Return a problem as `interface` describes it."""
    message, remedy = problem_words(found, locale)
    return {
        "file": found.file or None,
        "row": found.row,
        "column": found.column,
        "code": found.code,
        "level": found.level,
        "value": found.value,
        "message": message,
        "remedy": remedy,
    }
