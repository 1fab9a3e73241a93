"""A row that a colleague deleted meanwhile: its page says who and when, and gives back everything that was typed."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from clinics.models import Clinic, ClinicFact, ClinicSource, Doctor
from conditions.models import Area, Section
from portal.accounts.enums import Role
from portal.core.admin import conflicts
from portal.core.models import TeamDay
from requests.models import Deadline
from tests.accounts.cast import staff_client
from tests.core.test_admin_conflicts import fact_of, opened, page_of
from tests.factories import make_clinic, make_condition, make_package, make_price, make_staff
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Client:
    return staff_client(make_staff(Role.EDITOR, name="Anna"))


@pytest.fixture
def boris() -> Client:
    return staff_client(make_staff(Role.EDITOR, name="Boris"))


def address(row: Any, page: str) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_{page}", args=[row.pk])


def delete(client: Client, row: Any) -> None:
    assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 302
    assert not type(row)._base_manager.filter(pk=row.pk).exists()


def test_a_save_of_a_deleted_row_says_who_deleted_it_and_gives_back_what_was_typed(anna: Client, boris: Client) -> None:
    clinic = make_clinic(name_en="Clinic of rivers", is_published=False)
    fact_of(clinic, "A fact")
    his = opened(boris, clinic, website="https://boris.example.org/", description_en="One line\nand another")
    his |= {"facts-0-value_en": "The fact of Boris", "csrfmiddlewaretoken": "secret-token"}
    delete(anna, clinic)
    response = boris.post(page_of(clinic), his)
    page = response.content.decode()
    assert response.status_code == 410
    assert "Anna deleted “Clinic of rivers” under a minute ago" in page
    changed = dict(response.context["changed"])
    assert changed["Website"] == "https://boris.example.org/"
    assert "The fact of Boris" in changed.values()
    assert "Clinic of rivers" in {text for _label, text in response.context["unchanged"]}
    assert "secret-token" not in page
    assert not Clinic.objects.filter(pk=clinic.pk).exists()


def test_it_is_put_in_again_as_a_new_row_after_a_look(anna: Client, boris: Client) -> None:
    clinic = make_clinic(name_en="Clinic of rivers", is_published=False)
    fact_of(clinic, "A fact")
    his = opened(boris, clinic, website="https://boris.example.org/")
    delete(anna, clinic)
    gone = posted_from(boris.post(page_of(clinic), his).content.decode())
    add = reverse("admin:clinics_clinic_add")
    look = boris.post(add, gone)
    assert (look.status_code, "look through it, then save" in look.content.decode()) == (200, True)
    assert not Clinic.objects.filter(slug=clinic.slug).exists()
    assert boris.post(add, posted_from(look.content.decode())).status_code == 302
    again = Clinic.objects.get(slug=clinic.slug)
    assert (again.website, [fact.value_en for fact in again.facts.all()]) == ("https://boris.example.org/", ["A fact"])


def test_a_page_of_one_language_leads_to_the_list(anna: Client, boris: Client) -> None:
    clinic = make_clinic()
    his = opened(boris, clinic, "?lang=ru", name_ru="Новое имя клиники")
    delete(anna, clinic)
    response = boris.post(page_of(clinic) + "?lang=ru", his)
    page = response.content.decode()
    assert (response.status_code, "Новое имя клиники" in page, "Put it in again" in page) == (410, True, False)
    assert reverse("admin:clinics_clinic_changelist") in page


def test_the_pages_of_a_deleted_row_say_who_deleted_it(anna: Client, boris: Client) -> None:
    clinic = make_clinic(name_en="Clinic of rivers")
    delete(anna, clinic)
    for page in ("change", "delete", "history"):
        response = boris.get(address(clinic, page))
        assert (response.status_code, "Anna deleted “Clinic of rivers”" in response.content.decode()) == (410, True), (
            page
        )
    response = boris.post(address(clinic, "delete"), {"post": "yes"})
    assert (response.status_code, "Anna deleted “Clinic of rivers”" in response.content.decode()) == (410, True)
    assert "You deleted “Clinic of rivers”" in anna.get(page_of(clinic)).content.decode()


def test_a_row_that_never_was_is_no_page(anna: Client) -> None:
    for key in ("987654", "nonsense"):
        assert anna.get(f"/admin/clinics/clinic/{key}/change/").status_code == 404


def test_a_row_that_went_together_with_another_is_said_to_be_gone(anna: Client, boris: Client) -> None:
    clinic = make_clinic()
    source = ClinicSource.objects.get(clinic=clinic)
    his = opened(boris, source, finding_en="Words of Boris")
    delete(anna, clinic)
    response = boris.post(page_of(source), his)
    page = response.content.decode()
    assert (response.status_code, "Nobody wrote down who deleted it" in page) == (410, True)
    assert "Words of Boris" in page


def test_who_deletes_a_row_inside_a_page_is_known_on_the_page_of_that_row(anna: Client, boris: Client) -> None:
    clinic = make_clinic()
    source = ClinicSource.objects.get(clinic=clinic)
    hers = opened(anna, clinic)
    assert hers["sources-0-id"] == [str(source.pk)]
    assert anna.post(page_of(clinic), hers | {"sources-0-DELETE": "on"}).status_code == 302
    assert not ClinicSource.objects.filter(pk=source.pk).exists()
    assert "Anna deleted" in boris.get(page_of(source)).content.decode()


def rows() -> list[Any]:
    condition = make_condition()
    return [
        make_clinic("other"),
        Doctor.objects.create(slug="d", name_en="Doctor", is_sample=True),
        condition,
        make_price(condition, "test-operation", 100),
        make_package(),
        Area.objects.create(slug="new-area", name_en="New area"),
        Deadline.objects.get(),
        TeamDay.objects.create(on="2026-12-31", is_working=False),
    ]


def test_every_kind_of_row_answers_so() -> None:
    client = staff_client(make_staff(*Role, email="boss@example.org", name="Boss"))
    for row in rows():
        typed = opened(client, row)
        type(row)._base_manager.filter(pk=row.pk).delete()
        response = client.post(page_of(row), typed)
        assert (response.status_code, "not here any more" in response.content.decode()) == (410, True), row


def test_who_may_not_see_the_rows_learns_nothing_of_them(anna: Client) -> None:
    day = TeamDay.objects.create(on="2026-12-31", is_working=False)
    address_of_day = page_of(day)
    delete(staff_client(make_staff(Role.LEAD)), day)
    assert anna.get(address_of_day).status_code == 403


def test_a_row_that_goes_while_its_lock_is_waited_for_is_gone(boris: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = make_clinic()
    his = opened(boris, clinic, website="https://boris.example.org/")
    waits = conflicts.lock

    def lock(instance: Any, formsets: Any) -> None:
        waits(instance, formsets)
        Clinic.objects.filter(pk=clinic.pk).delete()

    monkeypatch.setattr(conflicts, "lock", lock)
    response = boris.post(page_of(clinic), his)
    assert (response.status_code, "https://boris.example.org/" in response.content.decode()) == (410, True)
    assert not Clinic.objects.filter(pk=clinic.pk).exists()


# ── Rows inside a page ───────────────────────────────────────────────────────────────────────


def test_a_deleted_row_inside_a_page_that_was_left_alone_stays_deleted(anna: Client, boris: Client) -> None:
    clinic = make_clinic(is_published=False)
    fact = fact_of(clinic, "A fact")
    his = opened(boris, clinic, name_en="Name of Boris")
    assert anna.post(page_of(clinic), opened(anna, clinic) | {"facts-0-DELETE": "on"}).status_code == 302
    response = boris.post(page_of(clinic), his)
    assert (response.status_code, "not touched by you" in response.content.decode()) == (409, True)
    assert boris.post(page_of(clinic), posted_from(response.content.decode())).status_code == 302
    clinic.refresh_from_db()
    assert (clinic.name_en, ClinicFact.objects.filter(clinic=clinic).exists()) == ("Name of Boris", False)
    assert not ClinicFact.objects.filter(pk=fact.pk).exists()


def test_a_row_that_both_deleted_is_no_conflict(anna: Client, boris: Client) -> None:
    clinic = make_clinic(is_published=False)
    fact_of(clinic, "A fact")
    his, hers = (opened(client, clinic) | {"facts-0-DELETE": "on"} for client in (boris, anna))
    assert [anna.post(page_of(clinic), hers).status_code, boris.post(page_of(clinic), his).status_code] == [302, 302]
    assert not clinic.facts.exists()


def test_a_deleted_row_of_a_translation_says_that_it_cannot_come_back_there(anna: Client, boris: Client) -> None:
    condition = make_condition()
    section = Section.objects.create(condition=condition, kind="what", order=1, body_en="English words")
    his = opened(boris, condition, "?lang=ru", name_ru="Имя от Бориса")
    his |= {"sections-0-body_ru": "Русские слова Бориса"}
    assert his["sections-0-id"] == [str(section.pk)]
    section.delete()
    response = boris.post(page_of(condition) + "?lang=ru", his)
    page = response.content.decode()
    assert (response.status_code, "Русские слова Бориса" in page) == (409, True)
    assert "It cannot come back on this page: copy what you need." in page
    assert boris.post(page_of(condition) + "?lang=ru", posted_from(page)).status_code == 302
    condition.refresh_from_db()
    assert (condition.name_ru, condition.sections.count()) == ("Имя от Бориса", 0)


# ── Lists ────────────────────────────────────────────────────────────────────────────────────


def choose(client: Client, rows: list[Any], query: str = "") -> list[str]:
    """Publish rows from the list of clinics and return what it says."""
    data = {"action": "publish", "index": "0", "_selected_action": [str(row.pk) for row in rows]}
    response = client.post(reverse("admin:clinics_clinic_changelist") + query, data, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_an_action_says_which_of_its_rows_are_gone_and_does_the_rest(anna: Client, boris: Client) -> None:
    first, second = (make_clinic(f"clinic-{n}", name_en=f"Clinic {n}", is_published=False) for n in (1, 2))
    delete(anna, Clinic.objects.get(pk=first.pk))
    said = choose(boris, [first, second])
    assert said == ["Anna deleted “Clinic 1” under a minute ago.", "1 published, 0 were so already."]


def test_an_action_on_nothing_but_gone_rows_does_nothing(anna: Client, boris: Client) -> None:
    clinic = make_clinic(name_en="Clinic 1")
    delete(anna, Clinic.objects.get(pk=clinic.pk))
    said = choose(boris, [clinic])
    assert said == [
        "Anna deleted “Clinic 1” under a minute ago.",
        "Nothing is done: none of the rows that you chose is in this list any more.",
    ]
    assert not LogEntry.objects.filter(object_id=str(clinic.pk), action_flag=2).exists()


def test_an_action_says_how_many_rows_have_left_the_list(boris: Client) -> None:
    first, second = (make_clinic(f"clinic-{n}", is_published=n == 1) for n in (1, 2))
    assert choose(boris, [first, second], "?is_published__exact=0") == [
        "1 row that you chose is not in this list any more: somebody changed what the filters look at.",
        "1 published, 0 were so already.",
    ]
    data = {"action": "publish", "index": "0", "_selected_action": ["nonsense"]}
    assert boris.post(reverse("admin:clinics_clinic_changelist"), data).status_code == 400
