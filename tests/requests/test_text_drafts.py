"""Half-written answers and notes: they survive buttons, other pages and a closed browser, and end when they are sent."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.models import AccessEvent, Case, Message, Note, TextDraft
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.requests.conftest import Clock, at
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


@pytest.fixture
def case() -> Case:
    return submit()


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def page_of(client: Client, case: Case) -> str:
    return str(client.get(address(case)).content.decode())


def opened(client: Client, case: Case, **typed: str) -> dict[str, Any]:
    """Return what a button of the page posts once something is typed."""
    return posted_from(page_of(client, case)) | {name.replace("_", "-"): text for name, text in typed.items()}


def save(client: Client, case: Case, **typed: str) -> Any:
    return client.post(address(case, "drafts/"), opened(client, case, **typed))


@pytest.mark.parametrize(
    "button", ["move/triage/", "assign/", "no-answer-needed/", "links/new/", "release/", "resume/", "drafts/"]
)
def test_any_button_keeps_what_is_half_written(client: Client, case: Case, button: str) -> None:
    client.post(address(case, button), opened(client, case, answer_body="Half an answer", note_body="Half a note"))
    page = FormPage(page_of(client, case))
    assert (page.value("answer-body"), page.value("note-body")) == ("Half an answer", "Half a note")


def test_a_draft_is_shown_with_its_time_to_its_writer_alone(clock: type[Clock], case: Case) -> None:
    writer, colleague = make_staff(Role.COORDINATOR), make_staff(Role.COORDINATOR)
    clock.moment = at("2026-11-23T14:20")
    save(staff_client(writer), case, answer_body="Half an answer")
    page = page_of(staff_client(writer), case)
    assert ("Draft from 14:20" in page, "Half an answer" in page) == (True, True)
    assert "Half an answer" not in page_of(staff_client(colleague), case)
    clock.moment = at("2026-11-24T09:00")
    assert "Draft from 23 Nov 2026, 14:20 MSK" in page_of(staff_client(writer), case)


def test_a_draft_survives_the_session(client: Client, coordinator: User, case: Case) -> None:
    save(client, case, note_body="Half a note")
    client.logout()
    assert "Half a note" in page_of(staff_client(coordinator), case)


def test_what_is_sent_is_no_draft_any_more(client: Client, case: Case) -> None:
    save(client, case, answer_body="An answer", note_body="A note")
    client.post(address(case, "answer/"), opened(client, case))
    assert [draft.kind for draft in TextDraft.objects.all()] == ["note"]
    client.post(address(case, "note/"), opened(client, case))
    assert not TextDraft.objects.exists()
    assert (Message.objects.get(case=case).body, Note.objects.get(case=case).body) == ("An answer", "A note")


def test_a_save_that_is_slower_than_the_click_on_send_brings_nothing_back(client: Client, case: Case) -> None:
    page = opened(client, case, answer_body="An answer", note_body="A note")
    client.post(address(case, "answer/"), page)
    client.post(address(case, "note/"), page)
    assert client.post(address(case, "drafts/"), page).status_code == 200
    assert not TextDraft.objects.exists()


def test_a_draft_is_discarded_by_a_click_and_by_an_emptied_box(client: Client, case: Case) -> None:
    save(client, case, answer_body="Half an answer", note_body="Half a note")
    client.post(address(case, "drafts/answer/discard/"), opened(client, case))
    assert [draft.kind for draft in TextDraft.objects.all()] == ["note"]
    save(client, case, note_body=" ")
    assert not TextDraft.objects.exists()
    assert client.post(address(case, "drafts/nonsense/discard/")).status_code == 404


def test_two_windows_of_one_person_overwrite_nothing(client: Client, case: Case) -> None:
    first, second = (opened(client, case, answer_body=f"Words of window {number}") for number in (1, 2))
    empty = opened(client, case)
    client.post(address(case, "drafts/"), first)
    refused = client.post(address(case, "drafts/"), second)
    assert (refused.status_code, "another window" in refused.json()["problem"]) == (409, True)
    client.post(address(case, "move/triage/"), second)
    client.post(address(case, "assign/"), empty)
    assert FormPage(page_of(client, case)).value("answer-body") == "Words of window 1\r\n\r\nWords of window 2".replace(
        "\r\n", "\n"
    )


def test_keeping_a_draft_is_not_reading_the_case(client: Client, case: Case) -> None:
    page = opened(client, case, answer_body="Half an answer")
    before = AccessEvent.objects.count()
    assert client.post(address(case, "drafts/"), page).status_code == 200
    assert AccessEvent.objects.count() == before


def test_a_draft_is_sealed_under_the_key_of_its_case(client: Client, case: Case) -> None:
    save(client, case, answer_body="Canary words")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM requests_textdraft")
        ((stored,),) = cursor.fetchall()
    assert b"Canary" not in bytes(stored)
    draft = TextDraft.objects.select_related("case").get()
    assert (draft.body, "Canary" in str(draft)) == ("Canary words", False)


def test_only_who_works_cases_keeps_drafts(case: Case) -> None:
    typed = {"answer-body": "x", "answer-draft": ""}
    assert staff_client(make_staff(Role.EDITOR)).post(address(case, "drafts/"), typed).status_code == 403
    assert not TextDraft.objects.exists()


# ── The page that ends a case ────────────────────────────────────────────────────────────────

CLOSE = "move/closed/"


@pytest.fixture
def ending(case: Case) -> Case:
    """A case that can be closed."""
    Case.objects.filter(pk=case.pk).update(status="recovery")
    case.refresh_from_db()
    return case


def ending_page(client: Client, case: Case, to: str = CLOSE) -> str:
    return str(client.get(address(case, to)).content.decode())


def test_the_last_words_of_a_case_are_kept_by_every_button(client: Client, ending: Case) -> None:
    typed = {"message": "Half a last word", "reason": "Half a reason"}
    refused = client.post(address(ending, CLOSE), posted_from(ending_page(client, ending)) | typed)
    assert refused.status_code == 422, "it does not say how it ended"
    page = FormPage(ending_page(client, ending))
    assert (page.value("message"), page.value("reason")) == ("Half a last word", "Half a reason")
    left = client.post(
        address(ending, CLOSE),
        posted_from(ending_page(client, ending)) | {"message": "More of a last word", "leave": "1"},
    )
    assert (left.status_code, left["Location"]) == (302, address(ending))
    assert FormPage(ending_page(client, ending)).value("message") == "More of a last word"
    assert "Draft of the last words from" in page_of(client, ending)
    assert not Message.objects.exists()
    ending.refresh_from_db()
    assert ending.is_open


def test_last_words_go_along_to_another_ending_and_belong_to_their_writer(client: Client, case: Case) -> None:
    typed = {"message": "Half a last word", "leave": "1"}
    client.post(
        address(case, "move/declined_by_us/"), posted_from(ending_page(client, case, "move/declined_by_us/")) | typed
    )
    assert FormPage(ending_page(client, case, "move/no_answer/")).value("message") == "Half a last word"
    colleague = staff_client(make_staff(Role.COORDINATOR))
    assert FormPage(ending_page(colleague, case, "move/no_answer/")).value("message") == ""


def test_last_words_that_are_sent_are_no_draft_any_more(client: Client, ending: Case) -> None:
    typed = {"message": "The last word", "reason": "The reason"}
    client.post(address(ending, CLOSE), posted_from(ending_page(client, ending)) | typed | {"leave": "1"})
    assert {draft.kind for draft in TextDraft.objects.all()} == {"last_word", "reason"}
    page = posted_from(ending_page(client, ending)) | {"outcome": "other"}
    assert client.post(address(ending, CLOSE), page).status_code == 302
    assert not TextDraft.objects.exists()
    assert (Message.objects.get(case=ending).body, Note.objects.get(case=ending).body) == (
        "The last word",
        "The reason",
    )
    client.post(address(ending, "drafts/"), page)
    assert not TextDraft.objects.exists(), "a save that is slower than the click brings nothing back"


def test_last_words_are_discarded_by_a_click(client: Client, ending: Case) -> None:
    typed = {"message": "Half a last word", "reason": "Half a reason"}
    client.post(address(ending, CLOSE), posted_from(ending_page(client, ending)) | typed | {"leave": "1"})
    gone = client.post(address(ending, "drafts/last_word/discard/"), posted_from(ending_page(client, ending)))
    assert (gone.status_code, gone["Location"]) == (302, address(ending, CLOSE))
    page = FormPage(ending_page(client, ending))
    assert (page.value("message"), page.value("reason")) == ("", "Half a reason")


def test_last_words_are_sealed_under_the_key_of_the_case(client: Client, ending: Case) -> None:
    typed = {"message": "Canary words", "leave": "1"}
    client.post(address(ending, CLOSE), posted_from(ending_page(client, ending)) | typed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM requests_textdraft")
        ((stored,),) = cursor.fetchall()
    assert b"Canary" not in bytes(stored)


def test_the_reason_of_a_hold_is_no_draft_of_an_ending(client: Client, ending: Case) -> None:
    Case.objects.filter(pk=ending.pk).update(status="estimate_sent")
    client.post(address(ending, "hold/"), posted_from(ending_page(client, ending, "hold/")) | {"reason": "Waits"})
    assert not TextDraft.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_script_keeps_the_last_words(
    live_server: LiveServer, open_page: Callable[..., Page], coordinator: User, case: Case
) -> None:
    session = staff_client(coordinator).cookies[settings.SESSION_COOKIE_NAME].value
    page = open_page(base_url=live_server.url)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.goto(address(case, "move/declined_by_us/"))
    page.get_by_label("Message to the patient").fill("Typed and never sent")
    expect(page.get_by_text("Draft kept at")).to_be_visible()
    page.goto("/admin/")
    page.goto(address(case, "move/declined_by_us/"))
    expect(page.get_by_label("Message to the patient")).to_have_value("Typed and never sent")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_script_keeps_what_is_typed(
    live_server: LiveServer, open_page: Callable[..., Page], coordinator: User, case: Case
) -> None:
    session = staff_client(coordinator).cookies[settings.SESSION_COOKIE_NAME].value
    page = open_page(base_url=live_server.url)
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.goto(address(case))
    page.get_by_label("Answer the patient").fill("Typed and never sent")
    expect(page.get_by_text("Draft kept at")).to_be_visible()
    page.get_by_role("radio", name="Note").check()
    page.get_by_label("New note").fill("A note as well")
    # A page that is left at once keeps the last letters too.
    page.goto("/admin/")
    page.goto(address(case))
    expect(page.get_by_label("Answer the patient")).to_have_value("Typed and never sent")
    expect(page.get_by_label("New note")).to_have_value("A note as well")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_label("Answer the patient")).to_have_value("")
    expect(page.get_by_label("New note")).to_have_value("A note as well")
    page.context.clear_cookies()
    page.get_by_role("radio", name="Note").check()
    page.get_by_label("New note").fill("A note as well, and more")
    expect(page.get_by_text("you are signed out")).to_be_visible()
