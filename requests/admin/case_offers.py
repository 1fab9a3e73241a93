"""The offers of clinics on the page of a case at the desk: who answered, what the patient sees, what she chose."""

from typing import Any

from requests.models import Case
from requests.selectors import offers
from requests.workflow import BEFORE_ACCEPTANCE, OPEN, S

# From the state on in which clinics are asked.
ASKED = OPEN[OPEN.index(S.DOCUMENTS_COMPLETE) :]


def context(case: Case) -> dict[str, Any]:
    """Return the standing offers; where no clinic is asked yet, there is nothing to show."""
    rows = offers.standing(case)
    return {"offers": rows, "shows_offers": bool(rows) or (case.status in ASKED and case.status in BEFORE_ACCEPTANCE)}
