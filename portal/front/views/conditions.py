"""The list of conditions and the page of one."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conditions.selectors import editions
from conditions.selectors.areas import areas
from portal.front import condition_page


@login_not_required
@require_safe
def condition_list(request: HttpRequest) -> HttpResponse:
    """All conditions from A to Z, by area; an area without any is left out."""
    listed = editions.listing(get_language() or "en")
    groups = [(area, [one for one in listed if one.area == area.slug]) for area in areas()]
    context = {
        "groups": [(area, rows) for area, rows in groups if rows],
        "breadcrumbs": [(_("Home"), reverse("front:home"))],
    }
    return render(request, "front/condition_list.html", context)


@login_not_required
@require_safe
def condition(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a condition, from its edition; ``procedure`` in the query ticks rows of the costs."""
    language = get_language() or "en"
    published = editions.page(slug, language)
    if published is None:
        raise Http404
    context = condition_page.context(published, language, chosen=request.GET.getlist("procedure"))
    return render(request, "front/condition.html", context)
