"""The money of one's own case: what was asked for, received, paid on and paid back, and the operator's rules."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.core.localisation import money
from portal.core.localisation.money import Amount
from requests.selectors import documents, money_rules, payments
from requests.selectors.cases import own_case
from requests.selectors.payments import Balance
from requests.views.cases import case_page, not_a_request, way_in


@login_not_required
@never_cache
@require_safe
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """The balance of each currency, every record, and the rules in words."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    language = get_language() or settings.LANGUAGE_CODE
    records = payments.of_case(case)
    context: dict[str, Any] = {
        "heading": _("Payments"),
        "balances": [_in_words(balance, language) for balance in payments.balances(records)],
        "records": [(record, _amount(record.amount, record.currency, language)) for record in reversed(records)],
        "openable": documents.openable(case, {record.document_id for record in records if record.document_id}),
        "rules": money_rules.rules(language),
    }
    return case_page(request, "payments.html", case, **context)


def _in_words(balance: Balance, language: str) -> dict[str, str]:
    """Return the sums of a balance that are above 0, as they are read; the others are empty.

    ``lent`` is what went out beyond what came in.
    """
    names = ("asked", "received", "paid_on", "refunded", "owed", "held")
    sums = {name: getattr(balance, name) for name in names} | {"lent": -balance.held}
    words = {name: _amount(value, balance.currency, language) if value > 0 else "" for name, value in sums.items()}
    return {"currency": balance.currency, **words}


def _amount(value: Decimal, currency: str, language: str) -> str:
    return money.in_words(Amount(value, value, currency), language)
