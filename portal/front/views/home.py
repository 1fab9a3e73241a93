"""The home page."""

from collections.abc import Iterable
from itertools import zip_longest

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinics.selectors import clinic_list
from conditions.selectors import editions
from conditions.selectors.areas import areas
from conditions.selectors.editions import ListedCondition
from portal.core.caching.page_cache import A_DAY, public_page

SHOWN = 8


@login_not_required
@public_page(stale_if_error=A_DAY)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the portal does, its areas, conditions and clinics."""
    language = get_language() or "en"
    all_areas = areas()
    names = {area.slug: area.name for area in all_areas}
    context = {
        "areas": all_areas,
        "conditions": [
            {
                "name": condition.name,
                "plain_name": condition.plain_name,
                "url": condition.url,
                "area": names.get(condition.area, ""),
            }
            for condition in in_turns(editions.listing(language), names, language)
        ],
        "clinics": clinic_list.best_known(language, SHOWN),
    }
    return render(request, "front/home.html", context)


def in_turns(listed: Iterable[ListedCondition], areas_in_order: Iterable[str], language: str) -> list[ListedCondition]:
    """Return a few conditions that are written in the reader's language, one of each area after the other."""
    own = [condition for condition in listed if condition.language == language]
    by_area = [[condition for condition in own if condition.area == area] for area in areas_in_order]
    turns = zip_longest(*by_area)
    return [condition for turn in turns for condition in turn if condition][:SHOWN]
