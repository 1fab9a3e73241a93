"""Pictures that other sites show beside a link to ours; our own pages never load them."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.front.condition_pages import condition_page, pictures
from portal.front.views.caching import keep_in_caches


@login_not_required
@require_safe
def site_image(request: HttpRequest) -> HttpResponse:
    """The picture of every page that has none of its own."""
    title = _("Treatment in Russia, planned with you")
    return _answer(pictures.picture(title, "", get_language() or "en"), is_final=False)


@login_not_required
@require_safe
def condition_image(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of a condition; under the address of its edition it never changes."""
    published, _language = condition_page.page_or_404(slug)
    png = pictures.picture(published.name, published.plain_name, published.language)
    return _answer(png, is_final=request.GET.get("edition") == pictures.version(published.number))


def _answer(png: bytes, *, is_final: bool) -> HttpResponse:
    response = HttpResponse(png, content_type="image/png")
    keep_in_caches(response, is_final=is_final)
    return response
