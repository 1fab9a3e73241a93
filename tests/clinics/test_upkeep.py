"""What of the directory is due: found whole, sorted, paged, and shown to who may see the directory."""

import datetime
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clinics.models import (
    Accreditation,
    CareAssistant,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    Doctor,
    OfferedTreatment,
    Photo,
    TravelFact,
)
from clinics.selectors.upkeep import Stale, stale, without_licence
from conditions.models import Price
from portal.accounts.enums import Role
from portal.core.localisation import desk_formats
from tests import frozen
from tests.accounts.cast import staff_client
from tests.conditions import catalogue
from tests.factories import make_clinic, make_condition, make_price, make_procedure, make_source, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing")]

PAGE = "/admin/clinics/clinic/due/"
TODAY = timezone.now().date()
YEAR = datetime.timedelta(days=365)


def ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


@pytest.fixture
def nothing(db: None) -> None:
    """A directory without a row."""
    frozen.take(catalogue.EMPTY)
    TravelFact.objects.all().delete()


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic()


@pytest.fixture
def editor() -> Client:
    return staff_client(make_staff(Role.EDITOR))


def offer(clinic: Clinic, code: str, valid_until: datetime.date | None, read_on: datetime.date) -> OfferedTreatment:
    """Return what a clinic offers: with a price when there is a day that it holds until."""
    make_source(clinic, "Test Clinic")
    return OfferedTreatment.objects.create(
        clinic=clinic,
        procedure=make_procedure(code, name_en=code.title()),
        amount_from=Decimal(100) if valid_until else None,
        valid_until=valid_until,
        checked_on=read_on,
        source="Test Clinic",
        basis="own-page",
    )


def fill_everything(clinic: Clinic) -> None:
    """Make one row of each kind, each with a lateness of its own."""
    offer(clinic, "laser", ago(9), ago(40))
    offer(clinic, "tests", None, ago(365 + 8))
    make_price(make_condition(), "surgery", 500, valid_until=ago(7))
    make_source(clinic, "Quality Board")
    Accreditation.objects.create(
        clinic=clinic, issuer="Quality Board", number="7", valid_until=ago(6), checked_on=ago(40)
    )
    read = {"clinic": clinic, "source": "Test Clinic"}
    ClinicFact.objects.create(**read, kind="beds", value_en="40", checked_on=ago(365 + 5))
    ClinicFact.objects.create(**read, kind="other", label_en="Garden", value_en="yes", checked_on=ago(365 + 4))
    ClinicLanguage.objects.create(**read, code="ar", checked_on=ago(365 + 3))
    ClinicService.objects.create(**read, service="interpreter", language="fr", checked_on=ago(365 + 2))
    real = {"source": "Test Clinic", "is_published": True}
    Doctor.objects.create(slug="a", name_en="Real doctor", checked_on=ago(365 + 1), **real)
    CareAssistant.objects.create(slug="b", name_en="Real assistant", checked_on=ago(365), **real)
    TravelFact.objects.create(
        slug="visa", topic_en="Visa", text_en="x", source="x", checked_on=ago(300), next_check_on=ago(-1)
    )
    Photo.objects.create(clinic=clinic, original="a", alternative_text_en="The entrance", state="failed")


def test_every_kind_is_found_and_what_is_most_overdue_stands_first(clinic: Clinic) -> None:
    fill_everything(clinic)
    assert [(one.what, one.whose, one.days_late(TODAY)) for one in stale(TODAY)] == [
        ("photograph: The entrance", "Test Clinic", None),
        ("price: Laser", "Test Clinic", 9),
        ("treatment offered: Tests", "Test Clinic", 8),
        ("typical price: Surgery", "Test illness", 7),
        ("accreditation: Quality Board 7", "Test Clinic", 6),
        ("fact: Beds", "Test Clinic", 5),
        ("fact: Garden", "Test Clinic", 4),
        ("language: Arabic", "Test Clinic", 3),
        ("service: Interpreter, French", "Test Clinic", 2),
        ("source of the doctor", "Real doctor", 1),
        ("source of the care assistant", "Real assistant", 0),
        ("travel fact: Visa", "Travellers", -1),
    ]
    assert [one.is_late(TODAY) for one in stale(TODAY)] == [True] * 10 + [False] * 2


def test_each_leads_to_the_page_where_it_is_changed(clinic: Clinic, editor: Client) -> None:
    fill_everything(clinic)
    assert [(one.owner, one.owner_id) for one in stale(TODAY)] == [
        *[("clinics_clinic", clinic.pk)] * 3,
        ("conditions_condition", Price.objects.get().condition_id),
        *[("clinics_clinic", clinic.pk)] * 5,
        ("clinics_doctor", Doctor.objects.get().pk),
        ("clinics_careassistant", CareAssistant.objects.get().pk),
        ("clinics_travelfact", TravelFact.objects.get().pk),
    ]
    links = re.findall(r'<th scope="row"><a class="desk-link" href="([^"]+)"', editor.get(PAGE).content.decode())
    assert len(links) == 12
    assert {editor.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("days", "is_found", "is_late"), [(31, False, False), (30, True, False), (0, True, False), (-1, True, True)]
)
def test_a_month_ahead_is_soon_and_the_last_day_still_holds(
    clinic: Clinic, days: int, is_found: bool, is_late: bool
) -> None:
    day = TODAY + datetime.timedelta(days=days)
    offer(clinic, "laser", day, ago(100))
    offer(clinic, "tests", None, day - YEAR)
    found = stale(TODAY)
    assert {one.day for one in found} == ({day} if is_found else set())
    assert [one.is_late(TODAY) for one in found] == [is_late] * len(found) == [is_late] * (2 if is_found else 0)


def test_what_nobody_sees_is_not_due() -> None:
    hidden = make_clinic(is_published=False)
    offer(hidden, "laser", ago(9), ago(40))
    ClinicFact.objects.create(clinic=hidden, kind="beds", value_en="40", source="x", checked_on=ago(999))
    Doctor.objects.create(
        slug="a", name_en="Sample", is_sample=True, is_published=True, source="x", checked_on=ago(999)
    )
    Doctor.objects.create(slug="b", name_en="Hidden", source="x", checked_on=ago(999))
    make_price(make_condition(), "surgery", 500, amount_from=None, source="", checked_on=None, valid_until=None)
    Photo.objects.create(clinic=hidden, original="a", alternative_text_en="Waits", state="waiting")
    assert stale(TODAY) == []
    assert without_licence() == 0


def test_a_photograph_that_failed_names_whom_it_shows() -> None:
    doctor = Doctor.objects.create(slug="a", name_en="Sample doctor", is_sample=True)
    Photo.objects.create(doctor=doctor, original="a", alternative_text_en="A face", state="failed")
    why = "could not be prepared"
    assert stale(TODAY) == [Stale("photograph: A face", "Sample doctor", None, "clinics_doctor", doctor.pk, why)]


def test_clinics_without_a_licence_are_counted(clinic: Clinic, editor: Client) -> None:
    other = make_clinic("other")
    assert without_licence() == 2
    assert "2 clinics have no licence fact" in editor.get(PAGE).content.decode()
    ClinicFact.objects.create(clinic=other, kind="licence", value_en="L041", source="register", checked_on=TODAY)
    assert without_licence() == 1
    assert "1 clinic has no licence fact" in editor.get(PAGE).content.decode()
    ClinicFact.objects.create(clinic=clinic, kind="licence", value_en="L042", source="register", checked_on=TODAY)
    assert "Every clinic has a licence fact." in editor.get(PAGE).content.decode()


def test_the_page_says_what_whose_when_and_how_late(clinic: Clinic, editor: Client) -> None:
    fill_everything(clinic)
    page = " ".join(re.sub(r"<[^>]+>", " ", editor.get(PAGE).content.decode()).split())
    assert "10 overdue, 12 in all" in page
    assert "Photograph: The entrance Test Clinic – could not be prepared" in page
    day = desk_formats.day(ago(9))
    assert f"Price: Laser Test Clinic {day} 9 days overdue" in page
    assert "1 day overdue" in page
    assert "due today" in page
    assert "due in 1 day" in page


def test_an_empty_list_says_so(editor: Client) -> None:
    page = editor.get(PAGE).content.decode()
    assert "Nothing is overdue, and nothing will be within 30 days." in page
    assert "<table" not in page.partition('id="upkeep"')[2]


def test_a_long_list_has_pages(clinic: Clinic, editor: Client) -> None:
    for number in range(60):
        offer(clinic, f"laser-{number:02}", ago(100 - number), ago(200))
    first, second = editor.get(PAGE), editor.get(f"{PAGE}?page=2")
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 10)
    assert "60 overdue, 60 in all" in first.content.decode()
    assert "Page 1 of 2" in first.content.decode()
    assert second.context["rows"][-1][0].what == "price: Laser-59"
    assert editor.get(f"{PAGE}?page=nonsense").context["page"].number == 1


def test_queries_do_not_grow(clinic: Clinic, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    fill_everything(clinic)
    with django_assert_num_queries(19):
        assert len(stale(TODAY)) == 12
    for number in range(15):
        other = make_clinic(f"clinic-{number}")
        offer(other, "laser", ago(number), ago(200))
        ClinicLanguage.objects.create(clinic=other, code="fr", source="Test Clinic", checked_on=ago(500))
    with django_assert_num_queries(19):
        assert len(stale(TODAY)) == 12 + 30
    with django_assert_num_queries(1):
        without_licence()


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.EDITOR, 200), (Role.COORDINATOR, 200), (Role.LEAD, 200), (Role.REVIEWER, 200), (Role.FINANCE, 403)],
)
def test_who_sees_the_directory_sees_what_is_due(role: Role, status: int) -> None:
    client = staff_client(make_staff(role))
    assert client.get(PAGE).status_code == status
    assert client.post(PAGE).status_code == 405
    assert (PAGE in client.get("/admin/", follow=True).content.decode()) is (status == 200), "the menu leads there"


def test_the_two_pages_of_what_is_due_know_each_other(editor: Client) -> None:
    pages = reverse("admin:conditions_condition_upkeep")
    assert f'class="desk-link" href="{pages}"' in editor.get(PAGE).content.decode()
    assert f'class="desk-link" href="{PAGE}"' in editor.get(pages).content.decode()
