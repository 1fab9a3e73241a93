"""Writes of payment records: what happened with money elsewhere is recorded here; the portal moves none."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from conditions.models.prices import currency_code
from portal.accounts.models import User
from portal.core.localisation import desk_formats, money
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests.enums import EventKind, PaymentKind
from requests.models import Case, Document, Estimate, PaymentRecord
from requests.permissions import check_can_record_payments
from requests.selectors import payments
from requests.services import audit, clock, form_tokens

GOES_OUT = (PaymentKind.PAID_ON, PaymentKind.REFUNDED)
# A year before it is a slip of the finger.
FIRST_YEAR = 2000
# The database stores no finer amount, in whatever currency.
CENT = Decimal("0.01")


class PaymentRefused(Exception):
    """A payment that cannot be recorded or cancelled so; the text says why, ``field`` names what to correct."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class MoreThanHeld(PaymentRefused):
    """More would go out than came in; ``is_more_than_held`` and a note say that it is so all the same."""


@transaction.atomic
def record(
    case: Case,
    *,
    kind: PaymentKind,
    amount: Decimal,
    currency: str,
    on: date,
    paper: str,
    note: str = "",
    document: Document | None = None,
    estimate: Estimate | None = None,
    is_more_than_held: bool = False,
    by: User,
    token: str,
) -> PaymentRecord:
    """Record what happened with money on a day. The same form counts once.

    What stands for a merged case is recorded in the one in which it goes on. A case that has ended takes records too:
    money comes and goes later. Raises ``PaymentRefused`` or ``PermissionDenied``.
    """
    check_can_record_payments(by)
    locked = clock.lock(case.living)
    key = form_tokens.key("payment", locked.pk, token)
    if (known := PaymentRecord.objects.filter(form_token=key).select_related("case").first()) is not None:
        return known
    _check_case(locked)
    _check_facts(amount, currency, on, paper)
    _check_belongs(locked, document, estimate)
    if kind in GOES_OUT:
        _check_held(locked, amount, currency, is_explained=is_more_than_held and bool(note.strip()))
    new = PaymentRecord(
        case=locked,
        kind=kind,
        amount=amount,
        currency=currency,
        on=on,
        paper=paper,
        note=note,
        document=document,
        estimate=estimate,
        recorded_by=by,
        form_token=key,
    )
    new.save(force_insert=True)
    audit.record(locked, EventKind.PAYMENT_RECORDED, by=by, object_id=new.pk)
    return new


@transaction.atomic
def cancel(record: PaymentRecord, *, reason: str, by: User) -> None:
    """Cancel a record that is wrong: it stays, with the reason, and counts for nothing.

    Raises ``PaymentRefused`` without a reason, and when somebody cancelled it already; or ``PermissionDenied``.
    """
    check_can_record_payments(by)
    locked = clock.lock(record.case)
    fresh = PaymentRecord.objects.select_related("case", "cancelled_by").get(pk=record.pk)
    if fresh.cancelled_by is not None:
        sentence = pgettext("desk", "%(name)s has cancelled this record already.")
        raise PaymentRefused(sentence % {"name": fresh.cancelled_by.name})
    if locked.is_erased:
        raise PaymentRefused(pgettext("desk", "The texts of this case are erased: nothing is written in it any more."))
    if not reason.strip():
        raise PaymentRefused(pgettext("desk", "Enter why this record is wrong."), "reason")
    fresh.cancelled_at, fresh.cancelled_by, fresh.cancel_reason = timezone.now(), by, reason
    fresh.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    audit.record(locked, EventKind.PAYMENT_CANCELLED, by=by, object_id=fresh.pk)


def _check_case(case: Case) -> None:
    if case.is_erased:
        raise PaymentRefused(pgettext("desk", "The texts of this case are erased: nothing is written in it any more."))
    if case.is_quarantined or case.is_spam:
        raise PaymentRefused(pgettext("desk", "This case is held as spam: no money belongs to it."))


def _check_facts(amount: Decimal, currency: str, on: date, paper: str) -> None:
    if amount <= 0:
        raise PaymentRefused(pgettext("desk", "Enter an amount above 0."), "amount")
    try:
        currency_code(currency)
    except ValidationError as error:
        raise PaymentRefused(error.messages[0], "currency") from None
    if money.rounded(Amount(amount, None, currency)).amount_from != amount:
        sentence = pgettext("desk", "%(currency)s has no smaller parts than that: enter an amount that can be paid.")
        raise PaymentRefused(sentence % {"currency": currency}, "amount")
    if amount % CENT:
        raise PaymentRefused(pgettext("desk", "Enter an amount with at most two decimals."), "amount")
    if on > team_today():
        raise PaymentRefused(
            pgettext("desk", "Enter a day that is not ahead: only what has happened is recorded."), "on"
        )
    if on.year < FIRST_YEAR:
        raise PaymentRefused(pgettext("desk", "Look at the year: it is a slip of the finger."), "on")
    if not paper.strip():
        raise PaymentRefused(pgettext("desk", "Enter the paper that says so, such as “Invoice 17”."), "paper")


def _check_belongs(case: Case, document: Document | None, estimate: Estimate | None) -> None:
    whole = {part.pk for part in case.whole()}
    if estimate is not None and estimate.case_id not in whole:
        raise PaymentRefused(pgettext("desk", "Select an estimate of this case."), "estimate")
    if document is not None and document.case_id not in whole:
        raise PaymentRefused(pgettext("desk", "Select a paper of this case."), "document")


def _check_held(case: Case, amount: Decimal, currency: str, *, is_explained: bool) -> None:
    """Let out what is held, and more only where somebody says why: what came in may not be recorded yet."""
    balances = payments.balances(payments.of_case(case))
    held = next((balance.held for balance in balances if balance.currency == currency), Decimal(0))
    if amount > held and not is_explained:
        language = desk_formats.language()
        told = {
            "held": money.in_words(Amount(held, held, currency), language),
            "amount": money.in_words(Amount(amount, amount, currency), language),
        }
        sentence = pgettext(
            "desk",
            "We hold %(held)s of this case, less than %(amount)s. Record first what came in; or tick that more went "
            "out, and write in the note why.",
        )
        raise MoreThanHeld(sentence % told, "amount")
