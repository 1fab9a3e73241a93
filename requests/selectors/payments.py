"""Payments: what was recorded of a case, what she owes and what we hold in each currency, and whose money is awaited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from requests.enums import PaymentKind, Status
from requests.models import Case, PaymentRecord

NOTHING = Decimal(0)
RELATED = ("case", "estimate", "recorded_by", "cancelled_by")


@dataclass(frozen=True)
class Balance:
    """The sums of one currency.

    ``owed`` is what she was asked for and has not paid yet, never negative; ``owed_since`` is the oldest day from
    which something of it is open. What is received pays the oldest request first, and what came too much counts for
    what is asked next. A refund gives back what came too much; beyond that it opens no request again: what she was
    paid back she owes only when somebody asks anew.
    """

    currency: str
    asked: Decimal
    received: Decimal
    paid_on: Decimal
    refunded: Decimal
    owed: Decimal
    owed_since: date | None

    @property
    def held(self) -> Decimal:
        """What came in and is neither paid on nor paid back; negative when more went out than came in."""
        return self.received - self.paid_on - self.refunded


@dataclass(frozen=True)
class Awaited:
    """What a case was asked for in a currency and has not paid; ``since`` is the oldest day of it."""

    case: Case
    balance: Balance
    since: date


def listed() -> QuerySet[PaymentRecord]:
    """Return all records of all cases, the newest day first."""
    return PaymentRecord.objects.select_related(*RELATED).order_by("-on", "-created_at")


def of_case(case: Case) -> list[PaymentRecord]:
    """Return all records of a case and of those merged into it, cancelled ones too, the oldest day first."""
    records = PaymentRecord.objects.filter(case__in=case.whole()).select_related(*RELATED)
    return list(records.order_by("on", "created_at"))


def balances(records: Iterable[PaymentRecord]) -> list[Balance]:
    """Return one balance for each currency, in the order of their codes; cancelled records count for nothing.

    Nothing is converted.
    """
    by_currency: dict[str, list[PaymentRecord]] = {}
    for record in sorted(records, key=lambda record: (record.on, record.created_at)):
        if not record.is_cancelled:
            by_currency.setdefault(record.currency, []).append(record)
    return [_balance(currency, by_currency[currency]) for currency in sorted(by_currency)]


def totals(records: QuerySet[PaymentRecord]) -> dict[str, dict[PaymentKind, Decimal]]:
    """Return the sum of each kind by currency, in the order of the codes; cancelled records count for nothing."""
    sums: dict[str, dict[PaymentKind, Decimal]] = {}
    rows = records.filter(cancelled_at=None).order_by("currency").values_list("currency", "kind")
    for currency, kind, amount in rows.annotate(sum=Sum("amount")):
        sums.setdefault(currency, dict.fromkeys(PaymentKind, NOTHING))[PaymentKind(kind)] = amount
    return sums


def awaited() -> list[Awaited]:
    """Return what was asked for and has not come, the oldest first; without cases that were erased."""
    cases = _living_cases(_perhaps_awaited())
    by_case: dict[UUID, list[PaymentRecord]] = {}
    for record in PaymentRecord.objects.filter(case__in=list(cases)).order_by("on", "created_at"):
        by_case.setdefault(cases[record.case_id].pk, []).append(record)
    living = {case.pk: case for case in cases.values()}
    rows = [
        Awaited(living[key], balance, balance.owed_since)
        for key, records in by_case.items()
        for balance in balances(records)
        if balance.owed_since is not None
    ]
    return sorted(rows, key=lambda row: (row.since, row.case.reference, row.balance.currency))


def _perhaps_awaited() -> list[UUID]:
    """Return the keys of the cases that were asked for more than they paid, before merged ones are added up.

    A whole case that owes has such a part, for refunds let it owe this much at most.
    """
    sums: dict[str, Any] = {
        kind: Coalesce(Sum("amount", filter=Q(kind=kind)), NOTHING, output_field=DecimalField())
        for kind in (PaymentKind.ASKED, PaymentKind.RECEIVED, PaymentKind.REFUNDED)
    }
    rows = PaymentRecord.objects.filter(cancelled_at=None).order_by().values("case", "currency").annotate(**sums)
    owing = rows.filter(asked__gt=F("received") - F("refunded"))  # type: ignore[misc]  # annotated in the line above
    return list({row["case"] for row in owing})


def _living_cases(keys: list[UUID]) -> dict[UUID, Case]:
    """Return by the key of each part the case in which it goes on: of all these cases, with what was merged into them.

    It asks once for each step of merging, however many cases there are.
    """
    rows = Case.objects.filter(pk__in=keys).exclude(wrapped_key=b"").select_related("merged_into__merged_into")
    living = (row.living for row in rows)
    parts: dict[UUID, Case] = {case.pk: case for case in living if not case.is_erased}
    newest = list(parts)
    while newest:
        merged = Case.objects.filter(merged_into__in=newest, status=Status.DUPLICATE).exclude(pk__in=list(parts))
        newest = []
        for row in merged.exclude(wrapped_key=b""):
            parts[row.pk] = parts[row.merged_into_id]  # type: ignore[index]  # a merged one has it
            newest.append(row.pk)
    return parts


def _balance(currency: str, records: list[PaymentRecord]) -> Balance:
    """Add up the records of one currency, the oldest first."""
    sums = dict.fromkeys(PaymentKind, NOTHING)
    open_requests: list[tuple[date, Decimal]] = []
    too_much = NOTHING
    for record in records:
        kind, amount = PaymentKind(record.kind), record.amount
        sums[kind] += amount
        if kind == PaymentKind.ASKED:
            open_requests.append((record.on, amount))
        elif kind == PaymentKind.RECEIVED:
            too_much += amount
        elif kind == PaymentKind.REFUNDED:
            too_much = max(too_much - amount, NOTHING)
        open_requests, too_much = _settle(open_requests, too_much)
    return Balance(
        currency=currency,
        asked=sums[PaymentKind.ASKED],
        received=sums[PaymentKind.RECEIVED],
        paid_on=sums[PaymentKind.PAID_ON],
        refunded=sums[PaymentKind.REFUNDED],
        owed=sum((amount for _on, amount in open_requests), NOTHING),
        owed_since=open_requests[0][0] if open_requests else None,
    )


def _settle(requests: list[tuple[date, Decimal]], money: Decimal) -> tuple[list[tuple[date, Decimal]], Decimal]:
    """Pay requests with money, the oldest first; return those that stay open, and the money that is left."""
    unpaid = []
    for on, amount in requests:
        paid = min(amount, money)
        money -= paid
        if amount > paid:
            unpaid.append((on, amount - paid))
    return unpaid, money
