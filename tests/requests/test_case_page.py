"""The page of a case: the one thing to do, whose turn it is, the road with its days, what she told us."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils.translation import override

from conditions.models import Condition
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.enums import NEEDED_PURPOSES, AccessKind, Fact, Status, Turn
from requests.models import Case, ContactNumber, CoordinatorProfile, Event, Message, StepTime, Trip
from requests.monitoring import urgent_cases
from requests.selectors.progress import next_action, road, turn
from requests.services import audit, desk, links
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_clinic, make_package, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME
from tests.requests.states import ANSWERED, case_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


def text_of(case: Case, rest: str = "", client: Client | None = None) -> str:
    response = (client or patient_of(case)).get(f"/en/case/{case.reference}/{rest}")
    assert response.status_code == 200
    return response.content.decode()


def moved(case: Case, to: Status, by: User, day: str) -> None:
    """Let a case have been moved on a day: what happened is never changed, so it is written as it was."""
    Event.objects.create(
        reference=case.reference, kind="moved", actor_kind="staff", actor_id=by.pk, from_status=case.status, to_status=to,
        at=datetime.fromisoformat(f"{day}T12:00+00:00"),
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(status=to)
    case.refresh_from_db()


# ── The road ─────────────────────────────────────────────────────────────────────────────────


def test_each_passed_step_says_when_and_each_coming_one_how_long(coordinator: User) -> None:
    case = submit()
    Case.objects.filter(pk=case.pk).update(created_at=datetime(2026, 11, 1, 22, tzinfo=UTC))  # the 2nd in Dubai
    case.refresh_from_db()
    moved(case, Status.TRIAGE, coordinator, "2026-11-02")
    moved(case, Status.WAITING_DOCUMENTS, coordinator, "2026-11-03")
    moved(case, Status.DOCUMENTS_COMPLETE, coordinator, "2026-11-06")
    moved(case, Status.WITH_CLINICS, coordinator, "2026-11-09")
    for step, first, last in (("asked", 1, 2), ("clinics", 7, 14), ("estimate", 2, 5), ("travel", 21, 21)):
        StepTime.objects.create(step=step, days_from=first, days_to=last)
    told = [(step.state, step.since and f"{step.since:%d.%m.}", step.usual) for step in road(case)]
    assert told == [
        ("done", "02.11.", ""),
        ("done", "03.11.", ""),
        ("current", "09.11.", "usually 1 to 2 weeks"),
        ("ahead", None, "usually 2 to 5 days"),
        ("ahead", None, "usually 3 weeks"),
        ("ahead", None, ""),
        ("ahead", None, ""),
    ]
    text = text_of(case)
    assert "2 November 2026" in text
    assert "since <bdi>9 November 2026</bdi>" in text
    assert text.count('aria-current="step"') == 1


def test_a_step_that_was_not_needed_says_so(coordinator: User) -> None:
    case = submit()
    moved(case, Status.TRIAGE, coordinator, "2026-11-02")
    moved(case, Status.ESTIMATE_SENT, coordinator, "2026-11-04")
    assert [step.state for step in road(case)] == ["done", "skipped", "skipped", "current", *["ahead"] * 3]
    assert text_of(case).count("not needed") == 2


def test_a_way_back_counts_from_the_last_arrival(coordinator: User) -> None:
    case = submit()
    days = [(Status.TRIAGE, 2), (Status.WAITING_DOCUMENTS, 3), (Status.DOCUMENTS_COMPLETE, 4)]
    days += [(Status.WITH_CLINICS, 5), (Status.OFFERS_IN, 6), (Status.ESTIMATE_SENT, 7), (Status.OFFERS_IN, 9)]
    for state, day in days:
        moved(case, state, coordinator, f"2026-11-{day:02}")
    current = next(step for step in road(case) if step.state == "current")
    assert f"{current.since:%d.%m.}" == "09.11."


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (1, 1, {"en": "usually 1 day", "ru": "обычно 1 день", "ar": "عادةً يوم واحد"}),
        (2, 5, {"en": "usually 2 to 5 days", "ru": "обычно от 2 до 5 дней", "ar": "عادةً من 2 إلى 5 أيام"}),
        (7, 14, {"en": "usually 1 to 2 weeks", "ru": "обычно от 1 до 2 недель", "ar": "عادةً من أسبوع إلى أسبوعين"}),
    ],
)
def test_a_usual_time_is_said_in_the_readers_language(first: int, last: int, said: dict[str, str]) -> None:
    case = submit()
    StepTime.objects.create(step="home", days_from=first, days_to=last)
    for language, sentence in said.items():
        with override(language):
            assert road(case)[-1].usual == sentence


def test_a_usual_time_of_no_days_or_less_to_than_from_is_refused() -> None:
    for wrong in ((0, 3), (5, 2)):
        row = StepTime(step="home", days_from=wrong[0], days_to=wrong[1])
        with pytest.raises(Exception, match="at least 1 day"):
            row.full_clean()


# ── What to do now, and whose turn it is ─────────────────────────────────────────────────────


def test_every_state_has_its_one_sentence_and_a_turn_in_every_language() -> None:
    for status in Status:
        if status == Status.SPAM:
            continue
        case = case_in(status, **ANSWERED)
        said = set()
        for language in ("en", "ru", "ar"):
            with override(language):
                said.add(next_action(case, [], 0).sentence)
                assert turn(case, []).label
        assert len(said) == 3, status


@pytest.mark.parametrize(
    ("status", "is_planned", "sentence", "leads_to"),
    [
        (Status.TRAVEL, False, "You need to do nothing now. We plan your journey with you and write to you.", ""),
        (Status.TRAVEL, True, "Your days in Russia are planned. Read them before you travel.", "journey/"),
        (Status.ARRIVED, False, "You are in Russia. Write to us here if you need anything.", "messages/#write"),
        (Status.ARRIVED, True, "You are in Russia. Your journey says what happens on which day.", "journey/"),
        (Status.IN_TREATMENT, True, "You are in treatment. Write to us here if you need anything.", "messages/#write"),
        (Status.RECOVERY, True, "Your treatment is over. Write to us here if you need anything.", "messages/#write"),
    ],
)
def test_from_the_acceptance_to_the_way_home_the_page_says_what_there_is_to_do(
    status: Status, is_planned: bool, sentence: str, leads_to: str
) -> None:
    case = case_in(status, **ANSWERED)
    if is_planned:
        Trip.objects.create(case=case, arrives_on=date(2027, 3, 1))
    action = next_action(case, [], 0)
    assert action.sentence == sentence
    assert action.url == (f"/en/case/{case.reference}/{leads_to}" if leads_to else "")


@pytest.mark.parametrize("status", [Status.CLOSED, Status.DECLINED_BY_PATIENT, Status.NO_ANSWER])
def test_who_writes_after_the_end_is_told_that_we_answer(status: Status) -> None:
    case = case_in(status, **ANSWERED)
    write_to_desk(case=case, body="One more question.", form_token="t" * 20)
    case.refresh_from_db()
    sentence = "You need to do nothing now. A coordinator reads what you wrote and answers you."
    assert (next_action(case, [], 0).sentence, turn(case, [])) == (sentence, Turn.US)


def acts_next(text: str) -> str:
    return text.partition("<dt>Who acts next</dt><dd>")[2].partition("</dd>")[0]


def test_an_unread_message_comes_before_what_the_state_says(coordinator: User) -> None:
    case = case_in(Status.WITH_CLINICS, **ANSWERED)
    write_to_patient(case=case, body="One question.", by=coordinator, form_token="t" * 20)
    client = patient_of(case)
    text = text_of(case, client=client)
    assert "Read what we wrote to you." in text
    assert acts_next(text) == "your turn"
    assert f'class="button" href="/en/case/{case.reference}/messages/#newest"' in text
    assert "New: 1" in text
    text_of(case, "messages/", client)
    text = text_of(case, client=client)
    assert "Read what we wrote to you." not in text
    assert acts_next(text) == "the clinics’ turn"
    assert "New: 1" not in text


def test_a_preview_that_asks_only_for_the_head_reads_nothing(coordinator: User) -> None:
    case = submit()
    write_to_patient(case=case, body="One question.", by=coordinator, form_token="t" * 20)
    patient_of(case).head(f"/en/case/{case.reference}/messages/")
    assert Message.objects.get().read_at is None


def test_who_has_just_written_waits_for_us(coordinator: User) -> None:
    case = case_in(Status.WAITING_DOCUMENTS, **ANSWERED)
    assert turn(case, []).value == "patient"
    write_to_desk(case=case, body="Here is all I have.", form_token="t" * 20)
    case.refresh_from_db()
    assert turn(case, []).value == "us"
    text = text_of(case)
    assert "A coordinator reads what you wrote and answers you." in text
    assert "We answer by" in text


# ── What she told us ─────────────────────────────────────────────────────────────────────────


def test_her_words_choices_and_contacts_are_shown_back() -> None:
    clinic = make_clinic()
    case = submit(condition=Condition.objects.get(slug="liver-metastases"), clinic=clinic, best_time="after 17:00")
    text = text_of(case)
    for told in (
        MESSAGE,
        NAME,
        EMAIL,
        "+971501234567",
        "after 17:00",
        "United Arab Emirates",
        "Arabic",
        "Liver metastases",
        clinic.name,
    ):
        assert told in text, told


@pytest.mark.parametrize("fact", list(Fact))
def test_each_fact_has_its_way_to_be_corrected(fact: Fact) -> None:
    case = submit()
    client = patient_of(case)
    assert f"/messages/?about={fact}#write" in text_of(case, client=client)
    form = text_of(case, f"messages/?about={fact}", client)
    assert "Write how it should be." in form
    client.post(f"/en/case/{case.reference}/messages/", {"body": "It is another one.", "about": fact.value})
    message = Message.objects.get()
    assert (message.about, message.body) == (fact.value, "It is another one.")
    assert f"Correct: {message.about_name}" in text_of(case, "messages/", client)


def test_an_unknown_fact_is_a_plain_message() -> None:
    case = submit()
    assert "Write how it should be." not in text_of(case, "messages/?about=weather")


# ── Who read it, what was agreed to, the ways in ─────────────────────────────────────────────


def test_a_read_of_the_desk_is_one_line_for_colleague_and_day(coordinator: User) -> None:
    case, other = submit(), make_staff(Role.COORDINATOR, name="Ivan")
    for _ in range(3):
        audit.record_access(case, AccessKind.CASE, by=coordinator)
    audit.record_access(case, AccessKind.ESTIMATE, by=coordinator)
    audit.record_access(case, AccessKind.CASE, by=other)
    text = text_of(case, "privacy/")
    body = text.partition('<ul class="reads">')[2].partition("</ul>")[0]
    assert (body.count("<li>"), body.count("Olga"), body.count("Ivan")) == (2, 1, 1)
    assert "<bdi>case page</bdi>, <bdi>estimate</bdi>" in body


def test_consents_stand_with_their_words() -> None:
    case = submit()
    text = text_of(case, "privacy/")
    for consent in case.consents.all():
        assert consent.text is not None
        assert consent.text.title in text
    assert case.consents.count() == len(NEEDED_PURPOSES)


def test_she_ends_every_way_in_and_gets_a_new_link_by_mail() -> None:
    case = submit()
    here, elsewhere = patient_of(case), patient_of(case)
    response = here.post(f"/en/case/{case.reference}/privacy/", follow=True)
    assert "All ways into your case are ended." in response.content.decode()
    for client in (here, elsewhere):
        assert client.get(f"/en/case/{case.reference}/").status_code == 404
    assert not case.links.filter(revoked_at=None).exists()
    assert OutboxItem.objects.filter(kind="case.link", reference=case.reference).count() == 1


def test_who_has_no_address_cannot_lock_herself_out() -> None:
    case = submit()
    client = patient_of(case)
    Case.objects.filter(pk=case.pk).update(email_hash="")
    assert "End every way into my case" not in text_of(case, "privacy/", client)
    client.post(f"/en/case/{case.reference}/privacy/")
    assert client.get(f"/en/case/{case.reference}/").status_code == 200


def test_the_desk_begins_anew_with_who_lost_phone_and_mailbox(coordinator: User) -> None:
    case = submit()
    lost, desk_client = patient_of(case), staff_client(coordinator)
    address = f"/admin/requests/case/{case.pk}/links/end/"
    typed = {"asked": ["name"], "way": "She called from a new number."}
    response = desk_client.post(address, typed)
    assert response.status_code == 422
    assert "Tick at least two questions" in response.content.decode()
    assert lost.get(f"/en/case/{case.reference}/").status_code == 200
    typed["asked"].append("first")
    text = desk_client.post(address, typed).content.decode()
    assert lost.get(f"/en/case/{case.reference}/").status_code == 404
    link = case.links.get(revoked_at=None)
    assert links.address(link) in text
    assert "She called from a new number." in case.notes.get().body
    assert not OutboxItem.objects.filter(kind="case.link").exists()


# ── Messages ─────────────────────────────────────────────────────────────────────────────────


def test_a_message_kept_for_later_is_there_in_any_browser_and_not_sent() -> None:
    case = submit()
    client = patient_of(case)
    address = f"/en/case/{case.reference}/messages/"
    assert client.post(address, {"body": "Half a question", "keep": "1"}).status_code == 302
    assert not Message.objects.exists()
    for browser in (client, patient_of(case)):
        text = text_of(case, "messages/", browser)
        assert "Half a question" in text
        assert "It is not sent yet." in text
    assert "Go on writing" in text_of(case, client=client)
    client.post(address, {"body": "Half a question, and the rest"})
    assert "It is not sent yet." not in text_of(case, "messages/", client)
    client.post(address, {"body": "again", "keep": "1"})
    client.post(address, {"body": " ", "keep": "1"})
    assert "Go on writing" not in text_of(case, client=client)


@pytest.mark.parametrize(("status", "may"), [(Status.TRAVEL, False), (Status.ARRIVED, True), (Status.RECOVERY, True)])
def test_urgent_can_be_said_between_arrival_and_recovery(status: Status, may: bool) -> None:
    case = case_in(status, **ANSWERED)
    client = patient_of(case)
    assert ("This is urgent" in text_of(case, "messages/", client)) == may
    client.post(f"/en/case/{case.reference}/messages/", {"body": "Fever.", "is_urgent": "on"})
    assert Message.objects.get().is_urgent == may


def test_an_urgent_message_alerts_until_it_is_answered(coordinator: User) -> None:
    case = case_in(Status.IN_TREATMENT, **ANSWERED)
    write_to_desk(case=case, body="Good morning.", form_token="a" * 20)
    assert set(urgent_cases() or ()) == set()
    write_to_desk(case=case, body="Fever since noon.", form_token="b" * 20, is_urgent=True)
    assert set(urgent_cases() or ()) == {case.reference}
    write_to_patient(case=case, body="We come at once.", by=coordinator, form_token="c" * 20)
    assert set(urgent_cases() or ()) == set()


@pytest.mark.parametrize(
    ("page", "words", "language"),
    [
        ("ru", "Мне нужен совет.", "ru"),
        ("ru", "I need advice.", ""),
        ("ar", "أحتاج إلى نصيحة.", "ar"),
        ("en", "Où?", "en"),
    ],
)
def test_a_message_has_the_language_of_its_letters(page: str, words: str, language: str) -> None:
    case = submit()
    patient_of(case).post(f"/{page}/case/{case.reference}/messages/", {"body": words})
    assert Message.objects.get().language == language


def test_a_page_of_the_release_before_sends_its_message_where_it_is_taken() -> None:
    case = submit()
    client = patient_of(case)
    response = client.post(f"/en/case/{case.reference}/", {"body": "From an old page"})
    assert (response.status_code, response["Location"]) == (307, f"/en/case/{case.reference}/messages/")


# ── People ───────────────────────────────────────────────────────────────────────────────────


def test_people_says_who_works_on_it_and_by_which_numbers(coordinator: User) -> None:
    case = submit()
    client = patient_of(case)
    assert "Nobody has taken your case yet." in text_of(case, "people/", client)
    desk.assign(case=case, to=coordinator, by=coordinator)
    assert "Olga" in text_of(case, "people/", client)
    CoordinatorProfile.objects.create(user=coordinator, name_en="Olga P.", languages=["ar", "en"], hours_en="9 to 18")
    ContactNumber.objects.create(channel="whatsapp", number="+7 495 000 00 00", hours_en="always")
    urgent = ContactNumber.objects.create(channel="phone", number="+7 495 000 00 01", is_urgent=True)
    text = text_of(case, "people/", client)
    for told in ("Olga P.", "Arabic and English", "9 to 18", 'href="tel:+74950000000"', "never in a messenger"):
        assert told in text, told
    assert "00 01" not in text
    Case.objects.filter(pk=case.pk).update(status=Status.ARRIVED)
    assert "+7 495 000 00 01" in text_of(case, "people/", client)
    package = make_package()
    urgent.packages.add(package)
    assert "+7 495 000 00 01" not in text_of(case, "people/", client)
    Case.objects.filter(pk=case.pk).update(package=package)
    assert "+7 495 000 00 01" in text_of(case, "people/", client)
