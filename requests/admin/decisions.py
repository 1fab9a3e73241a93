"""Admin pages of acceptances: noting one from outside the portal, and the record as PDF."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.worktime import team_today
from requests import downloads
from requests.admin.case_page import back, get_case, leave, render_page
from requests.enums import AccessKind, PrintedKind
from requests.forms.spoken import SpokenYesForm
from requests.models import Estimate
from requests.selectors.estimates import Standing
from requests.services import acceptance_records, audit, decisions, printing

LEAD = pgettext_lazy(
    "desk",
    "Read out the total, what could raise it, until when it holds and what a yes means. Your name is kept with this.",
)
WHY_NOT = {
    Standing.PRELIMINARY: pgettext_lazy("desk", "A preliminary estimate is not accepted."),
    Standing.ACCEPTED: pgettext_lazy("desk", "It is accepted already."),
    Standing.SUPERSEDED: pgettext_lazy("desk", "A newer estimate replaces this one: note the acceptance of that one."),
    Standing.DECLINED: pgettext_lazy("desk", "The patient has declined it. Issue a new one first."),
    Standing.NOT_NOW: pgettext_lazy("desk", "The case is in a state in which no estimate is accepted."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def note_acceptance(request: HttpRequest, pk: UUID, estimate: UUID) -> HttpResponse:
    """Note who said yes, how and on which day."""
    case = get_case(request, pk)
    row = get_object_or_404(Estimate, pk=estimate, case__in=case.whole())
    form = SpokenYesForm(request.POST if request.method == "POST" else None, initial={"said_on": team_today()})
    if form.is_valid():
        try:
            decisions.note_acceptance(case=case, estimate=row, by=request.user, **form.how())  # type: ignore[arg-type]  # staff
        except decisions.NotOpen as refused:
            form.add_error("said_on", str(WHY_NOT[refused.verdict.standing]))
        except decisions.DecisionRefused as refused:
            form.add_error("said_on", str(refused))
        else:
            messages.success(request, pgettext("desk", "It is noted that the patient accepts the estimate."))
            return leave(request, case)
    label = pgettext("desk", "Note that the patient accepts version %(version)s") % {"version": row.version}
    status = 422 if form.errors else 200
    return render_page(request, "move.html", case, status=status, form=form, label=label, lead=LEAD)


@require_safe
def record(request: HttpRequest, pk: UUID, estimate: UUID) -> HttpResponse:
    """The record of an acceptance as PDF; while it is printed, a sentence on the page of the case."""
    case = get_case(request, pk)
    row = get_object_or_404(Estimate.objects.select_related("case"), pk=estimate, case__in=case.whole())
    decision = acceptance_records.of(row.case, row.version)
    if decision is None:
        raise Http404
    paper = printing.ready_or_owed(row.case, PrintedKind.ACCEPTANCE, language=decision.language, object_id=decision.pk)
    if paper is None:
        messages.info(request, pgettext("desk", "The record is being printed. Open it again in a minute."))
        return back(request, case)
    audit.record_access(case, AccessKind.PRINTED, by=request.user, object_id=paper.pk)  # type: ignore[arg-type]
    return downloads.as_pdf(printing.read(paper), f"{row.case.reference}-{row.version}-accepted.pdf")
