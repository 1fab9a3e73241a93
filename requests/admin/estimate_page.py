"""Building an estimate from the price list, and reading the printed one."""

from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import formats
from requests.admin import words
from requests.admin.case_page import get_case, printed, warn_of_unseen
from requests.admin.drafts import Draft
from requests.enums import AccessKind, Status
from requests.models import Case
from requests.permissions import check_can_issue_estimate
from requests.services import audit, desk, estimates


@require_http_methods(["GET", "HEAD", "POST"])
def build(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Build an estimate: "Check" shows its total, "Issue" freezes and issues it."""
    case = get_case(request, pk)
    check_can_issue_estimate(request.user)  # type: ignore[arg-type]  # staff, the site made sure
    try:
        kind = estimates.kind_to_issue(case)
    except estimates.EstimateRefused as refusal:
        return _refuse(request, case, refusal)
    draft = Draft(case, kind, request.POST if request.method == "POST" else None)
    is_valid = draft.is_valid()
    if is_valid and "issue" in request.POST and _issue(request, case, draft):
        return redirect("admin:requests_case_change", case.pk)
    context = {
        **admin.site.each_context(request),
        "title": f"{'Supplement' if draft.is_supplement else 'Estimate'} for {case.reference}",
        "case": case,
        "draft": draft,
        "is_checked": is_valid,
        "patient_language": formats.language_name(case.language, "en"),
        "totals": draft.totals() if is_valid else [],
    }
    return render(
        request, "admin/requests/estimate.html", context, status=422 if draft.is_bound and not is_valid else 200
    )


def _refuse(request: HttpRequest, case: Case, refusal: estimates.EstimateRefused) -> HttpResponse:
    """Say why no estimate is issued now and which move comes first; what was typed can be copied."""
    context = {
        **admin.site.each_context(request),
        "title": f"Estimate for {case.reference}",
        "case": case,
        "refusal": refusal,
        "first": words.move_label(Status(case.status), refusal.first) if refusal.first else "",
        "typed": [value for name, value in request.POST.items() if name.startswith(("free-", "terms-")) and value],
    }
    return render(
        request, "admin/requests/estimate_refused.html", context, status=409 if request.method == "POST" else 200
    )


def _issue(request: HttpRequest, case: Case, draft: Draft) -> bool:
    """Issue the draft, unless another version was issued or the case moved since its page was opened."""
    with transaction.atomic():
        Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if not draft.is_next():
            messages.error(request, "Another version was issued meanwhile. Look at it, then open this page afresh.")
            return False
        if not draft.is_same_kind():
            messages.error(request, "The case has moved meanwhile. Look at it, then open this page afresh.")
            return False
        with override("en"):
            try:
                issued = estimates.issue(
                    case=case,
                    lines=draft.lines(),
                    terms=draft.terms(),
                    by=request.user,  # type: ignore[arg-type]  # staff, the site made sure
                    seen=draft.seen(),
                )
            except desk.MoveRefused as refusal:
                messages.error(request, str(refusal))
                return False
    follows = "The PDF and the mail to the patient follow." if case.has_email else "The PDF follows; no mail leaves."
    messages.success(request, f"Version {issued.version} is issued. {follows}")
    warn_of_unseen(request, case)
    return True


@require_safe
def pdf(request: HttpRequest, pk: UUID, version: int) -> HttpResponse:
    """The printed estimate; 404 until it is printed."""
    case = get_case(request, pk)
    estimate = printed(case, version)
    audit.record_access(case, AccessKind.ESTIMATE, by=request.user, object_id=estimate.pk)  # type: ignore[arg-type]
    response = HttpResponse(estimates.read_pdf(estimate), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{case.reference}-{version}.pdf"'
    return response
