"""Reads of erasings and legal holds."""

from requests.enums import ErasureState
from requests.models import Case, Erasure, LegalHold
from requests.models.erasures import STANDING


def standing(case: Case) -> Erasure | None:
    """Return the erasing that is asked for, of a case or of the one in which it goes on; None when none is."""
    return Erasure.objects.filter(case=case.living, state=ErasureState.ASKED).first()


def begun(case: Case) -> Erasure | None:
    """Return the erasing that is asked for, or that waits for its code."""
    return Erasure.objects.filter(case=case.living, state__in=STANDING).first()


def done(case: Case) -> Erasure | None:
    """Return the record that a case was erased."""
    return Erasure.objects.filter(reference=case.reference, state=ErasureState.DONE).order_by("erased_at").first()


def hold_of(case: Case) -> LegalHold | None:
    """Return the legal hold that lasts longest on a case or on any part of it; None when nothing holds it."""
    holds = LegalHold.objects.standing().filter(case__in=case.living.whole())
    hold: LegalHold | None = holds.select_related("case", "by").order_by("-until").first()
    return hold
