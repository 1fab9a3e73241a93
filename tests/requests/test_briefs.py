"""The brief: drafted from the case, checked for what says who the patient is, approved by her, needed by the move."""

import html
import json
import re
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from clinics.models import Clinic
from conditions.models import Condition
from conditions.services import loading
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.bulk.bulk_changes import bulk_changes
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.brief_content import BriefContent, FreeSection, HistoryEntry, Pair, from_json
from requests.enums import BriefPart, BriefState, ForWhom, NextTurn, Outcome, StatedBy, Status
from requests.models import AccessEvent, Answer, Brief, Case, Consent, Event, Message, PatientStatement, Task
from requests.selectors import brief_checks, briefs
from requests.selectors.brief_document import document
from requests.services import briefs as brief_services
from requests.services import clinic_consents, desk, moves, patients, tasks
from tests import frozen
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.conditions import catalogue
from tests.factories import make_document, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.reading import FormPage
from tests.requests.states import case_in

pytestmark = pytest.mark.django_db

QUESTIONNAIRES = Path(__file__).parent.parent / "conditions" / "questionnaires"
WRONG = "Canary: the operation was in May."


@pytest.fixture
def case() -> Case:
    return submit(condition=Condition.objects.get(slug="liver-metastases"))


@pytest.fixture
def desk_client(coordinator: User) -> Client:
    return staff_client(coordinator)


def whole(**fields: Any) -> BriefContent:
    """Return a content that can be sent."""
    columns: dict[str, Any] = {
        "years": 54,
        "sex": "female",
        "country": "AE",
        "condition": Pair("Liver metastases", "Метастазы в печени"),
        "icd10": "C78.7",
        "ecog": "1",
        "parts": {
            BriefPart.QUESTION.value: Pair("Can the two growths be removed?", "Можно ли удалить оба образования?")
        },
        "history": [
            HistoryEntry("2023", Pair("Colon surgery", "Операция на кишечнике")),
            HistoryEntry("2025-03", Pair("Growths found", "Найдены образования")),
        ],
    }
    return BriefContent(**columns | fields)


def drafted(case: Case, by: User, content: BriefContent | None = None) -> Brief:
    brief = brief_services.begin(case=case, by=by)
    return brief_services.save(brief=brief, content=content or whole(), revision=brief.revision, by=by)


def sent(case: Case, by: User, content: BriefContent | None = None) -> Brief:
    brief = drafted(case, by, content)
    brief_services.send(brief=brief, revision=brief.revision, names_read=[], by=by)
    brief.refresh_from_db()
    return brief


def approved(case: Case, by: User) -> Brief:
    brief = sent(case, by)
    return brief_services.approve(brief=brief, read=brief.content.sha256)


def address(case: Case, rest: str) -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def page(case: Case, rest: str = "brief/", language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/{rest}"


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def kinds(case: Case) -> list[str]:
    return [
        kind
        for kind in Event.objects.filter(reference=case.reference).order_by("at").values_list("kind", flat=True)
        if kind.startswith(("brief", "clinic"))
    ]


def posted(client: Client, case: Case, **typed: str) -> dict[str, Any]:
    """Return what the page of the draft sends, with what was typed."""
    values = FormPage(client.get(address(case, "brief/")).content.decode()).values
    data = {name: value[0] if value else "" for name, value in values.items()}
    return {name: value for name, value in data.items() if name not in ("clinic", "take_back")} | typed


# ── The draft ────────────────────────────────────────────────────────────────────────────────


def test_the_first_draft_says_what_the_case_knows_in_both_languages(case: Case, coordinator: User) -> None:
    PatientStatement.objects.create(case=case, name=NAME, birth_date="1960-05-01", stated_by=StatedBy.PATIENT)
    make_document(case, need="pathology-report", state="accepted")
    content = brief_services.begin(case=case, by=coordinator).content
    assert content.years == timezone.localdate().year - 1960 - (
        timezone.localdate() < date(timezone.localdate().year, 5, 1)
    )
    assert (content.country, content.sex) == ("AE", "")
    assert content.condition == Pair("Liver metastases", "Метастазы в печени")
    assert content.part(BriefPart.QUESTION) == Pair(own=MESSAGE)
    [paper] = content.papers
    assert paper.name.own != paper.name.other
    assert (paper.month, paper.is_received) == (f"{timezone.localdate():%Y-%m}", True)


def test_who_is_older_than_ninety_is_ninety_or_older(case: Case, coordinator: User) -> None:
    PatientStatement.objects.create(case=case, name=NAME, birth_date="1930-05-01", stated_by=StatedBy.PATIENT)
    brief = brief_services.begin(case=case, by=coordinator)
    assert brief.content.years == 90
    assert ("Age", "90 or older") in [(row.name.own, row.text.own) for row in document(brief).facts]


def test_what_a_merged_case_says_of_the_patient_counts(coordinator: User) -> None:
    living, merged = submit(for_whom=ForWhom.SOMEONE_ELSE), submit(for_whom=ForWhom.SOMEONE_ELSE, email="b@example.org")
    said: dict[str, Any] = {"name": "Zahra", "birth_date": date(1930, 5, 1), "stated_by": StatedBy.GUARDIAN}
    patients.state(case=merged, language="en", **said)
    assert not patients.has_agreed(living)
    desk.move(case=merged, to=Status.DUPLICATE, by=coordinator, merged_into=living)
    assert patients.has_agreed(living)
    brief = brief_services.begin(case=living, by=coordinator)
    assert brief.content.years == 90
    content = whole(condition=Pair("Born 1 May 1930", "Опухоль"))
    assert [row.why for row in brief_checks.identifying(content, living)] == ["the birth date"]
    merged.consents.filter(statement__isnull=False).update(withdrawn_at=timezone.now())
    assert not patients.has_agreed(living)


@pytest.mark.parametrize(("language", "other"), [("en", "ru"), ("ar", "ru"), ("ru", "en")])
def test_the_other_language_is_that_of_the_doctors(language: str, other: str, coordinator: User) -> None:
    brief = brief_services.begin(case=submit(language=language), by=coordinator)
    assert (brief.language, brief.other_language) == (language, other)


def test_what_it_says_is_sealed_and_comes_back_whole(case: Case, coordinator: User) -> None:
    content = whole(sections=[FreeSection(Pair("Family", "Семья"), Pair("Canary aunt", "Тётя"))])
    brief = drafted(case, coordinator, content)
    stored = Brief.objects.values_list("sealed_content", flat=True).get(pk=brief.pk)
    assert b"Canary" not in bytes(stored)
    assert from_json(Brief.objects.get(pk=brief.pk).sealed_content) == content


def test_it_is_begun_and_written_on_its_page(case: Case, desk_client: Client) -> None:
    for _click in range(2):
        response = desk_client.post(address(case, "brief/begin/"))
    assert response.url == address(case, "brief/")
    typed = {
        "years": "54", "sex": "female", "question_other": "Можно ли удалить?", "history-0-when": "3.2025",
        "history-0-what_own": "Growths found", "history-0-what_other": "Найдены", "history-1-when": "2023",
        "history-1-what_own": "Surgery", "history-1-what_other": "Операция", "sections-0-title_own": "Family",
        "sections-0-title_other": "Семья", "sections-0-text_own": "None", "sections-0-text_other": "Нет",
    }  # fmt: skip
    response = desk_client.post(address(case, "brief/"), posted(desk_client, case, **typed))
    assert response.status_code == 302
    content = Brief.objects.get(case=case).content
    assert [entry.when for entry in content.history] == ["2023", "2025-03"]
    assert content.part(BriefPart.QUESTION) == Pair(MESSAGE, "Можно ли удалить?")
    assert content.sections == [FreeSection(Pair("Family", "Семья"), Pair("None", "Нет"))]
    again = posted(desk_client, case)
    assert (again["history-1-what_own"], again["history-4-when"]) == ("Growths found", "")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"history-2-when": "2025-03-14", "history-2-what_own": "x"}, "the year alone. No day."),
        ({"history-2-when": "2999", "history-2-what_own": "x"}, "Enter a month from 1900 until now."),
        ({"history-2-when": "2024-13", "history-2-what_own": "x"}, "Enter a month from 1900 until now."),
        ({"history-2-what_own": "x"}, "Enter when it happened, or empty the entry."),
        ({"history-2-when": "2024"}, "Enter what happened, or empty the entry."),
        ({"sections-0-text_own": "x"}, "Enter a heading, or empty the section."),
        ({"years": "91"}, "Enter 90 for whoever is 90 or older."),
        ({"years": "old"}, "Enter the age as a number."),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_typed(
    typed: dict[str, str], sentence: str, case: Case, coordinator: User, desk_client: Client
) -> None:
    drafted(case, coordinator)
    response = desk_client.post(
        address(case, "brief/"), posted(desk_client, case, allergies_own="Canary nuts", **typed)
    )
    assert response.status_code == 422
    assert sentence in text(response)
    assert FormPage(text(response)).values["allergies_own"] == ["Canary nuts"]


def test_two_colleagues_do_not_overwrite_one_another(case: Case, coordinator: User, desk_client: Client) -> None:
    drafted(case, coordinator)
    other = staff_client(make_staff(Role.COORDINATOR, name="Pavel"))
    mine, theirs = posted(desk_client, case, allergies_own="Nuts"), posted(other, case, medicines_own="Canary pills")
    assert other.post(address(case, "brief/"), theirs).status_code == 302
    response = desk_client.post(address(case, "brief/"), mine)
    assert response.status_code == 409
    assert "Pavel saved this draft" in text(response)
    assert "Canary pills" in text(response)
    assert Brief.objects.get().content.part(BriefPart.ALLERGIES).is_empty
    values = FormPage(text(response)).values
    assert values["allergies_own"] == ["Nuts"]
    again = {**mine, "revision": values["revision"][0], "medicines_own": "Canary pills"}
    assert desk_client.post(address(case, "brief/"), again).status_code == 302
    assert Brief.objects.get().content.part(BriefPart.ALLERGIES) == Pair("Nuts")
    assert Brief.objects.get().content.part(BriefPart.MEDICINES) == Pair("Canary pills")


def test_the_same_click_twice_changes_nothing(case: Case, coordinator: User, desk_client: Client) -> None:
    drafted(case, coordinator)
    mine = posted(desk_client, case, allergies_own="Nuts")
    for _click in range(2):
        assert desk_client.post(address(case, "brief/"), mine).status_code == 302
    assert Brief.objects.get().revision == 3


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.FINANCE, Role.CASE_REVIEWER])
def test_only_the_desk_writes_it(role: Role, case: Case, coordinator: User) -> None:
    brief, stranger = drafted(case, coordinator), make_staff(role)
    deeds: list[Callable[[], object]] = [
        lambda: brief_services.begin(case=case, by=stranger),
        lambda: brief_services.save(brief=brief, content=whole(), revision=2, by=stranger),
        lambda: brief_services.send(brief=brief, revision=2, names_read=[], by=stranger),
        lambda: brief_services.take_back(brief=brief, by=stranger),
        lambda: clinic_consents.propose(case=case, clinic=Clinic.objects.all()[0], by=stranger),
        lambda: clinic_consents.take_back(case=case, clinic=Clinic.objects.all()[0], by=stranger),
    ]
    for deed in deeds:
        with pytest.raises(PermissionDenied):
            deed()


# ── The gate before she reads it ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"years": None}, "Enter the age in years."),
        ({"sex": ""}, "Select the sex."),
        ({"condition": Pair()}, "Enter the illness."),
        ({"parts": {}}, "Enter the question to the doctors."),
        (
            {"history": [HistoryEntry("2023", Pair("Surgery"))]},
            "“Course of the illness, 2023” is in one language only.",
        ),
        ({"sections": [FreeSection(Pair("A", "Б"), Pair("", "Текст"))]}, "“Section 1” is in one language only."),
    ],
)
def test_what_lacks_something_is_not_sent(change: dict[str, Any], sentence: str, case: Case, coordinator: User) -> None:
    brief = drafted(case, coordinator, whole(**change))
    assert brief_checks.lacking(brief.content) == [sentence]
    with pytest.raises(brief_services.BriefRefused):
        brief_services.send(brief=brief, revision=brief.revision, names_read=[], by=coordinator)
    assert Brief.objects.get().is_draft


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Write to canary.fatima@example.org soon", "an e-mail address"),
        ("Call +971 50 123 45 67", "a phone number"),
        ("Call 050 123-45-67", "a phone number"),
        ("Call ٠٥٠١٢٣٤٥٦٧", "a phone number"),
        ("Case mr 7K3Q 9F2D", "a reference of a case"),
        ("Operated on 14.03.2024", "a day: month and year are enough"),
        ("Operated on 2024-03-14", "a day: month and year are enough"),
        ("Born 1 May 1960", "the birth date"),
        ("Родилась 1 мая 1960 года", "the birth date"),
        ("A 92-year-old woman", "an age: “90 or older” is enough"),
        ("Woman, 90 years old", "an age: “90 or older” is enough"),
        ("Mother, 101 y.o.", "an age: “90 or older” is enough"),
        ("At the age of 94", "an age: “90 or older” is enough"),
        ("Женщине 92\xa0года", "an age: “90 or older” is enough"),
        ("Пациентка 95-ти лет", "an age: “90 or older” is enough"),
        ("99-летняя пациентка", "an age: “90 or older” is enough"),
        ("В возрасте 91", "an age: “90 or older” is enough"),
        ("عمرها ٩٢", "an age: “90 or older” is enough"),
        ("مريضة بعمر 93 عامًا", "an age: “90 or older” is enough"),
    ],
)
def test_what_says_who_she_is_cannot_stay(words: str, why: str, case: Case, coordinator: User) -> None:
    PatientStatement.objects.create(case=case, name=NAME, birth_date="1960-05-01", stated_by=StatedBy.PATIENT)
    content = whole(parts={**whole().parts, BriefPart.DIAGNOSES.value: Pair("Well", words)})
    brief = drafted(case, coordinator, content)
    rows = brief_checks.identifying(brief.content, case)
    assert {(row.where, row.why) for row in rows} == {("Diagnoses", why)}
    with pytest.raises(brief_services.BriefRefused):
        brief_services.send(brief=brief, revision=brief.revision, names_read=[], by=coordinator)


def test_figures_of_a_finding_say_nobody(case: Case) -> None:
    words = "Ki-67 20 %, 3.2 × 1.5 cm, CA 19-9 37.5 U/ml, since 2019, 03.2024, dose 5-FU 400 mg/m2, T3N1M0, 120/80"
    content = whole(parts={**whole().parts, BriefPart.DIAGNOSES.value: Pair(words, words)})
    assert brief_checks.identifying(content, case) == []
    assert brief_checks.names(content, case) == []


@pytest.mark.parametrize(
    "words",
    [
        "An 89-year-old woman, 90 years or older, aged 90 or older",
        "Ей 89 лет, сестре 90 лет и старше, в возрасте 90 лет или старше",
        "Since the year 1992, 5-year survival 92 %, 190 years, 0.92 years",
        "С 1992 года, в 92 году, 2,95 лет, Ki-67 92 %",
        "عمرها 89 عامًا، 90 عامًا أو أكثر، 90 سنة فأكثر",
    ],
)
def test_a_younger_age_and_ninety_or_older_may_stay(words: str, case: Case) -> None:
    content = whole(parts={**whole().parts, BriefPart.DIAGNOSES.value: Pair(words, words)})
    assert brief_checks.identifying(content, case) == []


@pytest.mark.parametrize("word", ["Fatima", "FATIMA’s", "Фатима", "Фатиме", "Фатимой", "فاطمة", "لفاطمة"])
def test_a_name_in_any_script_needs_a_look(word: str, case: Case, coordinator: User) -> None:
    content = whole(parts={**whole().parts, BriefPart.DIAGNOSES.value: Pair(f"Seen with {word} here", "Осмотр")})
    brief = drafted(case, coordinator, content)
    [name] = brief_checks.names(content, case)
    assert name in word
    with pytest.raises(brief_services.BriefRefused):
        brief_services.send(brief=brief, revision=brief.revision, names_read=[], by=coordinator)
    brief_services.send(brief=brief, revision=brief.revision, names_read=[name], by=coordinator)
    assert Brief.objects.get().is_sent


def test_the_page_names_what_is_to_be_put_right(case: Case, coordinator: User, desk_client: Client) -> None:
    content = whole(sex="", parts={**whole().parts, BriefPart.DIAGNOSES.value: Pair(f"{EMAIL}, Fatima", "Осмотр")})
    brief = drafted(case, coordinator, content)
    shown = text(desk_client.get(address(case, f"briefs/{brief.pk}/")))
    assert "Select the sex." in shown
    assert f"Diagnoses: <bdi>{EMAIL}</bdi>, an e-mail address" in shown
    assert "These words may be a name of the patient:" in shown
    assert "Send it to the patient to approve" not in shown
    refused = desk_client.post(address(case, f"briefs/{brief.pk}/send/"), {"revision": brief.revision})
    assert refused.status_code == 422
    assert Brief.objects.get().is_draft


def test_a_tick_beside_the_names_sends_it(case: Case, coordinator: User, desk_client: Client) -> None:
    brief = drafted(case, coordinator, whole(condition=Pair("Fatima’s tumour", "Опухоль")))
    send = address(case, f"briefs/{brief.pk}/send/")
    assert desk_client.post(send, {"revision": brief.revision, "name": "Fatima"}).status_code == 422
    values = {"revision": brief.revision, "name": "Fatima", "names_read": "1"}
    assert desk_client.post(send, values).status_code == 302
    assert Brief.objects.get().is_sent


def test_a_draft_that_changed_is_not_sent_unread(case: Case, coordinator: User, desk_client: Client) -> None:
    brief = drafted(case, coordinator)
    old = brief.revision
    brief_services.save(brief=brief, content=whole(ecog="2"), revision=old, by=coordinator)
    response = desk_client.post(address(case, f"briefs/{brief.pk}/send/"), {"revision": old}, follow=True)
    assert "The draft has changed since you opened this page." in text(response)
    assert Brief.objects.get().is_draft


# ── She reads and approves it ────────────────────────────────────────────────────────────────


def test_a_mail_without_a_medical_word_tells_her_once(case: Case, coordinator: User) -> None:
    deliver_all()
    brief = sent(case, coordinator)
    brief_services.send(brief=brief, revision=brief.revision, names_read=[], by=coordinator)
    [mail] = to(EMAIL, deliver_all())
    assert mail.subject == f"Your summary is ready to read, \u2068{case.reference}\u2069"
    # The token of the link may hold any two digits.
    assert not {"Liver", "growths", "54"} & set(re.findall(r"\w+", mail_text(mail)))
    assert kinds(case) == ["brief_sent"]


def test_nothing_is_told_of_a_version_that_was_taken_back(case: Case, coordinator: User) -> None:
    brief_services.take_back(brief=sent(case, coordinator), by=coordinator)
    item = OutboxItem.objects.get(kind="case.brief")
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED
    assert not case.tasks.open().exists()
    assert kinds(case) == ["brief_sent", "brief_taken_back"]


def test_she_is_led_to_it_reads_both_languages_and_approves(case: Case, coordinator: User) -> None:
    brief, her = sent(case, coordinator), patient_of(case)
    first = text(her.get(page(case, "")))
    assert "Read your medical summary and approve it" in first
    task = Task.objects.get(case=case, kind__code="brief")
    shown = text(her.get(task.get_absolute_url(), follow=True))
    assert "Liver metastases (C78.7)" in shown
    assert "Метастазы в печени (C78.7)" in shown
    assert 'lang="ru" dir="ltr"' in shown
    assert "March 2025" in shown
    assert "март 2025" in shown
    assert "<circle" in shown
    assert NAME not in shown.split('<div class="brief card">', 1)[1].split("<section")[0]
    form = {"brief": str(brief.pk), "read": FormPage(shown).values["read"][0], "approve": "1"}
    for _click in range(2):
        assert "Thank you. Your summary is approved." in text(her.post(page(case), form, follow=True))
    brief.refresh_from_db()
    assert (brief.state, brief.approved_by, brief.approved_hash) == ("approved", ForWhom.ME, brief.content.sha256)
    assert kinds(case) == ["brief_sent", "brief_approved"]
    task.refresh_from_db()
    assert task.done_at
    assert AccessEvent.objects.filter(reference=case.reference, kind="case", actor_kind="patient").exists()


@pytest.mark.parametrize("is_sent_again", [True, False])
def test_another_text_than_she_read_is_not_approved(is_sent_again: bool, case: Case, coordinator: User) -> None:
    brief, her = sent(case, coordinator), patient_of(case)
    read = FormPage(text(her.get(page(case)))).values["read"][0]
    brief_services.take_back(brief=brief, by=coordinator)
    brief.refresh_from_db()
    newer = brief_services.save(brief=brief, content=whole(ecog="2"), revision=brief.revision, by=coordinator)
    if is_sent_again:
        brief_services.send(brief=newer, revision=newer.revision, names_read=[], by=coordinator)
    response = her.post(page(case), {"brief": str(brief.pk), "read": read, "approve": "1"})
    assert response.status_code == 409
    sentence = "Your summary has changed" if is_sent_again else "Your summary is being changed."
    assert sentence in text(response)
    assert not Brief.objects.filter(state=BriefState.APPROVED).exists()


@pytest.mark.parametrize("posted_brief", ["", "no key", "00000000-0000-0000-0000-000000000000"])
def test_a_broken_form_approves_nothing(posted_brief: str, case: Case, coordinator: User) -> None:
    sent(case, coordinator)
    response = patient_of(case).post(page(case), {"brief": posted_brief, "approve": "1"})
    assert response.status_code == 409
    assert Brief.objects.get().is_sent


def test_what_is_wrong_reaches_the_desk_and_makes_it_a_draft(case: Case, coordinator: User) -> None:
    brief, her = sent(case, coordinator), patient_of(case)
    values = FormPage(text(her.get(page(case)))).values
    form = {"brief": str(brief.pk), "form_token": values["form_token"][0], "body": WRONG}
    for _click in range(2):
        assert her.post(page(case), form).status_code == 302
    assert [message.body for message in Message.objects.select_related("case")] == [WRONG]
    brief.refresh_from_db()
    assert brief.is_draft
    assert kinds(case) == ["brief_sent", "brief_returned"]
    assert not case.tasks.open().exists()
    assert Case.objects.get(pk=case.pk).waiting_since


def test_nothing_typed_is_lost_when_she_changes_the_language(case: Case, coordinator: User) -> None:
    sent(case, coordinator)
    her = patient_of(case)
    response = her.post(page(case, language="ar"), {"body": WRONG, "from_language": "en"})
    assert response.status_code == 200
    assert FormPage(text(response)).values["body"] == [WRONG]
    empty = her.post(page(case), {"body": ""})
    assert empty.status_code == 422
    assert FormPage(text(empty)).errors == {"body": "Enter what is wrong or missing."}
    assert Brief.objects.get().is_sent


def test_a_new_version_supersedes_the_approved_one_when_it_is_approved(
    case: Case, coordinator: User, desk_client: Client
) -> None:
    old = approved(case, coordinator)
    newer = drafted(case, coordinator, whole(ecog="3"))
    assert (newer.number, briefs.approved(case)) == (2, old)
    brief_services.send(brief=newer, revision=newer.revision, names_read=[], by=coordinator)
    brief_services.approve(brief=newer, read=newer.content.sha256)
    old.refresh_from_db()
    assert (old.state, briefs.approved(case)) == (BriefState.SUPERSEDED, newer)
    with pytest.raises(brief_services.BriefRefused):
        brief_services.take_back(brief=newer, by=coordinator)
    shown = text(desk_client.get(address(case, "brief/")))
    assert shown.count("by the patient, on the case page") == 2


def test_who_writes_for_another_approves_as_such(coordinator: User) -> None:
    case = submit(for_whom=ForWhom.SOMEONE_ELSE)
    patients.state(case=case, name="Zahra", birth_date=date(2015, 3, 27), stated_by=StatedBy.PARENT, language="en")
    assert approved(case, coordinator).approved_by == ForWhom.SOMEONE_ELSE


def test_who_writes_for_another_approves_and_chooses_nothing_before_the_patient_agrees(coordinator: User) -> None:
    case = submit(for_whom=ForWhom.SOMEONE_ELSE)
    brief, writer = sent(case, coordinator), patient_of(case)
    clinic = Clinic.objects.order_by("slug")[0]
    clinic_consents.propose(case=case, clinic=clinic, by=coordinator)
    shown = text(writer.get(page(case)))
    assert "the patient has not agreed yet that we work with this case" in shown
    assert page(case, "tasks/patient/") in shown
    assert not {"approve", "allow"} & FormPage(shown).values.keys()
    assert "The patient agrees in person" in text(writer.get(page(case, "tasks/patient/"), follow=True))
    # Pages that were opened while the case was the writer's own.
    form = {"brief": str(brief.pk), "read": brief.content.sha256, "approve": "1"}
    assert writer.post(page(case), form).status_code == 409
    choose = page(case, f"brief/clinics/{clinic.slug}/")
    click = {"text": FormPage(shown).values["text"][0], "allow": "1"}
    assert "Nothing is noted: the patient has not agreed yet." in text(writer.post(choose, click, follow=True))
    assert not Consent.objects.filter(purpose="clinic").exists()
    assert Brief.objects.get().is_sent
    # The desk took the question back: there is no task to go to.
    tasks.withdraw(task=case.tasks.get(kind__code=tasks.PATIENT), by=coordinator)
    assert page(case, "tasks/patient/") not in text(writer.get(page(case)))

    patients.state(case=case, name="Zahra", birth_date=date(2015, 3, 27), stated_by=StatedBy.PARENT, language="en")
    assert "has not agreed yet" not in text(writer.get(page(case)))
    writer.post(choose, click)
    writer.post(page(case), form)
    assert list(briefs.agreed(case)) == [clinic.pk]
    assert Brief.objects.get().is_approved


def test_a_stranger_reads_and_approves_nothing(case: Case, coordinator: User) -> None:
    brief, stranger = sent(case, coordinator), patient_of(submit(email="other@example.org"))
    form = {"brief": str(brief.pk), "read": brief.content.sha256, "approve": "1"}
    assert stranger.get(page(case)).status_code == 404
    assert stranger.post(page(case), form).status_code == 404
    own = Case.objects.exclude(pk=case.pk).get()
    assert stranger.post(page(own), form).status_code == 409
    assert Brief.objects.get().is_sent


def test_after_a_death_nothing_is_approved(case: Case, coordinator: User) -> None:
    brief, her = sent(case, coordinator), patient_of(case)
    ended: dict[str, Any] = {"status": Status.CLOSED, "outcome": Outcome.DIED, "closed_at": timezone.now()}
    Case.objects.filter(pk=case.pk).update(waiting_since=None, answer_by=None, **ended)
    assert "Liver metastases (C78.7)" not in text(her.get(page(case)))
    form = {"brief": str(brief.pk), "read": brief.content.sha256, "approve": "1"}
    assert her.post(page(case), form).status_code == 409


# ── The move, and the clinics ────────────────────────────────────────────────────────────────


def test_a_case_goes_to_clinics_with_an_approved_brief_or_a_lead_and_a_reason(coordinator: User) -> None:
    case = case_in("documents_complete", condition=Condition.objects.get(slug="liver-metastases"))
    go: dict[str, Any] = {
        "case": case,
        "to": Status.WITH_CLINICS,
        "turn": NextTurn.CLINICS,
        "next_at": timezone.now() + timedelta(days=2),
    }
    with pytest.raises(desk.NeedsMissing):
        moves.advance(**go, by=coordinator)
    moves.advance(**go, by=make_staff(Role.LEAD), reason="The clinic asked for papers alone")
    other = case_in("documents_complete", condition=case.condition)
    approved(other, coordinator)
    moves.advance(**go | {"case": other}, by=coordinator)
    other.refresh_from_db()
    assert other.status == Status.WITH_CLINICS


def test_the_page_of_the_case_says_where_the_brief_stands(case: Case, coordinator: User, desk_client: Client) -> None:
    assert "None yet. The patient approves it" in text(desk_client.get(address(case, "change/")))
    sent(case, coordinator)
    assert "With the patient to approve" in text(desk_client.get(address(case, "change/")))


@pytest.mark.parametrize(("status", "is_shown"), [("estimate_sent", True), ("accepted", False), ("recovery", False)])
def test_a_brief_that_nobody_wrote_is_offered_until_an_estimate_is_accepted(
    case: Case, desk_client: Client, status: str, *, is_shown: bool
) -> None:
    Case.objects.filter(pk=case.pk).update(status=status)
    assert ("Begin a brief" in text(desk_client.get(address(case, "change/")))) is is_shown


def test_she_agrees_to_each_clinic_by_name_and_takes_it_back(
    case: Case, coordinator: User, desk_client: Client
) -> None:
    first, second = Clinic.objects.order_by("slug")[:2]
    approved(case, coordinator)
    for _click in range(2):
        desk_client.post(address(case, "brief/clinics/"), {"clinic": first.pk})
    desk_client.post(address(case, "brief/clinics/"), {"clinic": second.pk})
    her = patient_of(case)
    shown = text(her.get(page(case)))
    assert "The papers go as they are, with the names that stand on them." in shown
    words = FormPage(shown).values["text"][0]
    choose = page(case, f"brief/clinics/{first.slug}/")
    for _click in range(2):
        assert her.post(choose, {"text": words, "allow": "1"}, follow=True).status_code == 200
    [consent] = Consent.objects.filter(purpose="clinic").select_related("text")
    assert consent.text is not None
    assert (consent.clinic, consent.text_hash, consent.text.sha256, consent.language) == (first, words, words, "en")
    assert consent.text.version == "1"
    for _click in range(2):
        assert her.post(choose, {"withdraw": "1"}).status_code == 302
    consent.refresh_from_db()
    assert consent.withdrawn_at
    assert briefs.agreed(case) == {}
    assert kinds(case)[2:] == ["clinic_proposed", "clinic_proposed", "clinic_allowed", "clinic_refused"]
    assert "Taken back on" in text(her.get(page(case, "privacy/")))


def test_nobody_agrees_to_a_clinic_that_is_not_proposed_or_to_other_words(case: Case, coordinator: User) -> None:
    first, second = Clinic.objects.order_by("slug")[:2]
    her = patient_of(case)
    clinic_consents.propose(case=case, clinic=first, by=coordinator)
    words = FormPage(text(her.get(page(case)))).values["text"][0]
    assert "not proposed to you any more" in text(
        her.post(page(case, f"brief/clinics/{second.slug}/"), {"text": words, "allow": "1"}, follow=True)
    )
    assert "words of the consent have changed" in text(
        her.post(page(case, f"brief/clinics/{first.slug}/"), {"text": "0" * 64, "allow": "1"}, follow=True)
    )
    assert her.post(page(case, "brief/clinics/nowhere/"), {"allow": "1"}).status_code == 404
    assert not Consent.objects.filter(purpose="clinic").exists()


def test_a_proposal_taken_back_leaves_her_consent_to_her(case: Case, coordinator: User) -> None:
    clinic, her = Clinic.objects.order_by("slug")[0], patient_of(case)
    clinic_consents.propose(case=case, clinic=clinic, by=coordinator)
    clinic_consents.allow(case=case, clinic=clinic, language="ar")
    clinic_consents.take_back(case=case, clinic=clinic, by=coordinator)
    assert "It may see your case." in text(her.get(page(case)))
    her.post(page(case, f"brief/clinics/{clinic.slug}/"), {"withdraw": "1"})
    assert "It may see your case." not in text(her.get(page(case)))


def test_no_number_of_the_case_is_in_what_is_hashed(case: Case, coordinator: User) -> None:
    sealed = approved(case, coordinator).content.to_json()
    assert not any(known in sealed for known in (case.reference, NAME, PHONE, EMAIL))


# ── Filled from the answers ──────────────────────────────────────────────────────────────────


@pytest.fixture
def grey(tmp_path: Path) -> Case:
    """A case of grey fever, whose questionnaire is published beside a short core."""
    frozen.take(catalogue.WHOLE)
    folder = Path(shutil.copytree(catalogue.CONTENT, tmp_path / "content"))
    shutil.copytree(QUESTIONNAIRES, folder / "questionnaires")
    with bulk_changes(), override("en"):
        loading.load_all(lambda line: None, folder=folder)
    return submit(condition=Condition.objects.get(slug="grey-fever"))


def said(case: Case, code: str, value: Any, *, task: str = "questionnaire", number: int = 1) -> None:
    state = {"state": "answered", "value": value} if value is not None else {"state": "unknown"}
    row = Answer(case=case, task=task, code=code, number=number, language="en", form_token=f"{code}{number}")
    row.value = json.dumps(state)
    row.save(force_insert=True)


def test_chosen_answers_stand_in_both_languages_and_typed_ones_in_hers(grey: Case, coordinator: User) -> None:
    said(grey, "core-general-condition", "ecog-1")
    said(grey, "core-medicines-taken", "yes")
    said(grey, "core-medicines", [{"name": "Canary pills", "since": "2024-03"}])
    content = brief_services.begin(case=grey, by=coordinator).content
    assert content.ecog == "1"
    assert content.part(BriefPart.MEDICINES) == Pair("\u2068Canary pills\u2069 · \u2068March 2024\u2069")
    assert content.part(BriefPart.QUESTION) == Pair(MESSAGE)


def test_no_is_said_in_both_languages_and_what_she_does_not_know_in_none(grey: Case, coordinator: User) -> None:
    said(grey, "core-general-condition", None)
    said(grey, "core-medicines-taken", "yes")
    said(grey, "core-medicines-taken", "no", number=2)
    content = brief_services.begin(case=grey, by=coordinator).content
    assert content.ecog == ""
    assert content.part(BriefPart.MEDICINES) == Pair("No", "Нет")


def test_what_the_passport_says_cannot_stay_either(case: Case) -> None:
    said(case, "number", "AB 765-4321", task="passport")
    said(case, "family-name", "IVANOVA", task="passport")
    content = whole(condition=Pair("Paper ab7654321", "Лечение Ивановой"))
    assert [row.why for row in brief_checks.identifying(content, case)] == ["a passport number"]
    assert brief_checks.names(content, case) == ["Ивановой"]
