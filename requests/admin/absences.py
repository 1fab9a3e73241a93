"""Admin pages of absences: who is away and who stands in, an absence entered, its last day changed, its end."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portal.accounts.enums import Role
from portal.core.localisation import desk_formats
from requests.admin import owners
from requests.forms.assignment import AbsenceForm, LastDayForm
from requests.models import Absence
from requests.permissions import can_enter_absence, can_work_cases, check_can_enter_absence, check_can_work_cases
from requests.selectors.absences import not_over
from requests.services import absences


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """Show who is away and will be; a POST enters an absence."""
    user: Any = request.user
    check_can_work_cases(user)
    data = request.POST if request.method == "POST" else None
    form = AbsenceForm(data, by=user, is_lead=user.has_role(Role.LEAD))
    if form.is_valid():
        words = {"user": user, **form.cleaned_data}
        try:
            absence = absences.enter(by=user, **words)
        except absences.AbsenceRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, owners.period(absence))
            return redirect("admin:requests_case_away")
    rows = [_shown(absence, user) for absence in not_over()]
    return _page(request, "absences.html", form, _("Who is away"), rows=rows)


def _shown(absence: Absence, user: Any) -> dict[str, Any]:
    """Return an absence in words, with what is wrong with it."""
    handed = absence.cases.count()
    return {
        "absence": absence,
        "sentence": owners.period(absence),
        "cases": ngettext("%(number)s case is handed over.", "%(number)s cases are handed over.", handed)
        % {"number": handed}
        if absence.handed_over_at
        else _("The cases go on at %(when)s.") % {"when": desk_formats.moment(absences.hands_over_at(absence))},
        "is_without_substitute": not can_work_cases(absence.substitute),
        "can_change": can_enter_absence(user, absence.user),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give an absence another last day, or end it; a GET asks."""
    user: Any = request.user
    check_can_work_cases(user)
    absence = get_object_or_404(Absence.objects.select_related("user", "substitute"), pk=pk)
    check_can_enter_absence(user, absence.user)
    if absence.ended_at is not None:
        messages.info(request, _("This absence is over."))
        return redirect("admin:requests_case_away")
    if "end" in request.POST:
        number = absences.end(absence=absence, by=user)
        said = ngettext(
            "The absence is over: %(number)s case is back with %(name)s.",
            "The absence is over: %(number)s cases are back with %(name)s.",
            number,
        )
        messages.success(request, said % {"number": number, "name": absence.user})
        return redirect("admin:requests_case_away")
    form = LastDayForm(request.POST if request.method == "POST" else None, initial={"ends_on": absence.ends_on})
    if form.is_valid():
        try:
            absences.change(absence=absence, by=user, **form.cleaned_data)
        except absences.AbsenceRefused as refusal:
            form.add_error("ends_on", str(refusal))
        else:
            messages.success(request, owners.period(absence))
            return redirect("admin:requests_case_away")
    return _page(request, "absence.html", form, _("Change an absence"), row=_shown(absence, user))


def _page(request: HttpRequest, template: str, form: Any, title: str, **context: Any) -> HttpResponse:
    shared = admin.site.each_context(request) | {"form": form, "title": title}
    shared["list_address"] = reverse("admin:requests_case_changelist")
    return render(request, f"admin/requests/{template}", shared | context, status=422 if form.errors else 200)
