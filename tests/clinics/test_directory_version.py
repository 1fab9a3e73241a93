"""The directory that a process keeps is that of the database: after a change, a rollback, and another process's change."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinics import versions
from clinics.models import Accreditation, Clinic
from clinics.selectors import clinic_list, people
from clinics.selectors.clinic_list import CLINICS
from clinics.selectors.index import cached
from conditions.models import Area
from tests.core.test_zones import at

pytestmark = pytest.mark.django_db

BUILDERS = {
    "clinics": clinic_list._build,
    "doctors": people._build_doctors,
    "care assistants": people._build_care_assistants,
}
TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)"')


@pytest.mark.parametrize("name", BUILDERS)
def test_every_table_that_is_read_renews_the_version(name: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        BUILDERS[name](timezone.now().date())
    read = {table for query in queries for table in TABLE.findall(query["sql"])}
    renews = {model._meta.db_table for model in (*versions.SHOWN, *versions.LINKS)}
    assert read
    assert read - renews == set()


def test_a_renamed_area_is_called_so_at_once() -> None:
    area = Area.objects.order_by("pk")[0]
    assert CLINICS.index().name_of("area", area.slug, "en") == area.name_en
    area.name_en = "Renamed"
    area.save()
    assert CLINICS.index().name_of("area", area.slug, "en") == "Renamed"


def unpublish(pk: int) -> None:
    clinic = Clinic.objects.get(pk=pk)
    clinic.is_published = False
    clinic.save()


def test_what_was_rolled_back_is_forgotten() -> None:
    before = CLINICS.index().ids
    with transaction.atomic():
        unpublish(before[0])
        assert CLINICS.index().ids == before[1:]
        transaction.set_rollback(True)
    assert CLINICS.index().ids == before


def test_another_process_sees_the_change_too() -> None:
    """What two processes keep are two memories of the same rows."""
    here, there = cached(clinic_list._build), cached(clinic_list._build)
    before = there().ids
    assert here().ids == before
    unpublish(before[0])
    assert (here().ids, there().ids) == (before[1:], before[1:])


def test_what_ends_with_the_day_is_gone_on_the_next() -> None:
    clinic = Clinic.objects.filter(is_published=True)[0]
    about: dict[str, Any] = {"issuer": "Quality Board", "number": "1", "checked_on": date(2026, 11, 20)}
    Accreditation.objects.create(clinic=clinic, valid_until=date(2026, 12, 31), **about)
    with at("2026-12-31"):
        assert "Quality Board" in CLINICS.index().facets.facets["accreditation"]
    with at("2027-01-01"):
        assert "Quality Board" not in CLINICS.index().facets.facets["accreditation"]
