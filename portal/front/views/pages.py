"""The static pages."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.core.caching.page_cache import A_DAY, public_page
from portal.front.site import pages
from requests.selectors import retention


@login_not_required
@public_page(stale_if_error=A_DAY)
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A static page in the language of the address."""
    if slug not in pages.SLUGS:
        raise Http404
    context: dict[str, Any] = {"page": pages.read(slug, get_language() or settings.LANGUAGE_CODE)}
    if slug != "privacy":
        return render(request, "core/page.html", context)
    links = (settings.CASE_LINK_LIFETIME, settings.FAMILY_LINK_LIFETIME, settings.REFERRAL_LIFETIME)
    names = ("case_link", "family_link", "clinic_link")
    lasting = dict(zip(names, (retention.in_words(link.days) for link in links), strict=True))
    return render(request, "front/privacy.html", {**context, **lasting, "rules": retention.told()})
