"""The page of a condition: its stored HTML, and live prices, clinics, packages and facts for travellers."""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinics.selectors import cards
from conditions.edition_html import EditionParts
from conditions.models import Condition
from conditions.selectors import costs, editions
from conditions.selectors.editions import PublishedPage
from conditions.services.editions import upcoming
from portal.accounts.models import User
from portal.accounts.second_factor import is_used_in
from portal.core.caching.page_cache import AN_HOUR, public_page
from portal.core.localisation import formats, money
from portal.core.localisation.languages import LANGUAGES
from portal.front.condition_pages import drawing, pdf
from portal.front.condition_pages.condition_page import page_addresses, trail
from requests.selectors import packages


@login_not_required
# The form of the costs also says which condition it belongs to.
@public_page(stale_if_error=AN_HOUR, query=["condition", "procedure"], is_dated=True)
@require_safe
def condition(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a condition; ``procedure`` in the query ticks rows of the costs."""
    language = get_language() or "en"
    page = editions.page_with_html(slug, language)
    if page is None:
        raise Http404
    context = _context(*page, language, chosen=request.GET.getlist("procedure"))
    return render(request, "front/condition.html", context)


@login_not_required
@never_cache
@require_safe
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft of a condition as it would be published, for staff with a second factor; 404 for anybody else."""
    user = request.user
    if not (isinstance(user, User) and user.has_perm("conditions.view_condition")) or not is_used_in(request):
        raise Http404
    language = get_language() or "en"
    draft = get_object_or_404(Condition, slug=slug)
    page = editions.preview(draft, upcoming(draft, language), language)
    context = _context(*page, language, chosen=request.GET.getlist("procedure"))
    return render(request, "front/condition.html", {**context, "is_preview": True})


def _context(page: PublishedPage, parts: EditionParts, language: str, *, chosen: Collection[str]) -> dict[str, Any]:
    today = timezone.now().date()
    rows = costs.rows(page.condition_id, language, today, chosen)
    sums = money.totals(row.amount for row in rows if row.is_chosen) if chosen else []
    is_overdue = page.next_review_on is not None and page.next_review_on < today
    addresses = page_addresses(page.slug, page.area, language, page.language, page.languages)
    crumbs = (*addresses.crumbs, (page.area_name, addresses.area))
    return {
        "page": page,
        "parts": parts,
        "addresses": addresses,
        "title": f"\u2068{page.name}\u2069",
        "is_fallback": page.language != language,
        "is_being_reviewed": is_overdue or any(row.is_stated and not row.holds for row in rows),
        "costs": rows,
        "can_choose": any(row.holds for row in rows),
        "total": formats.names([money.in_words(amount, language) for amount in sums], language) if sums else "",
        "clinics": cards.of_condition(page.condition_id, language),
        "packages": packages.cards(language),
        "travel": cards.travel_facts(language, today),
        "related": editions.related(page, language),
        "breadcrumbs": crumbs,
        "trail": trail((*crumbs, (page.name, addresses.page))),
        # Constants alone: a page goes through few modules (front/test_condition_path.py).
        "pdf_version": f"{page.number}.{pdf.DESIGN}",
        "image_version": f"{page.number}.{drawing.DESIGN}",
        "og_locale": LANGUAGES[page.language].open_graph,
    }
