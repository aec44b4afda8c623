"""Plain pages about therapy: the same for everybody, with nothing asked and nothing kept."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template

blueprint = Blueprint("about", __name__, url_prefix="/about-therapy")


@dataclass(frozen=True, slots=True)
class Topic:
    """One page.

    Attributes:
        address: its part of the address.
        key: its texts stand under `about.` of this name.
        parts: its paragraphs, each with a title and a text of this name.
        asks: how many questions for a therapist it ends with.
        sections: parts of the source article that it stands for, as docs/article.md names them.
    """

    address: str
    key: str
    parts: tuple[str, ...]
    asks: int
    sections: tuple[str, ...]

    @property
    def title(self) -> str:
        """Key of its title."""
        return f"about.{self.key}.title"


TOPICS: tuple[Topic, ...] = (
    Topic(
        "strong-feelings",
        "feelings",
        ("why", "warm", "hard", "theirs"),
        2,
        ("Transference and Countertransference", "Challenges in the Therapeutic Relationship"),
    ),
    Topic(
        "privacy-with-others",
        "privacy",
        ("group", "couple", "ties", "young"),
        2,
        ("Group and Family Dynamics",),
    ),
    Topic(
        "when-secrecy-ends",
        "secrecy",
        ("rule", "limits", "danger", "breach", "notes"),
        3,
        ("Ethical Considerations", "Crisis and the Therapeutic Relationship"),
    ),
    Topic(
        "boundaries",
        "boundaries",
        ("roles", "touch", "time", "self", "yours", "crossed"),
        2,
        ("Boundaries in the Therapeutic Relationship", "Self-Advocacy in the Relationship"),
    ),
    Topic(
        "when-a-therapist-leaves",
        "leaving",
        ("planned", "sudden", "next", "you", "after"),
        3,
        ("Ending the Therapeutic Relationship",),
    ),
    Topic(
        "when-it-is-not-working",
        "unwell",
        ("signs", "raise", "other", "change", "end"),
        2,
        ("When the Relationship Isn't Working", "Self-Advocacy in the Relationship"),
    ),
)
"""The pages, in the order in which they are linked."""


@blueprint.get("")
def topics() -> str:
    """List the pages."""
    return render_template("about.html", topics=TOPICS)


@blueprint.get("/<address>")
def topic(address: str) -> str:
    """Show one page."""
    found = next((one for one in TOPICS if one.address == address), None)
    if found is None:
        abort(404)
    return render_template("about_topic.html", topic=found, others=[one for one in TOPICS if one is not found])
