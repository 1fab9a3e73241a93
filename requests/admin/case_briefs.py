"""The brief of a case on its page at the desk: where it stands, and which clinics may see the case."""

from typing import Any

from requests.enums import BriefState
from requests.models import Case
from requests.selectors import briefs
from requests.workflow import BEFORE_ACCEPTANCE

TONES = {BriefState.SENT: "info", BriefState.DRAFT: "warning"}


def context(case: Case) -> dict[str, Any]:
    """Return the version that is being written, the approved one, and the clinics that the patient agreed to.

    Where a clinic has been chosen without one, there is nothing to show.
    """
    rows = list(briefs.versions(case))
    written = next((row for row in rows if row.case_id == case.pk and (row.is_draft or row.is_sent)), None)
    agreed = [consent.clinic for consent in briefs.agreed(case).values()]
    return {
        "shows_brief": bool(rows or agreed) or case.status in BEFORE_ACCEPTANCE,
        "brief": written,
        "brief_tone": TONES[BriefState(written.state)] if written else "",
        "brief_approved": next((row for row in rows if row.is_approved), None),
        "clinics_agreed": agreed,
    }
