"""Follow-up: agreed to, counted from the day home, asked once, answered, and who is told of a warning sign."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from conditions.models import Condition
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import ConsentWay, EventKind, HomeState, Outcome, Purpose, Status, Turn
from requests.models import (
    Case,
    Event,
    FollowUp,
    FollowUpAnswer,
    FollowUpTally,
    Homecoming,
    Message,
    SupportPackage,
    Task,
)
from requests.monitoring import urgent_cases
from requests.periodic import ask_follow_ups
from requests.selectors import follow_ups as selectors
from requests.selectors.queue import numbers
from requests.services import desk, effects, follow_ups, trips
from requests.services.messages import write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.reading import FormPage
from tests.requests.states import case_in
from tests.requests.test_language_switch import switch

pytestmark = pytest.mark.django_db

SLUG = "liver-metastases"
WORDS = "Canary: the scar itches."


def followed(by: User, *, package: str = "", **fields: Any) -> Case:
    """Return a case that went over to recovery just now, with an illness that has a page."""
    chosen = SupportPackage.objects.get(slug=package) if package else None
    illness = Condition.objects.get(slug=SLUG)
    case = case_in("in_treatment", condition=illness, package=chosen, waiting_since=None, answer_by=None, **fields)
    desk.move(case=case, to=Status.RECOVERY, by=by)
    deliver_all()
    return Case.objects.get(pk=case.pk)


def agreed(by: User, **fields: Any) -> Case:
    case = followed(by, **fields)
    follow_ups.agree(case=case, language=case.language)
    return case


def days_pass(case: Case, days: int) -> None:
    """Let the questions of a case be so many days older, and a day besides: at night the morning is still to come."""
    for row in FollowUp.objects.filter(case=case):
        row.due_at -= timedelta(days=days + 1)
        row.save()


def today() -> date:
    """Return the day that it is where the patients of these tests live."""
    return timezone.now().astimezone(ZoneInfo("Asia/Dubai")).date()


def asked(by: User, **fields: Any) -> tuple[Case, FollowUp]:
    """Return a case in which the questions of day 7 were just asked."""
    case = agreed(by, **fields)
    days_pass(case, 7)
    ask_follow_ups()
    return case, FollowUp.objects.get(case=case, day=7)


def address(case: Case, day: int = 7, language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/follow-up/{day}/"


def said(client: Client, path: str, **changes: Any) -> dict[str, Any]:
    """Return what a browser posts from a page of questions: all is well, but for the changes."""
    page = FormPage(client.get(f"{path}?change=1").content.decode())
    hidden = {name: page.value(name) for name in ("form_token", "edition", "seen")}
    return {"feeling": "same", "signs": ["none"], "appointment": "planned", "words": "", **hidden, **changes}


def due_days(case: Case) -> dict[int, date]:
    return {row.day: row.due_at.astimezone(ZoneInfo("Asia/Dubai")).date() for row in FollowUp.objects.filter(case=case)}


# ── Agreement ────────────────────────────────────────────────────────────────────────────────


def test_she_agrees_on_her_page_and_it_is_planned(coordinator: User) -> None:
    case = followed(coordinator)
    client = patient_of(case)
    assert "May we ask you after 7, 30 and 90 days" in client.get(case.get_absolute_url()).content.decode()
    path = f"/en/case/{case.reference}/follow-up/"
    page = FormPage(client.get(path).content.decode())
    text = selectors_text("en")
    typed = {"state": "unknown", "seen": "0", "consent_follow_up": text, "form_token": page.value("form_token")}
    for _twice in range(2):  # a double click agrees once
        assert client.post(path, typed).status_code == 302
    consent = case.consents.get(purpose=Purpose.FOLLOW_UP)
    assert (consent.language, consent.withdrawn_at, consent.heard_by, consent.text_hash) == ("en", None, None, text)
    assert due_days(case) == {day: today() + timedelta(days=day) for day in (7, 30, 90)}
    assert "You agreed to our questions" in client.get(path).content.decode()


def selectors_text(language: str) -> str:
    from requests import consents

    return consents.current(Purpose.FOLLOW_UP, language).sha256


def test_without_her_yes_the_day_is_noted_and_nothing_planned(coordinator: User) -> None:
    case = followed(coordinator)
    client = patient_of(case)
    typed = {
        "state": "home",
        "home_on_0": today().day,
        "home_on_1": today().month,
        "home_on_2": today().year,
        "seen": "0",
    }
    assert client.post(f"/en/case/{case.reference}/follow-up/", typed).status_code == 302
    assert (Homecoming.objects.get(case=case).home_on, FollowUp.objects.count()) == (today(), 0)


def test_a_tick_beside_other_words_does_not_count(coordinator: User) -> None:
    case = followed(coordinator)
    client = patient_of(case)
    typed = {"state": "unknown", "seen": "0", "consent_follow_up": "0" * 64}
    response = client.post(f"/en/case/{case.reference}/follow-up/", typed)
    assert (response.status_code, case.consents.filter(purpose=Purpose.FOLLOW_UP).exists()) == (422, False)


def test_before_recovery_nobody_is_asked_and_nothing_can_be_said(coordinator: User) -> None:
    case = case_in("in_treatment")
    client = patient_of(case)
    assert "After you are home" not in client.get(case.get_absolute_url()).content.decode()
    assert client.get(f"/en/case/{case.reference}/follow-up/").status_code == 302
    with pytest.raises(follow_ups.NotFollowed):
        follow_ups.agree(case=case, language="en")


def test_a_case_closed_long_ago_is_asked_nothing(coordinator: User) -> None:
    case = case_in("closed", outcome=Outcome.TREATED)
    moved = {"kind": EventKind.MOVED, "from_status": Status.IN_TREATMENT, "to_status": Status.RECOVERY}
    long_ago = timezone.now() - timedelta(days=100)
    Event.objects.create(reference=case.reference, actor_kind="staff", at=long_ago, **moved)
    assert "After you are home" not in patient_of(case).get(case.get_absolute_url()).content.decode()
    with pytest.raises(follow_ups.NotFollowed):
        follow_ups.agree(case=case, language="en")


def test_stopping_with_the_button_takes_the_consent_back(coordinator: User) -> None:
    case, _row = asked(coordinator)
    client = patient_of(case)
    for _twice in range(2):
        assert client.post(f"/en/case/{case.reference}/follow-up/stop/").status_code == 302
    assert case.consents.get(purpose=Purpose.FOLLOW_UP).withdrawn_at is not None
    assert list(FollowUp.objects.filter(case=case).values_list("day", flat=True)) == [7], "asked already"
    assert Event.objects.filter(reference=case.reference, kind=EventKind.FOLLOW_UP_STOPPED).count() == 1
    assert "Taken back on" in client.get(f"/en/case/{case.reference}/privacy/").content.decode()
    # The mail that waited does not leave any more.
    item = OutboxItem.objects.get(kind=effects.FOLLOW_UP)
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == "cancelled"


def test_the_link_of_each_mail_stops_without_opening_the_case(coordinator: User) -> None:
    case, _row = asked(coordinator)
    (one,) = to(case.email, deliver_all())
    link = re.search(r"http://localhost:8000(/en/case/follow-up/\S+/)", str(one.body))
    assert link is not None
    stranger = Client()
    page = stranger.get(link[1]).content.decode()
    assert case.reference not in page
    assert selectors.consent(case) is not None, "reading stops nothing"
    assert "We ask no more questions" in stranger.post(link[1]).content.decode()
    assert selectors.consent(case) is None
    assert stranger.post(link[1], headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stranger.get(link[1].replace("/follow-up/", "/follow-up/0")).status_code == 404


def test_a_coordinator_notes_a_consent_given_by_phone(coordinator: User) -> None:
    case = followed(coordinator)
    client = staff_client(coordinator)
    path = f"/admin/requests/case/{case.pk}/follow-up/"
    assert client.get(path).status_code == 200
    home = today() - timedelta(days=2)
    typed = {"state": "home", "home_on": str(home), "agreed": "on", "way": "phone", "language": "ar", "seen": "0"}
    assert client.post(path, typed).status_code == 302
    consent = case.consents.get(purpose=Purpose.FOLLOW_UP)
    assert (consent.heard_by, consent.way, consent.language) == (coordinator, ConsentWay.PHONE, "ar")
    assert due_days(case) == {day: home + timedelta(days=day) for day in (7, 30, 90)}
    page = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert [word for word in ("After coming home", "by phone", "After 30 days") if word not in page] == []
    assert page.index('id="follow-up"') < page.index('id="documents"'), "what is asked now stands above what led there"
    assert client.post(f"/admin/requests/case/{case.pk}/follow-up/stop/").status_code == 302
    assert FollowUp.objects.filter(case=case).count() == 0


def test_only_the_desk_notes_and_stops_for_her(coordinator: User) -> None:
    case, editor = agreed(coordinator), make_staff(Role.EDITOR)
    with pytest.raises(PermissionDenied):
        follow_ups.note_agreed(case=case, language="en", way=ConsentWay.PHONE, by=editor)
    with pytest.raises(PermissionDenied):
        follow_ups.stop(case=case, by=editor)
    with pytest.raises(PermissionDenied):
        follow_ups.tell_home(case=case, state=HomeState.HOME, home_on=today(), seen=0, by=editor)


def test_the_consent_to_questions_is_not_one_that_a_case_needs(coordinator: User) -> None:
    """Whoever takes it back can still be helped anew, and it does not go along into another case."""
    from requests.services import continuation

    case = agreed(coordinator)
    follow_ups.stop(case=case, by=coordinator)
    Case.objects.filter(pk=case.pk).update(status="closed", outcome=Outcome.TREATED, closed_at=timezone.now())
    new = continuation.open_from(case=Case.objects.get(pk=case.pk), by=coordinator)
    assert set(new.consents.values_list("purpose", flat=True)) == {Purpose.PROCESSING, Purpose.HEALTH}


# ── The day home ─────────────────────────────────────────────────────────────────────────────


def test_the_day_home_moves_what_was_not_asked_yet(coordinator: User) -> None:
    case, _row = asked(coordinator)
    home = today() - timedelta(days=1)
    follow_ups.tell_home(case=case, state=HomeState.HOME, home_on=home, seen=0, by=coordinator)
    assert due_days(case) == {
        7: today() - timedelta(days=1),
        30: home + timedelta(days=30),
        90: home + timedelta(days=90),
    }


def test_the_day_of_the_trip_counts_until_she_tells_hers(coordinator: User) -> None:
    case = agreed(coordinator, package="accompany")
    home = today() + timedelta(days=5)
    trips.set_dates(case=case, arrives_on=None, home_on=home, by=coordinator)
    assert due_days(case) == {day: home + timedelta(days=day) for day in (7, 30, 90)}
    call = case.tasks.get(kind__code="follow-up-call")
    assert call.due_at is not None
    assert call.due_at.date() == home + timedelta(days=7)
    follow_ups.tell_home(case=case, state=HomeState.HOME, home_on=today(), seen=0, by=coordinator)
    assert due_days(case)[30] == today() + timedelta(days=30)


def test_who_stays_in_russia_is_asked_once_they_are_home_and_the_desk_comes_back(coordinator: User) -> None:
    case = agreed(coordinator, package="full-care")
    follow_ups.tell_home(case=case, state=HomeState.STAYS, home_on=None, seen=0, by=coordinator)
    calls = case.tasks.open().filter(kind__code="follow-up-call")
    assert (due_days(case), [call.due_at for call in calls]) == ({}, [None] * 3)
    reminder = case.tasks.open().get(kind__code="ask-home")
    assert (reminder.is_shown, reminder.due_at and reminder.due_at > timezone.now() + timedelta(days=29)) == (
        False,
        True,
    )
    follow_ups.tell_home(case=case, state=HomeState.HOME, home_on=today(), seen=1, by=coordinator)
    assert sorted(due_days(case)) == [7, 30, 90]
    assert [call.due_at is not None for call in calls.all()] == [True] * 3
    reminder.refresh_from_db()
    assert reminder.done_at is not None


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"state": ""}, {"state": "Select whether you are at home."}),
        ({"state": "home"}, {"home_on": "Enter the day on which you came home."}),
        (
            {"state": "home", "home_on_0": "31", "home_on_1": "2", "home_on_2": "2026"},
            {"home_on": "Enter a day that exists, like 27 3 2026."},
        ),
        (
            {"state": "home", "home_on_0": "1", "home_on_1": "may", "home_on_2": "1999"},
            {"home_on": "Enter a day of the last year, today at the latest."},
        ),
        (
            {"state": "stays", "home_on_0": "1", "home_on_1": "may", "home_on_2": "2026"},
            {"home_on": "You entered a day. Select that you are at home, or empty the day."},
        ),
    ],
)
def test_a_day_that_cannot_be_meant_is_said_and_kept(
    coordinator: User, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    case = followed(coordinator)
    response = patient_of(case).post(f"/en/case/{case.reference}/follow-up/", {"seen": "0", **typed})
    page = FormPage(response.content.decode())
    assert (response.status_code, page.errors) == (422, wrong)
    assert {name: page.value(name) for name in typed if name.startswith("home_on")} == {
        name: value for name, value in typed.items() if name.startswith("home_on")
    }
    assert not Homecoming.objects.exists()


def test_two_devices_do_not_overwrite_each_other(coordinator: User) -> None:
    case = followed(coordinator)
    client = patient_of(case)
    follow_ups.tell_home(case=case, state=HomeState.STAYS, home_on=None, seen=0, by=coordinator)
    path = f"/en/case/{case.reference}/follow-up/"
    response = client.post(path, {"state": "unknown", "seen": "0"})
    page = FormPage(response.content.decode())
    assert (response.status_code, "changed on another device" in page.errors["state"]) == (422, True)
    assert Homecoming.objects.get(case=case).state == HomeState.STAYS
    assert client.post(path, {"state": "unknown", "seen": page.value("seen")}).status_code == 302
    assert Homecoming.objects.get(case=case).state == HomeState.UNKNOWN


def test_the_language_switch_keeps_the_day(coordinator: User) -> None:
    case = followed(coordinator)
    page = switch(
        patient_of(case), f"/en/case/{case.reference}/follow-up/", "ar", state="home", home_on_0="3", home_on_1="may"
    )
    assert (page.value("state"), page.value("home_on_0"), page.value("home_on_1")) == ("home", "3", "may")


# ── Asking ───────────────────────────────────────────────────────────────────────────────────


def test_each_day_is_asked_once_with_a_link_and_nothing_medical(coordinator: User) -> None:
    case = agreed(coordinator)
    ask_follow_ups()
    assert deliver_all() == [], "it is not the day yet"
    for passed, days in ((7, {7}), (22, {7, 30}), (59, {7, 30, 90})):
        days_pass(case, passed)
        ask_follow_ups()
        ask_follow_ups()
        (one,) = to(case.email, deliver_all())
        text = mail_text(one)
        assert (SLUG in text, "metast" in text.lower(), "/case/" in text) == (False, False, True)
        assert set(FollowUp.objects.exclude(asked_at=None).values_list("day", flat=True)) == days
    assert Event.objects.filter(reference=case.reference, kind=EventKind.FOLLOW_UP_ASKED).count() == 3


@pytest.mark.parametrize("code", ["en", "ru", "ar"])
def test_the_mail_is_in_her_language(coordinator: User, code: str) -> None:
    case = agreed(coordinator)
    Case.objects.filter(pk=case.pk).update(language=code)
    days_pass(case, 7)
    ask_follow_ups()
    (one,) = to(case.email, deliver_all())
    assert f"/{code}/case/follow-up/" in str(one.body)


def test_a_mail_waits_for_the_morning(coordinator: User, settings: Settings) -> None:
    settings.QUIET_HOURS = [0, 23]
    asked(coordinator)
    item = OutboxItem.objects.get(kind=effects.FOLLOW_UP)
    before = len(mail.outbox)
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert (item.state, item.not_before > timezone.now(), len(mail.outbox)) == ("queued", True, before)


def test_what_beat_missed_for_a_week_is_not_asked(coordinator: User) -> None:
    case = agreed(coordinator)
    days_pass(case, 14)
    ask_follow_ups()
    assert not FollowUp.objects.exclude(asked_at=None).exists()


@pytest.mark.parametrize("to_status", [Status.SPAM, Status.DECLINED_BY_PATIENT, Status.NO_ANSWER, Status.CLOSED])
def test_a_case_that_ended_otherwise_is_not_asked(coordinator: User, to_status: Status) -> None:
    case = agreed(coordinator, package="full-care")
    outcome = Outcome.DIED if to_status == Status.CLOSED else None
    desk.move(case=case, to=to_status, by=coordinator, outcome=outcome)
    days_pass(case, 7)
    ask_follow_ups()
    assert (FollowUp.objects.exists(), case.tasks.open().filter(kind__code="follow-up-call").count()) == (False, 0)


def test_a_merged_case_is_not_asked(coordinator: User) -> None:
    case, other = agreed(coordinator), submit(email="other@example.org")
    desk.move(case=case, to=Status.DUPLICATE, merged_into=other, by=coordinator)
    assert not FollowUp.objects.exists()


def test_death_stops_a_mail_on_its_way_and_the_page(coordinator: User) -> None:
    case, row = asked(coordinator)
    client = patient_of(case)
    desk.move(case=case, to=Status.CLOSED, outcome=Outcome.DIED, by=coordinator)
    assert OutboxItem.objects.get(kind=effects.FOLLOW_UP).state == "cancelled"
    assert client.get(address(case)).status_code == 302
    with pytest.raises(follow_ups.NotFollowed):
        follow_ups.agree(case=case, language="en")
    assert "three short questions" not in client.get(case.get_absolute_url()).content.decode()
    assert not row.answers.exists()


def test_who_has_no_address_is_asked_on_the_page(coordinator: User) -> None:
    case = agreed(coordinator)
    client = patient_of(case)
    Case.objects.filter(pk=case.pk).update(email_hash="")
    days_pass(case, 7)
    ask_follow_ups()
    assert not OutboxItem.objects.filter(kind=effects.FOLLOW_UP).exists()
    assert "Tell us how you are: three short questions." in client.get(case.get_absolute_url()).content.decode()


# ── Calls ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("package", "days"), [("", []), ("choose", []), ("accompany", [7]), ("full-care", [7, 30, 90])]
)
def test_the_calls_are_those_of_the_package(coordinator: User, package: str, days: list[int]) -> None:
    case = followed(coordinator, package=package)
    calls = Task.objects.filter(case=case, kind__code="follow-up-call").order_by("due_at")
    assert [call.due_at.date() if call.due_at else None for call in calls] == [
        today() + timedelta(days=day) for day in days
    ]
    assert {(call.for_desk, call.is_shown) for call in calls} <= {(True, True)}


def test_a_call_stays_after_closing_and_stands_among_what_is_promised(coordinator: User) -> None:
    case = followed(coordinator, package="accompany", owner=coordinator)
    desk.move(case=case, to=Status.CLOSED, outcome=Outcome.OTHER, by=coordinator)
    assert numbers(coordinator, {})["promised"] == 0
    Task.objects.filter(kind__code="follow-up-call").update(due_at=timezone.now())
    assert numbers(coordinator, {})["promised"] == 1
    page = staff_client(coordinator).get("/admin/requests/case/?needs=promised")
    assert [one.reference for one in page.context["cl"].result_list] == [case.reference]


def test_a_call_that_a_colleague_took_back_is_not_made_again(coordinator: User) -> None:
    from requests.services import tasks

    case = followed(coordinator, package="accompany")
    tasks.withdraw(task=Task.objects.get(case=case, kind__code="follow-up-call"), by=coordinator)
    follow_ups.agree(case=case, language="en")
    assert not case.tasks.open().filter(kind__code="follow-up-call").exists()


# ── Answering ────────────────────────────────────────────────────────────────────────────────


def test_all_is_well_and_nobody_waits(coordinator: User) -> None:
    case, row = asked(coordinator)
    deliver_all()
    client = patient_of(case)
    asks = client.get(case.get_absolute_url())
    assert "Tell us how you are" in asks.content.decode()
    assert asks.context["turn"] == Turn.PATIENT
    response = client.post(address(case), said(client, address(case), feeling="better"), follow=True)
    assert "Thank you for telling us" in response.content.decode()
    case.refresh_from_db()
    assert (case.waiting_since, Message.objects.filter(case=case).count(), deliver_all()) == (None, 0, [])
    assert "Tell us how you are" not in client.get(case.get_absolute_url()).content.decode()
    row.refresh_from_db()
    assert row.answered_at is not None
    assert list(FollowUpTally.objects.values_list("day", "feeling", "number")) == [(7, "better", 1)]


def test_answers_are_sealed(coordinator: User) -> None:
    from tests.stored import rows_of

    case, _row = asked(coordinator)
    client = patient_of(case)
    client.post(address(case), said(client, address(case), words=WORDS, signs=["emergency-1"]))
    stored = str(rows_of("requests_followupanswer"))
    assert [word for word in (WORDS, "temperature", "same") if word in stored] == []


def test_a_warning_sign_shows_help_at_once_and_tells_somebody(coordinator: User, settings: Settings) -> None:
    settings.NOTICE_MODE = "digest"
    case, row = asked(coordinator)
    desk.move(case=case, to=Status.CLOSED, outcome=Outcome.OTHER, by=coordinator)
    deliver_all()
    client = patient_of(case)
    signs = selectors.warning_signs(case, "en").signs
    response = client.post(
        address(case), said(client, address(case), signs=[signs[0].place, signs[-1].place]), follow=True
    )
    page = response.content.decode()
    shown = ("Get help now", "Do not wait for our answer", "Call your local emergency number", "112", signs[0].text)
    assert [word for word in shown if word not in page] == []
    case.refresh_from_db()
    assert case.waiting_since is not None
    message = Message.objects.get(case=case)
    assert (message.is_urgent, signs[0].text in message.body, signs[-1].text in message.body) == (True, True, True)
    assert set(urgent_cases()) == {case.reference}
    # Nobody owns it, and the digest would wait: this mail does not.
    (one,) = deliver_all()
    assert (one.to, case.reference in str(one.subject)) == (["notices@marus.example"], True)
    assert [word for word in (case.name, signs[0].text) if word in mail_text(one)] == []
    queue = staff_client(coordinator).get("/admin/requests/case/").content.decode()
    assert (case.reference in queue, "Urgent: the patient needs somebody at once" in queue) == (True, True)
    write_to_patient(case=case, body="We call you now.", by=coordinator, form_token="a", seen=None)
    queue = staff_client(coordinator).get(f"/admin/requests/case/?q={case.reference}").content.decode()
    assert "Urgent: the patient needs somebody at once" not in queue
    assert row.answers.get().edition.startswith(f"{SLUG}/en/")


def test_the_owner_is_told_at_once(coordinator: User) -> None:
    case, _row = asked(coordinator, owner=coordinator)
    deliver_all()
    client = patient_of(case)
    client.post(address(case), said(client, address(case), signs=["other"]))
    assert [one.to for one in deliver_all()] == [[coordinator.email]]


@pytest.mark.parametrize("changes", [{"feeling": "worse"}, {"signs": ["unsure"]}, {"words": WORDS}])
def test_what_needs_an_answer_waits_for_one_without_alarm(coordinator: User, changes: dict[str, Any]) -> None:
    case, _row = asked(coordinator)
    deliver_all()
    client = patient_of(case)
    client.post(address(case), said(client, address(case), **changes))
    case.refresh_from_db()
    assert case.waiting_since is not None
    assert (Message.objects.get(case=case).is_urgent, set(urgent_cases())) == (False, set())
    assert OutboxItem.objects.filter(kind=effects.ALARM).count() == 0


def test_a_double_click_answers_once(coordinator: User) -> None:
    case, row = asked(coordinator)
    client = patient_of(case)
    typed = said(client, address(case), feeling="worse")
    for _twice in range(2):
        assert client.post(address(case), typed).status_code == 302
    assert (row.answers.count(), Message.objects.filter(case=case).count()) == (1, 1)


def test_answering_again_is_another_version(coordinator: User) -> None:
    case, row = asked(coordinator)
    client = patient_of(case)
    client.post(address(case), said(client, address(case), feeling="better"))
    client.post(address(case), said(client, address(case), feeling="worse"))
    answers = [selectors.answered(one) for one in row.answers.select_related("case")]
    assert [(one.number, str(one.feeling)) for one in answers] == [(1, "better"), (2, "worse")]
    counted = dict(FollowUpTally.objects.values_list("feeling", "number"))
    assert counted == {"better": 0, "worse": 1}


def test_another_device_that_answered_meanwhile_is_said(coordinator: User) -> None:
    case, row = asked(coordinator)
    client = patient_of(case)
    old = said(client, address(case), feeling="better", words=WORDS)
    client.post(address(case), said(client, address(case), feeling="worse"))
    response = client.post(address(case), old)
    page = FormPage(response.content.decode())
    assert (response.status_code, "on another device" in page.errors["feeling"]) == (422, True)
    assert (page.value("words"), row.answers.count()) == (WORDS, 1)
    assert client.post(address(case), {**old, "seen": page.value("seen")}).status_code == 302
    assert row.answers.count() == 2


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"feeling": ""}, {"feeling": "Select better, the same or worse."}),
        ({"signs": []}, {"signs": "Tick a warning sign, or one of the last two answers."}),
        (
            {"signs": ["none", "emergency-1"]},
            {"signs": "You ticked “None of these” and something else. Leave one of them."},
        ),
        ({"signs": ["emergency-99"]}, {"signs": "This list has changed. Look at it and tick again."}),
        ({"appointment": "x"}, {"appointment": "Select whether the appointment took place."}),
        (
            {"words": "x" * 5001},
            {"words": "Write at most 5,000 characters. You can send a message besides."},
        ),
    ],
)
def test_bad_input_is_said_and_kept(coordinator: User, changes: dict[str, Any], wrong: dict[str, str]) -> None:
    case, row = asked(coordinator)
    client = patient_of(case)
    response = client.post(address(case), said(client, address(case), **{"words": WORDS, **changes}))
    page = FormPage(response.content.decode())
    assert (response.status_code, page.errors) == (422, wrong)
    assert (page.value("words"), row.answers.exists()) == (changes.get("words", WORDS), False)


def test_the_language_switch_keeps_the_ticks(coordinator: User) -> None:
    case, _row = asked(coordinator)
    page = switch(
        patient_of(case), address(case), "ru", feeling="worse", signs=["emergency-2"], appointment="done", words=WORDS
    )
    found = (page.value("feeling"), page.values["signs"], page.value("appointment"), page.value("words"))
    assert found == ("worse", ["emergency-2"], "done", WORDS)
    assert page.value("edition").startswith(f"{SLUG}/ru/")


def test_the_signs_are_those_of_the_published_page_in_her_language(coordinator: User) -> None:
    case, _row = asked(coordinator)
    client = patient_of(case)
    for language in ("en", "ru", "ar"):
        signs = selectors.warning_signs(case, language)
        assert (signs.language, len(signs.signs) > 5) == (language, True)
        page = client.get(address(case, language=language)).content.decode()
        assert [sign.text for sign in signs.signs if sign.text not in page] == []
        assert "[" not in "".join(sign.text for sign in signs.signs), "no citation"


def test_without_an_illness_that_has_a_page_the_general_answers_stay(coordinator: User) -> None:
    case, row = asked(coordinator)
    Case.objects.filter(pk=case.pk).update(condition=None)
    client = patient_of(case)
    response = client.post(address(case), said(client, address(case), signs=["other"]), follow=True)
    assert "Get help now" in response.content.decode()
    assert row.answers.get().edition == ""


def test_a_stranger_and_a_day_that_was_not_asked(coordinator: User) -> None:
    case, _row = asked(coordinator)
    other = patient_of(submit(email="other@example.org"))
    for client, path in ((Client(), address(case)), (other, address(case)), (patient_of(case), address(case, 30))):
        assert client.get(path).status_code == 404
        assert client.post(path, {"feeling": "worse"}).status_code == 404
    assert not FollowUpAnswer.objects.exists()


def test_a_spam_case_says_that_it_is_none(coordinator: User) -> None:
    case, row = asked(coordinator)
    client = patient_of(case)
    typed = said(client, address(case), words=WORDS)
    Case.objects.filter(pk=case.pk).update(status=Status.SPAM)
    response = client.post(address(case), typed)
    assert "We could not read this as a request" in response.content.decode()
    assert not row.answers.exists()


def test_the_desk_reads_every_version(coordinator: User) -> None:
    case, _row = asked(coordinator)
    client = patient_of(case)
    client.post(address(case), said(client, address(case), feeling="better", words=WORDS))
    client.post(address(case), said(client, address(case), feeling="worse", signs=["emergency-1"]))
    page = staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    sign = selectors.warning_signs(case, "en").signs[0].text
    expected = (WORDS, sign, "warning sign", "Earlier answers", "Patient said how they are")
    assert [word for word in expected if word not in page] == []


def test_who_writes_for_somebody_is_asked_about_them(coordinator: User) -> None:
    case, _row = asked(coordinator, for_whom="someone_else")
    client = patient_of(case)
    assert "How is the patient, compared with the day they left hospital?" in client.get(address(case)).content.decode()
    yesterday = today() - timedelta(days=1)
    follow_ups.tell_home(case=case, state=HomeState.HOME, home_on=yesterday, seen=0, by=coordinator)
    assert "How is the patient, compared with the day they came home?" in client.get(address(case)).content.decode()


def test_a_morning_is_a_morning_where_she_lives(coordinator: User) -> None:
    case = agreed(coordinator)
    Case.objects.filter(pk=case.pk).update(time_zone="Asia/Dubai")
    follow_ups.tell_home(case=case, state=HomeState.HOME, home_on=today(), seen=0, by=coordinator)
    row = FollowUp.objects.get(case=case, day=30)
    assert row.due_at == datetime.fromisoformat(f"{today() + timedelta(days=30)}T09:00+04:00")
