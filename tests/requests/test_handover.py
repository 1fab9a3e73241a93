"""Handover notes: written once, sealed, on top of everybody's queue until read, gone after a month."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.primitives import KeyErased
from requests.models import Case, HandoverNote, HandoverRead, TaskKind
from requests.services import desk, handover, tasks
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"
PAGE = f"{LIST}queue/handover/"
WORDS = "The sister of the second one rings at five."


@pytest.fixture
def anna() -> User:
    return make_staff(Role.COORDINATOR, name="Anna")


@pytest.fixture
def boris() -> User:
    return make_staff(Role.COORDINATOR, name="Boris")


def quiet(owner: User) -> Case:
    """Return a case in which nobody waits and nothing is promised."""
    case = submit()
    desk.assign(case=case, to=owner, by=owner)
    Case.objects.filter(pk=case.pk).update(waiting_since=None, answer_by=None)
    return case


def test_what_waits_or_is_promised_today_goes_along(anna: User, boris: User) -> None:
    waits, promised, second, later, _theirs = quiet(anna), quiet(anna), quiet(boris), quiet(anna), submit()
    now = timezone.now()
    Case.objects.filter(pk__in=[waits.pk, second.pk]).update(waiting_since=now, answer_by=now)
    Case.objects.filter(pk=second.pk).update(second_owner=anna)
    kind = TaskKind.objects.get(code="promise")
    for case, due in ((promised, now - timedelta(hours=1)), (later, now + timedelta(days=3))):
        tasks.ask(case=case, kind=kind, details="", due_at=due, by=anna, form_token=case.reference)
    client = staff_client(anna)
    form = posted_from(client.get(PAGE).text)
    for _ in range(2):  # pressed twice
        assert client.post(PAGE, form | {"body": WORDS}).status_code == 302
    note = HandoverNote.objects.get()
    assert (note.body, note.author) == (WORDS, anna)
    assert set(note.cases.all()) == {waits, promised, second}


def test_what_a_clinic_wrote_comes_next_there_as_in_the_queue(anna: User) -> None:
    case, kind = quiet(anna), TaskKind.objects.get(code="answer-clinic")
    now = timezone.now()
    tasks.ask(case=case, kind=kind, details="", due_at=now - timedelta(hours=1), by=anna, form_token="1" * 20)
    client = staff_client(anna)
    handover.write(body=WORDS, by=anna, form_token="2" * 20)
    assert client.get(PAGE).text.count("Answer the question of a clinic") == 2  # to take along, and in the note
    assert "Answer the question of a clinic" in client.get(LIST).text


def test_the_next_one_sees_it_on_top_until_they_have_read_it(anna: User, boris: User) -> None:
    handover.write(body="Old", by=anna, form_token="1" * 20)
    note = handover.write(body=WORDS, by=anna, form_token="2" * 20)
    mine, theirs = staff_client(anna), staff_client(boris)
    assert WORDS not in mine.get(LIST).text
    page = theirs.get(LIST).text
    assert WORDS in page
    assert ">Old<" not in page
    for _ in range(2):  # pressed twice
        assert theirs.post(f"{PAGE}{note.pk}/read/")["Location"] == LIST
    assert HandoverRead.objects.get().user == boris
    assert WORDS not in theirs.get(LIST).text
    assert "Boris read it" in mine.get(PAGE).text


def test_names_that_are_hidden_hide_the_words(anna: User, boris: User) -> None:
    handover.write(body=WORDS, by=anna, form_token="1" * 20)
    client = staff_client(boris)
    client.post(f"{LIST}queue/keep/", {"names": "hide"})
    page = client.get(LIST).text
    assert WORDS not in page
    assert "Anna handed over" in page


def test_an_empty_note_is_refused(anna: User) -> None:
    client = staff_client(anna)
    response = client.post(PAGE, posted_from(client.get(PAGE).text) | {"body": "  "})
    assert response.status_code == 422
    assert "Write what the next colleague should know." in response.text
    assert not HandoverNote.objects.exists()


def test_its_words_stand_sealed_and_are_lost_with_its_key(anna: User) -> None:
    note = handover.write(body=WORDS, by=anna, form_token="1" * 20)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM requests_handovernote")
        assert WORDS.encode() not in bytes(cursor.fetchone()[0])
    HandoverNote.objects.update(wrapped_key=b"")
    with pytest.raises(KeyErased):
        _ = HandoverNote.objects.get(pk=note.pk).body


def test_words_are_no_html(anna: User, boris: User) -> None:
    handover.write(body="<b>Bold</b>\n\nSecond", by=anna, form_token="1" * 20)
    page = staff_client(boris).get(LIST).text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page


def test_after_a_week_it_leaves_the_queue_and_after_a_month_it_is_deleted(anna: User, boris: User) -> None:
    note = handover.write(body=WORDS, by=anna, form_token="1" * 20)
    client = staff_client(boris)
    HandoverNote.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert WORDS not in client.get(LIST).text
    assert WORDS in client.get(PAGE).text
    handover.prune(timezone.now() - timedelta(days=30))
    assert HandoverNote.objects.get() == note
    HandoverNote.objects.update(created_at=timezone.now() - timedelta(days=31))
    handover.prune(timezone.now() - timedelta(days=30))
    assert not HandoverNote.objects.exists()


def test_only_who_works_cases_writes_and_reads(anna: User) -> None:
    editor = make_staff(Role.EDITOR)
    note = handover.write(body=WORDS, by=anna, form_token="1" * 20)
    with pytest.raises(PermissionDenied):
        handover.write(body="x", by=editor, form_token="2" * 20)
    with pytest.raises(PermissionDenied):
        handover.mark_read(note=note, by=editor)
