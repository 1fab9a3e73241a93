"""A case by hand: a caller, a message, somebody at a fair, written down at the desk."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.http.forms import new_token
from portal.core.models import OutboxItem
from requests import consents
from requests.enums import NEEDED_PURPOSES, EventKind, Outcome, Purpose, Source, Status
from requests.models import Case, CaseLink, Event
from requests.selectors.desk import by_source
from requests.services import clock, continuation, effects
from requests.services.estimates import FinalTerms, issue, line_by_hand, record_pdf
from requests.services.messages import write_to_patient
from requests.services.queue import renew_figures
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.conftest import MOSCOW

pytestmark = pytest.mark.django_db

NEW = "/admin/requests/case/new/"


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def told(user: User, **fields: Any) -> dict[str, Any]:
    """Return what the form posts for a caller who has no e-mail address."""
    hour_ago = (timezone.now() - timedelta(hours=1)).astimezone(MOSCOW)
    return {
        "source": "phone",
        "told_at": hour_ago.strftime("%Y-%m-%dT%H:%M"),
        "owes_answer": "on",
        "name": NAME,
        "for_whom": "me",
        "country": "United Arab Emirates",
        "speak": "ar",
        "language": "ar",
        "channel": "phone",
        "phone": "050 123 4567",
        "message": MESSAGE,
        "consent_language": "ru",
        "heard_by": user.pk,
        "consent_processing": "on",
        "consent_health": "on",
        "form_token": new_token(),
        **fields,
    }


def opened(client: Client, user: User, **fields: Any) -> tuple[Case, str]:
    """Open a case by hand; return it and the page that shows its link."""
    response = client.post(NEW, told(user, **fields))
    assert response.status_code == 200, response.context["form"].errors
    return Case.objects.get(), response.content.decode()


def link_in(text: str) -> str:
    found = re.search(r"http://localhost:8000(/\w+/case/[^\s<]+/)", text)
    assert found
    return found[1]


def test_a_caller_has_a_case_with_everything_told(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator)
    assert (case.source, case.status, case.owner) == (Source.PHONE, Status.NEW, coordinator)
    assert (case.name, case.patient_name, case.phone, case.email) == (NAME, NAME, PHONE, "")
    assert (case.country, case.speak, case.language) == ("AE", "ar", "ar")
    assert MESSAGE in case.submissions.get().content
    event = Event.objects.get(reference=case.reference, kind=EventKind.WRITTEN_DOWN)
    assert event.actor_id == coordinator.pk


def test_consent_by_voice_says_who_heard_it_when_and_which_text(client: Client, coordinator: User) -> None:
    colleague = make_staff(Role.COORDINATOR, name="Boris")
    before = timezone.now() - timedelta(hours=1, minutes=2)
    case, _page = opened(client, coordinator, heard_by=colleague.pk)
    rows = {consent.purpose: consent for consent in case.consents.all()}
    assert set(rows) == set(NEEDED_PURPOSES)
    for purpose, row in rows.items():
        text = consents.current(Purpose(purpose), "ru")
        assert (row.version, row.language, row.text_hash) == (text.version, "ru", text.sha256)
        assert row.heard_by == colleague
        assert before < row.given_at < timezone.now() - timedelta(minutes=59)
    page = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert "given by voice, heard by Boris" in page


def test_the_form_shows_the_words_that_are_read_aloud(client: Client) -> None:
    page = client.get(NEW).content.decode()
    for language in ("en", "ru", "ar"):
        for purpose in NEEDED_PURPOSES:
            assert consents.current(purpose, language).title in page


def test_the_link_is_shown_once_and_that_is_kept(client: Client, coordinator: User) -> None:
    case, page = opened(client, coordinator)
    address = link_in(page)
    shown = Event.objects.get(reference=case.reference, kind=EventKind.LINK_SHOWN)
    assert (shown.actor_id, shown.object_id) == (coordinator.pk, case.links.get().pk)
    again = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert address not in again
    patient = Client()
    assert patient.post(address).status_code == 302
    assert patient.get(f"/ar/case/{case.reference}/").status_code == 200


def test_a_new_link_is_another_link_with_a_row_of_its_own(client: Client, coordinator: User) -> None:
    case, page = opened(client, coordinator)
    second = client.post(f"/admin/requests/case/{case.pk}/links/new/").content.decode()
    assert link_in(second) != link_in(page)
    shown = Event.objects.filter(reference=case.reference, kind=EventKind.LINK_SHOWN)
    assert {event.object_id for event in shown} == set(case.links.values_list("pk", flat=True))
    assert shown.count() == 2


def test_a_second_click_opens_no_second_case_and_shows_no_link(client: Client, coordinator: User) -> None:
    answers = told(coordinator)
    client.post(NEW, answers)
    response = client.post(NEW, answers, follow=True)
    case = Case.objects.get()
    assert response.redirect_chain[-1][0] == f"/admin/requests/case/{case.pk}/change/"
    assert CaseLink.objects.count() == 1
    assert "open already" in " ".join(str(message) for message in response.context["messages"])


def test_without_an_address_no_mail_is_queued_whatever_happens(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator)
    write_to_patient(case=case, body="We called you.", by=coordinator, form_token="t" * 20)
    lines = [line_by_hand(name="Operation", name_ru="Операция", amount_from=Decimal(100), currency="USD")]
    terms = FinalTerms(valid_until=timezone.now().date() + timedelta(days=9), how_we_are_paid="The clinic pays us.")
    Case.objects.filter(pk=case.pk).update(status=Status.TRIAGE)
    estimate = issue(case=case, lines=lines, terms=terms, by=coordinator)
    record_pdf(estimate=estimate, pdf=b"%PDF-1.7")
    assert set(OutboxItem.objects.values_list("kind", flat=True)) == {effects.ESTIMATE_PDF}
    page = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert "No e-mail" in page
    assert "no mail tells of your message" in page
    assert "No e-mail" in client.get("/admin/requests/case/").content.decode()


def test_the_desk_is_told_that_no_mail_leaves(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator)
    answer = {"answer-body": "We called you.", "answer-form_token": new_token()}
    response = client.post(f"/admin/requests/case/{case.pk}/answer/", answer, follow=True)
    assert "No mail leaves" in " ".join(str(message) for message in response.context["messages"])


def test_with_an_address_the_receipt_goes_there_and_the_desk_gets_no_mail(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator, email=EMAIL, channel="email", language="en")
    item = OutboxItem.objects.get()
    assert item.kind == effects.RECEIPT
    assert outbox.deliver(item.pk)
    (message,) = mail.outbox
    assert message.to == [EMAIL]
    assert "You gave your consent in a talk with us" in str(message.body)
    assert case.links.filter(sent_with=item.pk).exists()


def test_the_page_of_the_case_says_when_consent_was_given(client: Client, coordinator: User) -> None:
    _case, page = opened(client, coordinator, language="en")
    patient = Client()
    text = patient.post(link_in(page), follow=True).content.decode()
    assert "You gave your consent in a talk with us" in text


def test_the_clock_runs_since_they_told_us_if_they_wait(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator)
    assert case.waiting_since is not None
    assert timedelta(minutes=58) < timezone.now() - case.waiting_since < timedelta(minutes=62)
    assert case.answer_by is not None
    clock.no_answer_needed(case=case, by=coordinator, seen=1)
    case.refresh_from_db()
    assert case.waiting_since is None


def test_the_clock_stands_when_no_answer_is_owed(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator, owes_answer="")
    assert (case.waiting_since, case.answer_by) == (None, None)


@pytest.mark.parametrize("contact", [{"email": EMAIL}, {}])
def test_cases_of_the_same_person_are_named_before_a_second_one(
    client: Client, coordinator: User, contact: dict[str, str]
) -> None:
    known = submit(email=EMAIL if contact else "other@example.org", phone="" if contact else PHONE, channel="email")
    answers = told(coordinator, **contact)
    response = client.post(NEW, answers)
    assert response.status_code == 409
    text = response.content.decode()
    assert known.reference in text
    assert MESSAGE in text
    assert Case.objects.count() == 1
    shown = re.search(r'name="known" value="([^"]*)"', text)
    assert shown
    assert client.post(NEW, {**answers, "known": shown[1]}).status_code == 200
    assert Case.objects.count() == 2


WRONG = [
    ({"phone": ""}, "Enter a phone number, or select e-mail."),
    ({"channel": "email"}, "Enter an e-mail address, or select another way to reach them."),
    ({"consent_health": ""}, "Without it no case is kept."),
    ({"consent_processing": ""}, "Without it no case is kept."),
    ({"source": ""}, "Select how it reached us."),
    ({"source": "web"}, "Select how it reached us."),
    ({"message": ""}, "Write in a few words what this is about, or select a condition."),
    ({"told_at": "2999-01-01T10:00"}, "Enter a time that has passed."),
    ({"told_at": "yesterday"}, "Enter a day and a time"),
    ({"name": ""}, "Enter the name."),
    ({"country": "Nowhereland"}, "Enter the name of a country"),
    ({"phone": "12"}, "Enter a phone number with its country code"),
]


@pytest.mark.parametrize(("typed", "sentence"), WRONG)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    client: Client, coordinator: User, typed: dict[str, str], sentence: str
) -> None:
    response = client.post(NEW, {**told(coordinator), "best_time": "after the bell", **typed})
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert "after the bell" in text
    assert not Case.objects.exists()


def test_the_request_is_shown_as_written_down(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator, for_whom="someone_else", patient_name="Ali", source="in_person")
    text = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert "Request as written down" in text
    assert "In person, at a fair" in text
    assert case.patient_name == "Ali"


def test_requests_are_counted_by_how_they_reached_us(client: Client, coordinator: User) -> None:
    opened(client, coordinator)
    submit(email="a@example.org", phone="")
    submit(email="b@example.org", phone="")
    joined = submit(email="c@example.org", phone="")
    Case.objects.filter(pk=joined.pk).update(status=Status.DUPLICATE, merged_into=Case.objects.exclude(pk=joined.pk)[0])
    month = timezone.now() - timedelta(days=30)
    assert by_source(month) == [(Source.WEB, 2), (Source.PHONE, 1)]
    renew_figures()
    assert "Form on the site 2, Phone 1" in client.get("/admin/requests/case/").content.decode()


def test_nothing_of_a_person_stands_in_events_or_logs(
    client: Client, coordinator: User, caplog: pytest.LogCaptureFixture
) -> None:
    _case, page = opened(client, coordinator, email=EMAIL)
    rows = str(list(Event.objects.values())) + str(list(LogEntry.objects.values())) + caplog.text
    rows += str(list(OutboxItem.objects.values()))
    for word in (NAME, EMAIL, PHONE[4:], MESSAGE, link_in(page)):
        assert word not in rows


def test_others_open_no_case(coordinator: User) -> None:
    editor = staff_client(make_staff(Role.EDITOR))
    assert editor.post(NEW, told(coordinator)).status_code == 403
    assert not Case.objects.exists()


def test_a_case_goes_on_in_a_new_one_without_an_address(client: Client, coordinator: User) -> None:
    case, _page = opened(client, coordinator)
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED, outcome=Outcome.TREATED)
    new = continuation.open_from(case=case, by=coordinator)
    assert new.source == Source.EARLIER_CASE
    assert set(new.consents.values_list("heard_by", flat=True)) == {coordinator.pk}
    assert not OutboxItem.objects.exists()
