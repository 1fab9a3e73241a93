"""Pages of referrals at the desk: sending, the thread of a clinic, and what the case shows of them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import AccessKind, Status
from requests.models import AccessEvent, Case, Referral, ReferralMessage
from requests.selectors import referrals
from requests.services import audit, clinic_answers
from requests.services import referrals as referral_services
from tests.accounts.cast import staff_client
from tests.factories import make_document, make_offer, make_procedure, make_staff, submit
from tests.requests.reading import posted_from
from tests.requests.test_referrals import LINE, agreed, fresh, ready, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return ready()


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def address(case: Case, rest: str = "referrals/new/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def text(response: Any) -> str:
    return str(response.content.decode())


def typed(client: Client, case: Case, *contacts: Any, **more: Any) -> dict[str, Any]:
    """Return what a browser would post from the page that sends, with these contacts."""
    page = posted_from(text(client.get(address(case))))
    return page | {f"clinic-{row.clinic_id}": [str(row.pk)] for row in contacts} | more


# ── Sending ──────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_first_what_the_clinics_read(client: Client, case: Case) -> None:
    contact, paper = agreed(case), make_document(case, kind="pdf")
    page = typed(client, case, contact, paper=[str(paper.pk)], words=["Canary words"])
    response = client.post(address(case), page | {"check": ["1"]})
    assert response.status_code == 200
    for part in ("This is what the clinics read", "Canary words", contact.email, "Canary growth", "scan.pdf"):
        assert part in text(response)
    assert not Referral.objects.exists()
    response = client.post(address(case), page | {"send": ["1"]})
    assert response["Location"].startswith(address(case, "change/"))
    [referral] = Referral.objects.all()
    assert (referral.words, referral.contact) == ("Canary words", contact)
    assert [row.document for row in referral.released.all()] == [paper]
    case.refresh_from_db()
    assert case.status == Status.WITH_CLINICS


def test_without_the_tick_the_case_stays_where_it_is(client: Client, case: Case) -> None:
    page = typed(client, case, agreed(case))
    del page["moves_on"]
    client.post(address(case), page | {"send": ["1"]})
    case.refresh_from_db()
    assert (Referral.objects.count(), case.status) == (1, Status.DOCUMENTS_COMPLETE)


def test_procedures_and_lines_of_our_own_are_asked_in_two_languages(client: Client, case: Case) -> None:
    procedure = make_procedure()
    case.procedures.add(procedure)
    page = typed(client, case, agreed(case), procedure=[procedure.code])
    page |= {"line-1-name": ["Rehabilitation"], "line-1-name_ru": ["Реабилитация"], "line-TOTAL_FORMS": ["2"]}
    client.post(address(case), page | {"send": ["1"]})
    asked = [(row.name, row.name_ru, row.procedure) for row in referrals.asked_lines(case)]
    assert asked == [
        ("Test operation", "Проверочная операция", procedure),
        (LINE.name, LINE.name_ru, None),
        ("Rehabilitation", "Реабилитация", None),
    ]


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(client: Client, case: Case) -> None:
    page = typed(client, case, agreed(case), words=["Canary words"], on=["2020-01-01"])
    page |= {"line-1-name": ["Rehabilitation"], "line-TOTAL_FORMS": ["2"]}
    response = client.post(address(case), page | {"send": ["1"]})
    assert response.status_code == 422
    for part in ("Canary words", "Rehabilitation", "in Russian too", "within a year"):
        assert part in text(response)
    response = client.post(address(case), typed(client, case, words=["Canary words"]) | {"send": ["1"]})
    assert (response.status_code, Referral.objects.count()) == (422, 0)
    assert "Choose at least one clinic." in text(response)
    assert "Canary words" in text(response)


def test_who_sends_second_is_told_who_sent_it(client: Client, case: Case) -> None:
    contact = agreed(case)
    page = typed(client, case, contact)
    anna = make_staff(Role.COORDINATOR, name="Anna")
    send(case, contact, by=anna)
    assert f"clinic-{contact.clinic_id}" not in typed(client, case)
    response = client.post(address(case), page | {"send": ["1"]}, follow=True)
    assert (response.status_code, Referral.objects.count()) == (200, 1)
    assert "has the brief already: Anna sent it" in text(response)


def test_lines_that_a_colleague_changed_meanwhile_are_shown_first(client: Client, case: Case) -> None:
    page = typed(client, case, agreed(case))
    page |= {"line-0-name": ["My line"], "line-0-name_ru": ["Моя строка"]}
    theirs = [LINE, type(LINE)("Their line", "Их строка")]
    referral_services.ask_for(case=case, lines=theirs, by=make_staff(Role.COORDINATOR))
    response = client.post(address(case), page | {"send": ["1"]})
    assert (response.status_code, Referral.objects.count()) == (409, 0)
    assert "Their line" in text(response)
    assert "My line" in text(response)
    client.post(address(case), posted_from(text(response)) | {"send": ["1"]})
    assert [row.name for row in referrals.asked_lines(case)] == ["My line"]
    assert Referral.objects.count() == 1


# ── One referral ─────────────────────────────────────────────────────────────────────────────


def test_a_question_is_answered_on_its_page_and_stands_in_the_conversation(
    client: Client, case: Case, coordinator: User
) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    clinic_answers.ask(referral=fresh(referral), body="Canary: which chemotherapy?", form_token="1")
    where = address(case, f"referrals/{referral.pk}/")
    shown = text(client.get(where))
    assert "Canary: which chemotherapy?" in shown
    page = posted_from(shown)
    body = {"form_token": page["form_token"], "known": page["known"], "body": ["FOLFOX, in May."]}
    for _click in range(2):
        assert client.post(f"{where}answer/", body).status_code == 302
    assert ReferralMessage.objects.exclude(written_by=None).count() == 1
    conversation = text(client.get(address(case, "change/")))
    for part in ("Canary: which chemotherapy?", "FOLFOX, in May.", "From the clinic", "the patient does not see it"):
        assert part in conversation
    empty = client.post(f"{where}answer/", {"body": " "})
    assert (empty.status_code, "Write something first." in text(empty)) == (422, True)


def test_of_two_coordinators_who_answer_the_second_reads_the_answer_of_the_first(
    client: Client, case: Case, coordinator: User
) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    clinic_answers.ask(referral=fresh(referral), body="Canary?", form_token="1")
    where = address(case, f"referrals/{referral.pk}/")
    colleague = staff_client(make_staff(Role.COORDINATOR, name="Quetzal of the desk"))
    first, second = (posted_from(text(browser.get(where))) for browser in (client, colleague))
    names = ("form_token", "known")
    mine = {name: first[name] for name in names} | {"body": ["FOLFOX, in May."]}
    theirs = {name: second[name] for name in names} | {"body": ["Ask the doctor."]}
    assert client.post(f"{where}answer/", mine).status_code == 302
    refused = colleague.post(f"{where}answer/", theirs)
    assert (refused.status_code, ReferralMessage.objects.exclude(written_by=None).count()) == (409, 1)
    for part in ("written while you had the page open", "FOLFOX, in May.", "Ask the doctor.", str(coordinator)):
        assert part in text(refused)
    # What came meanwhile is known now, and the words may go out on purpose, once.
    again = posted_from(text(refused))
    on_purpose = {name: again[name] for name in (*names, "body")}
    for _click in range(2):
        assert colleague.post(f"{where}answer/", on_purpose).status_code == 302
    assert [row.body for row in referrals.thread(referral)] == ["Canary?", "FOLFOX, in May.", "Ask the doctor."]


def test_a_word_that_cannot_be_sent_any_more_stays_typed(client: Client, case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    referral_services.revoke(referral=referral, by=coordinator)
    response = client.post(address(case, f"referrals/{referral.pk}/answer/"), {"body": "Canary words"})
    assert response.status_code == 409
    assert "Canary words" in text(response)


def test_buttons_of_the_link(client: Client, case: Case, coordinator: User) -> None:
    contact, paper = agreed(case), make_document(case)
    [referral] = send(case, contact, by=coordinator)
    where = address(case, f"referrals/{referral.pk}/")
    client.post(f"{where}papers/", {"paper": [str(paper.pk)]})
    assert [row.document for row in fresh(referral).released.all()] == [paper]
    client.post(f"{where}remind/")
    assert fresh(referral).reminded_at is not None
    Referral.objects.update(expires_at=timezone.now())
    client.post(f"{where}renew/")
    assert referrals.is_live(fresh(referral))
    client.post(f"{where}revoke/")
    assert fresh(referral).revoked_by == coordinator
    assert "revoked" in text(client.get(where))


def test_the_page_says_when_the_clinic_opened_it(client: Client, case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    where = address(case, f"referrals/{referral.pk}/")
    assert "Not opened yet." in text(client.get(where))
    audit.record_clinic_access(case, AccessKind.REFERRAL, referral, object_id=referral.pk)
    assert "Not opened yet." not in text(client.get(where))
    assert AccessEvent.objects.filter(reference=case.reference, kind=AccessKind.CASE, actor_id=coordinator.pk).exists()


def test_a_paper_that_a_clinic_opened_says_which_clinic_and_by_whose_link(
    client: Client, case: Case, coordinator: User
) -> None:
    paper = make_document(case)
    sent = [
        send(case, agreed(case, slug, name=f"Canary contact of {slug}"), by=coordinator, documents=[paper])[0]
        for slug in ("first", "second")
    ]
    audit.record_clinic_access(case, AccessKind.DOCUMENT, sent[0], object_id=paper.pk)
    opened = ["opened by this clinic" in text(client.get(address(case, f"referrals/{row.pk}/"))) for row in sent]
    assert opened == [True, False]
    page = text(client.get(address(case, "change/")))
    assert f"{sent[0].clinic} (Canary contact of first)" in page
    assert "(Canary contact of second)" not in page.partition("Who read it")[2]


def test_another_case_does_not_show_it(client: Client, case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    other = submit(email="other@example.org")
    assert client.get(address(other, f"referrals/{referral.pk}/")).status_code == 404


def test_the_case_costs_the_same_however_many_clinics_were_asked(client: Client, case: Case, coordinator: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address(case, "change/")).status_code == 200
        return len(queries)

    first = agreed(case, "first")
    send(case, first, by=coordinator)
    cost()
    one = cost()
    for slug in ("second", "third"):
        [referral] = send(case, agreed(case, slug), by=coordinator)
        clinic_answers.ask(referral=fresh(referral), body="Canary?", form_token=slug)
        make_offer(referral)
    assert cost() <= one + 2


def test_the_queue_marks_a_case_in_which_a_clinic_asked(client: Client, case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    mark = "A clinic asked or answered"
    assert mark not in text(client.get("/admin/requests/case/"))
    clinic_answers.ask(referral=fresh(referral), body="Canary?", form_token="1")
    assert mark in text(client.get("/admin/requests/case/"))
    referral_services.write(referral=fresh(referral), body="Yes.", known=1, form_token="2", by=coordinator)
    assert mark not in text(client.get("/admin/requests/case/"))
