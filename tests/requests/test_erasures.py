"""Erasing destroys the key of a case, its rows, its files and every fact of it; ids and times stay."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection, models
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.backups import erasures as erasures_list
from portal.core.delivery import outbox
from portal.core.encryption.primitives import KeyErased
from portal.core.models import OutboxItem
from requests.enums import ActorKind, ErasureState, ErasureWhy, EventKind, Status
from requests.models import Case, CaseLink, Document, Erasure, Event, HandoverNote, LegalHold, Note
from requests.selectors import erasures as selectors
from requests.services import desk, erasing, erasures, merging, messages
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_brief, make_document, make_offer, make_referral, make_staff, submit
from tests.requests.delivery import deliver_all
from tests.requests.test_merging import merge, pair
from tests.requests.test_sealed_estimates import final

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_list(settings: Settings, tmp_path: Path) -> None:
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"


@pytest.fixture
def full(coordinator: User) -> Case:
    """A case with something of most kinds."""
    case = submit(name="Canary Fatima")
    final(case)
    make_document(case)
    make_brief(case)
    make_offer(make_referral(case, by=coordinator))
    desk.add_note(case=case, body="Canary note", by=coordinator)
    deliver_all()
    case.refresh_from_db()
    return case


def rows_of(case: Case) -> dict[str, int]:
    counted: dict[str, int] = {}
    for relation in Case._meta.related_objects:
        model: Any = relation.related_model
        if model is not Case and not relation.many_to_many:
            counted[model.__name__] = model._base_manager.filter(**{relation.field.name: case}).count()
    return {name: number for name, number in counted.items() if number}


def test_nothing_of_an_erased_case_is_left_but_ids_and_times(full: Case, settings: Settings) -> None:
    store = settings.PRIVATE_FILES_DIR
    names = set(erasing._file_names(full))
    assert len(names) >= 2
    wrapped = bytes(full.wrapped_key)
    record = erasures.erase(full, why=ErasureWhy.RETENTION)
    assert (record.state, record.reference, record.why) == ("done", full.reference, "retention")
    assert rows_of(full).keys() <= {model.__name__ for model in erasing.KEPT}
    gone = Case.objects.get(pk=full.pk)
    assert gone.is_erased
    assert (gone.status, gone.speak, gone.country, gone.email_hash, gone.name_hashes) == (
        Status.DECLINED_BY_PATIENT,
        "",
        "",
        "",
        "",
    )
    with pytest.raises(KeyErased):
        gone.data_key()
    assert gone.name == gone.email == ""
    assert wrapped not in _everything()
    deliver_all()
    assert [path for path in store.rglob("*") if path.is_file() and path.name in names] == []
    assert record.files.count() == 0
    assert Event.objects.filter(reference=full.reference, kind=EventKind.ERASED).count() == 1


def _everything() -> bytes:
    """Return the values of every row of every table, one after the other."""
    values = bytearray()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    values += bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return bytes(values)


def test_both_keys_of_merged_cases_are_destroyed(coordinator: User) -> None:
    case, living = pair()
    merge(case, living, coordinator)
    erasures.erase(case, why=ErasureWhy.RETENTION)
    assert [part.is_erased for part in Case.objects.filter(pk__in=[case.pk, living.pk])] == [True, True]
    assert set(Erasure.objects.values_list("reference", flat=True)) == {case.reference, living.reference}
    lines = list(erasures_list.read(erasures_list.path()))
    assert {line.reference for line in lines} == {case.reference, living.reference}


def test_a_case_taken_out_of_a_merge_is_not_erased_with_it(coordinator: User) -> None:
    case, living = pair()
    merge(case, living, coordinator)
    erasures.ask(living, by=coordinator)
    case.refresh_from_db()
    merging.undo(case=case, by=coordinator)
    erasures.erase(living, why=ErasureWhy.PATIENT)
    case.refresh_from_db()
    assert (case.is_erased, case.name != "") == (False, True)


def test_a_merge_of_an_erased_case_is_not_taken_back(coordinator: User) -> None:
    case, living = pair()
    merge(case, living, coordinator)
    erasures.erase(living, why=ErasureWhy.PATIENT)
    case.refresh_from_db()
    assert not merging.can_undo(case)
    with pytest.raises(merging.UndoRefused):
        merging.undo(case=case, by=coordinator)
    case.refresh_from_db()
    assert (case.status, case.is_erased) == (Status.DUPLICATE, True)


def test_a_second_erasing_changes_nothing(full: Case) -> None:
    first = erasures.erase(full, why=ErasureWhy.RETENTION)
    full.refresh_from_db()
    assert erasures.erase(full, why=ErasureWhy.RETENTION).pk == first.pk
    assert Erasure.objects.count() == 1


def test_a_hold_stops_it_and_she_is_told_once_until_it_is_lifted(full: Case) -> None:
    lead = make_staff(Role.LEAD)
    until = timezone.now().date() + timedelta(days=90)
    hold = erasures.set_hold(case=full, until=until, reason="Canary claim", by=lead)
    with pytest.raises(erasures.Held):
        erasures.erase(full, why=ErasureWhy.RETENTION)
    asked = erasures.ask(full, by=lead)
    Erasure.objects.filter(pk=asked.pk).update(due_at=timezone.now())
    deliver_all()
    mail.outbox.clear()
    for _again in range(2):
        erasures.erase_due()
        deliver_all()
    assert [sent.subject.count("cannot be erased yet") for sent in mail.outbox] == [1]
    assert "Canary claim" not in mail.outbox[0].body
    erasures.lift_hold(hold=hold, reason="Canary over", by=lead)
    erasures.erase_due()
    deliver_all()
    erasures.erase_due()
    full.refresh_from_db()
    assert full.is_erased
    kept = LegalHold.objects.get()
    assert (kept.reason, kept.lift_reason, kept.lifted_by) == ("", "", lead)


def test_the_last_mail_leaves_before_anything_is_destroyed(full: Case) -> None:
    asked = erasures.ask(full, by=make_staff(Role.COORDINATOR, email="other.desk@example.org"))
    deliver_all()
    erasures.erase_due()
    full.refresh_from_db()
    assert not full.is_erased
    Erasure.objects.filter(pk=asked.pk).update(due_at=timezone.now())
    mail.outbox.clear()
    erasures.erase_due()
    full.refresh_from_db()
    assert not full.is_erased
    deliver_all()
    assert [sent.to for sent in mail.outbox] == [["canary.fatima@example.org"]]
    erasures.erase_due()
    deliver_all()
    assert Case.objects.get(pk=full.pk).is_erased
    assert len(mail.outbox) == 1
    asked.refresh_from_db()
    assert asked.state == ErasureState.DONE


def test_what_is_taken_back_is_not_erased(full: Case) -> None:
    asked = erasures.ask(full, by=ActorKind.PATIENT)
    Erasure.objects.filter(pk=asked.pk).update(due_at=timezone.now())
    erasures.take_back(asked, by=ActorKind.PATIENT)
    erasures.take_back(asked, by=ActorKind.PATIENT)
    erasures.erase_due()
    full.refresh_from_db()
    assert (full.is_erased, selectors.standing(full)) == (False, None)
    assert Event.objects.filter(kind=EventKind.ERASURE_TAKEN_BACK).count() == 1


def test_no_mail_of_an_erased_case_leaves(full: Case, coordinator: User) -> None:
    messages.write_to_patient(case=full, body="Canary answer", by=coordinator, form_token="f" * 20)
    item = OutboxItem.objects.filter(reference=full.reference, state=outbox.State.QUEUED).first()
    assert item is not None
    # A sender has it and dies: it comes back to the queue behind the erasing.
    outbox.claim(item.pk)
    erasures.erase(full, why=ErasureWhy.RETENTION)
    item.refresh_from_db()
    assert item.state == outbox.State.IN_FLIGHT
    OutboxItem.objects.filter(pk=item.pk).update(state=outbox.State.QUEUED, not_before=timezone.now())
    mail.outbox.clear()
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert (item.state, mail.outbox) == (outbox.State.CANCELLED, [])


def test_links_and_account_of_an_erased_case_open_nothing(full: Case) -> None:
    patient = patient_of(full)
    erasures.erase(full, why=ErasureWhy.RETENTION)
    assert CaseLink.objects.filter(case=full).count() == 0
    assert patient.get(f"/en/case/{full.reference}/").status_code == 404
    assert patient.post(f"/en/case/{full.reference}/messages/", {"body": "Canary late"}).status_code == 404


def test_a_handover_note_that_names_the_case_goes_with_it(full: Case, coordinator: User) -> None:
    note = HandoverNote.objects.create(author=coordinator, body="Canary words")
    note.cases.add(full)
    erasures.erase(full, why=ErasureWhy.RETENTION)
    assert HandoverNote.objects.count() == 0


def test_files_that_the_store_could_not_delete_are_deleted_at_the_next_try(
    full: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = erasures.erase(full, why=ErasureWhy.RETENTION)
    number = record.files.count()
    calls = []

    def away(name: str) -> None:
        calls.append(name)
        if len(calls) == 2:
            raise OSError("away")

    monkeypatch.setattr("portal.core.files.delete", away)
    with pytest.raises(OSError, match="away"):
        erasing.delete_files(record)
    assert record.files.count() == number - 1
    erasing.delete_files(record)
    assert (record.files.count(), len(set(calls))) == (0, number)


def test_nothing_is_destroyed_when_the_list_cannot_be_written(full: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(lines: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(erasures_list, "append", full_disk)
    with pytest.raises(OSError, match="No space"):
        erasures.erase(full, why=ErasureWhy.RETENTION)
    full.refresh_from_db()
    assert not full.is_erased


def test_a_cut_line_does_not_swallow_the_next() -> None:
    path = erasures_list.path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"reference": "MR-2222-22')
    line = erasures_list.Line("MR-3333-3333", "2026-12-01T00:00:00+00:00", "patient")
    erasures_list.append([line])
    assert list(erasures_list.read(path)) == [line]


def test_every_model_of_a_case_is_deleted_or_keeps_no_open_words() -> None:
    """A model that is kept has sealed columns, ids, times and choices; text that nobody sealed would stay readable."""
    open_text = {
        (model.__name__, field.name)
        for model in erasing.KEPT
        for field in model._meta.fields
        if isinstance(field, models.TextField | models.JSONField) and field.name not in erasing.CLEARED.get(model, {})
    }
    assert open_text == set()


def test_facts_stay_where_five_share_them(full: Case) -> None:
    for number in range(4):
        submit(name="Canary Other", email=f"other{number}@example.org", token=f"t{number}" * 10)
    erasures.erase(full, why=ErasureWhy.RETENTION)
    full.refresh_from_db()
    assert full.country == "AE"


def test_a_worker_that_inspects_a_paper_of_an_erased_case_brings_nothing_back(full: Case) -> None:
    document = Document.objects.filter(case=full).first()
    assert document is not None
    erasures.erase(full, why=ErasureWhy.RETENTION)
    assert not Document.objects.filter(pk=document.pk).exists()
    assert Note.objects.filter(case=full).count() == 0


def test_she_confirms_with_a_code_and_takes_it_back(full: Case) -> None:
    patient, address = patient_of(full), f"/en/case/{full.reference}/privacy/erase/"
    assert "What is destroyed" in patient.get(address).content.decode()
    mail.outbox.clear()
    patient.post(address, {"send": "1"})
    patient.post(address, {"send": "1"})
    deliver_all()
    begun = Erasure.objects.get()
    code = erasures.code_of(begun)
    assert [code in str(sent.body) for sent in mail.outbox] == [True]
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert patient.post(address, {"code": wrong}).status_code == 422
    assert selectors.standing(full) is None
    assert patient.post(address, {"code": code})["Location"] == address
    standing = selectors.standing(full)
    assert standing is not None
    assert standing.asked_at is not None
    assert standing.due_at == standing.asked_at + timedelta(days=7)
    mail.outbox.clear()
    deliver_all()
    assert (
        sorted("will be erased" in sent.subject or "its erasing" in sent.subject for sent in mail.outbox) == [True] * 2
    )
    page = patient.get(address).content.decode()
    assert ("Keep my case" in page, "Send me the code" in page) == (True, False)
    patient.post(address, {"take_back": "1"}, follow=True)
    assert selectors.standing(full) is None
    assert "Send me the code" in patient.get(address).content.decode()


def test_a_code_dies_after_five_tries(full: Case) -> None:
    erasures.begin(full)
    code = erasures.code_of(Erasure.objects.get())
    for _again in range(5):
        with pytest.raises(erasures.WrongCode):
            erasures.confirm(full, "wrong")
    with pytest.raises(erasures.WrongCode):
        erasures.confirm(full, code)
    assert erasures.begin(full)


def test_the_desk_reads_that_a_case_is_erased_and_nothing_breaks(full: Case) -> None:
    erasures.erase(full, why=ErasureWhy.RETENTION)
    lead = staff_client(make_staff(Role.LEAD))
    page = f"/admin/requests/case/{full.pk}/change/"
    assert "This case is erased" in lead.get(page).content.decode()
    for rest in ("facts/email/", "brief/", "offers/", "estimate/", "trip/", "passport/", "patient/", "move/triage/"):
        assert lead.get(f"/admin/requests/case/{full.pk}/{rest}").status_code in (405, 410), rest
    assert lead.post(f"/admin/requests/case/{full.pk}/note/", {"body": "Canary"}).status_code == 410
    for path in ("case/", "case/?q=" + full.reference, "case/outcomes/", "erasure/"):
        assert lead.get(f"/admin/requests/{path}").status_code in (200, 302), path


def test_a_lead_sets_and_lifts_a_hold_and_notes_a_wish(full: Case, coordinator: User) -> None:
    lead, other = staff_client(make_staff(Role.LEAD)), staff_client(coordinator)
    base = f"/admin/requests/case/{full.pk}/"
    until = str(timezone.now().date() + timedelta(days=30))
    assert other.get(f"{base}legal-hold/").status_code == 403
    assert lead.get(f"{base}legal-hold/").status_code == 200
    assert lead.post(f"{base}legal-hold/", {"until": "2020-01-01", "reason": "Canary"}).status_code == 422
    lead.post(f"{base}legal-hold/", {"until": until, "reason": "Canary claim of a clinic"})
    hold = LegalHold.objects.get()
    assert other.get(f"{base}erase/").status_code == 200
    other.post(f"{base}erase/", {"stated_by": "patient", "way": "phone"})
    standing = selectors.standing(full)
    assert standing is not None
    assert (standing.asked_by, standing.stated_by, standing.way) == (coordinator, "patient", "phone")
    page = lead.get(f"{base}change/").content.decode()
    assert ("Canary claim of a clinic" in page, "Will be erased on" in page) == (True, True)
    assert lead.get("/admin/requests/erasure/").status_code == 200
    lead.post(f"{base}legal-hold/{hold.pk}/lift/", {"reason": "Canary settled"})
    hold.refresh_from_db()
    assert hold.lifted_at is not None
    other.post(f"{base}erase/take-back/")
    assert selectors.standing(full) is None


def test_administrators_read_who_set_a_hold_and_not_why(full: Case) -> None:
    lead = make_staff(Role.LEAD)
    until = timezone.now().date() + timedelta(days=30)
    hold = erasures.set_hold(case=full, until=until, reason="Canary claim", by=lead)
    administrator = staff_client(make_staff(Role.ADMINISTRATOR))
    for path in ("", f"{hold.pk}/change/"):
        page = administrator.get(f"/admin/requests/legalhold/{path}").content.decode()
        assert (full.reference in page, str(lead) in page, "Canary" in page) == (True, True, False), path
    erasures.lift_hold(hold=hold, reason="Canary over", by=lead)
    erasures.erase(full, why=ErasureWhy.RETENTION)
    assert full.reference in administrator.get("/admin/requests/legalhold/").content.decode()
    assert administrator.get(f"/admin/requests/legalhold/{hold.pk}/change/").status_code == 200


def test_words_that_meet_the_erasing_are_refused_calmly(full: Case, coordinator: User) -> None:
    """A page of before the erasing is posted when it is done: nothing is written, and nobody sees an error of ours."""
    stale = Case.objects.get(pk=full.pk)
    assert stale.name
    erasures.erase(full, why=ErasureWhy.RETENTION)
    with pytest.raises(KeyErased):
        messages.write_to_patient(case=stale, body="Canary late", by=coordinator, form_token="g" * 20)
    assert Note.objects.count() == 0
    assert full.messages.count() == 0
