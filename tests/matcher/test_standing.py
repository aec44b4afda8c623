"""One therapist's page says the same as the list does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given, settings

from matcher.pipeline import match, standing
from profiles.schema import Therapist
from tests.support import DAY, preferences_documents, read_document, service_of, therapists


@settings(max_examples=25)
@given(people=therapists(), document=preferences_documents())
def test_the_page_of_one_therapist_says_what_the_list_says(
    people: Sequence[Therapist], document: Mapping[str, Any]
) -> None:
    """Whoever is listed stands to the preferences exactly as in the list; whoever is not has no standing."""
    preferences = read_document(document)
    with service_of(people) as service:
        listed = {one.therapist.id: one for one in match(preferences, service, len(people), DAY).matches}
        for person in people:
            own, expected = standing(preferences, service, person.id, DAY), listed.get(person.id)
            assert (own is None) == (expected is None)
            if own and expected:
                assert (own.fit_score, own.contributions) == (expected.fit_score, expected.contributions)
                assert own.musts == expected.musts
        assert standing(preferences, service, "nobody", DAY) is None
