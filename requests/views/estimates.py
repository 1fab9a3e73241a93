"""A patient's estimate as a page and as a PDF."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests.enums import AccessKind, ActorKind
from requests.pdf import EstimateContext
from requests.selectors.cases import own_estimate
from requests.services import audit
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
    return render(request, "requests/estimate.html", {"document": EstimateContext.of(estimate), "estimate": estimate})


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
