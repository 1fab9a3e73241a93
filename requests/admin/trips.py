"""Dates and plan of the trip of a case at the desk."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.core.localisation import desk_formats, formats
from requests.admin.case_page import get_case, render_page
from requests.enums import AccessKind, PlanKind
from requests.forms.trips import PREFIX, PlanForms, TripDatesForm, initial_lines, with_lines
from requests.models import Case
from requests.selectors import trips as selected
from requests.services import audit, trips


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show and change dates and plan; what a colleague changed meanwhile stands beside what was typed."""
    case = get_case(request, pk)
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff
    language_name = formats.language_inside(case.language, desk_formats.language())
    lines: dict[str, Any] = {"prefix": PREFIX, "form_kwargs": {"language_name": language_name}}
    context: dict[str, Any] = {"title": _("Trip of %(reference)s") % {"reference": case.reference}, "status": 200}
    if request.method != "POST":
        trip = selected.of(case)
        dates, plan = TripDatesForm.of(trip), PlanForms(initial=initial_lines(selected.plan(trip)), **lines)
        return render_page(request, "trip.html", case, dates=dates, plan=plan, **context)
    dates, plan = TripDatesForm(request.POST), PlanForms(request.POST, **lines)
    context["status"] = 422
    if dates.is_valid() and plan.is_valid():
        try:
            has_changed = _save(request, case, dates, plan)
        except trips.TripRefused as refusal:
            messages.error(request, str(refusal))
        except trips.ChangedMeanwhile:
            trip = selected.of(case)
            items = selected.plan(trip)
            posted = with_lines(request.POST, items, trip.version)
            dates, plan = TripDatesForm(posted), PlanForms(posted, **lines)
            context |= {"status": 409, "standing": items, "standing_trip": trip}
        else:
            _tell(request, case, has_changed=has_changed)
            return redirect(request.get_full_path())
    return render_page(request, "trip.html", case, dates=dates, plan=plan, **context)


def _save(request: HttpRequest, case: Case, dates: TripDatesForm, plan: Any) -> bool:
    rows = [
        trips.PlanRow(**(_without(form.cleaned_data, "DELETE") | {"kind": PlanKind(form.cleaned_data["kind"])}))
        for form in plan
        if form.has_changed() and form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]
    return trips.change(case=case, rows=rows, by=request.user, **dates.cleaned_data)  # type: ignore[arg-type]  # staff


def _without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def _tell(request: HttpRequest, case: Case, *, has_changed: bool) -> None:
    if not has_changed:
        messages.info(request, _("Nothing was changed."))
        return
    told = [_("A mail tells the patient in ten minutes.")] if case.has_email else []
    messages.success(request, " ".join([_("The trip is saved."), *told]))
