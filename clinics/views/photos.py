"""The files of photographs."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from clinics.imaging import TYPES
from clinics.selectors import photos
from portal.core import files

A_YEAR = 31_536_000


@login_not_required
@require_safe
def photo(request: HttpRequest, name: str, extension: str) -> HttpResponse:
    """One width of a photograph in one format; under its name it never changes."""
    if not photos.is_public(name, extension):
        raise Http404
    try:
        data = files.read(name)
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(data, content_type=TYPES[extension])
    patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
    return response
