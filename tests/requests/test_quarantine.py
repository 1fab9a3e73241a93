"""Odd requests: who is held and who is not, what the desk and the patient learn, and when mails leave all the same."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.localisation import formats
from portal.core.models import OutboxItem
from requests.enums import EventKind, Flag, Status
from requests.models import Case, Event
from requests.periodic import release_held_mails
from requests.services import desk, effects
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.factories import answers, make_condition, make_price, make_staff, submit
from tests.requests.conftest import Clock, at
from tests.requests.delivery import deliver_all, to

pytestmark = pytest.mark.django_db

HERS = "hers@example.org"
ROBOTS = [(Flag.HONEYPOT,), (Flag.FORGED,), (Flag.HONEYPOT, Flag.TOO_FAST)]


def states(case: Case, kind: str = effects.RECEIPT) -> list[str]:
    return list(OutboxItem.objects.filter(reference=case.reference, kind=kind).values_list("state", flat=True))


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).values_list("kind", flat=True))


def limited(number: int = 1, **fields: Any) -> list[Case]:
    """Return cases of one address beyond the three whose mails leave."""
    return [submit(email=HERS, **fields) for _ in range(3 + number)][3:]


# ── Four people who must not be held ─────────────────────────────────────────────────────────


def test_hospital_wifi_holds_nobody(settings: Settings, coordinator: User) -> None:
    settings.REQUEST_LIMIT_NETWORK = 3
    cases = [submit(email=f"p{number}@example.org", network="192.0.2.1") for number in range(8)]
    assert [case.submissions.get().flags for case in cases] == [[]] * 3 + [[Flag.NETWORK_RATE]] * 5
    assert {case.holds_mails for case in cases} == {False}
    assert {len(to(case.email, deliver_all())) for case in cases[:1]} == {1}
    assert {state for case in cases for state in states(case)} == {"sent"}


def test_carrier_nat_holds_nobody_who_sends_through_the_form(client: Client, settings: Settings) -> None:
    settings.REQUEST_LIMIT_NETWORK = 2
    settings.TRUSTED_PROXIES = 1
    for number in range(5):
        data = answers(email=f"p{number}@example.org")
        assert client.post("/en/requests/new/", data, HTTP_X_FORWARDED_FOR="100.64.0.1").status_code == 302
    assert [case.holds_mails for case in Case.objects.all()] == [False] * 5
    assert len(deliver_all()) == 10, "a notice and a receipt for each"


def test_autofill_in_under_three_seconds_is_noted_and_holds_nobody(client: Client, coordinator: User) -> None:
    client.post("/en/requests/new/", answers(age=1))
    case = Case.objects.get()
    assert (case.holds_mails, case.submissions.get().flags) == (False, [Flag.TOO_FAST])
    assert len(to(case.email, deliver_all())) == 1
    page = staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert ("What looked odd: sent too fast." in page, "to the patient leaves:" in page) == (True, False)


@pytest.mark.parametrize("number", [3, 5, 8])
def test_somebody_elses_use_of_her_address_does_not_hold_her(number: int) -> None:
    for _ in range(number):
        submit(email=HERS, network="198.51.100.1")
    hers = submit(email=HERS, network="192.0.2.9")
    assert (hers.holds_mails, hers.submissions.get().flags, states(hers)) == (False, [], ["queued"])


def test_a_flood_from_many_networks_stops_automatic_mails_but_not_her_case(
    clock: type[Clock], coordinator: User
) -> None:
    """Her mailbox is flooded: one more automatic mail waits, her case does not."""
    for number in range(12):
        submit(email=HERS, network=f"198.51.100.{number}")
    hers = submit(email=HERS, network="192.0.2.9")
    assert (hers.is_quarantined, hers.holds_mails, states(hers)) == (False, True, ["held"])
    assert (hers.waiting_since, hers.answer_by) == (at("2026-11-23T10:00"), at("2026-11-23T18:00"))
    desk.move(case=hers, to=Status.TRIAGE, by=coordinator)
    write_to_patient(case=hers, body="Dear patient", by=coordinator, form_token="a")
    assert states(hers, effects.MESSAGE_OUT) == ["queued"]
    assert (fresh(hers).holds_mails, states(hers)) == (False, ["queued"])


def test_a_busy_network_writes_to_each_address_once_a_day(settings: Settings) -> None:
    settings.REQUEST_LIMIT_NETWORK = 1
    submit(email="first@example.org", network="192.0.2.1")
    cases = [submit(email=HERS, network="192.0.2.1") for _ in range(2)]
    assert [case.holds_mails for case in cases] == [False, True]
    assert [case.is_quarantined for case in cases] == [False, False]


# ── What is held, and what is not ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("flags", ROBOTS)
def test_of_a_robots_case_the_mails_to_the_patient_wait_and_nothing_else(
    clock: type[Clock], coordinator: User, flags: tuple[Flag, ...]
) -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    case = submit(flags=flags, condition=condition)
    assert (case.is_quarantined, case.mails_held_until) == (True, None)
    assert (case.waiting_since, case.answer_by) == (at("2026-11-23T10:00"), at("2026-11-23T18:00"))
    (notice,) = deliver_all()
    assert notice.to == ["notices@marus.example"]
    assert "its e-mails to the patient wait. Look at it by hand." in str(notice.body)
    assert case.estimates.get().pdf_name
    assert (states(case), states(case, effects.ESTIMATE_MAIL)) == (["held"], ["held"])
    write_to_desk(case=case, body="Hello?", form_token="a")
    assert [one.to for one in deliver_all()] == [["notices@marus.example"]]


def test_the_queue_shows_a_held_case_with_its_mark_and_its_page_says_why(clock: type[Clock], coordinator: User) -> None:
    case, other = submit(flags=(Flag.HONEYPOT,)), limited()[0]
    client = staff_client(coordinator)
    response = client.get("/admin/requests/case/")
    assert {case.reference, other.reference} <= {row.reference for row in response.context["cl"].result_list}
    page = response.content.decode()
    assert ("Quarantined: check the request. " in page, "Its mails wait. " in page) == (True, True)
    head = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    for words in (
        "No mail to the patient leaves:",
        "hidden field filled in",
        "until somebody releases the case",
        "Release, and let",
    ):
        assert words in head
    head = client.get(f"/admin/requests/case/{other.pk}/change/").content.decode()
    for words in ("Automatic mails to the patient wait:", "many unopened cases", "Let its mails leave", "Start triage"):
        assert words in head
    assert "25 Nov 2026, 16:00 MSK" in head


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_patient_reads_the_truth(clock: type[Clock], settings: Settings, language: str) -> None:
    settings.TEAM_EMAIL = "team@care.example"
    client = Client()
    place = client.post(f"/{language}/requests/new/", answers(website="x"))["Location"]
    page = client.get(place).content.decode()
    by_hand = {
        "en": "We look at this request by hand",
        "ru": "Эту заявку сначала посмотрит человек",
        "ar": "يراجع هذا الطلب أحد موظفينا أولًا",
    }[language]
    when = formats.moment(at("2026-11-23T18:00"), language, "Asia/Dubai")
    assert (by_hand in page, when in page, "team@care.example" in page) == (True, True, True)
    plain = client.get(client.post(f"/{language}/requests/new/", answers())["Location"]).content.decode()
    promise = re.search(r"<h3>.*?</h3>", plain)
    assert promise
    assert promise[0] not in page, "no mail is promised that does not leave"
    assert (by_hand in plain, "team@care.example" in plain) == (False, False)


def test_a_release_lets_the_mails_leave_and_leaves_the_clock_alone(clock: type[Clock], coordinator: User) -> None:
    case = submit(flags=(Flag.HONEYPOT,))
    clock.moment = at("2026-11-24T10:00")
    assert desk.release(case=case, by=coordinator) == 1
    assert desk.release(case=case, by=coordinator) == 0
    assert (fresh(case).waiting_since, fresh(case).is_overdue) == (at("2026-11-23T10:00"), True)
    assert kinds(case) == [EventKind.SENT, EventKind.QUARANTINED, EventKind.RELEASED]
    assert states(case) == ["queued"]


def test_a_robots_mark_on_a_second_send_takes_the_term_away(clock: type[Clock]) -> None:
    (case,) = limited(token="")
    Case.objects.filter(pk=case.pk).update(form_token="t" * 24)
    submit(token="t" * 24, email=HERS, message="Again", flags=(Flag.FORGED,))
    assert (fresh(case).is_quarantined, fresh(case).mails_held_until) == (True, None)
    assert kinds(case) == [EventKind.SENT, EventKind.MAILS_HELD, EventKind.SENT_AGAIN, EventKind.QUARANTINED]


def test_two_submissions_of_a_held_case_have_one_receipt() -> None:
    case = submit(token="t" * 24, flags=(Flag.HONEYPOT,))
    submit(token="t" * 24, message="Again")
    assert states(case) == ["held", "held"]
    desk.release(case=case, by=make_staff(Role.LEAD))
    assert states(case) == ["queued"]


# ── After 24 working hours ───────────────────────────────────────────────────────────────────


def test_without_a_verdict_mails_leave_after_24_working_hours(clock: type[Clock]) -> None:
    (case,) = limited()
    assert case.mails_held_until == at("2026-11-25T16:00")
    clock.moment = at("2026-11-25T15:59")
    release_held_mails()
    assert (fresh(case).holds_mails, states(case)) == (True, ["held"])
    clock.moment = at("2026-11-25T16:00")
    release_held_mails()
    assert (fresh(case).holds_mails, states(case)) == (False, ["queued"])
    released = Event.objects.get(reference=case.reference, kind=EventKind.RELEASED)
    assert (released.actor_kind, released.at) == ("system", at("2026-11-25T16:00"))


def test_an_address_gets_one_receipt_a_day_whatever_the_number_of_cases(clock: type[Clock]) -> None:
    cases = []
    for _ in range(7):
        clock.moment += timedelta(seconds=1)
        cases.append(submit(email=HERS))
    others = [submit(email="other@example.org") for _ in range(4)]
    sent = []
    for hours in range(0, 24 * 7, 6):
        clock.moment = at("2026-11-26T17:00") + timedelta(hours=hours)
        release_held_mails()
        sent.append([states(case) == ["queued"] for case in cases[3:]].count(True))
        assert [fresh(case).holds_mails for case in cases[3:]] == [False] * sent[-1] + [True] * (4 - sent[-1])
    # A day apart, the oldest first.
    assert sent[:13] == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4]
    assert states(others[3]) == ["queued"], "another address waits for nobody"


@pytest.mark.parametrize("flags", ROBOTS)
def test_a_robots_case_is_never_released_by_age(clock: type[Clock], flags: tuple[Flag, ...]) -> None:
    case = submit(flags=flags)
    clock.moment = at("2027-11-23T10:00")
    release_held_mails()
    assert (fresh(case).is_quarantined, states(case)) == (True, ["held"])


def test_what_somebody_ended_meanwhile_sends_nothing(clock: type[Clock], coordinator: User) -> None:
    (case,) = limited()
    desk.move(case=case, to=Status.NO_ANSWER, by=coordinator)
    clock.moment = at("2026-11-30T10:00")
    release_held_mails()
    assert states(case) == ["held"]


def test_an_address_with_held_mails_may_ask_for_a_link_once_a_day(clock: type[Clock]) -> None:
    cases = limited(3)
    for case in cases:
        Client().post("/en/case/", {"reference": case.reference, "email": HERS})
    assert [len(states(case, effects.LINK)) for case in cases] == [1, 0, 0]
    assert states(cases[0], effects.LINK) == ["queued"]


def test_a_send_asks_no_more_of_the_database_for_a_flooded_address(django_assert_max_num_queries: Any) -> None:
    limited(3)
    with django_assert_max_num_queries(18):
        submit(email=HERS)
