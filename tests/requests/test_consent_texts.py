"""The words of a consent are kept as they were shown, whatever the operator is called later."""

import hashlib
import re
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests import consents
from requests.enums import NEEDED_PURPOSES, Outcome, Purpose, Status
from requests.models import Case, Consent, ConsentText
from requests.services import consent_texts, continuation
from tests.accounts.cast import staff_client
from tests.factories import answers, make_staff, submit
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

TAG = re.compile(r"<[^>]+>")


def form(language: str) -> str:
    return f"/{language}/requests/new/"


def shown(html: str) -> dict[str, str]:
    """Return the words beside each box of a form: title, then text."""
    found = {}
    for purpose in NEEDED_PURPOSES:
        [title] = re.findall(rf'<label for="id_consent_{purpose}">(.*?)</label>', html, re.DOTALL)
        [text] = re.findall(rf'<div class="hint" id="id_consent_{purpose}_helptext">(.*?)</div>', html, re.DOTALL)
        found[str(purpose)] = plain(f"{title}\n{text}")
    return found


def plain(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", html)).split())


def texts_of(case: Case) -> dict[str, ConsentText | None]:
    return {consent.purpose: consent.text for consent in case.consents.select_related("text")}


def ticked(html: str) -> dict[str, str]:
    """Return what the boxes of a form send when they are ticked."""
    found = re.findall(r'<input type="checkbox" name="(consent_\w+)" value="([^"]+)"', html)
    assert len(found) == len(NEEDED_PURPOSES)
    return dict(found)


def forget_words() -> None:
    """Leave the consents as the release before writes them."""
    Consent.objects.update(text=None)


def run(**options: Any) -> str:
    output = StringIO()
    call_command("record_consents", stdout=output, **options)
    return output.getvalue()


# ── A submission ────────────────────────────────


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_words_are_those_that_the_form_showed(client: Client, language: str) -> None:
    html = client.get(form(language)).content.decode()
    assert client.post(form(language), answers() | ticked(html)).status_code == 302
    for consent in Consent.objects.select_related("text"):
        text = consent.text
        assert text is not None
        assert (text.purpose, text.version, text.language) == (consent.purpose, consent.version, language)
        assert consent.text_hash == text.sha256 == hashlib.sha256(text.text.encode()).hexdigest()
        assert plain(f"{text.title}\n{text.html}") == shown(html)[consent.purpose]


def test_the_same_words_are_one_row() -> None:
    submit()
    submit()
    assert (Consent.objects.count(), ConsentText.objects.count()) == (4, 2)


def test_another_operator_changes_no_words_that_were_agreed_to(settings: Settings) -> None:
    before = submit()
    words = {purpose: text.text for purpose, text in texts_of(before).items() if text}
    settings.OPERATOR_NAME = "Another Operator"
    after = submit()
    assert {purpose: text.text for purpose, text in texts_of(before).items() if text} == words
    assert all("Another Operator" in text.text for text in texts_of(after).values() if text)
    assert ConsentText.objects.count() == 4


def test_nobody_agrees_to_words_that_they_did_not_read(client: Client, settings: Settings) -> None:
    """The operator changes its name between the page and the send: the box is empty again, all else is kept."""
    old = client.get(form("en")).content.decode()
    typed = answers() | ticked(old)
    settings.OPERATOR_NAME = "Another Operator"
    response = client.post(form("en"), typed)
    page = FormPage(response.content.decode())
    assert response.status_code == 422
    assert list(page.errors) == ["consent_processing", "consent_health"]
    assert set(page.errors.values()) == {
        "These words have changed since you opened the page. Read them and tick the box again."
    }
    assert page.value("message") == typed["message"]
    assert not {"consent_processing", "consent_health"} & page.values.keys()
    assert client.post(form("en"), typed | ticked(response.content.decode())).status_code == 302
    assert all("Another Operator" in text.text for text in texts_of(Case.objects.get()).values() if text)


def test_a_page_of_the_release_before_is_taken(client: Client) -> None:
    assert client.post(form("en"), answers(consent_processing="on", consent_health="on")).status_code == 302


def test_a_box_that_was_ticked_stays_so_beside_another_error(client: Client) -> None:
    html = client.get(form("en")).content.decode()
    response = client.post(form("en"), answers() | ticked(html) | {"name": ""})
    assert response.status_code == 422
    values = FormPage(response.content.decode()).values
    assert {name: values.get(name) for name in ticked(html)} == {name: [value] for name, value in ticked(html).items()}


@pytest.mark.parametrize("active", ["en", "ru", "ar"])
def test_the_words_are_of_their_language_whatever_is_active(active: str) -> None:
    with override(active):
        found = {code: consents.current(Purpose.PROCESSING, code).sha256 for code in ("en", "ru", "ar")}
    assert found == {code: consents.current(Purpose.PROCESSING, code).sha256 for code in found}
    assert len(set(found.values())) == 3


def test_a_new_case_from_an_old_one_has_the_same_words(coordinator: User) -> None:
    old = submit()
    Case.objects.filter(pk=old.pk).update(status=Status.CLOSED, outcome=Outcome.TREATED)
    new = continuation.open_from(case=Case.objects.get(pk=old.pk), by=coordinator)
    assert texts_of(new) == texts_of(old)
    assert None not in texts_of(new).values()


# ── Never changed ────────────────────────────────────────────────────────────────────────────


def test_words_are_never_changed_or_deleted() -> None:
    submit()
    text = ConsentText.objects.all()[0]
    text.text = "Other words"
    with pytest.raises(TypeError, match="never changed"):
        text.save()
    with pytest.raises(TypeError, match="never deleted"):
        text.delete()


def test_the_database_refuses_to_change_or_delete_words() -> None:
    submit()
    Consent.objects.all().delete()
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        ConsentText.objects.update(text="Other words")
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        ConsentText.objects.all().delete()


# ── What the release before recorded ─────────────────────────────────────────────────────────


def test_older_consents_get_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent_texts, "BATCH", 1)
    cases = [submit(language=language) for language in ("en", "en", "ar")]
    words = [texts_of(case) for case in cases]
    forget_words()
    with pytest.raises(CommandError, match="6 consents have no words on record"):
        run(check=True)
    half = consent_texts.record_missing()
    assert [next(half).done, next(half).done] == [1, 2]
    assert consent_texts.without_text().count() == 4
    del half  # killed; the next run goes on
    assert "4 of 4 consents have their words" in run()
    assert [texts_of(case) for case in cases] == words
    assert "Every consent has its words on record." in run(check=True)


def test_words_of_another_operator_wait_for_its_name(settings: Settings) -> None:
    settings.OPERATOR_NAME = "The Operator of Then"
    case = submit()
    forget_words()
    settings.OPERATOR_NAME = "The Operator of Today"
    assert "2 consents were given under another OPERATOR_NAME" in run()
    assert set(texts_of(case).values()) == {None}
    settings.OPERATOR_NAME = "The Operator of Then"
    run()
    assert all("The Operator of Then" in text.text for text in texts_of(case).values() if text)
    assert None not in texts_of(case).values()


def test_a_version_without_a_file_is_passed_over() -> None:
    submit()
    Consent.objects.update(text=None, version="0")
    assert "2 consents" in run()


def test_the_release_before_records_a_consent_without_words() -> None:
    """It knows no column for them."""
    case = submit()
    table = Consent._meta.db_table
    columns = [field.column for field in Consent._meta.concrete_fields if field.column not in {"id", "text_id"}]
    names = ", ".join(f'"{column}"' for column in columns)
    case.consents.filter(purpose=Purpose.HEALTH).delete()
    with connection.cursor() as cursor:
        values = names.replace('"purpose"', f"'{Purpose.HEALTH}'")
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}")
    assert consent_texts.without_text().count() == 1


# ── At the desk ──────────────────────────────────────────────────────────────────────────────


def consents_of(case: Case, client: Client) -> str:
    page = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    return page.partition('id="consents"')[2].partition("Links to the case")[0]


def test_the_case_page_shows_words_and_hash(coordinator: User) -> None:
    case = submit(language="ar")
    page = consents_of(case, staff_client(coordinator))
    for text in texts_of(case).values():
        assert text is not None
        assert text.sha256 in page
        assert plain(text.html) in plain(page)
    assert page.count("The words are unchanged.") == 2


def test_the_case_page_says_when_words_are_not_those(coordinator: User) -> None:
    case = submit()
    consent = case.consents.all()[0]
    other = ConsentText.objects.create(
        sha256="0" * 64, purpose=consent.purpose, version="1", language="en", text="Other title\n\nOther words\n"
    )
    Consent.objects.filter(pk=consent.pk).update(text=other)
    assert "These words are not the ones that were agreed to." in consents_of(case, staff_client(coordinator))


def test_the_case_page_says_when_words_are_missing(coordinator: User) -> None:
    case = submit()
    forget_words()
    page = consents_of(case, staff_client(coordinator))
    assert page.count("The words are not on record yet") == 2
    assert case.consents.all()[0].text_hash in page


@pytest.mark.parametrize("role", Role)
def test_who_may_see_consents_may_see_their_words(role: Role) -> None:
    user = make_staff(role)
    names = [user.has_perm(f"requests.view_{name}") for name in ("consent", "consenttext")]
    assert names in ([True, True], [False, False])
    assert not user.has_perm("requests.change_consenttext")
