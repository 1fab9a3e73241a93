"""Each member of staff reads the desk in English or Russian, and writes into the same columns in both."""

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from clinics.models import City, Clinic, ClinicSource
from conditions.models import Condition, Section
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.accounts.services import people
from tests.accounts.cast import staff_client
from tests.clinics.spreadsheets import CLINICS, LISTS, clinic_row, confirm, csv_of, exported, fill, upload
from tests.factories import make_clinic, make_condition, make_staff
from tests.requests.delivery import deliver_all
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

SWITCH = "/admin/language/"


def editor(language: str) -> Client:
    return staff_client(make_staff(Role.EDITOR, email=f"{language}@example.org", language=language))


def language_of(response: Any) -> str:
    """Return the language that a page says it is in."""
    return str(response.content.decode().partition('<html lang="')[2].partition('"')[0])


def columns(row: Model) -> dict[str, Any]:
    """Return every column of a row as the database has it."""
    return dict(type(row)._base_manager.filter(pk=row.pk).rewrite(False).values().get())


# ── The language of the person ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("theirs", "desk"), [("en", "en"), ("ru", "ru"), ("ar", "en"), ("fr", "en")])
def test_the_desk_is_in_the_language_of_the_person(theirs: str, desk: str) -> None:
    """Whatever the browser asks for."""
    client = editor(theirs)
    assert language_of(client.get(CLINICS, headers={"accept-language": "ar,ru;q=0.5"})) == desk
    assert language_of(client.get("/admin/no-such-page/", headers={"accept-language": "ar"})) == desk


def test_the_switch_shows_the_desk_in_the_other_language_from_now_on() -> None:
    client = editor("en")
    page = client.get(f"{CLINICS}?q=test").content.decode()
    assert f'method="post" action="{SWITCH}"' in page
    assert f'name="next" value="{CLINICS}?q=test"' in page
    assert 'name="language" value="ru" lang="ru" aria-pressed="false"' in page
    response = client.post(SWITCH, {"language": "ru", "next": f"{CLINICS}?q=test"}, follow=True)
    assert response.redirect_chain == [(f"{CLINICS}?q=test", 302)]
    assert language_of(response) == "ru"
    assert User.objects.get(email="en@example.org").language == "ru"


def test_the_switch_knows_the_languages_of_the_desk_alone_and_stays_on_the_site() -> None:
    client = editor("en")
    for language in ("ar", "xx", ""):
        assert client.post(SWITCH, {"language": language}).status_code == 400
    assert client.get(f"{SWITCH}?language=ru").status_code == 405
    assert User.objects.get(email="en@example.org").language == "en"
    away = client.post(SWITCH, {"language": "ru", "next": "https://example.com/"})
    assert away["Location"] == "/admin/"


def test_staff_signs_in_in_a_language_of_the_desk(client: Client) -> None:
    assert language_of(client.get("/ru/accounts/login/")) == "ru"
    assert client.get("/ar/accounts/login/")["Location"] == "/en/accounts/login/"
    response = client.get("/admin/", headers={"accept-language": "ru"})
    assert response["Location"] == "/ru/accounts/login/?next=/admin/"


def test_account_pages_are_in_the_language_of_the_person() -> None:
    assert editor("ru").get("/en/accounts/2fa/")["Location"] == "/ru/accounts/2fa/"
    assert editor("ar").get("/ar/accounts/2fa/")["Location"] == "/en/accounts/2fa/"


def test_mails_about_an_account_are_in_the_language_of_the_person() -> None:
    for language in ("en", "ru", "ar"):
        user = make_staff(Role.EDITOR, email=f"{language}@example.org", language=language)
        people.invite(user=user, by=user)
    sent = {message.to[0]: message for message in deliver_all()}
    languages = {address[:2]: message.extra_headers["Content-Language"] for address, message in sent.items()}
    assert languages == {"en": "en", "ru": "ru", "ar": "en"}
    assert "/ru/accounts/" in sent["ru@example.org"].body


# ── What an editor reads follows the language, what she writes does not ──────────────────────


def save(language: str, row: Model, **changes: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Save a page with changes; return the columns that changed, as they were and as they are."""
    address = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
    before = columns(row)
    client = editor(language)
    page = client.get(address)
    assert language_of(page) == language
    response = client.post(address, posted_from(page.content.decode()) | changes)
    assert response.status_code == 302
    after = columns(row)
    changed = [name for name in before if before[name] != after[name]]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_an_english_text_changes_its_own_column_and_the_one_without_a_language(language: str) -> None:
    clinic = make_clinic(about_en="Old words", about_ru="Старые слова")
    before, after = save(language, clinic, about_en="New words")
    assert before == {"about": "Old words", "about_en": "Old words"}
    assert after == {"about": "New words", "about_en": "New words"}


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_save_that_changes_no_text_changes_no_column_of_a_text(language: str) -> None:
    before, after = save(language, make_clinic(about_en="Words", about_ru="Слова"), website="https://example.org/")
    assert (set(before), after) == ({"website"}, {"website": "https://example.org/"})


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_new_row_has_no_text_but_those_that_were_typed(language: str) -> None:
    client = editor(language)
    address = reverse("admin:clinics_city_add")
    typed = posted_from(client.get(address).content.decode()) | {"slug": "omsk", "name_en": "Omsk"}
    assert client.post(address, typed).status_code == 302
    row = columns(City.objects.get(slug="omsk"))
    assert {name: row[name] for name in row if name.startswith("name")} == {
        **dict.fromkeys(("name_ar", "name_zh_hans", "name_fr", "name_es", "name_ru")),
        "name": "Omsk",
        "name_en": "Omsk",
    }


@pytest.mark.parametrize("language", ["en", "ru"])
def test_rows_inside_a_page_are_written_alike(language: str) -> None:
    condition = make_condition()
    section = Section.objects.create(condition=condition, kind="what", heading_en="", body_en="Old", body_ru="Было")
    address = reverse("admin:conditions_condition_change", args=[condition.pk])
    client = editor(language)
    typed = posted_from(client.get(address).content.decode())
    assert client.post(address, typed | {"sections-0-body_en": "New"}).status_code == 302
    row = columns(section)
    assert (row["body"], row["body_en"], row["body_ru"]) == ("New", "New", "Было")


def test_lists_show_names_in_the_language_of_the_person_else_in_english() -> None:
    make_clinic("with-name", name_en="Named clinic", name_ru="Клиника с именем")
    make_clinic("without", name_en="Clinic without", name_ru="")
    english, russian = (editor(language).get(CLINICS).content.decode() for language in ("en", "ru"))
    assert "Named clinic" in english
    assert "Клиника с именем" not in english
    assert "Клиника с именем" in russian
    assert "Clinic without" in russian
    assert "Клиника с именем" in editor("fr").post(SWITCH, {"language": "ru", "next": f"{CLINICS}?q=именем"}, follow=True).content.decode()  # fmt: skip


@pytest.mark.parametrize("address", LISTS)
def test_an_export_is_the_same_in_both_languages(address: str) -> None:
    fill("Words; слова")
    files = [editor(language).get(f"{address}export/csv/") for language in ("en", "ru")]
    assert files[0].content == files[1].content
    assert files[0]["Content-Disposition"] == files[1]["Content-Disposition"]
    assert b"Words; " in exported(editor("fr"), address, "csv")


def test_an_import_writes_the_same_in_both_languages() -> None:
    rows = []
    for language in ("en", "ru"):
        client = editor(language)
        row = clinic_row(about_en="English", about_fr="Français", is_published="no")
        confirm(client, upload(client, CLINICS, csv_of(row)))
        clinic = Clinic.objects.get(slug="new-clinic")
        rows.append({name: value for name, value in columns(clinic).items() if name != "id"})
        clinic.delete()
    assert rows[0] == rows[1]
    assert (rows[0]["about"], rows[0]["about_en"], rows[0]["about_ru"]) == ("English", "English", None)


def test_what_a_source_says_against_a_clinic_is_asked_in_english() -> None:
    """The database looks at the column without a language, which a save in any language fills from the English one."""
    clinic = make_clinic()
    source = ClinicSource.objects.create(clinic=clinic, source="A list", checked_on="2026-01-01", finding="nothing")
    before, after = save("ru", source, finding="against", against_en="It was fined.")
    assert set(before) == {"finding", "against", "against_en"}
    assert after["against"] == after["against_en"] == "It was fined."


def test_every_translated_field_keeps_its_english_text_in_the_column_without_a_language() -> None:
    assert Condition._meta.get_field("name").pre_save(Condition(name_ru="Имя", name_en="Name"), False) == "Name"
    assert Condition._meta.get_field("name").pre_save(Condition(name_ru="Имя"), False) == ""
