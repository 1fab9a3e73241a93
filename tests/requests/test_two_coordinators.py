"""Two coordinators in one case: what a colleague did meanwhile is said, nothing typed is lost, one click goes on."""

import datetime
from typing import Any

import pytest
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import EventKind, Status
from requests.models import Case, Estimate, Event, Message
from requests.services import desk, holds
from requests.services.messages import write_to_patient
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_staff, submit
from tests.requests.reading import posted_from
from tests.requests.states import reason_of
from tests.requests.test_admin_estimates import typed as estimate_typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return make_staff(Role.COORDINATOR, name="Anna")


@pytest.fixture
def boris() -> User:
    return make_staff(Role.COORDINATOR, name="Boris")


@pytest.fixture
def case() -> Case:
    return submit(condition=make_condition())


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def opened(client: Client, case: Case, rest: str = "change/") -> dict[str, Any]:
    """Return what a browser would post from a page that is open now."""
    return posted_from(client.get(address(case, rest)).content.decode())


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_button_of_a_stale_page_asks_once_and_says_who_moved_the_case(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    page = opened(client, case)
    desk.move(case=case, to=Status.TRIAGE, by=anna)
    desk.move(case=case, to=Status.WAITING_DOCUMENTS, by=anna)
    typed = {"end_reason": [str(reason_of("declined_by_us").pk)], "reason": "Typed reason"}
    asked = client.post(address(case, "move/declined_by_us/"), page | typed)
    case.refresh_from_db()
    assert (asked.status_code, case.status) == (409, Status.WAITING_DOCUMENTS)
    for words in (
        "Anna moved this case from “New” to “Triage” under a minute ago.",
        "Anna moved this case from “Triage” to “Waiting for documents” under a minute ago.",
        "Typed reason",
        "We decline all the same",
    ):
        assert words in text(asked)
    assert client.post(address(case, "move/declined_by_us/"), posted_from(text(asked))).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.notes.get().body) == (Status.DECLINED_BY_US, "Typed reason")


def test_what_is_done_already_is_said_and_not_asked(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    page = opened(client, case)
    desk.move(case=case, to=Status.TRIAGE, by=anna)
    response = client.post(address(case, "move/triage/"), page, follow=True)
    assert "Anna moved this case from “New” to “Triage” under a minute ago." in text(response)
    assert "is “Triage” already" in text(response)
    assert Event.objects.filter(reference=case.reference, kind=EventKind.MOVED).count() == 1


def test_a_move_that_is_none_any_more_is_refused_in_the_words_of_the_desk(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    desk.move(case=case, to=Status.TRIAGE, by=anna)
    page = opened(client, case)
    desk.move(case=case, to=Status.DUPLICATE, by=anna, merged_into=submit())
    response = client.post(address(case, "move/declined_by_us/"), page | {"message": "My last word"})
    assert response.status_code == 409
    for words in ("Anna moved this case", "cannot go from “Duplicate” to “Declined by us”", "My last word"):
        assert words in text(response)
    for words in ("declined_by_us<", "MoveRefused", "409"):
        assert words not in text(response)


def test_taking_a_case_that_a_colleague_took_a_minute_ago(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    page = opened(client, case)
    desk.assign(case=case, to=anna, by=anna)
    asked = client.post(address(case, "assign/"), page | {"me": "1"})
    case.refresh_from_db()
    assert (asked.status_code, case.owner) == (409, anna)
    assert "Anna took this case under a minute ago." in text(asked)
    assert "Take it all the same" in text(asked)
    client.post(address(case, "assign/"), posted_from(text(asked)))
    case.refresh_from_db()
    assert case.owner == boris


def test_an_answer_beside_the_answer_of_a_colleague(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    page = opened(client, case) | {"answer-body": "Words of Boris"}
    write_to_patient(case=case, body="Words of Anna", by=anna, form_token="a" * 20)
    asked = client.post(address(case, "answer/"), page)
    notice = text(asked)[text(asked).index("Anna wrote to the patient") :]
    assert asked.status_code == 409
    assert notice.index("Words of Anna") < notice.index("Words of Boris")
    assert "Send mine all the same" in text(asked)
    assert Message.objects.filter(case=case).count() == 1
    sent = posted_from(text(asked))
    assert client.post(address(case, "answer/"), sent).status_code == 302
    assert client.post(address(case, "answer/"), sent).status_code == 302, "a second click sends nothing more"
    assert [message.body for message in case.messages.all()] == ["Words of Anna", "Words of Boris"]


def test_an_answer_to_a_case_that_became_spam_meanwhile_is_not_lost(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    page = opened(client, case) | {"answer-body": "Words of Boris"}
    desk.move(case=case, to=Status.SPAM, by=anna)
    response = client.post(address(case, "answer/"), page)
    assert "Words of Boris" in text(response)
    assert "Words of Boris" in text(client.get(address(case)))


def test_no_answer_needed_hold_and_resume_from_stale_pages(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    page = opened(client, case)
    desk.assign(case=case, to=anna, by=anna)
    asked = client.post(address(case, "no-answer-needed/"), page)
    case.refresh_from_db()
    assert (asked.status_code, case.waiting_since is None) == (409, False)
    client.post(address(case, "no-answer-needed/"), posted_from(text(asked)))
    case.refresh_from_db()
    assert case.waiting_since is None
    Case.objects.filter(pk=case.pk).update(status=Status.TRAVEL)
    until = datetime.date(2027, 2, 1)
    page = opened(client, case, "hold/") | {"until": str(until), "reason": "Waits for a visa"}
    desk.assign(case=case, to=None, by=anna)
    asked = client.post(address(case, "hold/"), page)
    assert (asked.status_code, "Waits for a visa" in text(asked)) == (409, True)
    client.post(address(case, "hold/"), posted_from(text(asked)))
    case.refresh_from_db()
    assert case.on_hold_until == until
    page = opened(client, case)
    holds.resume(case=case, by=anna)
    holds.put_on_hold(case=case, until=until, reason="Hers", by=anna)
    asked = client.post(address(case, "resume/"), page)
    assert (asked.status_code, "Anna took this case off hold" in text(asked)) == (409, True)


def test_an_estimate_beside_the_estimate_of_a_colleague(anna: User, boris: User, case: Case) -> None:
    desk.move(case=case, to=Status.TRIAGE, by=boris)
    mine, hers = staff_client(boris), staff_client(anna)
    pages = {client: opened(client, case, "estimate/") for client in (mine, hers)}
    for client, name in ((hers, "Line of Anna"), (mine, "Line of Boris")):
        changes = {"free-0-name": name, "free-0-name_ru": name, "free-0-amount_from": "100"}
        pages[client] |= estimate_typed("issue", **changes)
    assert hers.post(address(case, "estimate/"), pages[hers]).status_code == 302
    asked = mine.post(address(case, "estimate/"), pages[mine])
    assert asked.status_code == 409
    for words in ("Anna issued an estimate under a minute ago", "Line of Anna", "Line of Boris", "mine all the same"):
        assert words in text(asked)
    assert Estimate.objects.filter(case=case, kind="final").count() == 1
    again = posted_from(text(asked)) | {"issue": "1"}
    assert mine.post(address(case, "estimate/"), again).status_code == 302
    assert mine.post(address(case, "estimate/"), again).status_code == 409, "a second click issues nothing"
    assert Estimate.objects.filter(case=case, kind="final").count() == 2


def test_ones_own_deeds_notes_and_machines_stop_nobody(anna: User, boris: User, case: Case) -> None:
    client = staff_client(boris)
    page = opened(client, case)
    desk.add_note(case=case, body="A note", by=anna)
    desk.mark_address_refused(case)
    desk.assign(case=case, to=boris, by=boris)
    assert client.post(address(case, "move/triage/"), page).status_code == 302


def test_a_post_without_the_number_of_its_page_knows_of_nothing(anna: User, boris: User, case: Case) -> None:
    desk.assign(case=case, to=anna, by=anna)
    for known in ({}, {"known": "-1"}, {"known": "nonsense"}, {"known": "9" * 30}):
        assert staff_client(boris).post(address(case, "move/triage/"), known).status_code == 409
