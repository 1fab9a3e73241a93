"""What browsers and search engines ask for: the language of a visitor, sitemap, robots, icon."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps.views import SitemapIndexItem
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from portal.core.caching.page_cache import A_DAY, AN_HOUR, public_page
from portal.front.site.sitemaps import sitemaps


@login_not_required
@require_safe
@never_cache
def language_redirect(request: HttpRequest) -> HttpResponse:
    """Send a visitor to the live language that the browser prefers, else to English."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("front:home"))
    patch_vary_headers(response, ["Accept-Language"])
    return response


@login_not_required
@public_page(stale_if_error=AN_HOUR)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The list of the sitemaps: one for each live language, in parts if it is too long for search engines."""
    # Django's own view names the host that was asked for, and not that of the site.
    items = [
        SitemapIndexItem(
            f"{settings.SITE_URL}/sitemap-{language}.xml{f'?p={part}' if part > 1 else ''}",
            pages.get_latest_lastmod(),  # type: ignore[arg-type]  # the stubs repeat Django's own mistake
        )
        for language, pages in sitemaps().items()
        for part in pages.paginator.page_range
    ]
    return render(request, "sitemap_index.xml", {"sitemaps": items}, content_type="application/xml")


@login_not_required
@public_page(stale_if_error=AN_HOUR, query=["p"])
@require_safe
def language_sitemap(request: HttpRequest, language: str) -> HttpResponse:
    """Every public page that is written in a live language."""
    return sitemap_view(request, sitemaps(), section=language)  # type: ignore[arg-type]  # may hold classes too


@login_not_required
@public_page(stale_if_error=A_DAY)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone, and where the sitemap is."""
    private = [
        f"/{code}/{name}/" for code in settings.LIVE_LANGUAGES for name in ("accounts", "case", "requests", "search")
    ]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ["/admin/", "/accounts/", *private])]
    lines += ["", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon for browsers that ask for it at its old address."""
    return HttpResponse((settings.BASE_DIR / "static" / "favicon.ico").read_bytes(), content_type="image/x-icon")
