"""Decisions about estimates: accepted with a mailed code, declined with a reason, noted at the desk, asked for anew."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import EventKind, Need, Status
from requests.models import AcceptanceCode, Case, EndReason, Estimate, EstimateDecision, Event, Message
from requests.selectors.estimates import Standing, verdict
from requests.services import acceptance_codes, effects, moves, tasks
from requests.services.decision_texts import agreement
from requests.services.estimates import FinalTerms, issue, line_by_hand
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_condition, make_staff, submit
from tests.factories.requests import EMAIL
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db


def issued(case: Case, by: User, price: int = 9000, *, days: int = 30, reason: str = "", **line: Any) -> Estimate:
    """Issue an estimate of one line."""
    terms = FinalTerms(team_today() + timedelta(days=days), "The clinic pays us.", reason=reason)
    row = line_by_hand(name="Surgery", name_ru="Операция", amount_from=Decimal(price), currency="USD", **line)
    Case.objects.filter(pk=case.pk, status=Status.NEW).update(status=Status.TRIAGE)
    estimate = issue(case=case, lines=[row], terms=terms, by=by)
    case.refresh_from_db()
    return estimate


@pytest.fixture
def case(coordinator: User) -> Case:
    case = submit(condition=make_condition())
    Case.objects.filter(pk=case.pk).update(owner=coordinator)
    return case


@pytest.fixture
def estimate(case: Case, coordinator: User) -> Estimate:
    return issued(case, coordinator)


def address(estimate: Estimate, page: str = "accept") -> str:
    return f"/en/case/{estimate.case.reference}/estimates/{estimate.version}/{page}/"


def mailed_code(client: Client, estimate: Estimate) -> str:
    """Ask for a code and read it in the mail."""
    mail.outbox.clear()
    client.post(address(estimate), {"send": "1"})
    item = OutboxItem.objects.filter(kind=effects.ESTIMATE_CODE).latest("created_at")
    assert outbox.deliver(item.pk)
    [message] = mail.outbox
    assert message.to == [EMAIL]
    digits = re.findall(r"\b\d{6}\b", str(message.body))
    assert len(digits) == 1
    assert digits[0] not in message.subject
    return str(digits[0])


def enter(client: Client, estimate: Estimate, code: str) -> Any:
    seen = agreement(estimate, "en").sha256
    return client.post(address(estimate), {"seen": seen, "code": code})


def expire(estimate: Estimate, days: int = 1) -> None:
    Estimate.objects.filter(pk=estimate.pk).update(valid_until=team_today() - timedelta(days=days))


# ── Accept ───────────────────────────────────────────────────────────────────────────────────


def test_she_reads_what_she_accepts_and_a_mailed_code_accepts_it(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    page = client.get(address(estimate)).content.decode()
    for words in ("Surgery", "9,000", "What could raise it", "What your yes does not mean", EMAIL):
        assert words in page
    response = enter(client, estimate, mailed_code(client, estimate))
    assert response.url == f"/en/case/{case.reference}/estimates/1/"
    case.refresh_from_db()
    assert case.status == Status.ACCEPTED
    decision = EstimateDecision.objects.get()
    assert (decision.kind, decision.language, decision.email, decision.is_intact) == ("accepted", "en", EMAIL, True)
    assert decision.text == agreement(estimate, "en").text
    moved = Event.objects.get(kind=EventKind.MOVED, to_status=Status.ACCEPTED)
    assert (moved.actor_kind, moved.from_status) == ("patient", Status.ESTIMATE_SENT)
    assert Event.objects.filter(kind=EventKind.ESTIMATE_ACCEPTED, object_id=decision.pk).count() == 1
    told = OutboxItem.objects.get(kind=effects.ESTIMATE_DECIDED)
    assert told.recipient_id == case.owner_id
    task = case.tasks.open().get(kind__code="plan-journey")
    assert task.due_at is not None
    assert "You accepted this on" in client.get(f"/en/case/{case.reference}/estimates/1/").content.decode()
    assert "We plan your journey with you" in client.get(f"/en/case/{case.reference}/").content.decode()


def test_the_database_and_the_outbox_hold_no_code(case: Case, estimate: Estimate) -> None:
    digits = mailed_code(patient_of(case), estimate)
    rows = [*AcceptanceCode.objects.values(), *OutboxItem.objects.values(), *Event.objects.values()]
    assert not [value for row in rows for value in row.values() if isinstance(value, str) and digits in value]
    decision_columns = {field.column for field in AcceptanceCode._meta.fields}
    assert decision_columns == {"id", "case_id", "created_at", "estimate_id", "attempts"}


def test_who_only_holds_the_page_guesses_five_times(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    digits = mailed_code(client, estimate)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    for _attempt in range(5):
        assert enter(client, estimate, wrong).status_code == 422
    response = enter(client, estimate, digits)
    assert (response.status_code, EstimateDecision.objects.count()) == (422, 0)
    assert "does not work any more" in response.content.decode()
    assert AcceptanceCode.objects.get().attempts == 5


def test_a_code_is_accepted_in_arabic_digits_and_with_spaces(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    digits = mailed_code(client, estimate)
    typed = digits[:3].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) + " " + digits[3:]
    assert enter(client, estimate, typed).status_code == 302
    assert EstimateDecision.objects.count() == 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12 34 5x"])
def test_what_is_no_code_is_told_and_costs_no_attempt(case: Case, estimate: Estimate, code: str) -> None:
    client = patient_of(case)
    mailed_code(client, estimate)
    response = enter(client, estimate, code)
    assert response.status_code == 422
    assert "Enter the 6 digits that we sent you by e-mail." in response.content.decode()
    assert AcceptanceCode.objects.get().attempts == 0


def test_a_code_dies_after_a_quarter_of_an_hour(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    digits = mailed_code(client, estimate)
    AcceptanceCode.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert enter(client, estimate, digits).status_code == 422
    assert not EstimateDecision.objects.exists()


def test_one_code_a_minute_and_ten_a_day(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    for _click in range(2):
        client.post(address(estimate), {"send": "1"})
    assert AcceptanceCode.objects.count() == 1
    for minutes in range(2, 11):
        AcceptanceCode.objects.create(
            case=case, estimate=estimate, created_at=timezone.now() - timedelta(minutes=minutes)
        )
    AcceptanceCode.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    page = client.post(address(estimate), {"send": "1"}, follow=True).content.decode()
    assert "We have sent several codes today." in page
    assert AcceptanceCode.objects.count() == 10


def test_the_newest_code_counts(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    first = mailed_code(client, estimate)
    AcceptanceCode.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    second = mailed_code(client, estimate)
    assert first != second
    assert enter(client, estimate, first).status_code == 422
    assert enter(client, estimate, second).status_code == 302


def test_a_double_click_and_a_second_device_find_it_accepted(case: Case, estimate: Estimate) -> None:
    client, other = patient_of(case), patient_of(case)
    digits = mailed_code(client, estimate)
    enter(client, estimate, digits)
    for device in (client, other):
        response = enter(device, estimate, digits)
        assert (response.status_code, "You accepted this on" in response.content.decode()) == (200, True)
    assert EstimateDecision.objects.count() == 1
    assert Event.objects.filter(kind=EventKind.MOVED, to_status=Status.ACCEPTED).count() == 1


def test_a_version_that_was_replaced_meanwhile_leads_to_the_new_one(
    case: Case, estimate: Estimate, coordinator: User
) -> None:
    client = patient_of(case)
    digits = mailed_code(client, estimate)
    issued(case, coordinator, 9500)
    response = enter(client, estimate, digits)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Version 2 replaces this estimate" in page
    assert f"/en/case/{case.reference}/estimates/2/" in page
    assert not EstimateDecision.objects.exists()


def test_an_expired_one_is_not_accepted_and_is_asked_for_anew_once(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    digits = mailed_code(client, estimate)
    expire(estimate)
    response = enter(client, estimate, digits)
    assert response.status_code == 409
    page = response.content.decode()
    assert "It cannot be accepted any more" in page
    assert "Your estimate has expired." in client.get(f"/en/case/{case.reference}/").content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    Case.objects.filter(pk=case.pk).update(waiting_since=None, answer_by=None)
    for _click in range(2):
        assert client.post(address(estimate, "renew"), {"form_token": token[1]}).status_code == 302
    task = case.tasks.open().get(kind__code="renew-estimate")
    case.refresh_from_db()
    assert (task.due_at is not None, case.waiting_since is not None) == (True, True)
    assert Message.objects.filter(case=case).count() == 1
    assert "Your estimate has expired." not in client.get(f"/en/case/{case.reference}/").content.decode()
    page = client.get(f"/en/case/{case.reference}/estimates/1/").content.decode()
    assert "You asked for a new one." in page
    assert "Ask for a new one" not in page


def test_a_new_version_is_what_was_asked_for(case: Case, estimate: Estimate, coordinator: User) -> None:
    expire(estimate)
    patient_of(case).post(address(estimate, "renew"))
    assert case.tasks.open().filter(kind__code="renew-estimate").count() == 1
    issued(case, coordinator)
    assert not case.tasks.open().filter(kind__code="renew-estimate").exists()


def test_what_stands_is_not_renewed(case: Case, estimate: Estimate) -> None:
    response = patient_of(case).post(address(estimate, "renew"))
    assert response.status_code == 409
    assert not Message.objects.exists()
    assert "This estimate still holds." in response.content.decode()


def test_a_preliminary_one_says_that_it_is_no_offer() -> None:
    case = submit()
    preliminary = Estimate.objects.create(
        case=case, kind="preliminary", version=0, language="en", valid_until=date(2030, 1, 1)
    )
    page = patient_of(case).get(address(preliminary)).content.decode()
    assert "A preliminary estimate is no offer" in page
    assert 'name="code"' not in page


def test_words_that_changed_since_are_read_again(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    digits = mailed_code(client, estimate)
    response = client.post(address(estimate), {"seen": "0" * 64, "code": digits})
    assert response.status_code == 422
    assert "The words on this page have changed." in response.content.decode()
    assert enter(client, estimate, digits).status_code == 302


def test_the_language_changes_with_the_digits_typed(case: Case, estimate: Estimate) -> None:
    response = patient_of(case).post(
        address(estimate).replace("/en/", "/ru/"), {"seen": "x", "code": "12", "from_language": "en"}
    )
    page = response.content.decode()
    assert (response.status_code, 'value="12"' in page) == (200, True)
    assert agreement(estimate, "ru").sha256 in page
    assert agreement(estimate, "ru").text != agreement(estimate, "en").text


def test_a_supplement_is_accepted_and_moves_nothing(case: Case, estimate: Estimate, coordinator: User) -> None:
    Case.objects.filter(pk=case.pk).update(status=Status.IN_TREATMENT)
    supplement = issued(case, coordinator, 700, reason="A longer stay.")
    client = patient_of(case)
    assert "this is added to the estimate" in client.get(address(supplement)).content.decode()
    assert enter(client, supplement, mailed_code(client, supplement)).status_code == 302
    case.refresh_from_db()
    assert (case.status, supplement.decisions.get().kind) == (Status.IN_TREATMENT, "accepted")
    assert case.tasks.open().filter(kind__code=tasks.FOLLOW_UP).exists()


def test_what_she_asked_before_still_waits(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    client.post(f"/en/case/{case.reference}/messages/", {"body": "When can I come?"})
    case.refresh_from_db()
    since = case.waiting_since
    enter(client, estimate, mailed_code(client, estimate))
    case.refresh_from_db()
    assert since is not None
    assert (case.status, case.waiting_since) == (Status.ACCEPTED, since)


def test_an_estimate_of_a_merged_case_is_accepted_under_its_own_reference(
    case: Case, estimate: Estimate, coordinator: User
) -> None:
    living = submit(condition=case.condition)
    Case.objects.filter(pk=living.pk).update(status=Status.ESTIMATE_SENT, owner=coordinator)
    Case.objects.filter(pk=case.pk).update(status=Status.DUPLICATE, merged_into=living)
    client = patient_of(living)
    assert enter(client, estimate, mailed_code(client, estimate)).status_code == 302
    living.refresh_from_db()
    assert living.status == Status.ACCEPTED
    decision = EstimateDecision.objects.select_related("case").get()
    assert (decision.case_id, decision.is_intact) == (case.pk, True)


def test_nobody_else_opens_the_pages(case: Case, estimate: Estimate) -> None:
    stranger = Client()
    for page in ("accept", "decline", "renew"):
        assert stranger.post(address(estimate, page), {"send": "1", "code": "123456"}).status_code == 404
    assert not AcceptanceCode.objects.exists()
    assert not EstimateDecision.objects.exists()


# ── At the desk ──────────────────────────────────────────────────────────────────────────────


def without_email(case: Case) -> None:
    case.email = ""
    case.save(update_fields=["email", "email_hash"])


def note(case: Case, estimate: Estimate, by: User, **changes: Any) -> Any:
    data = {"stated_by": "patient", "way": "phone", "said_on": team_today().isoformat(), "known": "99"} | changes
    return staff_client(by).post(f"/admin/requests/case/{case.pk}/estimates/{estimate.pk}/accepted/", data)


def test_without_an_address_a_coordinator_notes_the_yes(case: Case, estimate: Estimate, coordinator: User) -> None:
    without_email(case)
    page = patient_of(case).get(address(estimate)).content.decode()
    assert "We have no e-mail address of yours" in page
    patient_of(case).post(address(estimate), {"send": "1"})
    assert not AcceptanceCode.objects.exists()
    assert note(case, estimate, coordinator).status_code == 302
    case.refresh_from_db()
    decision = EstimateDecision.objects.get()
    assert (case.status, decision.way, decision.stated_by, decision.recorded_by) == (
        Status.ACCEPTED,
        "phone",
        "patient",
        coordinator,
    )
    assert (decision.said_on, decision.email, decision.is_intact) == (team_today(), "", True)
    assert not OutboxItem.objects.filter(kind=effects.ESTIMATE_DECIDED).exists()
    page = staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert "Accepted by the patient" in page


def test_the_button_of_the_desk_needs_the_record_of_a_yes(case: Case, estimate: Estimate, coordinator: User) -> None:
    move = f"/admin/requests/case/{case.pk}/move/accepted/"
    where = f"/admin/requests/case/{case.pk}/estimates/{estimate.pk}/accepted/"
    client = staff_client(coordinator)
    typed = posted_from(client.get(move).content.decode()) | {"reason": "She said so"}
    assert where in client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    refused = client.post(move, typed)
    page = refused.content.decode()
    assert (refused.status_code, where in page) == (422, True)
    assert "It is on record that the patient accepts the estimate. A lead may go on without it." in page
    case.refresh_from_db()
    assert case.status == Status.ESTIMATE_SENT
    assert note(case, estimate, coordinator).status_code == 302
    # Marked as sent anew, the same estimate is accepted still; a newer one is not.
    Case.objects.filter(pk=case.pk).update(status=Status.ESTIMATE_SENT)
    case.refresh_from_db()
    assert moves.missing(case, Status.ACCEPTED) == []
    issued(case, coordinator)
    assert moves.missing(case, Status.ACCEPTED) == [Need.ACCEPTANCE]


def test_a_lead_goes_on_without_the_record_of_a_yes(case: Case, estimate: Estimate) -> None:
    client = staff_client(make_staff(Role.LEAD))
    move = f"/admin/requests/case/{case.pk}/move/accepted/"
    typed = posted_from(client.get(move).content.decode()) | {"reason": "Her signed paper is on its way"}
    assert client.post(move, typed).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.notes.get().deed) == (Status.ACCEPTED, f"needs_overridden:{Need.ACCEPTANCE}")


def test_a_case_whose_yes_nobody_recorded_comes_back_from_the_journey(case: Case, coordinator: User) -> None:
    issued(case, coordinator)
    Case.objects.filter(pk=case.pk).update(status=Status.TRAVEL)
    case.refresh_from_db()
    assert moves.missing(case, Status.ACCEPTED) == []


def test_a_day_after_the_end_of_the_estimate_is_refused(case: Case, estimate: Estimate, coordinator: User) -> None:
    Estimate.objects.filter(pk=estimate.pk).update(issued_at=timezone.now() - timedelta(days=9))
    expire(estimate, days=2)
    for days, sentence in ((1, "On that day the estimate had expired."), (30, "Enter a day between")):
        response = note(case, estimate, coordinator, said_on=(team_today() - timedelta(days=days)).isoformat())
        assert response.status_code == 422
        assert sentence in response.content.decode()
    assert note(case, estimate, coordinator, said_on=(team_today() - timedelta(days=3)).isoformat()).status_code == 302


def test_the_desk_is_told_why_a_yes_is_not_noted(case: Case, estimate: Estimate, coordinator: User) -> None:
    issued(case, coordinator)
    response = note(case, estimate, coordinator)
    assert response.status_code == 422
    assert "A newer estimate replaces this one" in response.content.decode()


def test_a_colleague_with_an_older_page_is_told_that_the_patient_accepted(
    case: Case, estimate: Estimate, coordinator: User
) -> None:
    known = re.search(
        r'name="known" value="(\d+)"',
        staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/").content.decode(),
    )
    assert known
    client = patient_of(case)
    enter(client, estimate, mailed_code(client, estimate))
    response = staff_client(coordinator).post(
        f"/admin/requests/case/{case.pk}/move/{Status.OFFERS_IN}/", {"known": known[1], "turn": "as_it_is"}
    )
    assert response.status_code == 409
    assert "The patient accepted the estimate" in response.content.decode()


# ── Decline ──────────────────────────────────────────────────────────────────────────────────


def refuse(client: Client, estimate: Estimate, **changes: str) -> Any:
    data = {"reason": "too_expensive", "words": "I can pay 7,000.", "follows": "another"} | changes
    return client.post(address(estimate, "decline"), data)


def test_a_no_that_looks_for_another_offer_is_our_turn(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    assert refuse(client, estimate).status_code == 302
    case.refresh_from_db()
    decision = EstimateDecision.objects.get()
    assert (case.status, decision.reason, decision.words) == (Status.OFFERS_IN, "too_expensive", "I can pay 7,000.")
    assert case.tasks.open().get(kind__code="another-offer").due_at is not None
    assert "You declined this on" in client.get(f"/en/case/{case.reference}/estimates/1/").content.decode()
    assert OutboxItem.objects.filter(kind=effects.ESTIMATE_DECIDED).count() == 1
    assert enter(client, estimate, "123456").status_code == 200
    assert EstimateDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("reason", "ends"),
    [
        ("too_expensive", "too-expensive"),
        ("another_clinic", "another-clinic"),
        ("at_home", "stays-home"),
        ("not_now", "cannot-come"),
        ("other", "patient-other"),
    ],
)
def test_a_no_that_stops_ends_the_case_with_its_reason(case: Case, estimate: Estimate, reason: str, ends: str) -> None:
    client = patient_of(case)
    assert refuse(client, estimate, reason=reason, follows="stop", words="").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.end_reason) == (Status.DECLINED_BY_PATIENT, EndReason.objects.get(code=ends))
    assert case.closed_at is not None
    # The way back stays: a message, and the desk opens the case again.
    page = client.get(f"/en/case/{case.reference}/").content.decode()
    assert "Write to us here if you change your mind." in page


def test_a_no_without_a_reason_keeps_the_words(case: Case, estimate: Estimate) -> None:
    response = refuse(patient_of(case), estimate, reason="", follows="")
    page = response.content.decode()
    assert response.status_code == 422
    for sentence in ("Select why you decline it.", "Select what should happen now.", "I can pay 7,000."):
        assert sentence in page
    assert not EstimateDecision.objects.exists()


def test_a_no_sent_twice_counts_once(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    page = client.get(address(estimate, "decline")).content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    for _click in range(2):
        assert refuse(client, estimate, form_token=token[1]).status_code == 302
    assert EstimateDecision.objects.count() == 1


def test_a_no_from_a_second_device_gives_the_words_back(case: Case, estimate: Estimate) -> None:
    refuse(patient_of(case), estimate)
    response = refuse(patient_of(case), estimate, words="Something else.")
    assert response.status_code == 409
    assert "Something else." in response.content.decode()


def test_an_expired_one_can_be_declined(case: Case, estimate: Estimate) -> None:
    expire(estimate)
    assert refuse(patient_of(case), estimate).status_code == 302


def test_a_declined_one_that_is_sent_again_is_decided_anew(case: Case, estimate: Estimate) -> None:
    client = patient_of(case)
    refuse(client, estimate)
    Case.objects.filter(pk=case.pk).update(status=Status.ESTIMATE_SENT)
    case.refresh_from_db()
    assert verdict(estimate, case).standing == Standing.OPEN
    assert enter(client, estimate, mailed_code(client, estimate)).status_code == 302


def test_a_declined_supplement_stays_declined(case: Case, estimate: Estimate, coordinator: User) -> None:
    Case.objects.filter(pk=case.pk).update(status=Status.IN_TREATMENT)
    supplement = issued(case, coordinator, 700, reason="A longer stay.")
    client = patient_of(case)
    assert 'name="follows"' not in client.get(address(supplement, "decline")).content.decode()
    assert client.post(address(supplement, "decline"), {"reason": "other"}).status_code == 302
    case.refresh_from_db()
    assert (case.status, verdict(supplement, case).standing) == (Status.IN_TREATMENT, Standing.DECLINED)
    assert case.tasks.open().filter(kind__code=tasks.PROMISE).exists()


def test_the_code_is_made_of_the_row_and_the_key_of_the_server(case: Case, estimate: Estimate) -> None:
    code = AcceptanceCode.objects.create(case=case, estimate=estimate)
    digits = acceptance_codes.in_digits(code)
    assert (len(digits), digits.isdecimal()) == (6, True)
    assert digits == acceptance_codes.in_digits(AcceptanceCode.objects.get(pk=code.pk))


# ── Ask about a line ─────────────────────────────────────────────────────────────────────────


def test_a_question_names_its_line_to_both(case: Case, estimate: Estimate, coordinator: User) -> None:
    client = patient_of(case)
    page = client.get(f"/en/case/{case.reference}/estimates/1/").content.decode()
    links = re.findall(r'<a class="ask not-printed" href="([^"]+)#write"', page)
    assert links == [
        f"/en/case/{case.reference}/messages/?ask={estimate.pk}.0",
        f"/en/case/{case.reference}/messages/?ask={estimate.pk}",
    ]
    form = client.get(links[0]).content.decode()
    assert "About version 1 of the estimate: <bdi>Surgery</bdi>" in form
    client.post(
        f"/en/case/{case.reference}/messages/", {"body": "Is the anaesthetist included?", "ask": f"{estimate.pk}.0"}
    )
    message = Message.objects.get()
    assert (message.estimate, message.estimate_line) == (estimate, 0)
    assert (
        "About version 1 of the estimate: <bdi>Surgery</bdi>"
        in client.get(f"/en/case/{case.reference}/messages/").content.decode()
    )
    desk = staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert "Asks about version 1 of the estimate: <bdi>Surgery</bdi>" in desk


@pytest.mark.parametrize("ask", ["x", "00000000-0000-0000-0000-000000000000.0", "{pk}.99", "{other}.0", "{pk}.x"])
def test_what_names_no_line_of_hers_is_a_plain_message(
    case: Case, estimate: Estimate, coordinator: User, ask: str
) -> None:
    other = issued(submit(condition=make_condition("other"), email="b@example.org"), coordinator)
    ask = ask.format(pk=estimate.pk, other=other.pk)
    patient_of(case).post(f"/en/case/{case.reference}/messages/", {"body": "A question.", "ask": ask})
    message = Message.objects.get()
    assert message.estimate_line is None
    assert message.estimate in (None, estimate)


# ── Record ───────────────────────────────────────────────────────────────────────────────────


def printed(client: Client, path: str) -> str:
    """Return the words of a PDF once a worker has printed it."""
    response = client.get(path)
    if response.status_code != 200 or response["Content-Type"] != "application/pdf":
        for item in OutboxItem.objects.filter(kind=effects.CASE_PDF, state="queued"):
            assert outbox.deliver(item.pk)
        response = client.get(path)
    assert response["Content-Type"] == "application/pdf"
    data = b"".join(response) if response.streaming else response.content
    pages = pypdf.PdfReader(BytesIO(data)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_both_sides_get_the_record_as_pdf(
    case: Case, estimate: Estimate, coordinator: User, settings: LazySettings, tmp_path: Path
) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path
    client = patient_of(case)
    record = f"/en/case/{case.reference}/acceptance/1.pdf"
    assert client.get(record).status_code == 404
    enter(client, estimate, mailed_code(client, estimate))
    decision = EstimateDecision.objects.get()
    desk = f"/admin/requests/case/{case.pk}/estimates/{estimate.pk}/accepted.pdf"
    for text in (printed(client, record), printed(staff_client(coordinator), desk)):
        for words in ("Record of an acceptance", EMAIL, decision.text_sha256, "What your yes means", "Surgery"):
            assert words in text
    assert Client().get(record).status_code == 404


def test_the_record_of_a_spoken_yes_says_who_heard_it(
    case: Case, estimate: Estimate, coordinator: User, settings: LazySettings, tmp_path: Path
) -> None:
    settings.PRIVATE_FILES_DIR = tmp_path
    note(case, estimate, coordinator, way="video", stated_by="guardian")
    text = printed(patient_of(case), f"/en/case/{case.reference}/acceptance/1.pdf")
    assert "noted by Olga" in text.translate({0x2068: None, 0x2069: None})
    assert "the legal guardian" in text
    assert "in a video call" in text
