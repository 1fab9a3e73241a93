"""Access of a browser: the receipts of what it submitted, the cases and referrals that it opened, the cases of its account."""

import time
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from portal.accounts.models import User
from requests.models import Case, CaseLink, FamilyLink, Referral

LINKS = "case_links"
FAMILY_LINKS = "family_links"
REFERRALS = "referrals"
MAX_RECEIPTS = 20
# What the pages of a case tell of it.
RELATED = ("condition", "clinic", "package", "merged_into")


def remember_submission(request: HttpRequest, response: HttpResponse, case: Case) -> None:
    """Let this browser see the receipt of the request that it submitted, for 12 hours.

    A signed cookie, so that nobody who only submits a request needs a row of sessions.
    """
    others = [reference for reference in submitted(request) if reference != case.reference]
    _set_submitted(response, [*others, case.reference])


def _set_submitted(response: HttpResponse, references: list[str]) -> None:
    response.set_signed_cookie(
        settings.RECEIPT_COOKIE_NAME,
        " ".join(references[-MAX_RECEIPTS:]),
        max_age=settings.CASE_SESSION_LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def submitted(request: HttpRequest) -> list[str]:
    """Return the references of the requests that this browser submitted, the oldest first."""
    kept = request.get_signed_cookie(settings.RECEIPT_COOKIE_NAME, default="", max_age=settings.CASE_SESSION_LIFETIME)
    return (kept or "").split()


def remember_link(request: HttpRequest, link: CaseLink) -> None:
    """Let this browser see the case of a link for 12 hours."""
    _remember(request, LINKS, link.pk.hex)


def remember_family_link(request: HttpRequest, link: FamilyLink) -> None:
    """Let this browser see what is behind a family link for 12 hours, without its button."""
    _remember(request, FAMILY_LINKS, link.pk.hex)


def remember_referral(request: HttpRequest, referral: Referral) -> None:
    """Let this browser see what is behind the link of a referral for 12 hours, without another code."""
    _remember(request, REFERRALS, referral.pk.hex)


def _remember(request: HttpRequest, kind: str, key: str) -> None:
    request.session.cycle_key()  # against session fixation: a key that somebody planted before opens nothing
    until = int(time.time() + settings.CASE_SESSION_LIFETIME.total_seconds())
    request.session[kind] = {**request.session.get(kind, {}), key: until}


def has_opened(request: HttpRequest, link: FamilyLink) -> bool:
    """Whether this browser pressed the button of a family link within 12 hours."""
    return _has(request, FAMILY_LINKS, link.pk.hex)


def has_opened_referral(request: HttpRequest, referral: Referral) -> bool:
    """Whether this browser opened a referral with a code within 12 hours; not whether the referral still opens."""
    return _has(request, REFERRALS, referral.pk.hex)


def _has(request: HttpRequest, kind: str, key: str) -> bool:
    until: int = request.session.get(kind, {}).get(key, 0)
    return until > time.time()


def forget(request: HttpRequest, response: HttpResponse, case: Case) -> None:
    """End this browser's access to a case, and to the receipt of having submitted it."""
    opened = request.session.get(LINKS, {})
    of_case = {link.hex for link in case.links.filter(pk__in=list(opened)).values_list("pk", flat=True)}
    request.session[LINKS] = {key: until for key, until in opened.items() if key not in of_case}
    references = submitted(request)
    if case.reference in references:
        _set_submitted(response, [reference for reference in references if reference != case.reference])


def cases(request: HttpRequest, *, related: Iterable[str] = RELATED) -> list[Case]:
    """Return the cases of ``opened``, in the place of a merged one the case in which it goes on."""
    return list(dict.fromkeys(case.living for case in opened(request, related=related)))


def opened(request: HttpRequest, *, related: Iterable[str] = RELATED) -> list[Case]:
    """Return the cases that this browser opened within 12 hours or that are in the account of who is signed in, newest first.

    Each comes with what is ``related`` to it, by default what its pages tell.
    """
    links = request.session.get(LINKS, {})
    # The session may live longer than one of its cases: each was opened at its own time.
    live = [key for key, until in links.items() if until > time.time()]
    patient = patient_of(request)
    if not live and patient is None:
        return []
    # Asked anew for each page, so that a revoked link ends the sessions that it opened.
    mine = Q(pk__in=CaseLink.objects.filter(pk__in=live, revoked_at=None).values("case"))
    if patient is not None:
        mine |= Q(account=patient)
    cases = Case.objects.filter(mine)
    return list(cases.select_related(*related) if related else cases)


def patient_of(request: HttpRequest) -> User | None:
    """Return the patient who is signed in to an account; None for staff, who have no cases of their own."""
    user = request.user
    return user if isinstance(user, User) and not user.is_staff else None
