"""The journey of one's own case, as a page, a PDF and a calendar file, and the card for the way."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from requests import calendar_files
from requests.enums import AccessKind, ActorKind, PrintedKind
from requests.models import Case
from requests.selectors.cases import own_case
from requests.selectors.journey import journey
from requests.services import audit, trip_papers, trips
from requests.views import printed
from requests.views.cases import case_page, not_a_request, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """What holds for the journey and the plan of its days; a button says that the changes are read."""
    case = own_case(request, reference)
    if (response := _without_trip(request, case)) is not None:
        return response
    if request.method == "POST":
        until = _moment(request.POST.get("until", ""))
        if until is not None:
            trips.note_seen(case=case, until=until)
            messages.success(request, _("Thank you. What changes from now on is marked again."))
        return redirect("requests:journey", reference)
    shown = journey(case, get_language() or settings.LANGUAGE_CODE)
    return case_page(request, "journey.html", case, heading=_("Your journey"), journey=shown)


@login_not_required
@never_cache
@require_safe
@way_in
def pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The journey as a PDF."""
    case = own_case(request, reference)
    if (response := _without_trip(request, case)) is not None:
        return response
    name, heading = f"{trip_papers.JOURNEY_NAME}-{reference}.pdf", _("Your journey as a PDF")
    return printed.show(request, case, PrintedKind.JOURNEY, name=name, heading=heading)


@login_not_required
@never_cache
@require_safe
@way_in
def card(request: HttpRequest, reference: str) -> HttpResponse:
    """The card for border, taxi and reception as a PDF."""
    case = own_case(request, reference)
    if (response := _without_trip(request, case)) is not None:
        return response
    name, heading = f"{trip_papers.CARD_NAME}-{reference}.pdf", _("Your card for the way")
    return printed.show(request, case, PrintedKind.CARD, name=name, heading=heading)


@login_not_required
@never_cache
@require_safe
@way_in
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The plan, the tasks and the calls as a file for one's own calendar."""
    case = own_case(request, reference)
    if (response := _without_trip(request, case)) is not None:
        return response
    audit.record_access(case, AccessKind.CASE, by=ActorKind.PATIENT)
    headers = {"Content-Disposition": 'attachment; filename="journey.ics"'}
    return HttpResponse(calendar_files.of_trip(case), content_type="text/calendar; charset=utf-8", headers=headers)


def _without_trip(request: HttpRequest, case: Case) -> HttpResponse | None:
    """Return the answer of a case in which nobody travels: one that is no request, or whose patient died."""
    if case.is_spam:
        return not_a_request(request, case)
    return redirect(case) if case.has_died else None


def _moment(text: str) -> datetime | None:
    """Return an aware moment that a page of ours wrote; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
