"""Words that patients accepted before this release: the same estimates still give them, to the byte."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from requests.enums import EstimateKind, PriceOrigin
from requests.models import Case, Estimate, EstimateLine
from requests.services.decision_texts import Agreement, agreement, sections_of
from tests.factories import submit

pytestmark = pytest.mark.django_db

WORDS = Path(__file__).parent / "accepted_words"
# Made, like the texts, by the code of commit d813ce4a, before lines had kinds and discounts.
HASHES = {
    "final-ar": "75c47c73c0f53c9c76a5fec88774ad63f1df3827e7e9e787c325f8912c09d1c2",
    "final-en": "3a7a4c8e4514a509019bf6cc142da4d62abf627b2d7d0f09620096a082efb550",
    "final-ru": "791c013e429a2cbb72d4dfb72ee9bf28296b208728f2cdbc4d3189facbaf4309",
    "supplement-ar": "4deecf4a14b6c21dd6ce6f17299851d327655ad157099aff557d344508dc39b8",
    "supplement-en": "653ded73653870bbc0a7a22c103141799420a737e58dd1eab08afeb3906122d2",
    "supplement-ru": "3c81944eae2bc8c73fd23d8894370b85b5943a030fa6285717c6977e2f0748a5",
}


def line(name: str, name_ru: str, low: str | None, high: str | None = None, **more: Any) -> EstimateLine:
    amounts = {"amount_from": low and Decimal(low), "amount_to": high and Decimal(high)}
    columns = {"currency": "USD", "origin": PriceOrigin.COORDINATOR, **more}
    return EstimateLine(name=name, name_ru=name_ru, **amounts, **columns)


def estimate_of(kind: EstimateKind) -> Estimate:
    """Return an estimate as it was frozen then: ranges, a lower bound, two currencies, and a price on request."""
    case = submit()
    Case.objects.filter(pk=case.pk).update(reference="MR-2345-6789")
    case.refresh_from_db()
    is_supplement = kind == EstimateKind.SUPPLEMENT
    estimate = Estimate(
        case=case,
        kind=kind,
        version=3 if is_supplement else 2,
        language="en",
        condition_name="Breast cancer",
        condition_name_ru="Рак молочной железы",
        clinic_name="Test Clinic",
        clinic_name_ru="Проверочная клиника",
        package_name="Standard",
        package_name_ru="Стандарт",
        how_we_are_paid="The clinic pays us.",
        reason="One more night." if is_supplement else "",
        valid_until=date(2026, 12, 31),
    )
    estimate.save(force_insert=True)
    lines = [
        line("Surgery", "Операция", "9000", "12000.50"),
        line("Ward, a night", "Палата, сутки", "180.25", "180.25", quantity=6),
        line("Genetic test", "Генетический тест", "64000", currency="RUB"),
        line("Second opinion", "", None),
        line("Support package", "Сопровождение", "1500", "1500"),
    ]
    for order, row in enumerate(lines[1:3] if is_supplement else lines, 1):
        row.estimate, row.order = estimate, order
        row.save(force_insert=True)
    return estimate


def accepted(name: str) -> Agreement:
    kind, language = name.split("-")
    return agreement(estimate_of(EstimateKind(kind)), language)


@pytest.mark.parametrize("name", HASHES)
def test_an_old_estimate_gives_the_words_that_were_accepted(name: str) -> None:
    words = accepted(name)
    assert words.text == (WORDS / f"{name}.txt").read_text()
    assert words.sha256 == hashlib.sha256(words.text.encode()).hexdigest() == HASHES[name]
    assert tuple(sections_of(words.text)) == words.sections
