"""The journey as the patient reads it: what holds for her, her days with tasks and calls, to print and for calendars."""

import datetime
import io
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from pypdf import PdfReader
from pytest_django import Settings

from clinics.enums import FactKind
from clinics.models import ClinicFact, TravelFact
from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import AccessKind, CallChannel, EventKind, Outcome, PlanKind, Status
from requests.models import AccessEvent, Answer, Case, ContactNumber, Event, PrintedPaper, TaskKind
from requests.selectors import trips as selected
from requests.services import tasks, trips
from requests.services.trips import PlanRow
from tests.cast import patient_of
from tests.factories import make_clinic, make_staff, submit
from tests.requests.delivery import deliver_all
from tests.requests.test_trips import ARRIVES, HOME, row, standing

pytestmark = pytest.mark.django_db
CANARY = "Biopsy of the liver"


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path


@pytest.fixture
def coordinator() -> User:
    return make_staff(Role.COORDINATOR)


@pytest.fixture
def case() -> Case:
    case = submit(country="OM", time_zone="Asia/Muscat")
    deliver_all()
    return case


def plan(case: Case, by: User, *rows: PlanRow) -> None:
    trips.change(case=case, version=selected.of(case).version, arrives_on=ARRIVES, home_on=HOME, rows=rows, by=by)


def at(case: Case, page: str = "journey/", language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/{page}"


def text_of(html: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode().partition("<main")[2].partition("</main>")[0]))


def stated(case: Case, task: str, **values: str) -> None:
    """Let the patient have answered questions of a task."""
    for code, value in values.items():
        content = f'{{"state": "answered", "value": "{value}"}}'
        Answer(
            case=case, task=task, code=code.replace("_", "-"), number=1, value=content, language="en", form_token=code
        ).save()


# ── The page ─────────────────────────────────────────────────────────────────────────────────


def test_before_dates_are_set_it_says_what_comes_first(case: Case) -> None:
    said = text_of(patient_of(case).get(at(case)).content)
    assert "Your dates are not set yet." in said
    assert "Book no flight before the clinic has named a day." in said
    assert "Nothing has a day yet." in said
    assert "Something is new here" not in said


def test_all_that_has_a_day_stands_in_the_order_of_time(case: Case, coordinator: User) -> None:
    plan(
        case,
        coordinator,
        row(1, PlanKind.MEETING, at=datetime.time(14, 30), where="Exit B"),
        row(1, PlanKind.ARRIVAL),
        row(2, words=CANARY, words_ru="Биопсия печени"),
    )
    moment = datetime.datetime(2027, 3, 1, 18, 0, tzinfo=ZoneInfo("Europe/Moscow"))
    tasks.arrange_call(
        case=case, starts_at=min(moment, timezone.now() + datetime.timedelta(days=300)), minutes=30,
        channel=CallChannel.PHONE, details="", by=coordinator, form_token="c" * 12,
    )  # fmt: skip
    kind = TaskKind.objects.filter(for_desk=False, is_offered=True).exclude(explanation="").first()
    assert kind is not None
    due = datetime.datetime(2027, 3, 2, 18, 0, tzinfo=ZoneInfo("Europe/Moscow"))
    tasks.ask(case=case, kind=kind, details="", due_at=due, by=coordinator, form_token="t" * 12)
    said = text_of(patient_of(case).get(at(case)).content)
    order = ["You arrive in Russia New", "Somebody meets you", "We call you", CANARY, str(kind)]
    places = [said.find(words, said.find("Day by day")) for words in order]
    assert places == sorted(places)
    assert -1 not in places
    assert "15:30 (Muscat time), which is 14:30 (Moscow time)" in said
    assert "Биопсия печени" in said


def test_changes_are_marked_until_she_says_that_she_read_them(case: Case, coordinator: User) -> None:
    plan(case, coordinator, row(2, words=CANARY), row(3, PlanKind.DISCHARGE))
    her = patient_of(case)
    first = her.get(at(case)).content.decode()
    assert first.count('<span class="pill">New</span>') == 4
    assert her.get(at(case)).content.decode().count('<span class="pill">New</span>') == 4, "to read is not to press"
    until = re.findall(r'name="until" value="([^"]+)"', first)[0]
    assert her.post(at(case), {"until": until}).status_code == 302
    assert "Something is new here" not in her.get(at(case)).content.decode()
    assert Event.objects.filter(kind=EventKind.TRIP_SEEN).count() == 1
    kept, _gone = standing(case)
    plan(case, coordinator, kept)
    changed = text_of(her.get(at(case)).content)
    assert "Not planned any more" in changed
    assert changed.count("New") == 0
    assert "Your journey New" in text_of(her.get(f"/en/case/{case.reference}/").content)


@pytest.mark.parametrize("until", ["", "yesterday", "2027-01-01T00:00:00", "9" * 400])
def test_a_moment_that_no_page_wrote_marks_nothing(case: Case, coordinator: User, until: str) -> None:
    plan(case, coordinator, row(2))
    assert patient_of(case).post(at(case), {"until": until}).status_code == 302
    assert selected.has_unseen(selected.of(case))


# ── What holds for her ───────────────────────────────────────────────────────────────────────


def test_without_a_passport_the_country_of_the_case_counts_and_it_says_so(case: Case, coordinator: User) -> None:
    said = text_of(patient_of(case).get(at(case)).content)
    assert "For citizens of the country that you wrote from: Oman" in said
    assert "Oman: no visa" in said
    # Twenty days are within thirty, fifty are not.
    plan(case, coordinator)
    assert "Oman: no visa" in text_of(patient_of(case).get(at(case)).content)
    trips.set_dates(case=case, arrives_on=ARRIVES, home_on=ARRIVES + datetime.timedelta(days=49), by=coordinator)
    said = text_of(patient_of(case).get(at(case)).content)
    assert "Oman: no visa" not in said
    assert "You stay 50 days." in said


def test_the_passport_counts_before_the_country(case: Case) -> None:
    stated(case, "passport", citizenship="QA")
    said = text_of(patient_of(case).get(at(case)).content)
    assert "For the citizenship in your passport details: Qatar" in said
    assert "Qatar: no visa" in said
    assert "Oman: no visa" not in said


def test_who_comes_along_has_what_holds_for_that_person(case: Case) -> None:
    stated(case, "companion", comes="yes", name="Salim")
    her = patient_of(case)
    assert "We do not know this person’s citizenship yet." in text_of(her.get(at(case)).content)
    stated(case, "passport", companion_citizenship="AE")
    said = text_of(her.get(at(case)).content).partition("For Salim , who comes with you")[2]
    assert "United Arab Emirates: no visa" in said
    Answer.objects.filter(code="companion-citizenship").delete()
    stated(case, "passport", companion_citizenship="OM")
    assert "The same citizenship as yours, so the same holds." in text_of(her.get(at(case)).content)


def test_every_kind_of_fact_has_its_source_and_an_overdue_one_says_since_when(case: Case) -> None:
    yesterday = timezone.now().date() - datetime.timedelta(days=1)
    TravelFact.objects.filter(slug="cash").update(checked_on="2025-01-01", next_check_on=yesterday)
    page = patient_of(case).get(at(case)).content.decode()
    said = text_of(page.encode())
    assert all(f"{kind} " in said for kind in ("Visa and stay", "Invitation", "Payment", "Arrival"))
    assert page.count("being checked again since") == page.count('class="is-old"') == 1
    for fact in TravelFact.objects.filter(citizenships=""):
        assert fact.source_url.replace("&", "&amp;") in page


# ── To take along ────────────────────────────────────────────────────────────────────────────


def printed_text(client: Client, address: str) -> str:
    """Have a PDF printed and return its text."""
    waiting = client.get(address)
    assert (waiting.status_code, waiting["Refresh"]) == (202, "3")
    assert client.get(address).status_code == 202
    deliver_all()
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"].startswith("attachment")
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def test_the_journey_is_printed_and_printed_anew_when_it_changes(case: Case, coordinator: User) -> None:
    plan(case, coordinator, row(2, PlanKind.ADMISSION, words="Building 4"))
    her = patient_of(case)
    text = printed_text(her, at(case, "journey.pdf"))
    assert "Building 4" in text
    assert "Admission to the clinic" in text
    assert AccessEvent.objects.filter(kind=AccessKind.PRINTED).count() == 1
    plan(case, coordinator, row(2, PlanKind.ADMISSION, words="Building 5"))
    assert "Building 5" in printed_text(her, at(case, "journey.pdf"))
    assert PrintedPaper.objects.count() == 1


def test_the_card_names_clinic_and_dates_and_nothing_of_an_illness(case: Case, coordinator: User) -> None:
    clinic = make_clinic(name_en="Sample Clinic", name_ru="Клиника Пример")
    day = timezone.now().date()
    ClinicFact.objects.create(
        clinic=clinic, kind=FactKind.ADDRESS, value_en="1 Sample Street", value_ru="ул. Примерная, 1", source="s",
        checked_on=day,
    )  # fmt: skip
    ContactNumber.objects.create(channel="phone", number="+7 495 000-00-00")
    Case.objects.update(clinic=clinic, status=Status.TRAVEL)
    plan(case, coordinator, row(2, PlanKind.OPERATION, words=CANARY))
    stated(case, "passport", family_name="Al Said", given_names="Amina")
    text = printed_text(patient_of(case), at(case, "card.pdf"))
    for words in ("AMINA AL SAID", "Клиника Пример", "ул. Примерная, 1", "Sample Clinic", "+7 495 000-00-00"):
        assert text.count(words) == 2, "the card stands twice on its page"
    assert "1 March 2027" in text
    assert "20 марта 2027" in text
    assert not re.search(r"Biopsy|liver|Operation", text)
    assert len(PdfReader(io.BytesIO(patient_of(case).get(at(case, "card.pdf")).content)).pages) == 1


def test_the_card_of_a_case_of_which_little_is_known(case: Case) -> None:
    text = printed_text(patient_of(case), at(case, "card.pdf"))
    assert case.reference in text
    assert "Take me to this address" not in text
    assert "Arrival" not in text


def events_of(client: Client, case: Case, language: str = "en") -> dict[str, Any]:
    response = client.get(at(case, "journey.ics", language))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert CANARY.encode() not in response.content
    assert b"Ward" not in response.content
    calendar = Calendar.from_ical(response.content)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def test_the_calendar_file_is_neutral_and_its_ids_stay(case: Case, coordinator: User) -> None:
    plan(
        case,
        coordinator,
        row(2, PlanKind.OPERATION, at=datetime.time(9, 0), words=CANARY, where="Ward 7"),
        row(20, PlanKind.FLIGHT_HOME),
    )
    her = patient_of(case)
    before = events_of(her, case)
    assert sorted(str(event["summary"]) for event in before.values()) == ["Appointment", "Flight home"]
    [operation] = [event for event in before.values() if event["summary"] == "Appointment"]
    assert operation.decoded("dtstart") == datetime.datetime(2027, 3, 2, 6, 0, tzinfo=datetime.UTC)
    [flight] = [event for event in before.values() if event["summary"] == "Flight home"]
    assert flight.decoded("dtstart") == HOME
    first, _second = standing(case)
    plan(case, coordinator, PlanRow(first.id, datetime.date(2027, 3, 3), first.kind, first.at, first.words))
    after = events_of(her, case)
    assert after.keys() == before.keys()
    states = {str(event["summary"]): (int(event["sequence"]), str(event["status"])) for event in after.values()}
    assert states == {"Appointment": (1, "CONFIRMED"), "Flight home": (1, "CANCELLED")}


def test_a_call_has_the_id_of_its_own_file(case: Case, coordinator: User) -> None:
    starts_at = timezone.now() + datetime.timedelta(days=9)
    task = tasks.arrange_call(
        case=case, starts_at=starts_at, minutes=30, channel=CallChannel.PHONE, details="", by=coordinator,
        form_token="c" * 12,
    )  # fmt: skip
    her = patient_of(case)
    alone = Calendar.from_ical(her.get(f"/en/case/{case.reference}/calls/{task.public_id}.ics").content)
    assert [str(event["uid"]) for event in alone.walk("VEVENT")] == list(events_of(her, case))


# ── Whose it is ──────────────────────────────────────────────────────────────────────────────

PAGES = ("journey/", "journey.pdf", "journey.ics", "card.pdf")


@pytest.mark.parametrize("page", PAGES)
def test_nobody_else_sees_it(case: Case, page: str) -> None:
    other = submit(email="other@example.org", phone="")
    deliver_all()
    for client in (Client(), patient_of(other)):
        assert client.get(at(case, page)).status_code == 404
    assert not PrintedPaper.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_after_a_death_there_is_no_journey(case: Case, page: str) -> None:
    her = patient_of(case)
    Case.objects.update(status=Status.CLOSED, outcome=Outcome.DIED)
    response = her.get(at(case, page))
    assert (response.status_code, response["Location"]) == (302, f"/en/case/{case.reference}/")
    assert "See your journey" not in her.get(f"/en/case/{case.reference}/").content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_of_what_was_no_request_there_is_none(case: Case, page: str) -> None:
    her = patient_of(case)
    Case.objects.update(status=Status.SPAM)
    response = her.get(at(case, page))
    assert response.status_code == 200
    assert "We could not read this as a request." in response.content.decode()
