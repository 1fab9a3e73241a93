"""Typical prices: which hold, and which can be chosen."""

import datetime
from decimal import Decimal

import pytest

from conditions.models import Condition, Price
from conditions.selectors import costs
from conditions.selectors.costs import CostRow
from portal.core.localisation.money import Amount, totals

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 23)


def lines(condition: Condition, *chosen: str, day: datetime.date = TODAY) -> list[CostRow]:
    return costs.rows(condition.pk, "en", day, chosen)


def chosen_total(rows: list[CostRow]) -> list[Amount]:
    return totals(row.amount for row in rows if row.is_chosen)


def test_a_lower_bound_stays_one_in_the_sum(condition: Condition) -> None:
    assert chosen_total(lines(condition, "tests", "operation")) == [Amount(Decimal(2930), None, "USD")]


def test_ranges_add_up_to_a_range(condition: Condition) -> None:
    assert chosen_total(lines(condition, "operation")) == [Amount(Decimal(2550), Decimal(3000), "USD")]


def test_nothing_chosen_no_sum(condition: Condition) -> None:
    assert chosen_total(lines(condition)) == chosen_total(lines(condition, "unknown")) == []


def test_past_its_date_a_price_leaves_the_calculator(condition: Condition) -> None:
    day = datetime.date(2027, 11, 24)
    (tests, operation) = lines(condition, "tests", day=day)
    assert (tests.holds, tests.is_stated, tests.is_chosen, tests.price) == (False, True, False, "price being checked")
    assert chosen_total([tests, operation]) == []


def test_a_price_holds_on_its_last_day(condition: Condition) -> None:
    assert all(line.holds for line in lines(condition, day=datetime.date(2027, 11, 23)))


def test_without_an_amount_it_is_on_request(condition: Condition) -> None:
    Price.objects.filter(procedure__code="tests").update(amount_from=None)
    (tests, _operation) = lines(condition, "tests")
    assert (tests.holds, tests.is_stated, tests.is_chosen) == (False, False, False)


def test_different_currencies_do_not_add_up(condition: Condition) -> None:
    Price.objects.filter(procedure__code="tests").update(currency="EUR")
    assert chosen_total(lines(condition, "tests", "operation")) == [
        Amount(Decimal(380), None, "EUR"),
        Amount(Decimal(2550), Decimal(3000), "USD"),
    ]
