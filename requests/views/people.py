"""The people of one's own case: who works on it, and how to reach them."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinics.selectors import photos
from requests.selectors import people
from requests.selectors.cases import own_case
from requests.services.effects import owner
from requests.views.cases import case_page, way_in


@login_not_required
@never_cache
@require_safe
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Coordinator, numbers and hours."""
    case = own_case(request, reference)
    who = owner(case)
    profile = people.profile(who)
    return case_page(
        request,
        "people.html",
        case,
        heading=_("Your people at MARUS"),
        owner=who,
        profile=profile,
        portrait=photos.portrait(profile.photo_id, get_language()) if profile and profile.photo_id else None,
        numbers=people.numbers(case),
    )
