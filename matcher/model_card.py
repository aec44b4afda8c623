"""A model card for people: lines for a terminal, and one page with the calibration plot and its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from matcher.charts import page, table
from matcher.messages import say
from models.card import Bin, Validation, calibration_error
from models.fit import DOORS, FitModel
from models.persistence import StoredModel

SIDE, MARGIN = 320, 40
"""Pixels of the plot, and of its edge."""


def card_lines(stored: StoredModel, locale: str) -> Iterator[str]:
    """Yield the card as lines."""
    card = stored.card
    yield say("model.name", locale, name=card.title, version=card.version, model=stored.hash)
    if not card.answers:
        yield say("model.untrained", locale)
    else:
        yield say(
            "model.learned_from",
            locale,
            answers=card.answers,
            clients=card.clients,
            therapists=card.therapists,
            first=card.data_window[0],
            last=card.data_window[1],
        )
    yield from _weights(stored.model, locale)
    yield from (_validation(one, locale) for one in card.validations)
    if card.calibration:
        yield say("model.calibration", locale, error=f"{calibration_error(card.calibration):.3f}")
    for one in card.slices:
        errors = f"{one.prior_error:.4f} / {one.learned_error:.4f}"
        yield say("model.slice", locale, name=one.name, value=one.value or "-", answers=one.answers, errors=errors)
    if card.exposure:
        before, after = (f"{one:.3f}" for one in card.exposure)
        yield say("model.exposure", locale, before=before, after=after)
    yield say("model.claims", locale)
    yield from (f"   {claim}" for claim in card.claims)


def _weights(model: FitModel, locale: str) -> Iterator[str]:
    """Yield each learned number beside its prior."""
    for door, multiplier in zip(DOORS, model.multipliers_, strict=True):
        yield say("model.multiplier", locale, door=say(f"door.{door}", locale), value=f"{multiplier:.3f}", prior="1")
    yield say("model.k", locale, value=f"{model.k_:.1f}", prior=f"{model.reported_k:g}")
    for name, multiplier in model.factor_multipliers_.items():
        yield say("model.multiplier", locale, door=name, value=f"{multiplier:.3f}", prior="1")


def _validation(one: Validation, locale: str) -> str:
    numbers = {"prior": f"{one.prior_error:.4f}", "learned": f"{one.learned_error:.4f}", "gain": f"{one.gain:+.4f}"}
    interval = {"low": f"{one.low:+.4f}", "high": f"{one.high:+.4f}"}
    verdict = say("model.better" if one.low > 0 else "model.worse" if one.high < 0 else "model.open", locale)
    return say(f"model.{one.name}", locale, answers=one.answers, verdict=verdict, **numbers, **interval)


def card_page(stored: StoredModel, locale: str) -> str:
    """Return the card as one HTML page that asks nobody for anything: no script, no style from elsewhere."""
    lines = "\n".join(f"<p>{escape(line.strip())}</p>" for line in card_lines(stored, locale))
    bins = stored.card.calibration
    return page(
        say("model.card_title", locale), lines + (_plot(bins, locale) + _table(bins, locale) if bins else ""), locale
    )


def _plot(bins: Sequence[Bin], locale: str) -> str:
    """Return the calibration plot: predicted beside observed means with their intervals, and where both are equal."""
    ends = [end for one in bins for end in (one.predicted, one.low, one.high)] or [0.0, 1.0]
    lowest, width = min(ends), max(max(ends) - min(ends), 1e-9)

    def at(value: float) -> float:
        return round(MARGIN + (value - lowest) / width * (SIDE - 2 * MARGIN), 1)

    marks = "".join(
        f'<path d="M{at(one.predicted)} {SIDE - at(one.low)}V{SIDE - at(one.high)}"/>'
        f'<circle cx="{at(one.predicted)}" cy="{SIDE - at(one.observed)}" r="4"/>'
        for one in bins
    )
    low, high = f"{lowest:.2f}", f"{lowest + width:.2f}"
    edge, end = MARGIN, SIDE - MARGIN
    label = escape(say("model.plot", locale))
    return (
        f'<svg viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" role="img" aria-label="{label}" fill="currentColor" '
        f'stroke="currentColor" font-size="11"><path d="M{edge} {end}L{end} {edge}" stroke-dasharray="4"/>'
        f'<path d="M{edge} {edge}V{end}H{end}" fill="none"/>{marks}'
        f'<g stroke="none"><text x="{edge}" y="{SIDE - 24}">{low}</text>'
        f'<text x="{end - 20}" y="{SIDE - 24}">{high}</text>'
        f'<text x="{SIDE // 2}" y="{SIDE - 8}" text-anchor="middle">{escape(say("model.predicted", locale))}</text>'
        f'<text x="{edge}" y="{edge - 12}">{escape(say("model.observed", locale))}</text></g></svg>\n'
    )


def _table(bins: Sequence[Bin], locale: str) -> str:
    heads = [say(f"model.{one}", locale) for one in ("predicted", "observed", "interval", "answers")]
    rows = (
        (f"{one.predicted:.3f}", f"{one.observed:.3f}", f"{one.low:.3f} – {one.high:.3f}", str(one.answers))
        for one in bins
    )
    return table(say("model.calibrated", locale), heads, rows)
