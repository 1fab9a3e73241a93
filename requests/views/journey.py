"""What a family link opens: a view of a case for somebody who is not the patient."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.http.origins import is_cross_site
from requests import visitors
from requests.enums import AccessKind, ActorKind
from requests.models import FamilyLink
from requests.pdf.estimates import EstimateContext
from requests.selectors.family import estimates, family_view, shows_nothing
from requests.services import audit, family


def with_live_link[**P](
    view: Callable[Concatenate[HttpRequest, FamilyLink, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Decorate a view of a family link: a dead one gets a page that says whom to ask, whatever it died of."""

    @wraps(view)
    def show(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        link = family.live_link(token)
        if link is None:
            response = render(request, "requests/family_dead.html", status=410)
        else:
            response = view(request, link, *args, **kwargs)
        # The address opens the view. With no-referrer, browsers would send "Origin: null" with the button.
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return show


@login_not_required
@never_cache
@csrf_exempt  # reading the page sets no cookie, so its button is guarded by where the browser says it was pressed
@require_http_methods(["GET", "HEAD", "POST"])
@with_live_link
def page(request: HttpRequest, link: FamilyLink) -> HttpResponse:
    """The page with one button, and the journey once it was pressed: mail scanners read every link, and press none."""
    if request.method == "POST":
        if is_cross_site(request):
            return render(request, "requests/family_open.html", status=403)
        family.note_opened(link)
        visitors.remember_family_link(request, link)
        return redirect(request.path)
    if not visitors.has_opened(request, link):
        return render(request, "requests/family_open.html")
    case = link.case
    context: dict[str, Any] = {"case": case, "shows_nothing": shows_nothing(case)}
    if not (context["shows_nothing"] or case.has_died):
        context |= {"journey": family_view(case), "link": link, "token": family.token_of(link)}
        if link.shows_medical:
            context["estimates"] = estimates(case)
    return render(request, "requests/family.html", context)


@login_not_required
@never_cache
@require_safe
@with_live_link
def estimate(request: HttpRequest, link: FamilyLink, version: int) -> HttpResponse:
    """An estimate that stands, for a family that sees medical details."""
    case = link.case
    if not visitors.has_opened(request, link):
        return redirect("requests:family", family.token_of(link))
    if not link.shows_medical or shows_nothing(case) or case.has_died:
        raise Http404
    row = next((row for row in estimates(case) if row.version == version), None)
    if row is None:
        raise Http404
    audit.record_access(case, AccessKind.ESTIMATE, by=ActorKind.FAMILY, object_id=row.pk)
    context = {"estimate": row, "document": EstimateContext.of(row), "token": family.token_of(link)}
    return render(request, "requests/family_estimate.html", context)
