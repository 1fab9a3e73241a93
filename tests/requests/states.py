"""Cases that stand in a given state, for tests of what happens there."""

from typing import Any

from django.utils import timezone

from requests.enums import Outcome
from requests.models import Case, EndReason
from requests.workflow import OPEN
from tests.factories import submit

# Nobody waits for us.
ANSWERED: dict[str, Any] = {"waiting_since": None, "answer_by": None}


def fresh() -> Case:
    """Return a case of a person of its own; many cases of one address would be held."""
    return submit(email=f"p{Case.objects.count()}@example.org")


def reason_of(ending: str) -> EndReason:
    """Return the first reason that can be selected for an ending."""
    return EndReason.objects.filter(ending=ending)[0]


def case_in(status: str, **fields: Any) -> Case:
    """Return a case that stands in a state, whole as the database wants it."""
    case = fresh()
    if status == "closed":
        fields.setdefault("outcome", Outcome.HOME)
    if status == "duplicate":
        fields.setdefault("merged_into", fresh())
    if status not in OPEN:
        fields.setdefault("closed_at", timezone.now())
    Case.objects.filter(pk=case.pk).update(status=status, **fields)
    case.refresh_from_db()
    return case
