"""Sums, quantities, discounts and rounding of amounts, beside a naive sum in whole hundredths."""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.core.localisation.money import Amount, in_words, rounded, totals
from requests.enums import LineKind, PriceOrigin
from requests.models import EstimateLine

# Smallest units of a currency by ISO 4217, as powers of ten.
DIGITS = {"USD": 2, "EUR": 2, "RUB": 2, "JPY": 0, "KWD": 3}


class Row(NamedTuple):
    """A line as somebody types it; prices in hundredths."""

    kind: LineKind
    quantity: int
    low: int | None
    high: int | None
    currency: str

    @property
    def line(self) -> EstimateLine:
        low, high = (None if cents is None else Decimal(cents).scaleb(-2) for cents in (self.low, self.high))
        return EstimateLine(
            kind=self.kind,
            quantity=self.quantity,
            amount_from=low,
            amount_to=high,
            currency=self.currency,
            origin=PriceOrigin.COORDINATOR,
        )


cents = st.integers(0, 10**11)
currencies = st.sampled_from(sorted(DIGITS))
quantities = st.integers(1, 999)
charged = st.sampled_from([LineKind.TREATMENT, LineKind.PACKAGE, LineKind.FEE])
rows = st.one_of(
    st.builds(lambda kind, number, low, currency: Row(kind, number, low, None, currency), charged, quantities, cents, currencies),
    st.builds(
        lambda kind, number, low, more, currency: Row(kind, number, low, low + more, currency),
        charged, quantities, cents, cents, currencies,
    ),
    st.builds(lambda kind, number, currency: Row(kind, number, None, None, currency), charged, quantities, currencies),
    st.builds(
        lambda number, low, currency: Row(LineKind.DISCOUNT, number, low, None, currency),
        quantities, st.integers(1, 10**9), currencies,
    ),
)  # fmt: skip


def naive(price: int, row: Row) -> Fraction:
    """Return what a line prints for a price in hundredths: a half of the smallest unit counts as a whole one."""
    smallest = Fraction(1, 10 ** DIGITS[row.currency])
    units = Fraction(row.quantity * price, 100) / smallest
    return (units + Fraction(1, 2)).__floor__() * smallest


def naive_totals(typed: list[Row]) -> dict[str, tuple[Fraction, Fraction | None]]:
    sums: dict[str, tuple[Fraction, Fraction | None]] = {}
    for row in typed:
        if row.low is None:
            continue
        low, high = sums.get(row.currency, (Fraction(0), Fraction(0)))
        if row.kind == LineKind.DISCOUNT:
            off = naive(row.low, row)
            sums[row.currency] = low - off, None if high is None else high - off
        else:
            open_end = high is None or row.high is None
            upper = None if open_end else high + naive(row.high, row)  # type: ignore[operator, arg-type]  # both are known
            sums[row.currency] = low + naive(row.low, row), upper
    return sums


@given(st.lists(rows, max_size=12))
@example([Row(LineKind.TREATMENT, 1, 50, 150, "JPY"), Row(LineKind.TREATMENT, 3, 50, 50, "JPY")])
@example([Row(LineKind.DISCOUNT, 2, 50, None, "USD"), Row(LineKind.FEE, 1, 100, None, "USD")])
def test_totals_are_those_of_a_naive_sum(typed: list[Row]) -> None:
    sums = {
        total.currency: (Fraction(total.amount_from), None if total.amount_to is None else Fraction(total.amount_to))  # type: ignore[arg-type]  # a total has a price
        for total in totals(row.line.charge for row in typed)
    }
    assert sums == naive_totals(typed)


@given(st.lists(rows, max_size=8), st.randoms())
def test_the_order_of_lines_changes_no_total(typed: list[Row], random: Random) -> None:
    mixed = list(typed)
    random.shuffle(mixed)
    first, second = (
        {total.currency: total for total in totals(row.line.charge for row in lines)} for lines in (typed, mixed)
    )
    assert first == second


@given(rows)
def test_a_discount_lessens_a_total_by_what_it_says(row: Row) -> None:
    discount = row._replace(kind=LineKind.DISCOUNT, low=row.low or 1, high=None).line
    assert discount.amount.amount_from == discount.amount.amount_to
    assert totals([discount.amount, discount.charge]) == [Amount(Decimal(0), Decimal(0), row.currency)]


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        ("0.005", "USD", "0.01"),
        ("0.015", "USD", "0.02"),
        ("2.5", "JPY", "3"),
        ("3.5", "JPY", "4"),
        ("-2.5", "JPY", "-3"),
        ("0.0005", "KWD", "0.001"),
        ("1.004", "RUB", "1"),
    ],
)
def test_a_half_is_rounded_away_from_nothing(value: str, currency: str, expected: str) -> None:
    amount = rounded(Amount(Decimal(value), None, currency))
    assert amount == rounded(amount) == Amount(Decimal(expected), None, currency)


def test_a_printed_amount_is_rounded_in_the_same_way() -> None:
    prices = [Amount(Decimal(value), Decimal(value), "JPY") for value in ("2.5", "3.5")]
    assert [in_words(price, "en") for price in prices] == ["JP¥3", "JP¥4"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "\u2212US$1,200"), ("ru", "\u22121\xa0200\xa0$"), ("ar", "\u2066\u22121,200\xa0US$\u2069")],
)
def test_what_is_taken_off_has_a_minus_sign_before_it(language: str, words: str) -> None:
    assert in_words(Amount(Decimal(-1200), Decimal(-1200), "USD"), language) == words
