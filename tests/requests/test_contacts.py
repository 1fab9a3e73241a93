"""Contacts outside the portal: the links that call or write, and what is logged of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.primitives import KeyErased
from requests.enums import DraftKind, EventKind, NextTurn, Status
from requests.models import Case, ContactLog, Event, TextDraft
from requests.services import clock, contacts, desk
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.reading import posted_from
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

WORDS = "Canary words: she has the scan of May."


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def logged(case: Case, by: User, **fields: Any) -> ContactLog:
    told: dict[str, Any] = {
        "channel": "phone", "direction": "to_patient", "at": timezone.now(), "body": WORDS, "is_reached": True,
        "is_answer": False, "form_token": "t" * 20, "seen": 99, "turn": NextTurn.US,
        "next_at": timezone.now() + timedelta(days=2),
    }  # fmt: skip
    return contacts.log(case=case, by=by, **told | fields)


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def opened(client: Client, case: Case, rest: str = "change/") -> dict[str, Any]:
    """Return what a browser would post from a page that is open now."""
    return posted_from(text(client.get(address(case, rest))))


def text(response: Any) -> str:
    return str(response.content.decode())


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).order_by("at").values_list("kind", flat=True))


def test_each_way_is_a_plain_link_with_one_that_logs_it(client: Client) -> None:
    case = submit(email="a+b@example.org", phone="+971501234567")
    page = text(client.get(address(case)))
    for link in ("tel:+971501234567", "https://wa.me/971501234567", "https://t.me/+971501234567"):
        assert f'href="{link}"' in page
    assert 'href="mailto:a%2Bb@example.org"' in page
    for channel in ("phone", "whatsapp", "telegram", "email"):
        assert f'href="{address(case, "contacts/new/")}?channel={channel}"' in page


def test_without_a_number_no_link_calls(client: Client) -> None:
    page = text(client.get(address(submit(phone="", channel="email"))))
    for beginning in ("tel:", "https://wa.me/", "https://t.me/", "?channel=phone"):
        assert beginning not in page
    assert "mailto:" in page


def test_a_call_is_logged_from_the_page_of_the_case(client: Client, coordinator: User) -> None:
    case = submit()
    typed = opened(client, case) | {"contact-channel": "whatsapp", "contact-body": WORDS}
    response = client.post(address(case, "contacts/new/"), typed)
    assert (response.status_code, response["Location"]) == (302, address(case))
    contact = ContactLog.objects.get()
    assert (contact.channel, contact.direction, contact.body, contact.author) == (
        "whatsapp", "to_patient", WORDS, coordinator,
    )  # fmt: skip
    assert (contact.is_reached, contact.is_answer) == (True, False)
    assert abs(contact.at - timezone.now()) < timedelta(minutes=1)
    assert EventKind.CONTACT_LOGGED in kinds(case)
    page = text(client.get(address(case)))
    assert WORDS in page
    assert "logged by" in page


def test_the_page_of_its_own_has_the_channel_chosen(client: Client) -> None:
    case = submit(channel="email")
    assert opened(client, case, "contacts/new/?channel=telegram")["contact-channel"] == ["telegram"]
    assert opened(client, case, "contacts/new/?channel=nonsense")["contact-channel"] == ["email"]
    typed = opened(client, case, "contacts/new/?channel=telegram") | {"contact-body": WORDS}
    assert client.post(address(case, "contacts/new/"), typed).status_code == 302
    assert ContactLog.objects.get().channel == "telegram"


def test_a_second_click_logs_once_and_other_words_are_another_contact(client: Client) -> None:
    case = submit()
    page = opened(client, case)
    for words in (WORDS, WORDS, "She called back."):
        client.post(address(case, "contacts/new/"), page | {"contact-body": words})
    assert [contact.body for contact in ContactLog.objects.order_by("created_at")] == [WORDS, "She called back."]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"contact-body": ""}, "Say what was said, in a line"),
        ({"contact-at": "2099-01-01T10:00"}, "Enter a time that is past"),
        ({"contact-at": "2019-01-01T10:00"}, "Enter a time that is past"),
        ({"contact-at": "yesterday"}, "Enter a day and a time such as"),
        ({"contact-is_reached": "", "contact-is_answer": "on"}, "Who was not reached has no answer yet."),
    ],
)
def test_a_wrong_form_says_what_and_keeps_what_was_typed(client: Client, wrong: dict[str, str], sentence: str) -> None:
    case = submit()
    typed = opened(client, case) | {"contact-channel": "telegram", "contact-body": WORDS} | wrong
    response = client.post(address(case, "contacts/new/"), typed)
    assert (response.status_code, sentence in text(response)) == (422, True)
    again = posted_from(text(response))
    assert (again["contact-channel"], again["contact-body"]) == (["telegram"], [typed["contact-body"]])
    assert not ContactLog.objects.exists()


def test_who_was_not_reached_needs_no_words(client: Client) -> None:
    case = submit()
    typed = opened(client, case)
    del typed["contact-is_reached"]
    assert client.post(address(case, "contacts/new/"), typed).status_code == 302
    assert ContactLog.objects.get().is_reached is False
    assert "not reached" in text(client.get(address(case)))


def test_a_time_is_that_of_the_team(client: Client) -> None:
    case = submit()
    client.post(address(case, "contacts/new/"), opened(client, case) | {
        "contact-body": WORDS, "contact-at": "2026-11-02T14:30",
    })  # fmt: skip
    assert ContactLog.objects.get().at.isoformat() == "2026-11-02T11:30:00+00:00"


def test_only_an_answer_stops_the_clock(client: Client) -> None:
    case = submit()
    page = opened(client, case)
    client.post(address(case, "contacts/new/"), page | {"contact-body": "Nobody there"})
    case.refresh_from_db()
    assert (case.waiting_since is None, case.answered_at) == (False, None)
    client.post(address(case, "contacts/new/"), page | {"contact-body": WORDS, "contact-is_answer": "on"})
    case.refresh_from_db()
    contact = ContactLog.objects.get(is_answer=True)
    assert (case.waiting_since, case.answer_by, case.answered_at) == (None, None, contact.at)
    assert EventKind.CONTACT_ANSWERED in kinds(case)


def test_what_came_while_the_page_was_open_waits_on(client: Client) -> None:
    case = submit()
    page = opened(client, case) | {"contact-body": WORDS, "contact-is_answer": "on"}
    later = write_to_desk(case=case, body="One more thing", form_token="m" * 20)
    response = client.post(address(case, "contacts/new/"), page, follow=True)
    case.refresh_from_db()
    assert case.waiting_since == later.created_at
    assert "The patient wrote again meanwhile" in text(response)


def test_a_call_of_before_answers_nothing_that_came_later(coordinator: User) -> None:
    case = submit()
    Case.objects.filter(pk=case.pk).update(waiting_since=timezone.now() - timedelta(hours=3))
    case.submissions.update(created_at=timezone.now() - timedelta(hours=3))
    message = write_to_desk(case=case, body="Now about the flight", form_token="m" * 20)
    logged(case, coordinator, at=timezone.now() - timedelta(hours=1), is_answer=True)
    case.refresh_from_db()
    assert case.waiting_since == message.created_at


def test_a_call_within_the_minute_of_the_request_answers_it(coordinator: User) -> None:
    case = submit()
    logged(case, coordinator, at=timezone.now().replace(second=0, microsecond=0), is_answer=True)
    case.refresh_from_db()
    assert case.waiting_since is None


def test_a_reopened_spam_case_does_not_wait_for_what_a_call_answered(coordinator: User) -> None:
    case = submit()
    logged(case, coordinator, is_answer=True)
    desk.move(case=case, to=Status.SPAM, by=coordinator)
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    case.refresh_from_db()
    assert case.waiting_since is None


def test_an_answer_by_phone_is_told_to_a_colleague_who_answers_from_an_older_page(coordinator: User) -> None:
    case, anna = submit(), make_staff(Role.COORDINATOR, name="Anna")
    client = staff_client(coordinator)
    page = opened(client, case) | {"answer-body": "My answer"}
    logged(case, anna, is_answer=True)
    response = client.post(address(case, "answer/"), page)
    assert response.status_code == 409
    assert "Anna answered the patient in a call, chat or meeting" in text(response)
    assert WORDS in text(response)


def test_other_buttons_keep_what_is_typed_and_logging_ends_the_draft(client: Client, coordinator: User) -> None:
    case = submit()
    client.post(address(case, "assign/"), opened(client, case) | {"me": "1", "contact-body": WORDS})
    assert opened(client, case)["contact-body"] == [WORDS]
    assert opened(client, case, "contacts/new/?channel=phone")["contact-body"] == [WORDS]
    typed = opened(client, case)
    for _ in range(2):
        client.post(address(case, "contacts/new/"), typed)
    assert not TextDraft.objects.filter(kind=DraftKind.CONTACT).exists()
    assert ContactLog.objects.count() == 1


def test_the_patient_sees_nothing_of_it(coordinator: User) -> None:
    case = submit()
    logged(case, coordinator)
    patient = patient_of(case)
    for rest in ("", "messages/", "privacy/"):
        response = patient.get(f"/en/case/{case.reference}/{rest}")
        assert (response.status_code, WORDS in text(response)) == (200, False)


def test_nothing_that_was_said_is_readable_in_the_database(coordinator: User) -> None:
    logged(submit(), coordinator)
    [row] = rows_of("requests_contactlog")
    assert WORDS not in row
    assert WORDS.encode().hex() not in row
    Case.objects.update(wrapped_key=b"")
    with pytest.raises(KeyErased):
        _ = ContactLog.objects.get().body


def test_only_the_desk_logs(coordinator: User) -> None:
    case, editor = submit(), make_staff(Role.EDITOR)
    with pytest.raises(PermissionDenied):
        logged(case, editor)
    client = staff_client(editor)
    assert client.post(address(case, "contacts/new/"), {"contact-body": WORDS}).status_code == 403
    assert not ContactLog.objects.exists()


def test_the_database_refuses_an_answer_to_nobody(coordinator: User) -> None:
    contact = logged(submit(), coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactLog.objects.filter(pk=contact.pk).update(is_reached=False, is_answer=True)


def test_what_was_answered_before_stays_answered(coordinator: User) -> None:
    case = submit()
    write_to_patient(case=case, body="Yes", by=coordinator, form_token="a" * 20)
    case.refresh_from_db()
    answered = case.answered_at
    logged(case, coordinator, is_answer=True)
    case.refresh_from_db()
    assert (case.answered_at, len(clock.incoming(case))) == (answered, 1)
