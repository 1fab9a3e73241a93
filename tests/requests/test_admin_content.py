"""Editing pages language by language, and publishing them."""

import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from conditions.models import Condition, Edition
from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.accounts.cast import enrol, staff_client
from tests.factories import make_condition, make_procedure, make_staff, rewrite
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db

ADMIN = "/admin/conditions/"


@pytest.fixture
def client() -> Client:
    return staff_client(make_staff(Role.EDITOR))


def test_one_language_beside_english(client: Client) -> None:
    procedure = make_procedure("test-laser", name_en="Laser", name_ru="Лазер")
    address = f"{ADMIN}procedure/{procedure.pk}/change/?lang=ru"
    fields = client.get(address).context["adminform"].form.fields
    assert list(fields) == ["name_ru", "unit_ru"]
    response = client.post(
        address, {"name_ru": "Лазерная операция", "unit_ru": "", "name_en": "Hacked", "_continue": "1"}
    )
    procedure.refresh_from_db()
    assert (procedure.name_en, procedure.name_ru) == ("Laser", "Лазерная операция")
    assert response["Location"] == address


def test_english_comes_with_what_has_no_language(client: Client) -> None:
    procedure = make_procedure("test-laser", name_en="Laser", name_ru="Лазер")
    address = f"{ADMIN}procedure/{procedure.pk}/change/"
    empty = client.post(address, {"code": "test-laser", "order": "1", "name_en": "", "unit_en": ""})
    assert empty.status_code == 200
    client.post(address, {"code": "test-laser", "order": "7", "name_en": "Laser surgery", "unit_en": "course"})
    procedure.refresh_from_db()
    assert (procedure.name_en, procedure.name_ru, procedure.order) == ("Laser surgery", "Лазер", 7)


def test_the_address_of_a_published_page_stays(client: Client) -> None:
    published, draft = Condition.objects.get(slug="liver-metastases"), make_condition()
    for condition, may_change in ((published, False), (draft, True)):
        address = f"{ADMIN}condition/{condition.pk}/change/"
        page = client.get(address)
        assert ("slug" in page.context["adminform"].form.fields) == may_change
        saved = client.post(address, {**posted_from(page.content.decode()), "slug": "another-address"})
        assert saved.status_code == 302
        condition.refresh_from_db()
        assert (condition.slug == "another-address") == may_change


def test_the_emergency_section_stands_first_whatever_was_written_first(client: Client) -> None:
    condition = make_condition()
    for order, kind in enumerate(["what", "urgent", "emergency", "living"], start=1):
        condition.sections.create(kind=kind, order=order)
    page = client.get(f"{ADMIN}condition/{condition.pk}/change/")
    [formset] = [one.formset for one in page.context["inline_admin_formsets"] if one.formset.prefix == "sections"]
    assert [form.instance.kind for form in formset.initial_forms] == ["emergency", "urgent", "what", "living"]
    kinds = [value for value, _name in formset.empty_form.fields["kind"].choices if value]
    assert kinds[:3] == ["emergency", "urgent", "what"]


@pytest.mark.parametrize("language", ["en", "ru", "ar", "zh-hans", "nonsense"])
def test_every_page_with_languages_opens(client: Client, language: str) -> None:
    condition = make_condition()
    for address in (f"{ADMIN}condition/{condition.pk}/change/", f"{ADMIN}area/{condition.area_id}/change/"):
        assert client.get(f"{address}?lang={language}").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "conditions/condition", "conditions/area", "conditions/procedure", "clinics/clinic", "clinics/city",
        "clinics/doctor", "clinics/careassistant", "requests/supportpackage", "requests/packageline",
        "conditions/exchangerate", "clinics/cliniccontact",
    ],
)  # fmt: skip
def test_lists_and_empty_forms_open(client: Client, address: str) -> None:
    assert client.get(f"/admin/{address}/").status_code == 200
    assert client.get(f"/admin/{address}/add/").status_code == 200


def to_publish(client: Client, address: str, note: str) -> dict[str, str]:
    """Return what the form of the English page posts, opened now."""
    return {
        "language": "en",
        "en-change_note": note,
        "en-seen": FormPage(client.get(address).content.decode()).value("en-seen"),
    }


def test_a_red_gate_publishes_nothing(client: Client) -> None:
    condition = make_condition()
    address = f"{ADMIN}condition/{condition.pk}/publish/"
    page = client.get(address).content.decode()
    assert ("To do" in page, "Name the author." in page) == (True, True)
    assert client.post(address, {"language": "en", "en-change_note": "First"}).status_code == 409
    assert not Edition.objects.filter(condition=condition).exists()
    assert client.post(address, {"language": "fr", "fr-change_note": "First"}).status_code == 403


def test_the_page_of_a_published_condition(client: Client) -> None:
    condition = Condition.objects.get(slug="liver-metastases")
    address = f"{ADMIN}condition/{condition.pk}/publish/"
    assert client.post(address, {"language": "en", "en-change_note": ""}).status_code == 422
    client.post(address, to_publish(client, address, "Better words"))
    newest = Edition.objects.current().get(condition=condition, language="en")
    assert newest.change_note == "Better words"
    client.post(address, {"language": "en", "withdraw": str(newest.pk)})
    newest.refresh_from_db()
    assert newest.withdrawn_at is not None


def test_the_meter_and_the_lint_show_the_words(client: Client) -> None:
    condition = Condition.objects.get(slug="liver-metastases")
    section = condition.sections.get(kind="what")
    section.body_en = "People suffering from this " + "very " * 20 + "long sentence are 14% of all [1]."
    section.save()
    page = client.get(f"{ADMIN}condition/{condition.pk}/publish/").content.decode()
    for advice in ("A sentence of 30 words", "say “1 in 7 people”", "nobody is only their illness"):
        assert advice in page
    assert "Flesch-Kincaid grade" in page
    assert "after Oborneva" in page


def test_what_is_overdue_is_on_top_and_cannot_be_published_before_it_was_checked(client: Client) -> None:
    condition = Condition.objects.get(slug="liver-metastases")
    assert "fresh" in client.get(f"{ADMIN}condition/due/").content.decode()
    condition.next_review_on = datetime.date(2020, 1, 1)
    condition.save()
    before = Edition.objects.count()
    address = f"{ADMIN}condition/{condition.pk}/publish/"
    seen = client.get(address).context["pages"][0]["seen"]
    refused = client.post(address, {"language": "en", "en-change_note": "Old words", "en-seen": seen})
    page = refused.content.decode()
    assert (refused.status_code, "The check of 1 Jan 2020 is overdue" in page) == (422, True)
    assert FormPage(page).value("en-change_note") == "Old words"
    assert Edition.objects.count() == before
    edition = Edition.objects.current().get(condition=condition, language="en")
    rewrite(edition, next_review_on="2020-01-01")
    rows = client.get(f"{ADMIN}condition/due/").context["rows"]
    assert next((due.language, mark) for due, mark, _tone in rows) == ("en", "being reviewed")
    assert {mark for _due, mark, _tone in rows[1:]} == {"fresh"}


def test_two_editions_are_compared_and_an_old_one_restored(client: Client) -> None:
    condition = Condition.objects.get(slug="liver-metastases")
    first = Edition.objects.current().get(condition=condition, language="en")
    condition.plain_name_en = "cancer that came to the liver"
    condition.save()
    address = f"{ADMIN}condition/{condition.pk}/publish/"
    client.post(address, to_publish(client, address, "Other words"))
    second = Edition.objects.current().get(condition=condition, language="en")
    page = client.get(f"{ADMIN}edition/{second.pk}/compare/").content.decode()
    assert "<del>has spread</del>" in page
    assert "<ins>came</ins>" in page
    assert client.get(f"{ADMIN}edition/{second.pk}/compare/?with=77").status_code == 404
    client.post(f"{ADMIN}edition/{first.pk}/restore/", {"public": posted_from(page)["public"][0]})
    third = Edition.objects.current().get(condition=condition, language="en")
    assert (third.number, third.content, third.change_note) == (second.number + 1, first.content, "Edition 1 again")
    assert third.published_by is not None
    condition.refresh_from_db()
    assert condition.plain_name_en == "cancer that came to the liver"


@pytest.mark.parametrize(("role", "status"), [(Role.COORDINATOR, 404), (Role.REVIEWER, 403)])
def test_who_is_no_editor_restores_nothing(role: Role, status: int) -> None:
    edition = Edition.objects.filter(condition__slug="liver-metastases").first()
    assert edition is not None
    assert staff_client(make_staff(role)).post(f"{ADMIN}edition/{edition.pk}/restore/").status_code == status


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REVIEWER])
def test_others_read_and_change_nothing(role: Role) -> None:
    condition = make_condition()
    client = staff_client(make_staff(role))
    address = f"{ADMIN}condition/{condition.pk}/"
    assert client.get(f"{address}change/").status_code == 200
    assert client.post(f"{address}change/", {"slug": "hacked"}).status_code == 403
    assert client.post(f"{address}publish/", {"language": "en", "en-change_note": "x"}).status_code == 403
    assert client.post(f"{address}delete/", {"post": "yes"}).status_code == 403


def test_an_edition_is_never_written_by_hand(client: Client) -> None:
    edition = Edition.objects.get(condition__slug="liver-metastases", language="en")
    address = f"{ADMIN}edition/{edition.pk}/"
    assert client.get(f"{ADMIN}edition/").status_code == 200
    assert client.get(f"{address}change/").status_code == 200
    assert client.post(f"{address}change/", {"number": "9"}).status_code == 403
    assert client.get(f"{address}delete/").status_code == 403


def test_staff_is_seen_by_leads_and_changed_by_administrators() -> None:
    lead, editor = make_staff(Role.LEAD), make_staff(Role.EDITOR)
    address = f"/admin/accounts/user/{editor.pk}/change/"
    assert staff_client(lead).get(address).status_code == 200
    assert staff_client(lead).post(address, {"name": "Other"}).status_code == 403
    assert staff_client(editor).get(address).status_code == 403
    boss = make_staff(Role.ADMINISTRATOR)
    page = staff_client(boss).get(address)
    assert (page.status_code, "password" in page.context["adminform"].form.fields) == (200, False)


def test_a_lost_second_factor_is_removed_by_an_administrator() -> None:
    coordinator, boss = make_staff(Role.COORDINATOR), make_staff(Role.ADMINISTRATOR)
    enrol(coordinator)
    fields = {"email": coordinator.email, "name": "Olga", "language": "en", "time_zone": "Europe/Moscow"}
    data = {**fields, "is_active": "on", "is_staff": "on", "groups": [group.pk for group in coordinator.groups.all()]}
    address = f"/admin/accounts/user/{coordinator.pk}/change/"
    assert staff_client(boss).post(address, data).status_code == 302
    assert Authenticator.objects.filter(user=coordinator).exists()
    assert staff_client(boss).post(address, data | {"remove_second_factor": "on"}).status_code == 302
    assert not Authenticator.objects.filter(user=coordinator).exists()


def test_a_new_colleague_has_no_password_yet() -> None:
    boss = make_staff(Role.ADMINISTRATOR)
    assert staff_client(boss).get("/admin/accounts/user/add/").status_code == 200
    fields = {"email": "New@Example.org", "name": "New", "language": "en", "time_zone": "Europe/Moscow"}
    staff_client(boss).post("/admin/accounts/user/add/", {**fields, "is_active": "on", "is_staff": "on"})
    assert User.objects.get(email="new@example.org").has_usable_password() is False


def test_deadlines_are_the_leads() -> None:
    assert staff_client(make_staff(Role.COORDINATOR)).get("/admin/requests/deadline/").status_code == 403
    assert staff_client(make_staff(Role.LEAD)).get("/admin/requests/deadline/").status_code == 200
