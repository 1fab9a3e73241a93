"""Admin page "Prices from estimates and offers": what patients were quoted, for editors, without the patients."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from clinics.models import OfferedTreatment
from conditions.models import Price
from portal.core.admin.base import ReadOnlyAdmin
from portal.core.localisation import desk_formats, money
from requests.enums import PriceOrigin
from requests.forms.price_takeovers import TakeoverForm
from requests.models import PriceTakeover
from requests.permissions import check_can_take_over_prices
from requests.selectors import price_takeovers as selectors
from requests.selectors.price_takeovers import SeenPrice
from requests.services import price_takeovers
from requests.services.price_takeovers import Taken, TakeoverRefused

ADDRESS = "admin:requests_pricetakeover_changelist"


@admin.register(PriceTakeover)
class PriceTakeoverAdmin(ReadOnlyAdmin):
    """One page, with no list of what was looked at: the log of each price tells."""

    def get_urls(self) -> list[URLPattern]:
        return [path("", self.admin_site.admin_view(page), name="requests_pricetakeover_changelist")]


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the prices that nobody has looked at; a POST takes one over, or leaves it."""
    by: Any = request.user
    check_can_take_over_prices(by)
    wrong: TakeoverForm | None = None
    if request.method == "POST":
        wrong = _act(request)
        if wrong is None:
            return redirect(ADDRESS)
    lists = {"of_estimates": selectors.of_estimates(), "of_offers": selectors.of_offers()}
    context = {
        **admin.site.each_context(request),
        "title": pgettext("desk", "Prices from estimates and offers"),
        "fewest": selectors.FEWEST,
        "may_be_more": any(len(prices) > selectors.ON_A_PAGE for prices in lists.values()),
        **{name: [_shown(price, wrong) for price in prices[: selectors.ON_A_PAGE]] for name, prices in lists.items()},
    }
    return render(request, "admin/requests/price_takeovers.html", context, status=422 if wrong else 200)


def _act(request: HttpRequest) -> TakeoverForm | None:
    """Do what a button says, and tell it; return the form with what is wrong in it, if something is."""
    by: Any = request.user
    key, seen = request.POST.get("key", ""), request.POST.get("seen", "")
    try:
        if "leave" in request.POST:
            price_takeovers.leave(key=key, by=by)
            messages.success(request, pgettext("desk", "Left: nobody is asked about this price again."))
            return None
        form = TakeoverForm(price_takeovers.find(key), request.POST)
        if not form.is_valid():
            return form
        taken = price_takeovers.take(key=key, valid_until=form.cleaned_data["valid_until"], seen=seen, by=by)
    except TakeoverRefused as refusal:
        if refusal.field:
            form.add_error(refusal.field, str(refusal))
            return form
        messages.error(request, str(refusal))
        return None
    _log(request, taken)
    messages.success(request, _told(taken))
    return None


def _log(request: HttpRequest, taken: Taken) -> None:
    row, model_admin = taken.row, admin.site.get_model_admin(type(taken.row))
    # The log of the admin is in English, and says nothing of whose estimate it was.
    if taken.is_new:
        model_admin.log_addition(request, row, f"Taken over: {row.source}.")
    else:
        model_admin.log_change(request, row, f"Taken over: {row.source}.")


def _told(taken: Taken) -> str:
    """Return what stands in the list now, and what stood there before."""
    language = desk_formats.language()
    row = taken.row
    about = {"price": str(row), "now": money.in_words(row.amount, language)}
    if taken.before is None:
        return pgettext("desk", "%(price)s: %(now)s now, no price before.") % about
    about["before"] = money.in_words(taken.before, language)
    said = pgettext("desk", "%(price)s: %(now)s now, %(before)s before.") % about
    if row.included or row.excluded:
        said += " " + pgettext("desk", "What it includes stands as it was: look through it.")
    return said


def _shown(price: SeenPrice, wrong: TakeoverForm | None) -> dict[str, Any]:
    """Return a row of the page."""
    language, standing = desk_formats.language(), price.standing
    row = {
        "price": price,
        "form": wrong if wrong is not None and wrong.price.key == price.key else TakeoverForm(price),
        "amount": money.in_words(price.amount, language),
        "whose": PriceOrigin(price.origin).label,
    }
    if standing is not None:
        model = OfferedTreatment if price.clinic is not None else Price
        row["standing"] = money.in_words(standing.amount, language)
        row["standing_url"] = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[standing.pk])
        row["checked"] = desk_formats.day(standing.checked_on) if standing.checked_on else ""
        row["is_past"] = standing.is_stated and not standing.holds
    return row
