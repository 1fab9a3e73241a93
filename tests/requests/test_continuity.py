"""Continuity packs: what they need, how colleagues write one, how it is issued, and what the patient gets."""

import re
import tracemalloc
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.encryption.parts import PART
from portal.core.http.forms import new_token
from portal.core.models import OutboxItem
from requests.continuity_content import PackContent
from requests.downloads import file_name
from requests.enums import DISCHARGE, AccessKind, ActorKind, DocumentState, EventKind, Need, Outcome, SignAction, Status
from requests.models import AccessEvent, Case, ContinuityDraft, ContinuityPack, Document, Event, Note
from requests.selectors import continuity as packs
from requests.services import continuity, desk, documents, effects, family, merging
from requests.services.continuity import PackRefused, SavedMeanwhile
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_document, make_pack, make_staff, submit
from tests.factories.requests import EMAIL
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.test_family import opened, path_of

pytestmark = pytest.mark.django_db

S = DocumentState


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def case() -> Case:
    case = submit(speak="ar", language="en")
    Case.objects.filter(pk=case.pk).update(status=Status.RECOVERY)
    case.refresh_from_db()
    deliver_all()
    return case


@pytest.fixture
def anna() -> User:
    return make_staff(Role.COORDINATOR, name="Anna")


@pytest.fixture
def at_desk(coordinator: User) -> Client:
    return staff_client(coordinator)


def discharge(case: Case, by: User, *, name: str = "epikriz.pdf", translated: bool = True) -> Document:
    state = S.TRANSLATED if translated else S.TRANSLATION_NEEDED
    paper = make_document(case, name=name, by=by, need=DISCHARGE, state=state, language="ru")
    if translated:
        make_document(case, name=f"en-{name}", by=by, translation_of=paper, language="en", state=S.ACCEPTED)
    return paper


def address(case: Case, rest: str = "continuity/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def text(response: Any) -> str:
    return str(response.content.decode())


def page(client: Client, case: Case) -> dict[str, str]:
    """Return the hidden controls of the page as somebody opens it."""
    shown = text(client.get(address(case)))
    return {
        name: re.findall(rf'name="{name}" value="([^"]*)"', shown)[-1].replace("&amp;", "&")
        for name in ("seen", "form_token")
    }


def filled(paper: Document | None, **more: str) -> dict[str, str]:
    """Return what somebody types in a whole pack."""
    key = str(paper.pk) if paper else ""
    return {
        "medicine-TOTAL_FORMS": "2",
        "medicine-INITIAL_FORMS": "0",
        "medicine-0-name": "Tamoxifen",
        "medicine-0-dose": "20 mg",
        "medicine-0-how": "Once a day, for five years",
        "medicine-0-paper": key,
        "medicine-1-paper": key,
        "sign-TOTAL_FORMS": "1",
        "sign-INITIAL_FORMS": "0",
        "sign-0-what": "Fever above 38",
        "sign-0-action": "emergency",
        "sign-0-paper": key,
        "follow_up-TOTAL_FORMS": "1",
        "follow_up-INITIAL_FORMS": "0",
        "follow_up-0-when": "by",
        "follow_up-0-on": "2027-01-14",
        "follow_up-0-what": "Scan of the liver",
        "follow_up-0-where": "At home",
        "follow_up-0-paper": key,
        "letter-doctor_language": "de",
        "letter-letter": "Sehr geehrte Kollegin",
        "letter-letter_ru": "Уважаемый коллега",
        **more,
    }


def without(typed: dict[str, str], begin: str) -> dict[str, str]:
    return {name: "" if name.startswith(begin) and "FORMS" not in name else value for name, value in typed.items()}


def unpacked(response: Any) -> ZipFile:
    return ZipFile(BytesIO(b"".join(response.streaming_content)))


# ── What a pack needs ────────────────────────────────────────────────────────────────────────


def test_the_page_says_what_is_missing_and_issues_nothing(at_desk: Client, case: Case) -> None:
    typed = without(without(filled(None), "medicine-"), "follow_up-")
    typed = without(typed, "sign-")
    for button in ("check", "issue"):
        shown = at_desk.post(address(case), {**typed, **page(at_desk, case), button: "1"})
        assert shown.status_code == 422
        for sentence in (
            "No discharge paper is here.",
            "No medicine is listed. List them, or say which paper says that there are none.",
            "No follow-up date is listed.",
        ):
            assert sentence in text(shown)
        assert 'name="issue"' not in text(shown)
    assert not ContinuityPack.objects.exists()


def test_a_paper_without_translation_holds_it_up(at_desk: Client, case: Case, coordinator: User) -> None:
    paper = discharge(case, coordinator, translated=False)
    shown = at_desk.post(address(case), {**filled(paper), **page(at_desk, case), "issue": "1"})
    assert shown.status_code == 422
    assert "“epikriz.pdf” has no translation." in text(shown)
    Document.objects.filter(pk=paper.pk).update(state=S.ACCEPTED, language="ar")
    at_desk.post(address(case), {**filled(paper), **page(at_desk, case), "issue": "1"})
    assert ContinuityPack.objects.count() == 1, "she reads Arabic"


def test_a_paper_that_is_being_checked_holds_it_up(at_desk: Client, case: Case, coordinator: User) -> None:
    paper = discharge(case, coordinator)
    Document.objects.filter(pk=paper.pk).update(checked_at=None)
    shown = at_desk.post(address(case), {**filled(paper), **page(at_desk, case), "check": "1"})
    assert "“epikriz.pdf” cannot be opened yet" in text(shown)
    Document.objects.filter(pk=paper.pk).update(checked_at=paper.checked_at)
    Document.objects.filter(translation_of=paper).update(checked_at=None)
    shown = at_desk.post(address(case), {**filled(paper), **page(at_desk, case), "check": "1"})
    assert "The translation of “epikriz.pdf” cannot be opened yet" in text(shown)


def test_a_paper_may_say_that_there_are_no_medicines(at_desk: Client, case: Case, coordinator: User) -> None:
    paper = discharge(case, coordinator)
    none = {"letter-no_medicines": str(paper.pk)}
    both = at_desk.post(address(case), {**filled(paper, **none), **page(at_desk, case), "check": "1"})
    assert "There are medicines in the list." in text(both)
    typed = without(filled(paper), "medicine-") | none
    assert at_desk.post(address(case), {**typed, **page(at_desk, case), "issue": "1"}).status_code == 302
    content = PackContent.from_json(ContinuityPack.objects.select_related("case").get().content)
    assert (content.medicines, content.no_medicines) == ((), str(paper.pk))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"medicine-0-name": ""}, "Enter the name of the medicine."),
        ({"medicine-0-dose": ""}, "Enter the dose, as the paper says it."),
        ({"medicine-0-how": " "}, "Enter how and how long it is taken, as the paper says."),
        ({"medicine-0-paper": ""}, "Select the paper that says so."),
        ({"medicine-0-paper": "00000000-0000-4000-8000-000000000000"}, "Select a paper that is here."),
        ({"medicine-0-name": "x" * 301}, "Enter at most 300 characters."),
        ({"sign-0-what": "", "sign-0-action": "call_us"}, ""),
        ({"sign-0-action": ""}, "Select what the patient does then."),
        ({"follow_up-0-on": ""}, "Enter the day of the follow-up."),
        ({"follow_up-0-on": "soon"}, "Enter a date such as 2026-12-31."),
        ({"follow_up-0-what": ""}, "Enter what is done on the day."),
        ({"letter-doctor_language": ""}, "Select the language that the doctor at home reads."),
        ({"letter-doctor_language": "ru"}, "This doctor reads Russian: write the letter in Russian alone."),
        ({"letter-letter": ""}, "Enter the letter in the language of the doctor at home too."),
        ({"letter-letter_ru": ""}, "Enter the letter in Russian too."),
        ({"letter-letter": "", "letter-doctor_language": "ru"}, ""),
        ({"medicine-TOTAL_FORMS": "many"}, "ManagementForm"),
    ],
)
def test_a_row_says_all_of_it(
    at_desk: Client, case: Case, coordinator: User, change: dict[str, str], sentence: str
) -> None:
    paper = discharge(case, coordinator)
    shown = at_desk.post(address(case), {**filled(paper, **change), **page(at_desk, case), "check": "1"})
    assert shown.status_code == (422 if sentence else 200)
    assert sentence in text(shown)
    assert "Sehr geehrte Kollegin" in text(shown) or "letter-letter" in change
    assert not ContinuityPack.objects.exists()


def test_what_a_pack_hardly_goes_without_is_a_warning(at_desk: Client, case: Case, coordinator: User) -> None:
    typed = without(without(filled(discharge(case, coordinator)), "sign-"), "letter-")
    shown = at_desk.post(address(case), {**typed, **page(at_desk, case), "check": "1"})
    assert shown.status_code == 200
    assert "Nothing to watch for is listed." in text(shown)
    assert "There is no letter to the doctor at home." in text(shown)
    assert at_desk.post(address(case), {**typed, **page(at_desk, case), "issue": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"status": Status.TRAVEL}, "written from “In treatment” on. This case is in “Travel”."),
        ({"status": Status.CLOSED, "outcome": Outcome.DIED}, "The patient died."),
        ({"status": Status.SPAM}, "This case is in “Spam”."),
    ],
)
def test_no_pack_is_written_in_other_states_and_what_was_typed_stays(
    at_desk: Client, case: Case, coordinator: User, columns: dict[str, str], sentence: str
) -> None:
    typed = {**filled(discharge(case, coordinator)), **page(at_desk, case), "issue": "1"}
    Case.objects.filter(pk=case.pk).update(**columns)
    refused = at_desk.post(address(case), typed)
    assert refused.status_code == 409
    assert sentence in text(refused)
    assert "Sehr geehrte Kollegin" in text(refused)
    assert sentence in text(at_desk.get(address(case)))
    assert not ContinuityPack.objects.exists()
    assert not ContinuityDraft.objects.exists()


# ── The draft ────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_kept_for_all_and_shows_no_errors(at_desk: Client, case: Case, anna: User) -> None:
    half = {"medicine-TOTAL_FORMS": "2", "medicine-0-name": "Tamoxifen", "follow_up-0-on": "soon"}
    for _ in range(2):  # a double click
        hidden = page(at_desk, case)
        assert at_desk.post(address(case), {**half, **hidden, "save": "1"}).status_code == 302
    shown = text(staff_client(anna).get(address(case)))
    assert "Tamoxifen" in shown
    assert "Kept by Olga" in shown
    assert "desk-error" not in shown
    assert "Go on writing the pack" in text(at_desk.get(address(case, "change/")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM requests_continuitydraft")
        assert b"Tamoxifen" not in bytes(cursor.fetchone()[0]), "it is sealed"


def test_another_row_comes_without_a_script(at_desk: Client, case: Case, coordinator: User) -> None:
    paper = discharge(case, coordinator)
    typed = {**filled(paper), **page(at_desk, case)}
    for _ in range(2):  # a double click
        answer = at_desk.post(address(case), {**typed, "add": "medicine"})
        assert answer.status_code == 302
        assert answer["Location"].endswith("/continuity/#medicine")
    shown = text(at_desk.get(address(case)))
    assert 'name="medicine-TOTAL_FORMS" value="3"' in shown
    assert re.search(rf'name="medicine-2-paper".*?<option value="{paper.pk}" selected>', shown, re.DOTALL)
    assert at_desk.post(address(case), {**filled(paper), **page(at_desk, case), "add": "nonsense"}).status_code == 302


def test_two_colleagues_do_not_overwrite_each_other(at_desk: Client, case: Case, anna: User) -> None:
    paper = discharge(case, anna)
    hers, his = staff_client(anna), at_desk
    opened_by_him = page(his, case)
    hers.post(address(case), {**filled(paper, **{"medicine-0-dose": "10 mg"}), **page(hers, case), "save": "1"})
    typed = filled(paper, **{"letter-letter": "Liebe Kollegin"})
    conflict = his.post(address(case), {**typed, **opened_by_him, "save": "1"})
    assert conflict.status_code == 409
    shown = text(conflict)
    assert "Anna saved this draft meanwhile." in shown
    assert "Medicine 1: Dose" in shown
    assert "10 mg" in shown
    assert "Liebe Kollegin" in shown, "his own is not lost"
    assert "Letter, in Russian</strong>" not in shown, "what both say is no news"
    draft = ContinuityDraft.objects.select_related("case").get()
    assert "10 mg" in draft.typed
    seen = re.findall(r'name="seen" value="([^"]*)"', shown)[-1]
    assert his.post(address(case), {**typed, "seen": seen, "save": "1"}).status_code == 302
    draft.refresh_from_db()
    assert "Liebe Kollegin" in ContinuityDraft.objects.select_related("case").get().typed


def test_a_version_that_a_colleague_issued_is_no_surprise(at_desk: Client, case: Case, anna: User) -> None:
    paper = discharge(case, anna)
    opened_here = page(at_desk, case)
    pack = make_pack(case, by=anna)
    conflict = at_desk.post(address(case), {**filled(paper), **opened_here, "issue": "1"})
    assert conflict.status_code == 409
    assert "Anna issued a version meanwhile." in text(conflict)
    assert [row.pk for row in ContinuityPack.objects.all()] == [pack.pk]


# ── Issuing ──────────────────────────────────────────────────────────────────────────────────


def test_a_version_is_issued_once_sealed_told_and_printed(at_desk: Client, case: Case, coordinator: User) -> None:
    paper = discharge(case, coordinator)
    typed = {**filled(paper), **page(at_desk, case)}
    checked = at_desk.post(address(case), {**typed, "check": "1"})
    assert checked.status_code == 200
    assert "Issue version 1" in text(checked)
    seen = re.findall(r'name="seen" value="([^"]*)"', text(checked))[-1]
    for _ in range(2):  # a double click
        assert at_desk.post(address(case), {**typed, "seen": seen, "issue": "1"}).status_code == 302
    pack = ContinuityPack.objects.select_related("case").get()
    assert (pack.version, pack.language, pack.doctor_language, pack.issued_by) == (1, "en", "de", coordinator)
    content = PackContent.from_json(pack.content)
    assert content.patient == case.name
    assert [(row.name, row.dose) for row in content.medicines] == [("Tamoxifen", "20 mg")]
    assert [(row.what, row.action) for row in content.signs] == [("Fever above 38", SignAction.EMERGENCY)]
    assert [(str(row.on), row.is_by) for row in content.follow_ups] == [("2027-01-14", True)]
    assert [row.name for row in content.papers] == ["epikriz.pdf", "en-epikriz.pdf"]
    assert {row.paper for row in (*content.medicines, *content.signs, *content.follow_ups)} == {str(paper.pk)}
    assert not ContinuityDraft.objects.exists()
    assert Event.objects.filter(kind=EventKind.CONTINUITY_ISSUED, reference=case.reference).count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM requests_continuitypack")
        assert b"Tamoxifen" not in bytes(cursor.fetchone()[0])
    assert not any("Tamoxifen" in str(row) for row in OutboxItem.objects.values())
    mails = to(EMAIL, deliver_all())
    assert len(mails) == 1
    for word in ("Tamoxifen", "epikriz", "liver", case.name):
        assert word not in mail_text(mails[0])
    assert "Your papers for home are ready" in mail_text(mails[0])
    printed = at_desk.get(address(case, "continuity/1.pdf"))
    assert printed.content.startswith(b"%PDF-")
    assert AccessEvent.objects.filter(kind=AccessKind.CONTINUITY, object_id=pack.pk, actor_id=coordinator.pk).exists()


def test_an_issued_version_never_changes_and_a_new_one_supersedes_it(
    at_desk: Client, case: Case, coordinator: User
) -> None:
    first = make_pack(case, by=coordinator)
    with pytest.raises(TypeError):
        first.save()
    shown = text(at_desk.get(address(case)))
    assert "Canary Tamoxifen" in shown, "the next version begins with the words of the last"
    paper = packs.discharge_papers(case)[0]
    at_desk.post(address(case), {**filled(paper), **page(at_desk, case), "issue": "1"})
    second = packs.standing(case)
    assert second is not None
    first.refresh_from_db()
    assert (second.version, first.superseded_at is not None) == (2, True)
    assert "Canary Tamoxifen" in ContinuityPack.objects.select_related("case").get(version=1).content
    item = OutboxItem.objects.get(kind=effects.CONTINUITY, object_id=first.pk)
    assert outbox.deliver(item.pk) is False, "the mail about the first one is not wanted any more"
    assert OutboxItem.objects.get(pk=item.pk).state == OutboxItem.State.CANCELLED
    assert len(to(EMAIL, deliver_all())) == 1
    listed = text(at_desk.get(address(case, "change/")))
    assert "version 1, superseded" in listed


def test_a_pack_begins_again_as_it_was_issued(at_desk: Client, case: Case, coordinator: User) -> None:
    paper = discharge(case, coordinator)
    make_document(case, name="more.pdf", state=S.ACCEPTED)
    other = packs.other_papers(case)[0]
    typed = filled(paper, **{"letter-others": str(other.pk)})
    at_desk.post(address(case), {**typed, **page(at_desk, case), "issue": "1"})
    first = ContinuityPack.objects.select_related("case").get()
    draft = at_desk.get(address(case)).context["draft"]
    for form in draft.forms:
        form._errors = None
    assert draft.errors == []
    content, kept = draft.content(), PackContent.from_json(first.content)
    assert (content.medicines, content.signs, content.follow_ups) == (kept.medicines, kept.signs, kept.follow_ups)
    assert (content.letter, content.letter_ru, draft.doctor_language) == (kept.letter, kept.letter_ru, "de")
    assert draft.chosen_others == [str(other.pk)]


def test_only_the_desk_writes_packs(case: Case) -> None:
    with pytest.raises(PermissionDenied):
        make_pack(case, by=make_staff(Role.FINANCE))
    with pytest.raises(PermissionDenied):
        continuity.keep(case=case, typed={}, seen="0:", by=make_staff(Role.EDITOR))
    assert staff_client(make_staff(Role.ADMINISTRATOR)).get(address(case)).status_code == 403


def test_an_older_page_is_told_under_the_lock(case: Case, coordinator: User) -> None:
    seen = packs.stamp(case, None)
    make_pack(case, by=coordinator)
    with pytest.raises(SavedMeanwhile):
        continuity.keep(case=case, typed={"a": ["b"]}, seen=seen, by=coordinator)


# ── To close as treated ──────────────────────────────────────────────────────────────────────


def test_a_case_closes_as_treated_only_with_a_pack(case: Case, coordinator: User, at_desk: Client) -> None:
    discharge(case, coordinator)
    assert f"{address(case)}" in text(at_desk.get(address(case, "change/")))
    with pytest.raises(desk.NeedsMissing, match="An issued continuity pack"):
        desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=Outcome.TREATED, reason="Well")
    make_pack(case, by=coordinator)
    desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=Outcome.TREATED)
    assert case.outcome == Outcome.TREATED


def test_a_lead_closes_without_a_pack_and_says_why(case: Case, coordinator: User) -> None:
    discharge(case, coordinator)
    lead = make_staff(Role.LEAD)
    with pytest.raises(desk.NeedsMissing, match="Say why it goes on without"):
        desk.move(case=case, to=Status.CLOSED, by=lead, outcome=Outcome.TREATED)
    desk.move(case=case, to=Status.CLOSED, by=lead, outcome=Outcome.TREATED, reason="Her doctor has everything")
    note = Note.objects.select_related("case").get(case=case)
    assert note.deed.partition(":")[2] == Need.CONTINUITY
    assert note.deed_in_words == "Moved without: An issued continuity pack, to close as “Treated”."


@pytest.mark.parametrize("outcome", [Outcome.HOME, Outcome.OTHER, Outcome.DIED, Outcome.TOO_ILL])
def test_other_outcomes_need_no_pack(case: Case, coordinator: User, outcome: Outcome) -> None:
    desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=outcome)
    assert case.outcome == outcome


# ── What the patient gets ────────────────────────────────────────────────────────────────────


def test_her_page_shows_it_first_also_when_the_case_is_closed(case: Case, coordinator: User) -> None:
    her = patient_of(case)
    home = f"/en/case/{case.reference}/"
    assert "Your papers for home" not in text(her.get(home))
    make_pack(case, by=coordinator)
    for is_closed in (False, True):
        if is_closed:
            desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=Outcome.TREATED)
        shown = text(her.get(home))
        assert shown.index('id="home-pack"') < shown.index('id="now"')
        assert f'href="{home}continuity.pdf"' in shown
        assert f'href="{home}continuity.zip"' in shown
    deliver_all()
    assert her.get(f"{home}continuity.pdf").status_code == 200


def test_before_it_is_printed_a_page_asks_again(case: Case, coordinator: User) -> None:
    her = patient_of(case)
    assert her.get(f"/en/case/{case.reference}/continuity.pdf").status_code == 404
    make_pack(case, by=coordinator)
    for ending in ("pdf", "zip"):
        waiting = her.get(f"/en/case/{case.reference}/continuity.{ending}")
        assert (waiting.status_code, waiting["Refresh"]) == (202, "3")
    assert OutboxItem.objects.filter(kind=effects.CASE_PDF).count() == 1
    assert not AccessEvent.objects.filter(kind=AccessKind.CONTINUITY).exists()


def test_the_zip_has_the_pdf_and_every_paper(case: Case, coordinator: User) -> None:
    her = patient_of(case)
    discharge(case, coordinator, name="Выписка: 1/2.pdf")
    make_document(case, name="not-marked.pdf", state=S.ACCEPTED)
    pack = make_pack(case, by=coordinator)
    deliver_all()
    answer = her.get(f"/ar/case/{case.reference}/continuity.zip")
    assert f'filename="{case.reference}-home-1.zip"' in answer["Content-Disposition"]
    packed = unpacked(answer)
    assert packed.testzip() is None
    assert packed.namelist() == [
        f"{case.reference}-home-1.pdf",
        "papers/1 Выписка- 1-2.pdf",
        "translations/1 en-Выписка- 1-2.pdf",
    ]
    assert packed.read(packed.namelist()[0]).startswith(b"%PDF-")
    assert packed.read(packed.namelist()[1]) == b"%PDF-1.7 scan"
    read = AccessEvent.objects.get(kind=AccessKind.CONTINUITY)
    assert (read.object_id, read.actor_kind, read.reference) == (pack.pk, ActorKind.PATIENT, case.reference)
    assert "your papers for home" in text(her.get(f"/en/case/{case.reference}/privacy/")) or read.actor_id is None


def test_a_paper_that_was_deleted_is_left_out(case: Case, coordinator: User) -> None:
    her = patient_of(case)
    make_pack(case, by=coordinator)
    deliver_all()
    documents.remove(document=packs.discharge_papers(case)[0], by=coordinator)
    packed = unpacked(her.get(f"/en/case/{case.reference}/continuity.zip"))
    assert packed.namelist() == [f"{case.reference}-home-1.pdf"]


def test_other_papers_go_along_when_they_are_marked(at_desk: Client, case: Case, coordinator: User) -> None:
    her = patient_of(case)
    paper = discharge(case, coordinator)
    for number in (1, 2):
        image = make_document(case, name=f"IM{number}", data=bytes(128) + b"DICM" + bytes([number]) * 9)
        image.kind, image.series, image.instance_number = "dicom", "1.2.3", number
        image.findings = '{"images": 1, "modality": "CT"}'
        image.save()
    other = packs.other_papers(case)[0]
    typed = filled(paper, **{"letter-others": str(other.pk)})
    at_desk.post(address(case), {**typed, **page(at_desk, case), "issue": "1"})
    deliver_all()
    names = unpacked(her.get(f"/en/case/{case.reference}/continuity.zip")).namelist()
    assert names[3:] == ["more/2 CT/IMG0001.dcm", "more/2 CT/IMG0002.dcm"]


def test_the_zip_needs_the_memory_of_a_part(case: Case, coordinator: User) -> None:
    her = patient_of(case)
    data = b"%PDF-1.7" + bytes(8 * PART)
    make_document(case, name="big.pdf", by=coordinator, data=data, need=DISCHARGE, state=S.ACCEPTED, language="en")
    make_pack(case, by=coordinator)
    deliver_all()
    answer = her.get(f"/en/case/{case.reference}/continuity.zip")
    tracemalloc.start()
    try:
        sent = sum(map(len, answer))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent > len(data)
    assert peak < 4 * PART


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("epikriz.pdf", "epikriz.pdf"),
        ("../../etc/passwd", "etc-passwd"),
        ("تقرير\u202efdp.exe", "تقريرfdp.exe"),
        ('Выписка <1>: "а"|б?.pdf', "Выписка -1-- -а--б.pdf"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ("и\u0306.pdf", "й.pdf"),
        ("", "paper"),
        (".pdf", "paper.pdf"),
        ("x" * 300 + ".pdf", "x" * 50 + ".pdf"),
        ("no ending", "no ending"),
    ],
)
def test_names_are_safe_on_every_system(name: str, expected: str) -> None:
    assert file_name(name) == expected


def test_nobody_else_gets_it(case: Case, coordinator: User) -> None:
    make_pack(case, by=coordinator)
    deliver_all()
    for client in (Client(), patient_of(submit(email="other@example.org"))):
        for ending in ("pdf", "zip"):
            answer = client.get(f"/en/case/{case.reference}/continuity.{ending}")
            assert answer.status_code == 404
            assert "Canary" not in text(answer)


def test_a_family_link_shows_nothing_of_it(case: Case, coordinator: User) -> None:
    make_pack(case, by=coordinator)
    link = family.make(case=case, name="Aunt", shows_medical=True, form_token="f" * 20)
    relative = opened(link)
    shown = text(relative.get(path_of(link)))
    assert case.reference in shown or "journey" in shown.casefold()
    for word in ("Canary", "continuity", "epikriz", "papers for home"):
        assert word not in shown
    assert relative.get(f"/en/case/{case.reference}/continuity.pdf").status_code == 404


def test_after_a_death_the_family_can_still_read_it(case: Case, coordinator: User) -> None:
    her = patient_of(case)
    make_pack(case, by=coordinator)
    desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=Outcome.DIED)
    assert OutboxItem.objects.get(kind=effects.CONTINUITY).state == OutboxItem.State.CANCELLED
    deliver_all()
    shown = text(her.get(f"/en/case/{case.reference}/"))
    assert "Papers for home" in shown
    assert "Show them to your doctor" not in shown
    assert her.get(f"/en/case/{case.reference}/continuity.pdf").status_code == 200


def test_spam_gives_nothing(case: Case, coordinator: User) -> None:
    her = patient_of(case)
    make_pack(case, by=coordinator)
    deliver_all()
    Case.objects.filter(pk=case.pk).update(status=Status.SPAM)
    answer = her.get(f"/en/case/{case.reference}/continuity.pdf")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, "text/html")


def test_a_merged_case_brings_its_pack_along(case: Case, coordinator: User, at_desk: Client) -> None:
    her = patient_of(case)
    first = make_pack(case, by=coordinator)
    deliver_all()
    living = submit(email=EMAIL, message="Again")
    Case.objects.filter(pk=living.pk).update(status=Status.RECOVERY)
    living.refresh_from_db()
    desk.move(case=case, to=Status.DUPLICATE, by=coordinator, merged_into=living)
    merging.go_on_elsewhere(case=case, by=coordinator)
    deliver_all()
    assert packs.standing(living) == first
    patient_of(living)
    assert her.get(f"/en/case/{case.reference}/continuity.pdf").status_code in (302, 307, 404)
    hers = patient_of(living)
    assert hers.get(f"/en/case/{living.reference}/continuity.pdf").status_code == 200
    assert "epikriz.pdf" in "".join(unpacked(hers.get(f"/en/case/{living.reference}/continuity.zip")).namelist())
    second = make_pack(living, by=coordinator)
    assert (second.version, packs.standing(living)) == (2, second)
    assert at_desk.get(address(living, "continuity/1.pdf")).status_code == 200


def test_no_pack_of_a_case_that_cannot_have_one(coordinator: User) -> None:
    with pytest.raises(PackRefused):
        make_pack(submit(), by=coordinator)


def test_a_forged_token_issues_one_pack_each(at_desk: Client, case: Case, coordinator: User) -> None:
    paper = discharge(case, coordinator)
    hidden = page(at_desk, case) | {"form_token": "forged"}
    assert at_desk.post(address(case), {**filled(paper), **hidden, "issue": "1"}).status_code == 302
    again = page(at_desk, case) | {"form_token": new_token()}
    assert at_desk.post(address(case), {**filled(paper), **again, "issue": "1"}).status_code == 302
    assert ContinuityPack.objects.count() == 2
