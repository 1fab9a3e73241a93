"""The page of a case and what is done from it."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.enums import AccessKind, EventKind, Flag, Status
from requests.models import AccessEvent, Case, CaseLink, Event, Message, Note
from requests.services import effects
from requests.services.messages import write_to_desk
from requests.workflow import MOVES
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME
from tests.requests.states import reason_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def page(client: Client, case: Case) -> str:
    response = client.get(address(case))
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_says_everything_word_for_word(client: Client) -> None:
    case = submit(condition=make_condition(), message=MESSAGE, phone_as_typed="050 123 4567")
    text = page(client, case)
    for word in (case.reference, NAME, EMAIL, MESSAGE, "050 123 4567", "United Arab Emirates", "Arabic", "Our turn"):
        assert word in text
    assert "<title>" in text
    assert NAME not in text[text.index("<title>") : text.index("</title>")]


def test_what_a_patient_writes_is_text_and_nothing_else(client: Client) -> None:
    case = submit(name="<script>alert(1)</script>", message="<img src=x onerror=alert(2)>")
    write_to_desk(case=case, body="<b onclick=alert(3)>x</b>", form_token="f" * 20)
    text = page(client, case)
    for word in ("<script>alert", "<img src=x", "<b onclick"):
        assert word not in text


def test_reading_is_recorded(client: Client, coordinator: User) -> None:
    case = submit()
    page(client, case)
    row = AccessEvent.objects.get(reference=case.reference)
    assert (row.kind, row.actor_kind, row.actor_id) == (AccessKind.CASE, "staff", coordinator.pk)


def test_an_unknown_case_is_not_there(client: Client) -> None:
    assert client.get(f"/admin/requests/case/{uuid4()}/change/").status_code == 404
    assert client.get("/admin/requests/case/nonsense/change/").status_code == 404


@pytest.mark.parametrize("status", list(MOVES))
def test_the_buttons_are_the_moves_of_the_workflow(client: Client, status: Status) -> None:
    case = submit()
    values: dict[str, Any] = {"outcome": "other"} if status == Status.CLOSED else {}
    values |= {"merged_into": submit()} if status == Status.DUPLICATE else {}
    Case.objects.filter(pk=case.pk).update(status=status, **values)
    context = client.get(address(case)).context
    offered = {button["url"].split("/")[-2] for button in [*context["moves"], *context["endings"]]}
    # An estimate is sent by building one.
    assert offered == {to.value for to in MOVES[status]} - {"estimate_sent"}


def test_a_move_by_its_button(client: Client) -> None:
    case = submit()
    response = client.post(address(case, "move/triage/"))
    case.refresh_from_db()
    assert (response.status_code, response["Location"], case.status) == (302, address(case), Status.TRIAGE)


def test_a_move_that_is_not_allowed_says_so(client: Client) -> None:
    case = submit()
    response = client.post(address(case, "move/accepted/"))
    case.refresh_from_db()
    assert case.status == Status.NEW
    assert "cannot go from" in response.content.decode()
    assert client.post(address(case, "move/nonsense/")).status_code == 404


def test_a_get_moves_nothing(client: Client) -> None:
    case = submit()
    for rest in ("move/triage/", "move/no_answer/"):
        assert client.get(address(case, rest)).status_code == 200
    for rest in ("assign/", "answer/", "note/", "release/"):
        assert client.get(address(case, rest)).status_code == 405
    case.refresh_from_db()
    assert case.status == Status.NEW


def test_an_ending_keeps_its_reason_as_a_note(client: Client) -> None:
    case = submit()
    typed = {"end_reason": reason_of("declined_by_us").pk, "reason": "Treatment at home is as good"}
    client.post(address(case, "move/declined_by_us/"), typed)
    case.refresh_from_db()
    assert (case.status, Note.objects.get(case=case).body) == (Status.DECLINED_BY_US, "Treatment at home is as good")


def test_closing_asks_how_it_ended(client: Client) -> None:
    case = submit()
    Case.objects.filter(pk=case.pk).update(status=Status.RECOVERY)
    empty = client.post(address(case, "move/closed/"), {"reason": "typed"})
    assert (empty.status_code, "Select how it ended." in empty.content.decode()) == (422, True)
    assert "typed" in empty.content.decode()
    refused = client.post(address(case, "move/closed/"), {"outcome": "treated"})
    assert "This move needs: Discharge papers" in refused.content.decode()
    client.post(address(case, "move/closed/"), {"outcome": "home"})
    case.refresh_from_db()
    assert (case.status, case.outcome) == (Status.CLOSED, "home")


def test_a_duplicate_names_the_other_case_in_any_spelling(client: Client) -> None:
    case, other = submit(), submit()
    wrong = client.post(address(case, "move/duplicate/"), {"merged_into": "MR-2222-2222"})
    assert wrong.status_code == 422
    client.post(address(case, "move/duplicate/"), {"merged_into": other.reference.lower().replace("-", " ")})
    case.refresh_from_db()
    assert (case.status, case.merged_into_id) == (Status.DUPLICATE, other.pk)


def test_assigning(client: Client, coordinator: User) -> None:
    case, lead = submit(), make_staff(Role.LEAD)
    editor = make_staff(Role.EDITOR)
    for data, owner in (
        ({"me": "1"}, coordinator.pk),
        ({"assign-owner": str(lead.pk)}, lead.pk),
        ({"assign-owner": str(editor.pk)}, lead.pk),
        ({"assign-owner": ""}, None),
    ):
        client.post(address(case, "assign/"), data)
        case.refresh_from_db()
        assert case.owner_id == owner


def test_an_answer_owes_the_patient_a_mail(client: Client) -> None:
    case = submit()
    empty = client.post(address(case, "answer/"), {"answer-body": " "})
    assert (empty.status_code, "Enter a message." in empty.content.decode()) == (422, True)
    client.post(address(case, "answer/"), {"answer-body": "Send the scans.", "answer-seen": "1"})
    case.refresh_from_db()
    message = Message.objects.get(case=case)
    assert (message.body, message.direction, case.answer_by) == ("Send the scans.", "to_patient", None)
    assert OutboxItem.objects.get(kind=effects.MESSAGE_OUT).object_id == message.pk


def test_a_second_click_on_an_answer_sends_nothing(client: Client) -> None:
    case = submit()
    token = re.search(r'name="answer-form_token" value="([^"]+)"', page(client, case))
    assert token is not None
    for body in ("Send the scans.", "Send the scans.", "And the blood tests."):
        client.post(address(case, "answer/"), {"answer-body": body, "answer-form_token": token[1]})
    assert [one.body for one in Message.objects.filter(case=case)] == ["Send the scans.", "And the blood tests."]
    assert OutboxItem.objects.filter(kind=effects.MESSAGE_OUT).count() == 2


def test_notes_stay_inside(client: Client) -> None:
    case = submit()
    client.post(address(case, "note/"), {"note-body": "Ask the lead."})
    assert Note.objects.get(case=case).body == "Ask the lead."
    assert not OutboxItem.objects.filter(kind=effects.MESSAGE_OUT).exists()
    assert "Ask the lead." in page(client, case)


def test_releasing_lets_the_held_mails_leave(client: Client) -> None:
    case = submit(flags=(Flag.HONEYPOT,))
    text = page(client, case)
    assert ("hidden field filled in" in text, "Release, and let its mails leave" in text) == (True, True)
    client.post(address(case, "release/"))
    case.refresh_from_db()
    states = set(OutboxItem.objects.filter(reference=case.reference).values_list("state", flat=True))
    assert (case.is_quarantined, states) == (False, {"queued"})
    client.post(address(case, "release/"))
    assert Event.objects.filter(reference=case.reference, kind=EventKind.RELEASED).count() == 1


def test_a_quarantined_case_may_end_but_not_go_on(client: Client) -> None:
    case = submit(flags=(Flag.HONEYPOT,))
    context = client.get(address(case)).context
    assert (context["moves"], len(context["endings"])) == ([], 6)
    assert "Release the case" in client.post(address(case, "move/triage/")).content.decode()
    client.post(address(case, "move/no_answer/"), {"end_reason": reason_of("no_answer").pk})
    case.refresh_from_db()
    assert case.status == Status.NO_ANSWER


def test_a_failed_mail_is_sent_again(client: Client) -> None:
    case = submit()
    item = OutboxItem.objects.get(reference=case.reference, kind=effects.RECEIPT)
    OutboxItem.objects.filter(pk=item.pk).update(state="failed", error="SMTP 550")
    assert "The mail server refuses the address" in page(client, case)
    client.post(address(case, f"outbox/{item.pk}/again/"))
    item.refresh_from_db()
    assert (item.state, item.error) == ("queued", "")
    assert Event.objects.filter(reference=case.reference, kind=EventKind.SENT_BY_HAND).exists()


def test_the_mail_of_another_case_is_not_there(client: Client) -> None:
    case, other = submit(), submit()
    item = OutboxItem.objects.filter(reference=other.reference).first()
    link = CaseLink.objects.create(case=other, sent_with=uuid4())
    assert item is not None
    assert client.post(address(case, f"outbox/{item.pk}/again/")).status_code == 404
    assert client.post(address(case, f"links/{link.pk}/revoke/")).status_code == 404


def test_revoking_a_link(client: Client) -> None:
    case = submit()
    link = CaseLink.objects.create(case=case, sent_with=uuid4())
    client.post(address(case, f"links/{link.pk}/revoke/"))
    link.refresh_from_db()
    assert link.is_live is False


def test_nobody_else_does_anything(coordinator: User) -> None:
    case = submit()
    item = OutboxItem.objects.filter(reference=case.reference).first()
    assert item is not None
    client = staff_client(make_staff(Role.EDITOR, Role.FINANCE))
    for rest in ("move/triage/", "assign/", "answer/", "note/", "release/", "estimate/", f"outbox/{item.pk}/again/"):
        assert (rest, client.post(address(case, rest), {"me": "1"}).status_code) == (rest, 403)
    case.refresh_from_db()
    assert (case.status, case.owner_id) == (Status.NEW, None)


def test_the_admin_log_holds_no_name(client: Client) -> None:
    case = submit()
    client.post(address(case, "move/triage/"))
    client.post(address(case, "note/"), {"note-body": "Canary note"})
    assert not LogEntry.objects.filter(object_repr__contains="Canary").exists()
