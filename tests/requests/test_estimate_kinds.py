"""Support package, service fee and discount of an estimate: every place that prints it says the same."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.models import User
from requests.admin import labels
from requests.enums import LineKind, PriceOrigin
from requests.models import Case, Estimate, EstimateLine
from requests.pdf.estimates import EstimateContext, document
from requests.services.decision_texts import agreement
from tests.cast import patient_of
from tests.factories import make_condition, submit
from tests.requests.test_estimate_versions import issued, row, said

pytestmark = pytest.mark.django_db

TOTAL = "US$9,700 to US$10,700"
ON_TOP = "your stay outside hospital and the support package"


def own(kind: LineKind, name: str, amount: int, **columns: Any) -> EstimateLine:
    columns = {"origin": PriceOrigin.OPERATOR, "name_ru": name, "currency": "USD", **columns}
    return EstimateLine(kind=kind, name=name, amount_from=Decimal(amount), **columns)


def all_kinds() -> list[EstimateLine]:
    """Return lines of every kind, those of our own before the treatment, as nobody should print them."""
    return [
        own(LineKind.DISCOUNT, "Discount", 300),
        own(LineKind.FEE, "Help with papers", 500, amount_to=Decimal(500)),
        own(LineKind.PACKAGE, "Comfort", 1500, amount_to=Decimal(1500)),
        row("Surgery", 8000, 9000),
    ]


@pytest.fixture
def case() -> Case:
    return submit(condition=make_condition())


@pytest.fixture
def estimate(case: Case, coordinator: User) -> Estimate:
    return issued(case, coordinator, *all_kinds())


def plain(text: str) -> str:
    return text.replace("\xa0", " ").translate(dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069")))


def test_our_own_lines_stand_after_the_treatment_with_what_they_are(estimate: Estimate) -> None:
    context = EstimateContext.of(estimate)
    lines = [(line.name.own, line.kind.own, plain(line.amount.own), plain(line.quantity.own)) for line in context.lines]
    assert lines == [
        ("Surgery", "", "US$8,000 to US$9,000", "1 × US$8,000 to US$9,000"),
        ("Comfort", "Support package", "US$1,500", ""),
        ("Help with papers", "Service fee", "US$500", ""),
        ("Discount", "", "−US$300", ""),
    ]


def test_every_place_prints_the_same_total(case: Case, estimate: Estimate) -> None:
    page = patient_of(case).get(f"/en/case/{case.reference}/estimates/{estimate.version}/").content.decode()
    places = [page, document(estimate), agreement(estimate, "en").text, labels.total(estimate)]
    assert [TOTAL in plain(place) for place in places] == [True] * 4
    assert ["−US$300" in plain(place) for place in places[:3]] == [True] * 3


def test_she_accepts_words_that_say_what_each_line_is(estimate: Estimate) -> None:
    costs = plain(agreement(estimate, "en").text).split("\n\n")[1].split("\n")
    assert costs[1:6] == [
        "Surgery: US$8,000 to US$9,000",
        "Comfort (Support package): US$1,500",
        "Help with papers (Service fee): US$500",
        "Discount: −US$300",
        f"Total: {TOTAL}",
    ]


def test_a_package_with_a_price_is_not_said_to_come_on_top(case: Case, coordinator: User) -> None:
    without = issued(case, coordinator, row("Surgery", 8000))
    with_package = issued(case, coordinator, *all_kinds())
    for texts in (document, lambda estimate: agreement(estimate, "en").text):
        assert ON_TOP in texts(without)
        assert ON_TOP not in texts(with_package)
        assert "insurance and your stay outside hospital." in texts(with_package)


def test_a_discount_that_grew_makes_it_cheaper(case: Case, coordinator: User) -> None:
    amounts = (300, 400, 100)
    first, second, third = (
        issued(case, coordinator, row("Surgery", 8000, 8000), own(LineKind.DISCOUNT, "Friends", off)) for off in amounts
    )
    assert said(first, second) == [
        "“Friends” takes off more: US$400, before US$300.",
        "The total fell: US$7,600, before US$7,700.",
    ]
    assert said(second, third) == [
        "“Friends” takes off less: US$100, before US$400.",
        "The total rose: US$7,900, before US$7,600.",
    ]


def test_a_line_that_changes_its_kind_is_another_line(case: Case, coordinator: User) -> None:
    old = issued(case, coordinator, row("Surgery", 8000, 8000), row("Help", 100, 100))
    new = issued(case, coordinator, row("Surgery", 8000, 8000), own(LineKind.DISCOUNT, "Help", 100))
    assert said(old, new) == [
        "“Help” is new: it takes off US$100.",
        "“Help” is no longer part of it.",
        "The total fell: US$7,900, before US$8,100.",
    ]


@pytest.mark.parametrize(("low", "high"), [(None, None), (0, None), (0, 0), (100, 200)])
def test_a_discount_is_one_amount_above_nothing(estimate: Estimate, low: int | None, high: int | None) -> None:
    with pytest.raises(IntegrityError, match="discount_is_one_amount"), transaction.atomic():
        EstimateLine.objects.filter(estimate=estimate, kind=LineKind.DISCOUNT).update(amount_from=low, amount_to=high)
