"""Admin page of figures for leads: how cases ended, and what patients said after coming home."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from requests.enums import Feeling
from requests.permissions import check_can_see_outcomes
from requests.selectors import outcomes


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the outcomes of twelve months; small numbers are hidden."""
    user: Any = request.user
    check_can_see_outcomes(user)
    # A month is a column: twelve short numbers fit beside a name, ten names beside a month do not.
    months = outcomes.by_month()[::-1]
    context = {
        **admin.site.each_context(request),
        "title": _("Outcomes"),
        "months": months,
        "rows": [
            (name, [month.numbers[place] for month in months]) for place, name in enumerate(outcomes.NAMES.values())
        ],
        "feelings": [feeling.label for feeling in Feeling],
        "asked": outcomes.asked(),
        "fewest": outcomes.FEWEST,
    }
    return render(request, "admin/requests/outcomes.html", context)
