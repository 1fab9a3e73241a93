"""Comparison of clinics. The only page of the directory that keeps anything in the browser."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinics import shortlist
from clinics.selectors import compare as comparisons


@login_not_required
@never_cache
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The chosen clinics on the same lines.

    ``clinic`` (repeatable) names those to show, and is a link to share; without it the page shows what
    this browser keeps. ``add`` puts one more on the browser's own list, ``keep`` makes what is shown
    that list.
    """
    own = comparisons.published(shortlist.read(request))
    if slug := request.GET.get("add", ""):
        longer = comparisons.published([*own, slug])
        if len(longer) <= shortlist.MOST:
            return _kept(longer)
        return _page(request, own, own, left_out=comparisons.name_of(slug))
    # Some of them may be gone by now; of an endless address the rest is not looked for.
    asked = comparisons.published(request.GET.getlist("clinic")[: 2 * shortlist.MOST])[: shortlist.MOST]
    if "keep" in request.GET:
        return _kept(asked)
    return _page(request, asked or own, own)


def _kept(slugs: list[str]) -> HttpResponse:
    response = redirect(_url(slugs))
    shortlist.write(response, slugs)
    return response


def _page(request: HttpRequest, slugs: list[str], own: list[str], left_out: str = "") -> HttpResponse:
    comparison = comparisons.comparison(slugs, get_language() or "en")
    context = {
        "comparison": comparison,
        "columns": [
            (clinic, _url([slug for slug in slugs if slug != clinic.slug], keep=True)) for clinic in comparison.clinics
        ],
        "left_out": left_out,
        "most": shortlist.MOST,
        "is_shared": bool(slugs) and slugs != own,
        "keep_url": _url(slugs, keep=True),
        "share_url": request.build_absolute_uri(_url(slugs)),
        "empty_url": _url([], keep=True),
        "kept_query": urlencode({"clinic": slugs}, doseq=True),
        "request_url": reverse("requests:request_new", query={"shortlist" if len(slugs) > 1 else "clinic": slugs}),
        "breadcrumbs": [(_("Home"), reverse("front:home")), (_("Clinics"), reverse("clinics:clinic_list"))],
    }
    return render(request, "clinics/compare.html", context)


def _url(slugs: list[str], *, keep: bool = False) -> str:
    return reverse("clinics:compare", query={"clinic": slugs, "keep": ["1"] if keep else []})
