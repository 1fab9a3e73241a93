"""The content that comes with the project: complete in every live language, every claim with its source."""

from decimal import Decimal

import pytest
from django.conf import settings

from clinics.models import Clinic, ClinicFact
from conditions.models import Area, Condition, Edition
from conditions.selectors import drafts
from conditions.services import gate
from conditions.services.citing import uncited
from portal.core.markdown import citations
from requests.models import SupportPackage

pytestmark = pytest.mark.django_db


def test_the_four_areas() -> None:
    assert [area.slug for area in Area.objects.all()] == ["oncology", "oncohematology", "ophthalmology", "dentistry"]


def test_every_condition_is_published_in_every_live_language() -> None:
    editions = Edition.objects.current().values_list("condition__slug", "language")
    expected = {(one.slug, code) for one in Condition.objects.all() for code in settings.LIVE_LANGUAGES}
    assert expected
    assert set(editions) == expected


def test_every_gate_is_green() -> None:
    for condition in Condition.objects.all():
        for language in settings.LIVE_LANGUAGES:
            assert [line.message for line in gate.check(condition, language) if not line.ok] == []


def test_every_figure_risk_and_outlook_ends_in_a_citation() -> None:
    faults = []
    for edition in Edition.objects.current():
        for place, text in drafts.cited_texts(edition.content):
            is_claim = place in {"outlook", "untreated"} or place.endswith(":risks")
            faults += [(edition.language, place, block) for block in uncited(text, every_block=is_claim)]
    assert faults == []


def test_every_source_is_cited_in_every_language() -> None:
    for edition in Edition.objects.current():
        known = {source["number"] for source in edition.content["sources"]}
        text = "\n".join(text for _place, text in drafts.cited_texts(edition.content))
        assert known - set(citations(text)) == set(), edition


def test_the_five_prices_of_liver_metastases() -> None:
    prices = Condition.objects.get(slug="liver-metastases").prices.all()
    stated = {(price.amount_from, price.amount_to, price.currency, price.included_en or "") for price in prices}
    assert stated == {(Decimal(amount), None, "USD", "") for amount in (380, 1000, 2550, 3200, 1900)}
    assert {(str(price.checked_on), str(price.valid_until)) for price in prices} == {("2026-11-23", "2027-11-23")}


def test_the_clinics_treat_liver_metastases_and_every_fact_has_a_source() -> None:
    assert Clinic.objects.filter(conditions__slug="liver-metastases").count() == 4
    assert not ClinicFact.objects.filter(source="").exists()


def test_the_three_packages_speak_of_every_line() -> None:
    packages = list(SupportPackage.objects.prefetch_related("terms"))
    assert len(packages) == 3
    assert len({frozenset(term.line_id for term in one.terms.all()) for one in packages}) == 1
    assert all(one.never_included for one in packages)
