"""Who the patient is where somebody writes for another: before they agree, no clinic sees anything."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests import consents
from requests.enums import NEEDED_PURPOSES, ConsentWay, EventKind, ForWhom, Outcome, Purpose, StatedBy, Status
from requests.forms.dates import DateField
from requests.forms.patients import PatientForm
from requests.models import Case, Event, PatientLink, PatientStatement, Task
from requests.services import continuation, desk, patients
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

PATIENT, ADDRESS = "Canary Zahra Al-Patient", "zahra@example.org"
BORN = {"birth_date_0": "27", "birth_date_1": "mar", "birth_date_2": "1968"}


@pytest.fixture
def coordinator() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


@pytest.fixture
def case() -> Case:
    return submit(for_whom=ForWhom.SOMEONE_ELSE)


def agreed(language: str = "en") -> dict[str, str]:
    """Return the ticks beside the words in force."""
    return {f"consent_{purpose}": consents.current(purpose, language).sha256 for purpose in NEEDED_PURPOSES}


def task_of(case: Case) -> Task:
    return Task.objects.select_related("kind", "case").get(case=case, kind__code="patient")


def to_clinics(case: Case, by: User) -> None:
    way = [Status.NEW, Status.TRIAGE, Status.WAITING_DOCUMENTS, Status.DOCUMENTS_COMPLETE, Status.WITH_CLINICS]
    for state in way[way.index(Status(case.status)) + 1 :]:
        desk.move(case=case, to=state, by=by)


def link_of(case: Case) -> str:
    link = PatientLink.objects.select_related("case").get(case=case)
    return patients.address(link).removeprefix("http://localhost:8000")


# ── The gate ─────────────────────────────────────────────────────────────────────────────────


def test_a_case_for_another_goes_to_no_clinic_before_the_patient_agrees(case: Case, coordinator: User) -> None:
    with pytest.raises(desk.MoveRefused, match="The patient has not agreed yet"):
        to_clinics(case, coordinator)
    assert case.status == Status.DOCUMENTS_COMPLETE
    patients.state(case=case, name=PATIENT, birth_date=date(2015, 1, 2), stated_by=StatedBy.PARENT, language="en")
    to_clinics(case, coordinator)
    assert case.status == Status.WITH_CLINICS


def test_a_consent_that_was_taken_back_closes_the_gate(case: Case, coordinator: User) -> None:
    patients.state(case=case, name=PATIENT, birth_date=date(2015, 1, 2), stated_by=StatedBy.PARENT, language="en")
    case.consents.filter(statement__isnull=False, purpose=Purpose.HEALTH).update(withdrawn_at=timezone.now())
    with pytest.raises(desk.MoveRefused):
        to_clinics(case, coordinator)


def test_who_writes_for_themselves_is_asked_nothing(coordinator: User) -> None:
    own = submit(email="own@example.org")
    assert not Task.objects.exists()
    to_clinics(own, coordinator)


def test_the_question_is_a_task_once_also_when_the_form_is_sent_again(case: Case) -> None:
    submit(token=case.form_token or "", for_whom=ForWhom.SOMEONE_ELSE, message="One more thing.")
    task = task_of(case)
    assert (task.for_desk, task.is_shown, task.due_at is not None) == (False, True, True)
    assert str(task.kind) in patient_of(case).get(f"/en/case/{case.reference}/").content.decode()


# ── From the patient ─────────────────────────────────────────────────────────────────────────


def test_the_patient_gets_a_mail_and_agrees_on_a_page_that_shows_nothing_of_the_case(
    case: Case, coordinator: User
) -> None:
    writer = patient_of(case)
    deliver_all()
    assert writer.post(task_of(case).get_absolute_url(), {"email": ADDRESS}).status_code == 302
    mails = deliver_all()
    [mail] = to(ADDRESS, mails)
    for secret in (NAME, EMAIL, PHONE, MESSAGE, case.reference, "/en/case/MR-"):
        assert secret not in mail_text(mail)
    assert ADDRESS in writer.get(task_of(case).get_absolute_url()).content.decode()
    client, address = Client(enforce_csrf_checks=True), link_of(case)
    assert address in str(mail.body)
    text = client.get(address).content.decode()
    assert NAME in text  # who asks
    for secret in (EMAIL, PHONE, MESSAGE, case.reference):
        assert secret not in text
    form = FormPage(text)
    typed = {"csrfmiddlewaretoken": form.value("csrfmiddlewaretoken"), "name": PATIENT, **BORN, **agreed()}
    assert "We have noted that you agree." in client.post(address, typed).content.decode()
    statement = PatientStatement.objects.get()
    assert (statement.name, statement.birth_date, statement.stated_by) == (PATIENT, "1968-03-27", "patient")
    assert {consent.text.sha256 for consent in statement.consents.select_related("text") if consent.text} == set(
        agreed().values()
    )
    case.refresh_from_db()
    assert (case.patient_name, case.name) == (PATIENT, NAME)
    assert task_of(case).done_at is not None
    to_clinics(case, coordinator)
    assert client.get(address).status_code == 410
    kinds = list(Event.objects.filter(reference=case.reference).values_list("kind", flat=True))
    assert kinds.count(EventKind.PATIENT_ASKED) == kinds.count(EventKind.PATIENT_STATED) == 1


def test_the_same_address_is_asked_once_and_three_a_day(case: Case) -> None:
    writer, address = patient_of(case), task_of(case).get_absolute_url()
    for email in (ADDRESS, ADDRESS, "b@example.org", "c@example.org"):
        assert writer.post(address, {"email": email}).status_code == 302
    response = writer.post(address, {"email": "d@example.org"})
    assert response.status_code == 422
    assert "We have sent several of these mails today." in FormPage(response.content.decode()).errors["email"]
    assert PatientLink.objects.count() == 3


@pytest.mark.parametrize("end", ["old", "dead", "spam", "forged"])
def test_a_link_that_ended_says_so(case: Case, coordinator: User, end: str) -> None:
    patients.ask(case=case, email=ADDRESS)
    address = link_of(case)
    if end == "old":
        PatientLink.objects.update(created_at=timezone.now() - timedelta(days=31))
    elif end == "dead":
        desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=Outcome.DIED)
    elif end == "spam":
        desk.move(case=case, to=Status.SPAM, by=coordinator)
    else:
        address = address[:-3] + "xx/"
    for answer in (Client().get(address), Client().post(address, {"name": PATIENT, **BORN, **agreed()})):
        assert answer.status_code == 410
        assert NAME not in answer.content.decode()
    assert not PatientStatement.objects.exists()


def test_an_answer_that_a_second_window_sends_is_not_taken_twice(case: Case) -> None:
    patients.ask(case=case, email=ADDRESS)
    link = PatientLink.objects.select_related("case").get()
    patients.answer(link=link, name=PATIENT, birth_date=date(1968, 3, 27), language="en")
    with pytest.raises(patients.NotAsked):
        patients.answer(link=link, name="Another", birth_date=date(1968, 3, 27), language="en")
    assert PatientStatement.objects.get().name == PATIENT


# ── From a parent or guardian ────────────────────────────────────────────────────────────────


def test_a_guardian_agrees_for_the_patient(case: Case, coordinator: User) -> None:
    words = {"represents": "1", "stated_by": "guardian", "name": PATIENT, **BORN, **agreed()}
    response = patient_of(case).post(task_of(case).get_absolute_url(), words, follow=True)
    assert "We ask you for the paper that shows it later." in response.content.decode()
    assert PatientStatement.objects.get().stated_by == StatedBy.GUARDIAN
    to_clinics(case, coordinator)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"stated_by": ""}, "stated_by", "Select who you are to the patient."),
        ({"name": ""}, "name", "Enter the patient’s full name."),
        ({"stated_by": "parent"}, "birth_date", "This patient is 18 or older and agrees in person. Send a link by e-mail."),
        ({"birth_date_1": "smarch"}, "birth_date", "Enter a date of birth that exists, like 27 3 1968."),
        ({"birth_date_2": "2968"}, "birth_date", "Enter a date of birth that exists, like 27 3 1968."),
        ({"birth_date_2": ""}, "birth_date", "Enter a date of birth that exists, like 27 3 1968."),
        ({"birth_date_0": "", "birth_date_1": "", "birth_date_2": ""}, "birth_date", "Enter the patient’s date of birth."),
        ({"consent_health": ""}, "consent_health", "Tick the box to let us use what you tell about health. Without it we cannot answer."),
        ({"consent_health": "0" * 64}, "consent_health", "These words have changed since you opened the page. Read them and tick the box again."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    case: Case, wrong: dict[str, str], field: str, sentence: str
) -> None:
    words = {"represents": "1", "stated_by": "guardian", "name": PATIENT, "email": "half@", **BORN, **agreed(), **wrong}
    response = patient_of(case).post(task_of(case).get_absolute_url(), words)
    page = FormPage(response.content.decode())
    assert response.status_code == 422
    assert (page.errors, [said for _id, said in page.summary]) == ({field: sentence}, [sentence])
    assert page.summary[0][0] in page.ids
    kept = {"name": PATIENT, "email": "half@", **BORN, **wrong}
    for name in ("name", "email", *BORN):
        assert page.value(name) == kept[name]
    assert not PatientStatement.objects.exists()


def test_another_language_keeps_both_halves_of_the_page(case: Case) -> None:
    address = task_of(case).get_absolute_url().replace("/en/", "/ar/")
    typed = {"from_language": "en", "email": "half@", "name": PATIENT, **BORN}
    page = FormPage(patient_of(case).post(address, typed).content.decode())
    assert (page.value("email"), page.value("name"), page.value("birth_date_1"), page.errors) == (
        "half@",
        PATIENT,
        "mar",
        {},
    )


@pytest.mark.parametrize(
    ("language", "typed", "month"),
    [
        ("en", "3", 3), ("en", "March", 3), ("en", "mar", 3), ("en", "Sept", 9), ("en", " 12 ", 12), ("ru", "марта", 3),
        ("ru", "март", 3), ("ru", "сент.", 9), ("ru", "May", 5), ("ar", "مارس", 3), ("ar", "ديسمبر", 12),
    ],
)  # fmt: skip
def test_a_month_is_a_number_or_its_name(language: str, typed: str, month: int) -> None:
    with override(language):
        assert DateField(missing="", wrong="").clean(["1", typed, "1968"]) == date(1968, month, 1)


def test_a_date_of_birth_is_past_and_of_somebody_who_lives() -> None:
    for year, is_right in ((timezone.now().year + 1, False), (1890, False), (1950, True)):
        data = QueryDict(mutable=True)
        data.update({"name": PATIENT, "birth_date_0": "1", "birth_date_1": "1", "birth_date_2": str(year), **agreed()})
        form = PatientForm(data, language="en")
        assert ("birth_date" not in form.errors) == is_right, year


# ── At the desk ──────────────────────────────────────────────────────────────────────────────


def test_a_coordinator_notes_how_it_was_given(case: Case, coordinator: User) -> None:
    client, address = staff_client(coordinator), f"/admin/requests/case/{case.pk}/patient/"
    assert (
        "not yet: no clinic may see the case" in client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    )
    assert FormPage(client.get(address).content.decode()).value("language") == "en"
    typed = {"name": PATIENT, "birth_date": "1968-03-27", "stated_by": "patient", "way": "phone", "language": "ar"}
    response = client.post(address, typed)
    assert response.status_code == 422
    assert "Without it no clinic sees the case." in response.content.decode()
    assert client.post(address, {**typed, "agreed": "on"}).status_code == 302
    statement = PatientStatement.objects.get()
    assert (statement.recorded_by, statement.way) == (coordinator, ConsentWay.PHONE)
    assert {(consent.heard_by, consent.language) for consent in statement.consents.all()} == {(coordinator, "ar")}
    text = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert "by phone, noted by Olga" in text
    assert task_of(case).done_at is not None
    to_clinics(case, coordinator)


def test_an_editor_notes_nothing(case: Case) -> None:
    with pytest.raises(PermissionDenied):
        patients.record(
            case=case, name=PATIENT, birth_date=date(1968, 3, 27), stated_by=StatedBy.PATIENT, way=ConsentWay.PAPER,
            language="en", by=make_staff(Role.EDITOR),
        )  # fmt: skip


def test_the_database_refuses_a_record_without_its_way(case: Case, coordinator: User) -> None:
    for wrong in ({"recorded_by": coordinator}, {"way": "phone"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PatientStatement.objects.create(case=case, stated_by=StatedBy.PATIENT, **wrong)


def test_a_new_case_of_the_same_person_knows_the_patient(case: Case, coordinator: User) -> None:
    patients.state(case=case, name=PATIENT, birth_date=date(1968, 3, 27), stated_by=StatedBy.GUARDIAN, language="en")
    Case.objects.filter(pk=case.pk).update(
        status=Status.CLOSED, outcome=Outcome.HOME, waiting_since=None, answer_by=None
    )
    case.refresh_from_db()
    new = continuation.open_from(case=case, by=coordinator)
    statement = PatientStatement.objects.get(case=new)
    assert (statement.name, statement.birth_date, new.patient_name) == (PATIENT, "1968-03-27", PATIENT)
    assert patients.has_agreed(new)
    to_clinics(new, coordinator)
