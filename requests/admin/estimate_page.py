"""Building an estimate in one table beside its preview, and reading the printed one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.localisation import desk_formats, money
from portal.core.localisation.languages import LANGUAGES
from requests.admin import estimate_labels, labels, list_place, meanwhile
from requests.admin.case_page import get_case, leave, render_page, warn_of_unseen
from requests.admin.drafts import Draft
from requests.enums import AccessKind, Status
from requests.models import Case
from requests.pdf.estimates import EstimateContext
from requests.services import audit, changes, estimate_sources, estimates
from requests.services.estimate_sources import Source
from requests.services.estimates import Basis

# The parameter of the address that says what the table starts from.
FROM = "from"
# Controls that nobody types in.
HIDDEN = ("terms-after", "terms-kind", "terms-seen", "free-TOTAL_FORMS", "free-INITIAL_FORMS")


@require_http_methods(["GET", "HEAD", "POST"])
def build(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Build an estimate: "Check" shows it as the patient reads it, "Issue" freezes and issues it.

    ``?from=`` says what the table starts from: ``offer:<id>``, ``version:<number>``, else the price list.
    """
    case = get_case(request, pk)
    posted = request.POST.dict() if request.method == "POST" else None
    deeds: list[meanwhile.Told] = []
    try:
        now, source = _start(request, case)
        draft = Draft.opened(case, now, source) if posted is None else Draft(case, now, source, posted)
        if posted is not None and draft.is_valid() and "issue" in posted:
            deeds = _issue(request, case, draft)
            if not deeds:
                return leave(request, case)
            case = get_case(request, pk)
            now, source = _start(request, case)
            # The page that is shown again knows of the versions and the state of now.
            seen = {**posted, "terms-after": str(now.version), "terms-kind": now.kind}
            draft = Draft(case, now, source, seen)
            deeds += _without_control(request, draft)
    except estimates.EstimateRefused as refusal:
        return _refuse(request, case, refusal)
    if source.read is not None:
        kind, row = source.read
        audit.record_access(case, kind, by=request.user, object_id=row)  # type: ignore[arg-type]  # staff
    is_valid = draft.is_valid()
    context = {
        "title": (_("Supplement for %(reference)s") if draft.is_supplement else _("Estimate for %(reference)s"))
        % {"reference": case.reference},
        "draft": draft,
        "source": source,
        "choices": [
            (
                list_place.query(request, **{FROM: choice.code}),
                estimate_labels.choice(choice),
                choice.code == source.code,
            )
            for choice in estimate_sources.choices(case, draft.kind)
        ],
        "warnings": estimate_labels.warnings(source, case),
        "rows": [(row, estimate_labels.price(row.source)) for row in draft.rows()],
        "is_checked": is_valid,
        "known": meanwhile.known(request) if posted is not None and not deeds else case.known,  # type: ignore[attr-defined]  # of get_case
        "meanwhile": deeds,
        "patient_language": draft.language_name,
        "totals": labels.sums(draft.totals()) if is_valid else [],
        "patterns": money.patterns(desk_formats.language()),
        "preview": _preview(draft) if is_valid else "",
        "preview_language": LANGUAGES[case.language],
    }
    status = 409 if deeds else 422 if posted is not None and not is_valid else 200
    return render_page(request, "estimate.html", case, status=status, **context)


def _start(request: HttpRequest, case: Case) -> tuple[Basis, Source]:
    """Return what there is to know of a case by now and what its table starts from; raises ``EstimateRefused``."""
    now = _basis(case)
    try:
        return now, estimate_sources.of(case, now.kind, request.GET.get(FROM, ""))
    except estimate_sources.UnknownSource:
        messages.warning(request, _("There is no such offer or version to start from. This is the price list."))
        return now, estimate_sources.of(case, now.kind, estimate_sources.PRICE_LIST)


def _preview(draft: Draft) -> str:
    """Return the estimate as the patient will read it, in her language."""
    estimate = draft.estimate
    with override(estimate.language):
        context = {"document": EstimateContext.of(estimate), "estimate": estimate}
        return render_to_string("requests/estimate_document.html", context)


def _basis(case: Case) -> Basis:
    return Basis.of(case, known=case.known)  # type: ignore[attr-defined]  # of get_case


def _without_control(request: HttpRequest, draft: Draft) -> list[meanwhile.Told]:
    """Return what was typed in a control that the page no longer has."""
    reason = request.POST.get("terms-reason")
    if draft.is_supplement or not reason:
        return []
    return [meanwhile.Told(_("Only a supplement has a reason. You had typed:"), reason)]


def _refuse(request: HttpRequest, case: Case, refusal: estimates.EstimateRefused) -> HttpResponse:
    """Say why no estimate is issued now and which move comes first; what was typed can be copied."""
    context = {
        "title": _("Estimate for %(reference)s") % {"reference": case.reference},
        "refusal": refusal,
        "first": labels.move_label(Status(case.status), refusal.first) if refusal.first else "",
        "typed": [
            value
            for name, value in request.POST.items()
            if name.startswith(("free-", "terms-")) and name not in HIDDEN and value
        ],
    }
    status = 409 if request.method == "POST" else 200
    return render_page(request, "estimate_refused.html", case, status=status, **context)


def _issue(request: HttpRequest, case: Case, draft: Draft) -> list[meanwhile.Told]:
    """Issue the draft and return nothing, or return what was done in the case since its page was opened.

    Raises ``EstimateRefused``.
    """
    by: Any = request.user
    basis = draft.basis(known=meanwhile.known(request))
    try:
        issued = estimates.issue(case=case, lines=draft.lines, terms=draft.terms(), by=by, basis=basis)
    except changes.ChangedMeanwhile as found:
        return meanwhile.told(case, found.events)
    except estimates.ChangedElsewhere as found:
        return [meanwhile.Told(str(found))]
    sentences = [
        _("Version %(version)s is issued.") % {"version": issued.version},
        _("The PDF and the mail to the patient follow.") if case.has_email else _("The PDF follows; no mail leaves."),
    ]
    messages.success(request, " ".join(sentences))
    warn_of_unseen(request, case)
    return []


@require_safe
def pdf(request: HttpRequest, pk: UUID, version: int) -> HttpResponse:
    """The printed estimate; 404 until it is printed."""
    case = get_case(request, pk)
    estimate = case.estimates.filter(version=version).exclude(pdf_name="").first()
    if estimate is None:
        raise Http404
    audit.record_access(case, AccessKind.ESTIMATE, by=request.user, object_id=estimate.pk)  # type: ignore[arg-type]
    headers = {"Content-Disposition": f'inline; filename="{case.reference}-{version}.pdf"'}
    return HttpResponse(estimates.read_pdf(estimate), content_type="application/pdf", headers=headers)
