"""The lists of the directory, and how they are ordered."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinics import ranking
from clinics.selectors import directory
from clinics.selectors.clinic_list import CLINICS
from clinics.selectors.directory import Kind, Listing, Query
from clinics.selectors.people import CARE_ASSISTANTS, DOCTORS
from clinics.selectors.price_range import PriceRange
from portal.core.caching.page_cache import A_DAY, AN_HOUR, public_page
from portal.core.content.structured_data import as_json, breadcrumbs

SHOWN = ("page", "sort")
PRICES = ("price_known", "price_from", "price_to")


@login_not_required
@public_page(stale_if_error=AN_HOUR, query=[*CLINICS.facets, *PRICES, *SHOWN], is_dated=True)
@require_safe
def clinic_list(request: HttpRequest) -> HttpResponse:
    """The clinics, narrowed and sorted by what the address asks for; what makes no sense is left out."""
    return _list(request, CLINICS, "clinic_list", _("Clinics"))


@login_not_required
@public_page(stale_if_error=AN_HOUR, query=[*DOCTORS.facets, *SHOWN], is_dated=True)
@require_safe
def doctor_list(request: HttpRequest) -> HttpResponse:
    """The doctors, narrowed by what the address asks for."""
    return _list(request, DOCTORS, "doctor_list", _("Doctors"))


@login_not_required
@public_page(stale_if_error=AN_HOUR, query=[*CARE_ASSISTANTS.facets, *SHOWN], is_dated=True)
@require_safe
def care_assistant_list(request: HttpRequest) -> HttpResponse:
    """The care assistants, narrowed by what the address asks for."""
    return _list(request, CARE_ASSISTANTS, "care_assistant_list", _("Care assistants"))


@login_not_required
@public_page(stale_if_error=A_DAY)
@require_safe
def how_ordered(request: HttpRequest) -> HttpResponse:
    """How the lists are ordered, from the very points that order them."""
    crumbs = [
        (_("Home"), reverse("front:home")),
        (_("Clinics"), reverse("clinics:clinic_list")),
        (_("How this list is ordered"), reverse("clinics:how_ordered")),
    ]
    context = {
        "factors": ranking.RANKING_FACTORS,
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(breadcrumbs(crumbs)),
    }
    return render(request, "clinics/how_ordered.html", context)


def _list(request: HttpRequest, kind: Kind, name: str, title: str) -> HttpResponse:
    listing = directory.listing(kind, Query.of(request.GET, kind), get_language() or "en")
    url = reverse(f"clinics:{name}")
    page = [("page", str(listing.query.page))] if listing.query.page > 1 else []
    pairs = [*listing.query.pairs(), *page]
    crumbs = [(_("Home"), reverse("front:home")), (title, url)]
    context = {
        "listing": listing,
        "query": listing.query,
        "sorts": [(sort.value, sort.label, sort == listing.query.sort) for sort in listing.sorts],
        "has_sorts": len(kind.sorts) > 1,
        "has_prices": kind.has_prices,
        "price_fields": _price_fields(listing.query.price),
        "active": [(choice.name, _address(url, choice.pairs), choice.count) for choice in listing.active],
        "numbers": _numbers(listing, url),
        "list_url": url,
        "kept_query": urlencode(pairs),
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(breadcrumbs(crumbs)),
    }
    response = render(request, f"clinics/{name}.html", context)
    # The address without empty fields and nonsense; htmx shows it, everybody else ignores it.
    response["HX-Push-Url"] = _address(url, pairs)
    return response


def _price_fields(price: PriceRange) -> list[tuple[str, str, str, str]]:
    """Return (name, label, what is typed, what is wrong) of the two fields."""
    labels = {"price_from": _("From"), "price_to": _("Up to")}
    return [(name, label, price.typed.get(name, ""), str(price.errors.get(name, ""))) for name, label in labels.items()]


def _numbers(listing: Listing, url: str) -> list[tuple[int | str, str]]:
    """Return the numbers of pages to link with their addresses; a gap has none."""
    pairs, pages = listing.query.pairs(), listing.page.paginator
    return [
        (number, _address(url, [*pairs, ("page", str(number))]) if isinstance(number, int) else "")
        for number in pages.get_elided_page_range(listing.page.number, on_each_side=1, on_ends=1)
    ]


def _address(url: str, pairs: list[tuple[str, str]]) -> str:
    return f"{url}?{urlencode(pairs)}" if pairs else url
