"""Papers and the moves of a case: what is missing by name, discharge papers, what is asked for, translations."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from conditions.models import Condition, DocumentNeed
from conditions.selectors.documents import NeededDocument, needs
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.http.forms import new_token
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import DISCHARGE, ActorKind, DocumentState, EventKind, Need, NextTurn, Outcome, Status
from requests.models import Case, Document, Event, Note, Task
from requests.selectors import documents as papers
from requests.services import desk, document_review, document_tasks, documents, effects, moves
from requests.services.documents import DocumentRefused
from requests.services.tasks import TaskRefused
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_document, make_pack, make_staff, submit
from tests.requests.delivery import deliver_all

pytestmark = pytest.mark.django_db

S = DocumentState
PATHOLOGY = "pathology-report"
ASKED: dict[str, Any] = {"details": "The whole report", "due_at": None, "form_token": "t" * 20}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def case() -> Case:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    Case.objects.filter(pk=case.pk).update(status=Status.WAITING_DOCUMENTS)
    case.refresh_from_db()
    return case


@pytest.fixture
def lead() -> User:
    return make_staff(Role.LEAD, name="Vera")


@pytest.fixture
def at_desk(coordinator: User) -> Client:
    return staff_client(coordinator)


def required(case: Case) -> list[NeededDocument]:
    assert case.condition is not None
    return [need for need in needs(case.condition, "en") if need.is_required]


def accept_all_but(case: Case, *codes: str) -> None:
    for need in required(case):
        if need.code not in codes:
            make_document(case, need=need.code, state=S.ACCEPTED)


def complete(case: Case, by: User, **details: Any) -> None:
    moves.advance(case=case, to=Status.DOCUMENTS_COMPLETE, by=by, turn=NextTurn.US, next_at=timezone.now(), **details)


def judge(document: Document, state: str, by: User, reason: str = "", token: str = "") -> Document:
    return document_review.judge(document=document, state=state, reason=reason, by=by, form_token=token or new_token())


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def text(response: Any) -> str:
    return str(response.content.decode())


def state_of(document: Document) -> str:
    return str(Document.objects.get(pk=document.pk).state)


def asked(case: Case) -> list[str]:
    return [task.need for task in Task.objects.open().filter(case=case, kind__code=papers.PAPERS)]


# ── Documents complete ───────────────────────────────────────────────────────────────────────


def test_documents_are_complete_when_each_required_one_is_accepted(case: Case, coordinator: User) -> None:
    names = {need.code: need.name for need in required(case)}
    assert papers.missing(case) == list(names.values())
    accept_all_but(case, PATHOLOGY)
    assert papers.missing(case) == [names[PATHOLOGY]]
    with pytest.raises(desk.NeedsMissing, match=f"{re.escape(names[PATHOLOGY])}.*A lead may go on without it"):
        complete(case, coordinator)
    sent = make_document(case, need=PATHOLOGY)
    assert moves.missing(case, Status.DOCUMENTS_COMPLETE) == [Need.REQUIRED_PAPERS], "nobody has looked at it"
    for state in (S.REJECTED, S.TRANSLATION_NEEDED):
        Document.objects.filter(pk=sent.pk).update(state=state)
        assert papers.missing(case) == [names[PATHOLOGY]]
    judge(sent, S.ACCEPTED, coordinator)
    complete(case, coordinator)
    case.refresh_from_db()
    assert case.status == Status.DOCUMENTS_COMPLETE


def test_a_bad_copy_beside_a_good_one_is_no_harm(case: Case) -> None:
    accept_all_but(case)
    make_document(case, need=PATHOLOGY, state=S.REJECTED)
    make_document(case, need=PATHOLOGY)
    assert papers.missing(case) == []


def test_what_is_missing_stands_by_name_on_the_case(case: Case, at_desk: Client) -> None:
    accept_all_but(case, PATHOLOGY)
    name = next(need.name for need in required(case) if need.code == PATHOLOGY)
    page = at_desk.get(address(case))
    assert f'<ul class="desk-lacks"><li>{name}</li></ul>' in text(page)
    assert [item["need"].name for item in page.context["not_ready"] if item["need"].is_required] == [name]
    total = len(page.context["checklist"])
    assert f"Ready: {len(required(case)) - 1} of {total}." in text(page)


def test_a_lead_goes_on_without_a_paper_and_says_why(case: Case, lead: User) -> None:
    with pytest.raises(desk.NeedsMissing, match="Say why it goes on without"):
        complete(case, lead)
    complete(case, lead, reason="The clinic reads the rest")
    note = Note.objects.get(case=case)
    assert (note.deed_in_words, note.body) == (
        "Moved without: Every required paper is accepted.",
        "The clinic reads the rest",
    )


def test_papers_of_a_merged_case_count(case: Case, coordinator: User) -> None:
    other = submit(email="other@example.org")
    for need in required(case):
        make_document(other, need=need.code, state=S.ACCEPTED)
    assert papers.missing(case) != []
    desk.move(case=other, to=Status.DUPLICATE, by=coordinator, merged_into=case)
    assert papers.missing(case) == []


def test_without_a_checklist_the_tasks_of_the_patient_count(coordinator: User) -> None:
    case = submit()
    document_review.ask_for(case=case, need="", by=coordinator, **ASKED)
    assert moves.needs(case, Status.DOCUMENTS_COMPLETE) == {Need.TASKS_DONE: False}


# ── Treated ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def recovering(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(status=Status.RECOVERY, language="en", speak="ar")
    case.refresh_from_db()
    return case


def close(case: Case, by: User, **details: Any) -> None:
    desk.move(case=case, to=Status.CLOSED, by=by, outcome=Outcome.TREATED, **details)


@pytest.mark.parametrize(
    ("state", "language", "is_enough"),
    [
        (S.UPLOADED, "ar", False),
        (S.ACCEPTED, "ru", False),
        (S.ACCEPTED, "", False),
        (S.TRANSLATION_NEEDED, "ar", False),
        (S.REJECTED, "ar", False),
        (S.ACCEPTED, "ar", True),
        (S.ACCEPTED, "en", True),
        (S.TRANSLATED, "ru", True),
    ],
)
def test_treated_needs_discharge_papers_that_the_patient_can_read(
    recovering: Case, coordinator: User, state: str, language: str, is_enough: bool
) -> None:
    make_document(recovering, by=coordinator, need=DISCHARGE, state=state, language=language)
    if not is_enough:
        with pytest.raises(desk.NeedsMissing, match="This move needs: Discharge papers"):
            close(recovering, coordinator, reason="She is well")
        return
    assert moves.missing(recovering, Status.CLOSED) == [Need.CONTINUITY]
    make_pack(recovering, by=coordinator)
    close(recovering, coordinator)
    assert recovering.outcome == Outcome.TREATED


def test_every_discharge_paper_is_translated(recovering: Case, coordinator: User) -> None:
    make_document(recovering, by=coordinator, need=DISCHARGE, state=S.TRANSLATED)
    make_document(recovering, by=coordinator, need=DISCHARGE, state=S.TRANSLATION_NEEDED)
    assert not papers.has_discharge(recovering)


def test_other_outcomes_need_no_discharge_papers(recovering: Case, coordinator: User) -> None:
    desk.move(case=recovering, to=Status.CLOSED, by=coordinator, outcome=Outcome.OTHER)
    assert recovering.outcome == Outcome.OTHER


def test_a_lead_closes_without_discharge_papers_and_says_why(recovering: Case, lead: User) -> None:
    with pytest.raises(desk.NeedsMissing, match="Say why it goes on without"):
        close(recovering, lead)
    close(recovering, lead, reason="The clinic burnt down")
    assert Note.objects.get(case=recovering).deed_in_words.startswith("Moved without: Discharge papers")
    assert Event.objects.filter(reference=recovering.reference, kind=EventKind.NEEDS_OVERRIDDEN).exists()


def test_the_page_of_the_closing_says_what_treated_needs_and_keeps_what_is_typed(
    recovering: Case, at_desk: Client
) -> None:
    assert "to close as “Treated”" in text(at_desk.get(address(recovering)))
    refused = at_desk.post(
        address(recovering, "move/closed/"), {"outcome": "treated", "reason": "Well again", "seen": "1"}
    )
    assert refused.status_code == 422
    assert "This move needs: Discharge papers" in text(refused)
    assert "Well again" in text(refused)
    recovering.refresh_from_db()
    assert recovering.status == Status.RECOVERY


def test_discharge_papers_stand_on_her_page_under_what_they_are(recovering: Case, coordinator: User) -> None:
    make_document(recovering, by=coordinator, name="epikriz.pdf", need=DISCHARGE)
    her = patient_of(recovering)
    page = text(her.get(f"/en/case/{recovering.reference}/documents/"))
    assert page.index("Discharge papers from Russia") < page.index("epikriz.pdf")


def test_no_checklist_has_the_code_of_the_discharge_papers() -> None:
    assert DocumentNeed.objects.exists()
    assert not DocumentNeed.objects.filter(code=DISCHARGE).exists()


# ── Asked for ────────────────────────────────────────────────────────────────────────────────


def test_a_paper_is_asked_for_by_a_day_and_done_when_it_comes(case: Case, at_desk: Client) -> None:
    day = team_today() + timedelta(days=12)
    her = patient_of(case)
    form = {"need": PATHOLOGY, "details": "The whole report", "due_on": str(day), "form_token": new_token()}
    for _ in range(2):  # a double click
        assert at_desk.post(address(case, "documents/ask/"), form).status_code == 302
    task = Task.objects.get(kind__code=papers.PAPERS)
    name = papers.name_of(case, PATHOLOGY, case.language)
    assert (task.need, task.details) == (PATHOLOGY, f"{name}\nThe whole report")
    assert OutboxItem.objects.filter(kind=effects.TASK, object_id=task.pk).count() == 1
    assert "asked for until" in text(at_desk.get(address(case)))
    page = text(her.get(f"/en/case/{case.reference}/documents/"))
    assert f"We asked for it until <bdi>{day.day} {day:%B}" in page
    assert f"documents/?need={PATHOLOGY}#send" in text(her.get(task.get_absolute_url()))
    make_document(case, need=PATHOLOGY)
    task.refresh_from_db()
    assert task.done_at is not None
    assert "We asked for it until" not in text(her.get(f"/en/case/{case.reference}/documents/"))


def test_another_paper_does_not_end_what_was_asked_for(case: Case, coordinator: User) -> None:
    document_review.ask_for(case=case, need=PATHOLOGY, by=coordinator, **ASKED)
    make_document(case)
    make_document(case, need=DISCHARGE)
    assert asked(case) == [PATHOLOGY]


def test_nothing_is_asked_for_twice(case: Case, coordinator: User, at_desk: Client) -> None:
    document_review.ask_for(case=case, need=PATHOLOGY, by=coordinator, **ASKED)
    form = {"need": PATHOLOGY, "details": "Again", "form_token": new_token()}
    refused = at_desk.post(address(case, "documents/ask/"), form)
    assert "It is asked for already, until" in text(refused)
    assert "Again" in text(refused)
    assert asked(case) == [PATHOLOGY]
    # Free words name no item, so there is no telling.
    for words in ("An old MRI", "An older MRI"):
        said = {**ASKED, "details": words, "form_token": new_token()}
        document_review.ask_for(case=case, need="", by=coordinator, **said)
    assert sorted(asked(case)) == ["", "", PATHOLOGY]


def test_asking_needs_a_paper_or_words(case: Case, at_desk: Client) -> None:
    for need, told in (
        ("*", "Say which paper it is."),
        ("", "Select which paper."),
        ("no-such", "Select which paper."),
    ):
        refused = at_desk.post(address(case, "documents/ask/"), {"need": need, "details": " "})
        assert (refused.status_code, told in text(refused)) == (422, True)
    assert not asked(case)
    form = {"need": "*", "details": "An old MRI", "form_token": new_token()}
    assert at_desk.post(address(case, "documents/ask/"), form).status_code == 302
    task = Task.objects.get(kind__code=papers.PAPERS)
    assert (task.need, task.details) == ("", "An old MRI")


def test_only_the_desk_asks_and_files(case: Case) -> None:
    editor = make_staff(Role.EDITOR)
    with pytest.raises(PermissionDenied):
        document_review.ask_for(case=case, need=PATHOLOGY, by=editor, **ASKED)
    with pytest.raises(PermissionDenied):
        document_review.file_as(document=make_document(case), need=PATHOLOGY, language="", by=editor)


def test_a_rejected_paper_is_asked_for_again_by_a_day(case: Case, at_desk: Client) -> None:
    sent = make_document(case, name="blurred.pdf", need=PATHOLOGY)
    day = team_today() + timedelta(days=3)
    form = {"state": "rejected", "reason": "It is blurred.", "due_on": str(day), "form_token": new_token()}
    assert at_desk.post(address(case, f"documents/{sent.pk}/judge/"), form).status_code == 302
    task = Task.objects.open().get(kind__code=papers.PAPERS)
    name = papers.name_of(case, PATHOLOGY, case.language)
    assert (task.need, task.details) == (PATHOLOGY, f"{name}\nblurred.pdf: It is blurred.")
    assert task.due_at is not None
    assert timezone.localtime(task.due_at).date() == day
    make_document(case, need=PATHOLOGY)
    assert not asked(case)


def test_nobody_asks_for_another_where_another_is_here(case: Case, coordinator: User) -> None:
    blurred, _good = make_document(case, need=PATHOLOGY), make_document(case, need=PATHOLOGY)
    judge(blurred, S.REJECTED, coordinator, "It is blurred.")
    assert not asked(case)


def test_a_paper_that_is_accepted_after_all_is_asked_for_no_more(case: Case, coordinator: User) -> None:
    sent = make_document(case, need=PATHOLOGY)
    judge(sent, S.REJECTED, coordinator, "It is blurred.")
    assert asked(case) == [PATHOLOGY]
    judge(sent, S.ACCEPTED, coordinator)
    assert not asked(case)


@pytest.mark.parametrize("by", ["patient", "desk"])
def test_what_is_taken_back_is_asked_for_again(case: Case, coordinator: User, by: str) -> None:
    document_review.ask_for(case=case, need=PATHOLOGY, by=coordinator, **ASKED)
    sent = make_document(case, need=PATHOLOGY)
    assert not asked(case)
    documents.remove(document=sent, by=coordinator if by == "desk" else ActorKind.PATIENT)
    assert asked(case) == [PATHOLOGY]


def test_what_nobody_asked_for_is_not_asked_for_when_it_is_taken_back(case: Case) -> None:
    documents.remove(document=make_document(case, need=PATHOLOGY), by=ActorKind.PATIENT)
    assert not asked(case)


# ── Filed under an item ──────────────────────────────────────────────────────────────────────


def test_the_desk_corrects_what_a_paper_is(case: Case, coordinator: User, at_desk: Client) -> None:
    document_review.ask_for(case=case, need=PATHOLOGY, by=coordinator, **ASKED)
    sent = make_document(case, need=required(case)[-1].code)
    filed = at_desk.post(address(case, f"documents/{sent.pk}/file/"), {"need": PATHOLOGY, "language": "ar"})
    assert filed.status_code == 302
    sent.refresh_from_db()
    assert (sent.need, sent.language) == (PATHOLOGY, "ar")
    assert not asked(case)
    assert Event.objects.filter(reference=case.reference, kind=EventKind.DOCUMENT_FILED).count() == 1
    page = text(at_desk.get(address(case)))
    assert f"{papers.name_of(case, PATHOLOGY, 'en')}, Arabic" in page
    # It was no pathology report after all, and that one is wanted still.
    document_review.file_as(document=sent, need="", language="ar", by=coordinator)
    assert asked(case) == [PATHOLOGY]


def test_a_paper_is_filed_under_nothing_unknown(case: Case, at_desk: Client) -> None:
    sent = make_document(case, need=PATHOLOGY)
    told = at_desk.post(address(case, f"documents/{sent.pk}/file/"), {"need": "no-such-paper"}, follow=True)
    assert "Select what the paper is, of the list." in text(told)
    sent.refresh_from_db()
    assert sent.need == PATHOLOGY


def test_a_coordinator_says_what_the_papers_are_while_adding_them(case: Case, at_desk: Client) -> None:
    add = address(case, f"documents/new/?form={new_token()}")
    scan = SimpleUploadedFile("epikriz.pdf", b"%PDF-1.7 scan")
    assert at_desk.post(add, {"files": [scan], "need": DISCHARGE, "language": "ru"}).status_code == 302
    row = Document.objects.get()
    assert (row.need, row.language) == (DISCHARGE, "ru")


# ── One click ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("state", "said"), [("accepted", "Can be used"), ("to_translate", "Translation needed")])
def test_one_click_says_that_a_paper_is_fine(case: Case, at_desk: Client, state: str, said: str) -> None:
    sent = make_document(case)
    judged = at_desk.post(
        address(case, f"documents/{sent.pk}/judge/"), {"state": state, "form_token": new_token()}, follow=True
    )
    assert f"Said of the paper: {said}." in text(judged)
    assert state_of(sent) == state


@pytest.mark.parametrize("state", ["translated", "uploaded", ""])
def test_nobody_says_by_hand_that_a_paper_is_translated(case: Case, at_desk: Client, state: str) -> None:
    sent = make_document(case)
    assert at_desk.post(address(case, f"documents/{sent.pk}/judge/"), {"state": state}).status_code == 422
    assert state_of(sent) == S.UPLOADED


# ── Translations ─────────────────────────────────────────────────────────────────────────────


def test_a_translation_is_added_to_its_original(case: Case, at_desk: Client) -> None:
    original = make_document(case, name="original.pdf")
    page = address(case, f"documents/{original.pk}/translations/new/")
    assert "original.pdf" in text(at_desk.get(page))
    scan = SimpleUploadedFile("translated.pdf", b"%PDF-1.7 scan")
    assert at_desk.post(f"{page}?form={new_token()}", {"files": [scan], "language": "ru"}).status_code == 302
    row = Document.objects.get(translation_of=original)
    assert (row.state, row.language, row.need) == (S.ACCEPTED, "ru", "")
    assert state_of(original) == S.TRANSLATED
    assert not case.tasks.open().filter(kind__code=document_tasks.REVIEW).exists()
    on_card = text(at_desk.get(address(case)))
    on_hers = text(patient_of(case).get(f"/en/case/{case.reference}/documents/"))
    for shown in (on_card, on_hers):
        assert shown.count("translated.pdf") == 1
        assert shown.index("original.pdf") < shown.index("Translation:") < shown.index("translated.pdf")
    assert "1 paper is here." in text(patient_of(case).get(f"/en/case/{case.reference}/"))
    assert "translated.pdf" in text(at_desk.get(address(case, f"documents/{original.pk}/judge/")))
    assert "original.pdf" in text(at_desk.get(address(case, f"documents/{row.pk}/judge/")))


def test_without_its_last_translation_a_paper_needs_one_again(case: Case, coordinator: User) -> None:
    original = make_document(case, state=S.ACCEPTED)
    first, second = (make_document(case, by=coordinator, translation_of=original) for _ in range(2))
    documents.remove(document=first, by=coordinator)
    assert state_of(original) == S.TRANSLATED
    documents.remove(document=second, by=coordinator)
    assert state_of(original) == S.TRANSLATION_NEEDED


def test_a_translation_that_is_no_file_of_ours_translates_nothing(
    case: Case, coordinator: User, django_capture_on_commit_callbacks: Any
) -> None:
    original = make_document(case, state=S.ACCEPTED)
    row = make_document(case, by=coordinator, translation_of=original)
    assert state_of(original) == S.TRANSLATED
    Document.objects.filter(pk=row.pk).update(checked_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        deliver_all()
    row.refresh_from_db()
    assert row.refused
    assert state_of(original) == S.TRANSLATION_NEEDED


def test_translations_go_with_their_original(
    case: Case, coordinator: User, django_capture_on_commit_callbacks: Any
) -> None:
    original = make_document(case, state=S.ACCEPTED)
    row = make_document(case, by=coordinator, name="planted.pdf", translation_of=original)
    with django_capture_on_commit_callbacks(execute=True):
        documents.remove(document=original, by=coordinator)
    row.refresh_from_db()
    assert (row.removed_at is not None, row.name, row.parts.count()) == (True, "", 0)
    assert not Document.objects.here().exists()


def test_what_has_no_translation(case: Case, coordinator: User, at_desk: Client) -> None:
    original = make_document(case, state=S.ACCEPTED)
    translation = make_document(case, by=coordinator, translation_of=original)
    unchecked, rejected = make_document(case, checked_at=None), make_document(case, state=S.REJECTED)
    for wrong in (translation, unchecked, rejected):
        with pytest.raises(DocumentRefused):
            make_document(case, by=coordinator, translation_of=wrong)
    page = address(case, f"documents/{translation.pk}/translations/new/?form={new_token()}")
    refused = at_desk.post(page, {"files": [SimpleUploadedFile("again.pdf", b"%PDF-1.7 scan")]})
    assert (refused.status_code, "A translation has no translation." in text(refused)) == (422, True)
    assert Document.objects.filter(translation_of__isnull=False).count() == 1


def test_a_translation_is_looked_at_by_definition(case: Case, coordinator: User) -> None:
    original = make_document(case, state=S.ACCEPTED)
    translation = make_document(case, by=coordinator, translation_of=original)
    with pytest.raises(DocumentRefused, match="A translation is not looked at"):
        judge(translation, S.REJECTED, coordinator, "It is wrong")
    with pytest.raises(DocumentRefused, match="goes with its original"):
        document_review.file_as(document=translation, need=PATHOLOGY, language="", by=coordinator)
    # A paper that was rejected with its translation, and is fine after all, is translated.
    judge(original, S.REJECTED, coordinator, "It is blurred.")
    assert judge(original, S.ACCEPTED, coordinator).state == S.TRANSLATED


def test_a_case_that_died_is_asked_for_nothing(case: Case, coordinator: User) -> None:
    desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=Outcome.DIED)
    with pytest.raises(TaskRefused):
        document_review.ask_for(case=case, need=PATHOLOGY, by=coordinator, **ASKED)
