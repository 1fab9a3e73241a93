"""A patient's estimate as a page and as a PDF."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.core.http.forms import TokenForm
from requests.enums import AccessKind, ActorKind
from requests.pdf.estimates import EstimateContext
from requests.selectors import money_rules
from requests.selectors.cases import own_estimate
from requests.selectors.estimates import before, verdict
from requests.services import audit
from requests.services.decisions import is_renewal_asked
from requests.services.estimate_changes import differences
from requests.services.estimates import read_pdf
from requests.views.cases import way_in


@login_not_required
@never_cache
@require_safe
@way_in
def page(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    """The estimate in the site's look; the same words as the PDF."""
    estimate = own_estimate(request, reference, version)
    audit.record_access(estimate.case, AccessKind.ESTIMATE, by=ActorKind.PATIENT, object_id=estimate.pk)
    living = estimate.case.living
    previous = before(estimate)
    # After an end nobody asks any more; a closed case is written to all the same.
    ask_url = "" if living.has_died or living.is_spam else reverse("requests:messages", args=[living.reference])
    context = {
        "document": EstimateContext.of(estimate, ask_url=ask_url),
        "estimate": estimate,
        "case": living,
        "verdict": verdict(estimate, living),
        "is_renewal_asked": is_renewal_asked(living),
        "token_form": TokenForm(),
        "previous": previous,
        "rules": money_rules.rules(get_language() or ""),
        "differences": differences(previous, estimate, get_language() or "") if previous else [],
    }
    return render(request, "requests/estimate.html", context)


@login_not_required
@never_cache
@require_safe
@way_in
def pdf(request: HttpRequest, reference: str, version: int) -> HttpResponse:
    """The printed estimate; 404 until it is printed."""
    estimate = own_estimate(request, reference, version)
    if not estimate.pdf_name:
        raise Http404
    audit.record_access(estimate.case, AccessKind.ESTIMATE, by=ActorKind.PATIENT, object_id=estimate.pk)
    headers = {"Content-Disposition": f'inline; filename="{reference}-{version}.pdf"'}
    return HttpResponse(read_pdf(estimate), content_type="application/pdf", headers=headers)
