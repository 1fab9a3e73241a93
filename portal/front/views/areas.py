"""The page of an area of medicine."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinics.selectors import cards
from conditions.models import Area
from conditions.selectors import editions
from portal.core.caching.page_cache import A_DAY, public_page
from portal.core.content.structured_data import as_json, breadcrumbs
from portal.front.condition_pages import condition_page


@login_not_required
@public_page(stale_if_error=A_DAY)
@require_safe
def area(request: HttpRequest, slug: str) -> HttpResponse:
    """An area with its conditions and clinics."""
    area = get_object_or_404(Area, slug=slug)
    language = get_language() or "en"
    crumbs = condition_page.crumbs()
    steps = [*crumbs, (area.name, area.get_absolute_url())]
    context = {
        "area": area,
        "conditions": [condition for condition in editions.listing(language) if condition.area == slug],
        "clinics": cards.of_area(area.pk, language),
        "clinics_url": f"{reverse('clinics:clinic_list')}?area={slug}",
        "doctors_url": f"{reverse('clinics:doctor_list')}?area={slug}",
        "request_url": reverse("requests:request_new"),
        "breadcrumbs": crumbs,
        "structured_data": as_json(breadcrumbs(steps)),
    }
    return render(request, "front/area.html", context)
