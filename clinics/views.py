"""Public pages of the directory."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinics import selectors, structured_data
from clinics.selectors import Directory
from conditions.structured_data import as_json, breadcrumbs

PER_PAGE = 20


@login_not_required
@require_safe
def clinic_list(request: HttpRequest) -> HttpResponse:
    """All clinics by name, narrowed by ``area`` and ``condition``."""
    found = selectors.directory(
        get_language() or "en", area=request.GET.get("area", ""), condition=request.GET.get("condition", "")
    )
    page = Paginator(found.clinics, PER_PAGE).get_page(request.GET.get("page"))
    url = reverse("clinics:clinic_list")
    crumbs = [(_("Home"), reverse("front:home")), (_("Clinics"), url)]
    context = {
        "directory": found,
        "page": page,
        "count": len(found.clinics),
        "filters": active_filters(found, url),
        "page_query": urlencode(_chosen(found)),
        "list_url": url,
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(breadcrumbs(crumbs)),
    }
    return render(request, "clinics/clinic_list.html", context)


@login_not_required
@require_safe
def clinic(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of a clinic."""
    found = selectors.profile(slug, get_language() or "en")
    if found is None:
        raise Http404
    crumbs = [
        (_("Home"), reverse("front:home")),
        (_("Clinics"), reverse("clinics:clinic_list")),
        (found.clinic.name, found.clinic.get_absolute_url()),
    ]
    context = {
        "profile": found,
        "clinic": found.clinic,
        "request_url": f"{reverse('requests:request_new')}?{urlencode({'clinic': slug})}",
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(structured_data.clinic(found.clinic), breadcrumbs(crumbs)),
    }
    return render(request, "clinics/clinic.html", context)


def active_filters(found: Directory, url: str) -> list[tuple[str, str]]:
    """Return each active filter: its name and the address of the list without it."""
    chosen = _chosen(found)
    names = {"area": found.area, "condition": found.condition}
    filters = []
    for key in chosen:
        rest = urlencode({other: value for other, value in chosen.items() if other != key})
        row = names[key]
        filters.append((row.name if row else "", f"{url}?{rest}" if rest else url))
    return filters


def _chosen(found: Directory) -> dict[str, str]:
    pairs = {"area": found.area, "condition": found.condition}
    return {key: row.slug for key, row in pairs.items() if row}
