"""The static pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.core.caching.page_cache import A_DAY, public_page
from portal.front.site import pages


@login_not_required
@public_page(stale_if_error=A_DAY)
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A static page in the language of the address."""
    if slug not in pages.SLUGS:
        raise Http404
    context = {"page": pages.read(slug, get_language() or settings.LANGUAGE_CODE)}
    return render(request, "core/page.html", context)
