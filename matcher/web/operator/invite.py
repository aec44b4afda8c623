"""Links by which therapists answer for themselves, as a table for the operator's own mailing."""

from __future__ import annotations

from flask import make_response, request

from matcher.invitations import has_answered, invitation_table, invitations
from matcher.web.asking import the_home, today
from matcher.web.operator.access import Answer

UNANSWERED = "unanswered"


def invite() -> Answer:
    """Give the links of everybody, of those who never answered, or of one; nothing is sent."""
    home, asked = the_home(), request.form.get("id", "")
    people = home.directory.get([asked]).values() if asked else home.directory.scan()
    whom = [one for one in people if not (request.form.get("whom") == UNANSWERED and has_answered(one))]
    settings = home.settings
    written = invitations(
        whom, address=settings.address, secret=home.secret, as_of=today(), days=settings.invitation_days
    )
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": "attachment; filename=invitations.csv"}
    return make_response(invitation_table(written), 200, headers)
