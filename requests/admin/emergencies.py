"""Admin pages of break-glass: an administrator says which case and why, and reads it for an hour."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import second_factor
from portal.core.localisation import desk_formats
from requests.admin import conversation
from requests.enums import DESK_NAMES, AccessKind, Status
from requests.forms.reviews import EmergencyForm
from requests.models import Case, Submission
from requests.permissions import check_can_break_glass
from requests.selectors import referrals
from requests.selectors.access import emergency_until
from requests.selectors.cases import thread
from requests.services import audit, emergencies


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Open a case for a reason; a GET asks which one and why."""
    user: Any = request.user
    check_can_break_glass(user)
    form = EmergencyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        shown = {"title": _("Emergency"), "form": form}
        status = 422 if form.is_bound else 200
        return render(request, "admin/requests/emergency.html", admin.site.each_context(request) | shown, status=status)
    second_factor.require_recent(request)
    case = form.cleaned_data["reference"]
    emergencies.open_case(case=case, reason=form.cleaned_data["reason"], by=user)
    return redirect("admin:requests_emergency_case", case.pk)


@require_safe
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a case to read, without a button, to the administrator who opened it within the hour."""
    user: Any = request.user
    check_can_break_glass(user)
    case = get_object_or_404(Case.objects.select_related("condition", "clinic", "package", "owner"), pk=pk)
    until = emergency_until(case, user)
    if until is None or case.is_erased:
        return redirect("admin:requests_emergency")
    audit.record_access(case, AccessKind.CASE, by=user)
    submissions = Submission.objects.filter(case__in=case.whole()).select_related("case").order_by("created_at")
    tasks = case.tasks.select_related("kind", "call").most_urgent_first()
    context = {
        **admin.site.each_context(request),
        "title": case.reference,
        "case": case,
        "until": desk_formats.moment(until),
        "state": DESK_NAMES[Status(case.status)],
        "conversation": conversation.of(
            case,
            submissions=list(submissions),
            messages=thread(case, with_unsent=True),
            estimates=list(case.estimates.select_related("issued_by").prefetch_related("lines")),
            tasks=tasks,
            referrals=list(referrals.of_case(case)),
        ),
        "is_read_only": True,
    }
    return render(request, "admin/requests/emergency_case.html", context)
