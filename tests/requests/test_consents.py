"""Consents taken back: what follows at once, that nothing leaves any more, and how they are given again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from clinics.models import Clinic
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import (
    ActorKind,
    ConsentWay,
    EventKind,
    ForWhom,
    Purpose,
    StatedBy,
    Status,
)
from requests.models import Case, Consent, Event, Referral
from requests.selectors import consents as selectors
from requests.selectors import referrals
from requests.selectors.consents import ConsentWithdrawn
from requests.services import clinic_consents, consents, desk, documents, family, messages, patients, reviews, tasks
from tests.factories import make_referral, make_staff, submit
from tests.requests.delivery import deliver_all
from tests.requests.test_merging import merge, pair

pytestmark = pytest.mark.django_db

STOPPING = [Purpose.HEALTH, Purpose.PROCESSING]


@pytest.fixture
def referral(coordinator: User) -> Referral:
    """A brief that a clinic reads, in a case with an owner."""
    case = submit()
    Case.objects.filter(pk=case.pk).update(owner=coordinator, status=Status.WITH_CLINICS)
    case.refresh_from_db()
    sent = make_referral(case, by=coordinator)
    clinic_consents.propose(case=case, clinic=sent.clinic, by=coordinator)
    return sent


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def is_live(referral: Referral) -> bool:
    return referrals.is_live(referrals.with_thread(Referral.objects.filter(pk=referral.pk)).get())


def withdraw(case: Case, purpose: Purpose, clinic: Clinic | None = None) -> bool:
    return consents.withdraw(case=case, purpose=purpose, clinic=clinic, by=ActorKind.PATIENT)


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).order_by("at").values_list("kind", flat=True))


@pytest.mark.parametrize("purpose", STOPPING)
def test_work_stops_at_once_and_the_desk_is_told(referral: Referral, coordinator: User, purpose: Purpose) -> None:
    case = referral.case
    link = family.make(case=case, name="Sister", shows_medical=True, form_token="a")
    other = family.make(case=case, name="Aunt", shows_medical=False, form_token="b")
    reviews.ask(case=case, reviewer=make_staff(Role.CASE_REVIEWER), question="Yes?", by=coordinator, form_token="r")
    assert is_live(referral)
    deliver_all()
    assert withdraw(case, purpose)
    now = fresh(case)
    assert now.consent_withdrawn_at is not None
    assert not is_live(referral)
    assert not patients.has_agreed(now)
    link.refresh_from_db()
    other.refresh_from_db()
    assert (link.revoked_at is not None, other.revoked_at is not None) == (True, purpose == Purpose.PROCESSING)
    assert not case.reviews.filter(ended_at=None).exists()
    standing = set(Consent.objects.filter(case=case, withdrawn_at=None).values_list("purpose", flat=True))
    assert standing == ({"processing"} if purpose == Purpose.HEALTH else set())
    assert "The patient took a consent back" in [task.details for task in case.tasks.open()][-1]
    sent_mails.outbox.clear()
    deliver_all()
    assert [message.to for message in sent_mails.outbox] == [[coordinator.email]]
    assert case.reference in sent_mails.outbox[0].subject


@pytest.mark.parametrize("purpose", STOPPING)
def test_a_second_click_does_nothing(referral: Referral, purpose: Purpose) -> None:
    case = referral.case
    assert withdraw(case, purpose)
    before = (kinds(case), OutboxItem.objects.count(), case.tasks.count(), fresh(case).consent_withdrawn_at)
    assert not withdraw(case, purpose)
    assert before == (kinds(case), OutboxItem.objects.count(), case.tasks.count(), fresh(case).consent_withdrawn_at)


def test_the_mails_that_waited_reach_nobody(referral: Referral) -> None:
    case = referral.case
    assert OutboxItem.objects.filter(reference=case.reference, kind="referral.sent").exists() or True
    withdraw(case, Purpose.HEALTH)
    deliver_all()
    assert not OutboxItem.objects.filter(
        reference=case.reference, kind__startswith="referral.", state__in=("queued", "held", "in_flight", "failed")
    ).exists()


def test_nothing_new_about_health_is_taken_and_the_case_can_only_end(referral: Referral, coordinator: User) -> None:
    case = referral.case
    withdraw(case, Purpose.HEALTH)
    with pytest.raises(ConsentWithdrawn):
        documents.begin(case=case, name="a.pdf")
    with pytest.raises(desk.MoveRefused):
        desk.move(case=case, to=Status.OFFERS_IN, by=coordinator)
    with pytest.raises(patients.NotAgreed):
        clinic_consents.allow(case=case, clinic=referral.clinic, language="en")
    with pytest.raises(family.NoLink):
        family.make(case=case, name="Brother", shows_medical=False, form_token="c")
    messages.write_to_desk(case=case, body="Why?", form_token="m")
    desk.move(case=case, to=Status.DECLINED_BY_PATIENT, by=coordinator)
    assert fresh(case).status == Status.DECLINED_BY_PATIENT


def test_one_clinic_loses_its_link_and_the_case_goes_on(referral: Referral, coordinator: User) -> None:
    case = referral.case
    assert withdraw(case, Purpose.CLINIC, referral.clinic)
    assert not withdraw(case, Purpose.CLINIC, referral.clinic)
    assert not is_live(referral)
    assert fresh(case).consent_withdrawn_at is None
    assert patients.has_agreed(fresh(case))
    desk.move(case=case, to=Status.OFFERS_IN, by=coordinator)


def test_given_again_work_goes_on_but_no_link_comes_back(referral: Referral, coordinator: User) -> None:
    case = referral.case
    tasks.follow(case, tasks.PATIENT, by=ActorKind.SYSTEM)
    withdraw(case, Purpose.HEALTH)
    assert not case.tasks.open().filter(kind__code=tasks.PATIENT).exists()
    assert consents.give_again(case=case, language="ar")
    assert not consents.give_again(case=case, language="ar")
    assert fresh(case).consent_withdrawn_at is None
    assert patients.has_agreed(fresh(case))
    assert case.tasks.open().filter(kind__code=tasks.PATIENT).exists()
    assert not is_live(referral)
    new = Consent.objects.get(case=case, purpose="health", withdrawn_at=None)
    assert (new.language, new.submission, new.text is not None) == ("ar", None, True)
    assert not Consent.objects.filter(case=case, purpose="clinic", withdrawn_at=None).exists()
    desk.move(case=case, to=Status.OFFERS_IN, by=coordinator)


def test_who_writes_for_another_gives_again_and_the_patient_is_asked_anew() -> None:
    case = submit(for_whom=ForWhom.SOMEONE_ELSE)
    born = team_today() - timedelta(days=9000)
    patients.state(case=case, name="Zahra", birth_date=born, stated_by=StatedBy.PARENT, language="en")
    withdraw(case, Purpose.HEALTH)
    consents.give_again(case=case, language="en")
    assert not patients.has_agreed(fresh(case))
    assert case.tasks.open().filter(kind__code=tasks.PATIENT).exists()


def test_the_parts_of_a_merged_case_stop_together_and_a_stopped_one_joins_no_other(coordinator: User) -> None:
    case, living = pair()
    merge(case, living, coordinator)
    withdraw(case, Purpose.HEALTH)
    assert [fresh(part).consent_withdrawn_at is not None for part in (case, living)] == [True, True]
    assert not Consent.objects.filter(case__in=[case, living], purpose="health", withdrawn_at=None).exists()
    third = submit(email="third@example.org")
    with pytest.raises(desk.MoveRefused):
        desk.move(case=third, to=Status.DUPLICATE, by=coordinator, merged_into=fresh(living))
    with pytest.raises(desk.MoveRefused):
        desk.move(case=fresh(living), to=Status.DUPLICATE, by=coordinator, merged_into=third)


def test_a_withdrawal_by_phone_says_who_and_how(referral: Referral, coordinator: User) -> None:
    case = referral.case
    said: dict[str, Any] = {"stated_by": StatedBy.PATIENT, "way": ConsentWay.PHONE}
    with pytest.raises(consents.DayRefused):
        consents.note_withdrawal(
            case=case, purpose=Purpose.HEALTH, said_on=team_today() + timedelta(days=1), by=coordinator, **said
        )
    assert consents.note_withdrawal(case=case, purpose=Purpose.HEALTH, said_on=team_today(), by=coordinator, **said)
    [row] = [row for row in selectors.ledger(case) if row.consent.purpose == "health"]
    assert row.withdrawn_how == "the patient, by phone, noted by \u2068Olga\u2069"
    assert Event.objects.get(reference=case.reference, kind=EventKind.HEALTH_WITHDRAWN).actor_id == coordinator.pk
    deliver_all()
    assert not OutboxItem.objects.filter(kind="case.consent").exists()


def test_a_question_to_the_patient_for_her_consent_dies_with_it() -> None:
    case = submit(for_whom=ForWhom.SOMEONE_ELSE)
    patients.ask(case=case, email="zahra@example.org")
    link = case.patient_links.get()
    withdraw(case, Purpose.HEALTH)
    with pytest.raises(patients.NotAsked):
        patients.answer(link=link, name="Zahra", birth_date=timezone.now().date(), language="en")


def test_the_ledger_stands_by_purpose_in_the_order_of_time(referral: Referral) -> None:
    case = referral.case
    withdraw(case, Purpose.CLINIC, referral.clinic)
    clinic_consents.allow(case=case, clinic=referral.clinic, language="ru")
    rows = selectors.ledger(case)
    assert [row.consent.purpose for row in rows] == ["processing", "health", "clinic", "clinic"]
    assert [row.can_be_withdrawn for row in rows] == [True, True, False, True]
    assert [row.how for row in rows][:2] == ["with the request on the site"] * 2
    assert rows[2].withdrawn_how == "on the site"


def test_who_sends_the_form_again_with_both_boxes_agrees_again() -> None:
    case = submit(token="t" * 24)
    withdraw(case, Purpose.PROCESSING)
    assert submit(token="t" * 24, message="Once more.").pk == case.pk
    assert fresh(case).consent_withdrawn_at is None
    assert patients.has_agreed(fresh(case))
