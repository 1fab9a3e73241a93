"""Payment records and balances as pages of the desk show them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import pgettext

from portal.core.localisation import desk_formats, formats
from requests.enums import PAYMENT_NAMES, PaymentKind
from requests.models import PaymentRecord
from requests.selectors.payments import Balance


def shown(record: PaymentRecord) -> dict[str, Any]:
    """Return a record with its texts and its amount in words."""
    return {
        "row": record,
        "day": desk_formats.day(record.on),
        "what": PAYMENT_NAMES[PaymentKind(record.kind)],
        "amount": in_words(record.amount, record.currency),
        "paper": text(record, "paper"),
        "note": text(record, "note"),
        "cancel_reason": text(record, "cancel_reason"),
    }


def text(record: PaymentRecord, name: str) -> str:
    """Return a text of a record; those of a case that was erased open no more."""
    return pgettext("desk", "erased") if record.case.is_erased else str(getattr(record, name))


def sums(balance: Balance) -> dict[str, str]:
    """Return the sums of a balance in words."""
    names = ("asked", "received", "paid_on", "refunded", "owed", "held")
    return {
        "currency": balance.currency,
        **{name: in_words(getattr(balance, name), balance.currency) for name in names},
    }


def in_words(amount: Decimal, currency: str) -> str:
    """Return an amount as the colleague reads it."""
    return formats.money(amount, currency, desk_formats.language())
