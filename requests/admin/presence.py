"""Admin view that the page of a case asks by itself: who else has it open."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from requests.admin import labels
from requests.admin.case_page import get_case
from requests.services import presence


# The script asks with GET, though that notes who asks: a POST would count as work and keep a forgotten tab signed in.
@never_cache
def present(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Note that the reader has a case open and say who else has."""
    case = get_case(request, pk)
    return JsonResponse({"sentence": labels.present(presence.meet(case=case, by=request.user))})  # type: ignore[arg-type]  # staff
