"""Case reviewers: what is shared with them and until when, what they read of it, and where their answer lands."""

import time
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.core.exceptions import PermissionDenied
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.encryption.primitives import KeyErased
from portal.core.models import OutboxItem
from requests.admin.documents import RECENT_SECONDS
from requests.enums import AccessKind, ActorKind, EventKind
from requests.models import AccessEvent, Case, CaseReview, Document, Event
from requests.selectors.reviews import medical_part
from requests.services import desk, documents, reviews
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_document, make_staff, submit
from tests.factories.requests import EMAIL, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, past_taking_back, to
from tests.requests.reading import posted_from
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/casereview/"
QUESTION = "Can she travel with these counts?"
OPINION = "Yes, with a transfusion before the flight."


@pytest.fixture
def reviewer() -> User:
    return make_staff(Role.CASE_REVIEWER, name="Dr Ivanova")


@pytest.fixture
def case() -> Case:
    case = submit(message="My haemoglobin is 82. Write to me: canary.fatima@example.org, Fatima")
    write_to_desk(case=case, body="Call me on 050 123 4567 or +971 50 123-45-67. Platelets 61.", form_token="w" * 20)
    return case


@pytest.fixture
def review(case: Case, coordinator: User, reviewer: User) -> CaseReview:
    return reviews.ask(case=case, reviewer=reviewer, question=QUESTION, by=coordinator, form_token="r" * 20)


def page(review: CaseReview) -> str:
    return f"{LIST}{review.pk}/change/"


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_coordinator_asks_on_the_page_of_the_case_once(case: Case, coordinator: User, reviewer: User) -> None:
    client = staff_client(coordinator)
    assert "Ask a reviewer" in text(client, f"/admin/requests/case/{case.pk}/change/")
    address = f"/admin/requests/case/{case.pk}/reviews/new/"
    posted = posted_from(text(client, address)) | {"reviewer": str(reviewer.pk), "question": QUESTION}
    for _click in range(2):
        assert client.post(address, posted).status_code == 302
    [review] = CaseReview.objects.all()
    assert (review.reviewer, review.asked_by, review.question) == (reviewer, coordinator, QUESTION)
    shown = text(client, f"/admin/requests/case/{case.pk}/change/")
    assert all(words in shown for words in ("Dr Ivanova", QUESTION, "Shared with a reviewer"))
    [mail] = to(reviewer.email, deliver_all())
    assert page(review) in mail_text(mail)
    assert not any(words in mail_text(mail) for words in (NAME, QUESTION))


def test_a_refused_form_keeps_what_was_typed(case: Case, coordinator: User, review: CaseReview) -> None:
    client, address = staff_client(coordinator), f"/admin/requests/case/{case.pk}/reviews/new/"
    for reviewer, sentence in ((str(coordinator.pk), "Choose from the list"), (str(review.reviewer_id), "already")):
        fresh = posted_from(text(client, address))
        answer = client.post(address, fresh | {"reviewer": reviewer, "question": "Another question"})
        assert (answer.status_code, "Another question" in answer.content.decode()) == (422, True)
        assert sentence in answer.content.decode()
    assert CaseReview.objects.count() == 1


def test_the_reviewer_reads_what_was_written_without_who_it_is(review: CaseReview, coordinator: User) -> None:
    write_to_patient(case=review.case, body="Dear Fatima, any fever?", by=coordinator, seen=9, form_token="p" * 20)
    past_taking_back()
    desk.add_note(case=review.case, body="Canary note of the desk", by=coordinator)
    client = staff_client(review.reviewer)
    assert client.get("/admin/")["Location"] == LIST
    assert review.case.reference in text(client, LIST)
    shown = text(client, page(review))
    assert all(words in shown for words in (QUESTION, "haemoglobin is 82", "Platelets 61.", "any fever?"))
    hidden = (NAME, "Fatima", EMAIL, PHONE, "123 4567", "123-45-67", "Canary note", "USD")
    assert [words for words in hidden if words in shown] == []


def test_dates_and_counts_stay_readable(case: Case) -> None:
    write_to_desk(case=case, body="On 2026-11-02 at 14:30: 4.5, 120/80, 5012 and 1234567890.", form_token="d" * 20)
    assert medical_part(case).passages[-1].text == "On 2026-11-02 at 14:30: 4.5, 120/80, 5012 and 1234567890."


def test_every_opening_stands_on_the_page_of_the_patient(review: CaseReview) -> None:
    client = staff_client(review.reviewer)
    for _time in range(2):
        text(client, page(review))
    rows = AccessEvent.objects.filter(reference=review.case.reference, kind="review", object_id=review.pk)
    assert {row.actor_id for row in rows} == {review.reviewer_id}
    assert rows.count() == 2
    shown = text(patient_of(review.case), f"/en/case/{review.case.reference}/privacy/")
    assert "Dr Ivanova" in shown
    assert "what you wrote, without your name and contacts, for a medical opinion" in shown


def test_the_answer_is_a_note_and_ends_the_sharing(review: CaseReview, coordinator: User) -> None:
    deliver_all()
    client = staff_client(review.reviewer)
    empty = client.post(f"{LIST}{review.pk}/answer/", {"body": ""})
    assert (empty.status_code, "Enter your answer." in empty.content.decode()) == (422, True)
    for _click in range(2):
        assert client.post(f"{LIST}{review.pk}/answer/", {"body": OPINION})["Location"] == LIST
    [note] = review.case.notes.all()
    assert (note.body, note.author) == (OPINION, review.reviewer)
    assert client.get(page(review)).status_code == 404
    assert review.case.reference not in text(client, LIST).partition("results")[2]
    assert OPINION in text(staff_client(coordinator), f"/admin/requests/case/{review.case.pk}/change/")
    [mail] = to(coordinator.email, [mail for mail in deliver_all() if "answered" in str(mail.subject)])
    assert OPINION not in mail_text(mail)


def test_what_is_taken_back_opens_no_more_and_keeps_a_typed_answer(review: CaseReview, coordinator: User) -> None:
    address = f"/admin/requests/case/{review.case.pk}/reviews/{review.pk}/take-back/"
    for _click in range(2):
        assert staff_client(coordinator).post(address).status_code == 302
    client = staff_client(review.reviewer)
    assert client.get(page(review)).status_code == 404
    late = client.post(f"{LIST}{review.pk}/answer/", {"body": OPINION})
    assert (late.status_code, OPINION in late.content.decode()) == (409, True)
    assert review.case.notes.count() == 0
    kinds = Event.objects.filter(reference=review.case.reference, kind=EventKind.REVIEW_ENDED)
    assert kinds.count() == 1
    item = OutboxItem.objects.get(kind="case.review")
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED


def test_only_the_chosen_papers_go_with_a_question(case: Case, coordinator: User, reviewer: User) -> None:
    case, other = Case.objects.get(pk=case.pk), submit(email="other@example.org", name="Somebody Else")
    wanted, kept = make_document(case, name="Fatima blood.pdf", data=b"%PDF-1.7 blood"), make_document(case)
    foreign, unchecked = make_document(other), make_document(case, name="new.pdf")
    Document.objects.filter(pk=unchecked.pk).update(checked_at=None)
    client, address = staff_client(coordinator), f"/admin/requests/case/{case.pk}/reviews/new/"
    shown = text(client, address)
    assert "Fatima blood.pdf" in shown
    assert "new.pdf" not in shown
    asked = posted_from(shown) | {"reviewer": str(reviewer.pk), "question": QUESTION}
    for paper in (foreign, unchecked):
        assert client.post(address, asked | {"documents": [str(paper.pk)]}).status_code == 422
    assert client.post(address, asked | {"documents": [str(wanted.pk)]}).status_code == 302
    review = CaseReview.objects.get()
    assert "with 1 paper" in text(client, f"/admin/requests/case/{case.pk}/change/")
    reader = staff_client(reviewer)
    shown = text(reader, page(review))
    assert "Paper 1" in shown
    assert "Fatima" not in shown
    file = f"{LIST}{review.pk}/documents/{wanted.pk}/"
    response: Any = reader.get(file)
    assert b"".join(response.streaming_content) == b"%PDF-1.7 blood"
    assert response["Content-Disposition"].startswith("attachment")
    read = AccessEvent.objects.filter(kind=AccessKind.DOCUMENT, object_id=wanted.pk, actor_id=reviewer.pk)
    assert read.count() == 1
    # Reading is not judging: who sent it may still take it back.
    wanted.refresh_from_db()
    assert wanted.can_be_removed
    for other_paper in (kept, foreign, unchecked):
        assert reader.get(f"{LIST}{review.pk}/documents/{other_paper.pk}/").status_code == 404
    documents.remove(document=wanted, by=ActorKind.PATIENT)
    assert reader.get(file).status_code == 404
    assert "Paper 1" not in text(reader, page(review))


def test_papers_are_gone_for_the_reviewer_once_it_is_answered(case: Case, coordinator: User, reviewer: User) -> None:
    paper = make_document(case)
    shared: Any = {"reviewer": reviewer, "question": QUESTION, "by": coordinator, "form_token": "r" * 20}
    review = reviews.ask(case=case, documents=[paper], **shared)
    address, client = f"{LIST}{review.pk}/documents/{paper.pk}/", staff_client(reviewer)
    assert client.get(address).status_code == 200
    reviews.answer(review=review, body=OPINION, by=reviewer)
    assert client.get(address).status_code == 404


def test_a_paper_for_a_reviewer_asks_for_a_recent_second_factor(case: Case, coordinator: User, reviewer: User) -> None:
    paper = make_document(case)
    shared: Any = {"reviewer": reviewer, "question": QUESTION, "by": coordinator, "form_token": "r" * 20}
    review = reviews.ask(case=case, documents=[paper], **shared)
    client = staff_client(reviewer)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        method | {"at": time.time() - RECENT_SECONDS - 60} for method in session[AUTHENTICATION_METHODS_SESSION_KEY]
    ]
    session.save()
    response = client.get(f"{LIST}{review.pk}/documents/{paper.pk}/")
    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    assert not AccessEvent.objects.filter(kind=AccessKind.DOCUMENT, actor_id=reviewer.pk).exists()


def test_nobody_else_opens_what_is_shared(review: CaseReview, coordinator: User) -> None:
    for role, outcome in ((Role.CASE_REVIEWER, 404), (Role.REVIEWER, 403), (Role.COORDINATOR, 403), (Role.LEAD, 403)):
        client = staff_client(make_staff(role))
        assert client.get(page(review)).status_code == outcome
        assert client.post(f"{LIST}{review.pk}/answer/", {"body": OPINION}).status_code == outcome
    left = review.reviewer
    left.groups.clear()
    assert staff_client(User.objects.get(pk=left.pk)).get(page(review)).status_code == 403
    with pytest.raises(PermissionDenied):
        reviews.ask(case=review.case, reviewer=coordinator, question="?", by=coordinator, form_token="x" * 20)
    assert review.case.notes.count() == 0


def test_the_question_is_sealed_and_gone_with_the_key(review: CaseReview) -> None:
    assert "travel" not in " ".join(rows_of("requests_casereview"))
    Case.objects.update(wrapped_key=b"")
    erased = CaseReview.objects.select_related("case").get(pk=review.pk)
    with pytest.raises(KeyErased):
        _ = erased.question
    assert staff_client(review.reviewer).get(page(review)).status_code == 404
