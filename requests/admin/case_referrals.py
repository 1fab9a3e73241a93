"""Clinics of a case on its page at the desk: one line for each that was asked, and what to do next."""

from typing import Any

from clinics.models import Clinic
from requests.enums import ReferralState
from requests.models import Case, Referral
from requests.selectors import referrals

S = ReferralState
# The clinic owes an answer; a link that expired meanwhile is renewed, or the clinic is called.
UNANSWERED = (S.SENT, S.OPENED, S.EXPIRED)
TONES = {S.ASKED: "warning", S.ANSWERED: "ok", S.OPENED: "info", S.DECLINED: "", S.CONSENT_WITHDRAWN: "danger"}


def shown(referral: Referral) -> dict[str, Any]:
    """Return a referral with where it stands, in words and colour, and the last words of its thread."""
    state = referrals.state(referral)
    messages = list(referral.messages.all())
    return {
        "referral": referral,
        "state": state.label,
        "tone": TONES.get(state, ""),
        "is_live": referrals.is_live(referral),
        "thread": messages,
        "last": messages[-1] if messages else None,
    }


def context(case: Case, rows: list[Referral], agreed: list[Clinic]) -> dict[str, Any]:
    """Return the referrals of a case, those that are over last, which clinics owe an answer, and whether another of the agreed ones can be asked."""
    lines = [shown(row) for row in rows]
    asked = {row.clinic_id for row in rows if not _is_over(row)}
    return {
        "referrals": sorted(lines, key=lambda line: _is_over(line["referral"])),
        "unanswered": [row.clinic for row in rows if referrals.state(row) in UNANSWERED],
        "can_refer": referrals.goes_on(case) and any(clinic.pk not in asked for clinic in agreed),
    }


def _is_over(referral: Referral) -> bool:
    """Whether the clinic could be sent the brief anew."""
    return referral.revoked_at is not None or referral.consent.withdrawn_at is not None
