"""Two versions of an estimate: what is different in words, which one replaces which; and the bar of a total."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal.accounts.models import User
from portal.core.localisation.money import Amount
from portal.core.worktime import team_today
from requests.enums import Status
from requests.models import Case, Estimate, EstimateLine
from requests.pdf.estimates import Bar, EstimateContext, Words
from requests.services.estimate_changes import differences
from requests.services.estimates import FinalTerms, issue, line_by_hand
from tests.cast import patient_of
from tests.factories import make_condition, submit
from tests.factories.requests import NAME

pytestmark = pytest.mark.django_db

ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


def row(name: str, low: int | None, high: int | None = None, **columns: Any) -> EstimateLine:
    amounts = {"amount_from": low and Decimal(low), "amount_to": high and Decimal(high)}
    return line_by_hand(name=name, name_ru=name, **{"currency": "USD", **amounts, **columns})


def issued(case: Case, by: User, *lines: EstimateLine, days: int = 30, paid: str = "The clinic.") -> Estimate:
    Case.objects.filter(pk=case.pk, status=Status.NEW).update(status=Status.TRIAGE)
    case.refresh_from_db()
    return issue(case=case, lines=lines, terms=FinalTerms(team_today() + timedelta(days=days), paid), by=by)


@pytest.fixture
def case() -> Case:
    return submit(condition=make_condition())


def said(old: Estimate, new: Estimate, language: str = "en") -> list[str]:
    return [sentence.translate(ISOLATES).replace("\xa0", " ") for sentence in differences(old, new, language)]


def test_each_change_is_one_sentence(case: Case, coordinator: User) -> None:
    old = issued(
        case,
        coordinator,
        row("Surgery", 8000, 8000),
        row("Tests", 500, 500),
        row("Taxi", 50, 50),
        row("Stay", 100, 100, quantity=5),
        row("Scan", None),
        row("Drugs", 100, 300),
    )
    new = issued(
        case,
        coordinator,
        row("Surgery", 9000, 9000),
        row("Tests", 400, 400),
        row("Rehabilitation", 700, 700),
        row("Stay", 100, 100, quantity=7),
        row("Scan", 120, 120),
        row("Drugs", 150, 250, included="Pills"),
        paid="You.",
        days=20,
    )
    found = said(old, new)
    assert found[:-1] == [
        "“Surgery” costs more: US$9,000, before US$8,000.",
        "“Tests” costs less: US$400, before US$500.",
        "“Rehabilitation” is new: US$700.",
        "Number of “Stay”: 7, before 5.",
        "“Stay” costs more: US$700, before US$500.",
        "“Scan” has another price: US$120, before price on request.",
        "“Drugs” has another price: US$150 to US$250, before US$100 to US$300.",
        "What “Drugs” includes reads differently now.",
        "“Taxi” is no longer part of it.",
        "The total rose: US$11,070 to US$11,170, before US$9,150 to US$9,350.",
        "How we are paid reads differently now.",
    ]
    assert re.fullmatch(r"It holds until \d+ \w+ \d{4}, before until \d+ \w+ \d{4}\.", found[-1])


def test_the_same_again_has_no_difference(case: Case, coordinator: User) -> None:
    old, new = (issued(case, coordinator, row("Surgery", 8000), row("Surgery", 90)) for _version in range(2))
    assert said(old, new) == []


def test_the_newer_page_tells_and_the_older_leads_to_it(case: Case, coordinator: User) -> None:
    for price in (8000, 9000):
        issued(case, coordinator, row("Surgery", price))
    client, where = patient_of(case), f"/en/case/{case.reference}/estimates"
    newer, older = (client.get(f"{where}/{version}/").content.decode() for version in (2, 1))
    assert "What is different from version 1" in newer
    assert "costs more" in newer
    assert f'href="{where}/1/"' in newer
    assert "Version 2 replaces this estimate" in older
    assert f'href="{where}/2/"' in older
    assert "What is different" not in older


# ── Document ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("low", "high", "parts"),
    [(100, 100, (320, 0, 80)), (80, 100, (256, 64, 80)), (100, None, (320, 0, 80)), (0, None, None)],
)
def test_the_bar_of_a_total(low: int, high: int | None, parts: tuple[int, int, int] | None) -> None:
    bar = Bar.of(Amount(Decimal(low), high and Decimal(high), "USD"), Words("x"), "rtl")  # type: ignore[arg-type]
    assert parts == (bar and (bar.low, bar.striped, bar.dashed))
    assert bar is None or bar.is_mirrored


def test_the_name_and_the_price_of_one_stand_on_it(case: Case, coordinator: User) -> None:
    estimate = issued(case, coordinator, row("Stay", 150, 150, quantity=7), row("Scan", None))
    assert Estimate.objects.get(pk=estimate.pk).patient_name == NAME
    document = EstimateContext.of(estimate)
    assert [line.quantity.own for line in document.lines] == ["7 × US$150", "1"]
    page = patient_of(case).get(f"/en/case/{case.reference}/estimates/1/").content.decode()
    assert f"<bdi>{NAME}</bdi>" in page
    assert page.count('class="estimate-bar"') == 1


def test_a_name_of_later_does_not_change_what_was_issued(case: Case, coordinator: User) -> None:
    estimate = issued(case, coordinator, row("Stay", 150))
    case.refresh_from_db()
    case.patient_name = "Somebody Else"
    case.save(update_fields=["patient_name", "patient_name_hashes"])
    assert Estimate.objects.get(pk=estimate.pk).patient_name == NAME


def test_an_older_estimate_has_no_name_and_its_page_no_row_for_it(case: Case, coordinator: User) -> None:
    issued(case, coordinator, row("Stay", 150))
    Estimate.objects.filter(version=1).update(patient_name=b"")
    page = patient_of(case).get(f"/en/case/{case.reference}/estimates/1/").content.decode()
    assert NAME not in page.partition('<article class="estimate"')[2].partition("</article>")[0]
