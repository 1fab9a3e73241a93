"""What the same costs in other countries: beside the typical price, only with a dated source."""

import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from conditions.models import Condition, Price, PriceElsewhere, Procedure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]


def state(code: str = "operation", **changes: Any) -> PriceElsewhere:
    stated = {
        "place_en": "Erewhon: the operation alone",
        "place_ru": "Едгин: только операция",
        "amount_from": 9000,
        "amount_to": 9000,
        "currency": "EUR",
        "source": "Erewhon Health Office",
        "source_url": "https://example.org/prices",
        "stated_on": "2026-05-04",
        "checked_on": "2026-11-20",
    }
    condition, procedure = Condition.objects.get(slug="grey-fever"), Procedure.objects.get(code=code)
    return PriceElsewhere.objects.create(condition=condition, procedure=procedure, **{**stated, **changes})


def table(visitor: Client, language: str = "en") -> str:
    page = visitor.get(f"/{language}/conditions/grey-fever/").content.decode()
    html = page.partition('id="elsewhere-caption"')[2].partition("</table>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_both_prices_stand_side_by_side_with_source_and_day(visitor: Client) -> None:
    state()
    words = table(visitor)
    assert "US$2,550 to US$3,000 €9,000 Erewhon: the operation alone Erewhon Health Office" in words
    assert "stated on 4 May 2026 read on 20 November 2026" in words
    assert "Едгин: только операция" in table(visitor, "ru")


def test_two_amounts_are_a_range(visitor: Client) -> None:
    state(amount_to=12000)
    assert "€9,000 to €12,000" in table(visitor)


def test_without_a_price_of_ours_that_holds_there_is_nothing_to_compare(visitor: Client) -> None:
    state()
    Price.objects.filter(procedure__code="operation").update(checked_on="2025-01-01", valid_until="2025-02-01")
    assert table(visitor) == ""


def test_without_a_source_there_is_no_table(visitor: Client) -> None:
    assert table(visitor) == ""


def test_the_database_refuses_amounts_in_the_wrong_order() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        state(amount_from=10000)
