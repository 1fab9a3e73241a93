"""Reads of a patient's own cases: always through the browser that opened them, or the account that they are in."""

import json
from datetime import datetime

from django.http import Http404, HttpRequest

from requests import visitors
from requests.models import Case, Estimate


class NotOpened(Exception):
    """The case is not open to this browser, or there is no such case: nobody learns which."""


def own_case(request: HttpRequest, reference: str) -> Case:
    """Return a case that this browser opened with its link or that is in the patient's account; raises ``NotOpened`` for anybody else."""
    for case in visitors.cases(request):
        if case.reference == reference:
            return case
    raise NotOpened


def own_estimate(request: HttpRequest, reference: str, version: int) -> Estimate:
    """Return the newest estimate of a version of one's own case; raises ``NotOpened`` or ``Http404``."""
    case = own_case(request, reference)
    estimate = case.estimates.filter(version=version).prefetch_related("lines").first()
    if estimate is None:
        raise Http404
    return estimate


def words(case: Case) -> list[tuple[datetime, str]]:
    """Return what the patient asked in their own words, each with the moment that it was sent."""
    rows = case.submissions.select_related("case").order_by("created_at")
    texts = [(row.created_at, json.loads(row.content).get("message", "")) for row in rows]
    return [(at, text) for at, text in texts if text]
