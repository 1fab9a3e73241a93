"""Reads of a patient's own cases: always through the browser that opened them, or the account that they are in."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.http import Http404, HttpRequest

from requests import visitors
from requests.enums import Status
from requests.models import Case, Estimate, Message, Submission
from requests.selectors.consents import check_standing

# What can be sent to a case whatever was taken back: it is about her rights, her ways in, or a word to us.
ALWAYS_SENT = (
    "privacy",
    "erase",
    "withdraw_consent",
    "give_consents_again",
    "stop_follow_up",
    "brief_clinic",
    "messages",
    "case_close",
    "family_links",
    "family_link",
    "decline_estimate",
)

# Tasks that hold something against us.
RIGHTS = ("complaint", "refund")


class NotOpened(Exception):
    """The case is not open to this browser, or there is no such case: nobody learns which."""


class GoesOnElsewhere(Exception):
    """The case was merged into another one, ``living``, which is open to this browser."""

    def __init__(self, merged: Case) -> None:
        super().__init__()
        self.merged, self.living = merged, merged.living


def own_case(request: HttpRequest, reference: str, *, related: Iterable[str] = visitors.RELATED) -> Case:
    """Return a case that this browser opened with its link or that is in the patient's account, with what is related to it.

    Raises ``NotOpened`` for anybody else, ``GoesOnElsewhere`` for a merged one, whichever of the two was opened, and
    ``ConsentWithdrawn`` where something is sent that a consent taken back does not allow.
    """
    cases = visitors.cases(request, related=related)
    for case in cases:
        if case.reference == reference:
            _check_may_send(request, case)
            return case
    merged = Case.objects.filter(reference=reference, status=Status.DUPLICATE).select_related("merged_into").first()
    if merged is not None and merged.living in cases:
        raise GoesOnElsewhere(merged)
    raise NotOpened


def _check_may_send(request: HttpRequest, case: Case) -> None:
    """Raise ``ConsentWithdrawn`` for anything that is sent to a case in which nothing new is taken; all can be read."""
    match = request.resolver_match
    if request.method != "POST" or match is None or match.url_name in ALWAYS_SENT:
        return
    if match.kwargs.get("kind") not in RIGHTS:
        check_standing(case)


def own_estimate(request: HttpRequest, reference: str, version: int) -> Estimate:
    """Return the newest estimate of a version of one's own case; raises ``NotOpened`` or ``Http404``."""
    try:
        case = own_case(request, reference)
    except GoesOnElsewhere as moved:
        case = moved.merged  # estimates stay with the reference that they are printed with
    estimate = case.estimates.filter(version=version).prefetch_related("lines").first()
    if estimate is None:
        raise Http404
    return estimate


def thread(case: Case, *, with_unsent: bool = False) -> list[Message]:
    """Return the messages of a case and of those merged into it, oldest first; the desk sees its unsent ones too."""
    messages = Message.objects.all() if with_unsent else Message.objects.shown()
    return list(
        messages.filter(case__in=case.whole()).select_related("case", "author", "estimate__case").order_by("created_at")
    )


def words(case: Case) -> list[tuple[datetime, str]]:
    """Return what the patient asked in their own words, each with the moment that it was sent."""
    rows = Submission.objects.filter(case__in=case.whole()).select_related("case").order_by("created_at")
    texts = [(row.created_at, json.loads(row.content).get("message", "")) for row in rows]
    return [(at, text) for at, text in texts if text]
