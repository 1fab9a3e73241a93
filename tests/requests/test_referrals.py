"""Referrals at the desk: sent once to each clinic that the patient agreed to, and what ends, renews and answers them."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from unittest import mock

import pytest
from django.core import mail as sent_mails
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from clinics.models import ClinicContact
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import (
    AccessKind,
    ActorKind,
    BriefState,
    EventKind,
    NextTurn,
    Outcome,
    ReferralDecline,
    ReferralState,
    Status,
)
from requests.models import Brief, Case, Event, Referral, ReferralMessage, Task
from requests.selectors import brief_checks, next_date, referrals
from requests.selectors.asked_lines import Line
from requests.services import audit, briefs, clinic_answers, clinic_consents, desk, referral_reminders
from requests.services import referrals as referral_services
from requests.services.referrals import ReferralRefused
from tests.factories import make_brief, make_condition, make_contact, make_document, make_offer, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, to

pytestmark = pytest.mark.django_db

LINE = Line("Canary resection", "Резекция", "operation", "операция")
WORDS = "Canary: the liver alone, if you can."
ABOUT_HER = (NAME, EMAIL, PHONE, MESSAGE, WORDS, "Canary resection")


def ready(**fields: Any) -> Case:
    """Return a case whose brief is approved and whose lines are asked for."""
    case = submit(condition=make_condition(), **fields)
    Case.objects.filter(pk=case.pk).update(status=Status.DOCUMENTS_COMPLETE)
    case.refresh_from_db()
    make_brief(case)
    referral_services.ask_for(case=case, lines=[LINE], by=make_staff(Role.COORDINATOR))
    return case


@pytest.fixture
def case() -> Case:
    return ready()


def agreed(case: Case, slug: str = "asked-clinic", **columns: Any) -> ClinicContact:
    """Return a contact of a clinic that the patient agreed to."""
    contact = make_contact(slug, language="en", **columns)
    clinic_consents.propose(case=case, clinic=contact.clinic, by=make_staff(Role.COORDINATOR))
    clinic_consents.allow(case=case, clinic=contact.clinic, language="en")
    return contact


def send(case: Case, *contacts: ClinicContact, by: User, **columns: Any) -> list[Referral]:
    sent: dict[str, Any] = {"documents": [], "words": WORDS, **columns}
    return referral_services.send(case=case, contacts=contacts, by=by, **sent)


def fresh(referral: Referral) -> Referral:
    return referrals.with_thread(Referral.objects.filter(pk=referral.pk)).get()


def state(referral: Referral) -> ReferralState:
    return referrals.state(fresh(referral))


def is_live(referral: Referral) -> bool:
    return referrals.is_live(fresh(referral))


def refused(case: Case, *contacts: ClinicContact, by: User, **columns: Any) -> str:
    with pytest.raises(ReferralRefused) as refusal:
        send(case, *contacts, by=by, **columns)
    assert not Referral.objects.exists()
    return str(refusal.value)


def events(case: Case, kinds: Iterable[EventKind]) -> list[str]:
    return list(Event.objects.filter(reference=case.reference, kind__in=kinds).values_list("kind", flat=True))


# ── Sending ──────────────────────────────────────────────────────────────────────────────────


def test_each_clinic_gets_one_mail_with_a_link_and_nothing_of_the_patient(case: Case, coordinator: User) -> None:
    first, second = agreed(case, "first"), agreed(case, "second")
    deliver_all()
    assert len(send(case, first, second, by=coordinator)) == 2
    assert send(case, first, second, by=coordinator) == []
    mails = deliver_all()
    for contact in (first, second):
        [one] = to(contact.email, mails)
        text = mail_text(one)
        assert "/en/referral/" in text
        assert case.reference in text
        assert not any(word in text for word in ABOUT_HER)
    assert events(case, [EventKind.REFERRAL_SENT]) == [EventKind.REFERRAL_SENT] * 2
    assert {state(row) for row in Referral.objects.all()} == {ReferralState.SENT}
    assert all(is_live(row) for row in Referral.objects.all())


@pytest.mark.django_db(transaction=True)
def test_two_who_send_at_once_send_once() -> None:
    anna, boris = make_staff(Role.COORDINATOR), make_staff(Role.COORDINATOR)
    case = ready()
    contact = agreed(case)
    new: list[int] = []

    def run(by: User) -> None:
        try:
            new.append(len(send(Case.objects.get(pk=case.pk), contact, by=by)))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[by]) for by in (anna, boris)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [0, 1]
    assert Referral.objects.count() == 1
    assert OutboxItem.objects.filter(kind="referral.sent").count() == 1


def test_nothing_is_sent_without_what_the_patient_has_to_say_first(coordinator: User) -> None:
    case = submit(condition=make_condition())
    contact = make_contact()
    assert "approved" in refused(case, contact, by=coordinator)
    make_brief(case)
    assert "price" in refused(case, contact, by=coordinator)
    assert "agreed" in refused(case, contact, by=coordinator, asks_freely=True)
    assert "at least one" in refused(case, by=coordinator, asks_freely=True)
    other = submit(condition=make_condition("other"), for_whom="parent", email="other@example.org")
    make_brief(other)
    assert "somebody else wrote" in refused(other, contact, by=coordinator, asks_freely=True)


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"may_receive_briefs": False}, {"refused_at": timezone.now()}]
)
def test_a_contact_who_cannot_be_sent_briefs_gets_none(case: Case, coordinator: User, change: dict[str, Any]) -> None:
    contact = agreed(case)
    ClinicContact.objects.filter(pk=contact.pk).update(**change)
    assert "cannot be sent" in refused(case, contact, by=coordinator)


def test_a_case_that_ended_or_waits_for_a_check_sends_nothing(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    Case.objects.filter(pk=case.pk).update(is_quarantined=True)
    assert "quarantine" in refused(case, contact, by=coordinator)
    Case.objects.filter(pk=case.pk).update(is_quarantined=False, status=Status.SPAM)
    assert "ended" in refused(case, contact, by=coordinator)


def test_only_who_works_cases_sends(case: Case) -> None:
    contact = agreed(case)
    for role in (Role.EDITOR, Role.ADMINISTRATOR, Role.FINANCE):
        with pytest.raises(PermissionDenied):
            send(case, contact, by=make_staff(role))


def test_the_case_goes_on_to_the_clinics_with_a_day_when_it_is_said(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    send(case, contact, by=coordinator, then=next_date.Following(NextTurn.CLINICS, timezone.now() + timedelta(days=5)))
    case.refresh_from_db()
    assert (case.status, case.owner) == (Status.WITH_CLINICS, coordinator)
    assert Task.objects.open().filter(case=case, turn=NextTurn.CLINICS).count() == 1


def test_lines_that_stay_keep_their_row(case: Case, coordinator: User) -> None:
    [before] = referrals.asked_lines(case)
    other = Line("Chemotherapy", "Химиотерапия")
    referral_services.ask_for(case=case, lines=[other, LINE], by=coordinator)
    assert [row.name for row in referrals.asked_lines(case)] == ["Chemotherapy", "Canary resection"]
    assert referrals.asked_lines(case)[1].pk == before.pk
    referral_services.ask_for(case=case, lines=[other], by=coordinator)
    before.refresh_from_db()
    assert before.removed_at is not None


# ── What ends a link, and what renews it ─────────────────────────────────────────────────────


def test_a_consent_that_is_taken_back_ends_the_link_and_tells_the_desk(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    [referral] = send(case, contact, by=coordinator)
    clinic_consents.withdraw(case=case, clinic=contact.clinic)
    assert (is_live(referral), state(referral)) == (False, ReferralState.CONSENT_WITHDRAWN)
    [task] = Task.objects.open().filter(case=case, kind__code="follow-up")
    assert str(contact.clinic) in task.details
    item = OutboxItem.objects.get(kind="referral.sent")
    outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED
    with pytest.raises(ReferralRefused):
        referral_services.renew(referral=referral, by=coordinator)
    with pytest.raises(ReferralRefused):
        referral_services.write(referral=referral, body="Still there?", known=0, form_token="1", by=coordinator)


def test_a_consent_that_is_given_anew_revives_no_link(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    [old] = send(case, contact, by=coordinator)
    clinic_consents.withdraw(case=case, clinic=contact.clinic)
    clinic_consents.allow(case=case, clinic=contact.clinic, language="en")
    assert not is_live(old)
    [new] = send(case, contact, by=coordinator)
    assert (is_live(old), is_live(new)) == (False, True)
    assert state(old) == ReferralState.CONSENT_WITHDRAWN


def test_a_revoked_link_opens_nothing_and_another_can_be_sent(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    [old] = send(case, contact, by=coordinator)
    referral_services.revoke(referral=old, by=coordinator)
    referral_services.revoke(referral=old, by=coordinator)
    assert events(case, [EventKind.REFERRAL_REVOKED]) == [EventKind.REFERRAL_REVOKED]
    assert (is_live(old), state(old)) == (False, ReferralState.REVOKED)
    [new] = send(case, contact, by=coordinator)
    assert is_live(new)


def test_an_expired_link_is_renewed_once_by_a_double_click(case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    Referral.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert (is_live(referral), state(referral)) == (False, ReferralState.EXPIRED)
    referral_services.renew(referral=referral, by=coordinator)
    referral_services.renew(referral=referral, by=coordinator)
    assert (is_live(referral), fresh(referral).renewals) == (True, 1)
    assert OutboxItem.objects.filter(kind="referral.sent").count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.CLOSED, "outcome": Outcome.DIED},
        {"status": Status.CLOSED, "outcome": Outcome.HOME},
        {"status": Status.DECLINED_BY_PATIENT},
        {"status": Status.SPAM},
        {"is_quarantined": True},
        {"wrapped_key": b""},
    ],
)
def test_a_case_that_does_not_go_on_shows_clinics_nothing(
    case: Case, coordinator: User, change: dict[str, Any]
) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    Case.objects.filter(pk=case.pk).update(**change)
    assert not referrals.is_live(Referral.objects.select_related(*referrals.RELATED).get(pk=referral.pk))


def test_a_death_cancels_what_clinics_are_owed(case: Case, coordinator: User) -> None:
    send(case, agreed(case), by=coordinator)
    desk.move(case=case, to=Status.CLOSED, outcome=Outcome.DIED, by=coordinator)
    assert OutboxItem.objects.get(kind="referral.sent").state == OutboxItem.State.CANCELLED


def test_a_contact_who_left_opens_nothing(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    [referral] = send(case, contact, by=coordinator)
    ClinicContact.objects.filter(pk=contact.pk).update(is_active=False)
    assert not is_live(referral)


def test_a_clinic_reads_the_version_that_was_approved_last(case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    assert referrals.brief_of(referral) == referral.brief
    Brief.objects.update(state=BriefState.SUPERSEDED, superseded_at=timezone.now())
    assert referrals.brief_of(referral) is None
    Brief.objects.filter(pk=referral.brief_id).update(number=2)
    newer = make_brief(case)
    assert referrals.brief_of(referral) == newer


def approve_anew(case: Case, by: User) -> Brief:
    """Return another version of the brief, which the patient approves."""
    draft = briefs.begin(case=case, by=by)
    draft = briefs.save(
        brief=draft, content=replace(draft.content, ecog=str(draft.number % 5)), revision=draft.revision, by=by
    )
    names = brief_checks.names(draft.content, case)
    briefs.send(brief=draft, revision=draft.revision, names_read=names, by=by)
    return briefs.approve(brief=draft, read=Brief.objects.get(pk=draft.pk).content.sha256)


def newer_briefs_told() -> list[str]:
    """Return to whom mails about a newer brief go, once the pause is over."""
    before, waiting = len(sent_mails.outbox), OutboxItem.objects.filter(kind="referral.brief", state="queued")
    for pk in list(waiting.values_list("pk", flat=True)):
        OutboxItem.objects.filter(pk=pk).update(not_before=timezone.now())
        outbox.deliver(pk)
    assert not any("Canary" in str(mail.message()) for mail in sent_mails.outbox[before:])
    return [mail.to[0] for mail in sent_mails.outbox[before:]]


def test_clinics_that_read_an_older_brief_get_one_mail_about_newer_ones(case: Case, coordinator: User) -> None:
    contacts = [agreed(case, slug) for slug in ("read", "unread", "declined", "reread")]
    sent = {referral.contact_id: referral for referral in send(case, *contacts, by=coordinator)}
    read, _unread, declined, reread = (sent[contact.pk] for contact in contacts)
    Referral.objects.filter(pk__in=[read.pk, declined.pk, reread.pk]).update(opened_at=timezone.now())
    clinic_answers.decline(referral=fresh(declined), reason=ReferralDecline.NO_PLACE, words="")
    for _time in range(2):
        approve_anew(case, coordinator)
    [item, _other] = OutboxItem.objects.filter(kind="referral.brief").order_by("created_at")
    assert item.not_before > timezone.now() + timedelta(minutes=9)
    # Who has opened the newest by then needs no mail.
    audit.record_clinic_access(case, AccessKind.REFERRAL, reread, object_id=reread.pk)
    assert newer_briefs_told() == ["read@example.org"]


def test_a_clinic_whose_link_ended_hears_of_no_newer_brief(case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    Referral.objects.update(opened_at=timezone.now())
    approve_anew(case, coordinator)
    referral_services.revoke(referral=referral, by=coordinator)
    assert newer_briefs_told() == []


# ── Questions, answers, papers, reminders ────────────────────────────────────────────────────


def test_a_question_makes_one_task_and_the_answer_ends_it(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    [referral] = send(case, contact, by=coordinator)
    clinic_answers.ask(referral=fresh(referral), body="Canary: which chemotherapy?", form_token="1")
    clinic_answers.ask(referral=fresh(referral), body="And when?", form_token="2")
    tasks = Task.objects.open().filter(case=case, kind__code="answer-clinic")
    assert (state(referral), tasks.count()) == (ReferralState.ASKED, 1)
    mails = deliver_all()
    [told, *_rest] = [one for one in mails if "/admin/" in mail_text(one) and "clinic" in str(one.subject)]
    assert "Canary" not in mail_text(told)
    # Whoever answers may read the desk in another language than whoever asked.
    for language in ("ru", "en"):
        with override(language):
            referral_services.write(referral=referral, body="FOLFOX, in May.", known=2, form_token="3", by=coordinator)
    assert (state(referral), tasks.count()) == (ReferralState.SENT, 0)
    assert ReferralMessage.objects.exclude(written_by=None).count() == 1
    [reply] = to(contact.email, deliver_all())
    assert "FOLFOX" not in mail_text(reply)
    assert events(case, [EventKind.CLINIC_ASKED, EventKind.CLINIC_ANSWERED]) == [
        EventKind.CLINIC_ASKED,
        EventKind.CLINIC_ASKED,
        EventKind.CLINIC_ANSWERED,
    ]


def test_papers_are_released_and_taken_back(case: Case, coordinator: User) -> None:
    paper, other = make_document(case), make_document(case, name="other.pdf", data=b"%PDF-1.7 other")
    [referral] = send(case, agreed(case), by=coordinator, documents=[paper])
    assert [row.document for row in referral.released.all()] == [paper]
    referral_services.release(referral=referral, documents=[other], by=coordinator)
    referral_services.release(referral=referral, documents=[other], by=coordinator)
    assert [row.document for row in referral.released.all()] == [other]
    assert events(case, [EventKind.PAPERS_RELEASED]) == [EventKind.PAPERS_RELEASED]
    stranger = make_document(submit(email="stranger@example.org"))
    with pytest.raises(ReferralRefused):
        referral_services.release(referral=referral, documents=[stranger], by=coordinator)


def test_a_clinic_that_says_nothing_is_reminded_once(case: Case, coordinator: User) -> None:
    contact, other = agreed(case), agreed(case, "other")
    silent, answering = send(case, contact, other, by=coordinator)
    make_offer(answering)
    deliver_all()
    assert referral_reminders.remind_due() == 0
    Referral.objects.update(created_at=timezone.now() - timedelta(days=10))
    assert (referral_reminders.remind_due(), referral_reminders.remind_due()) == (1, 0)
    mails = deliver_all()
    [one] = to(silent.contact.email, mails)
    assert "/en/referral/" in mail_text(one)
    assert to(answering.contact.email, mails) == []
    assert referral_reminders.remind(referral=silent, by=coordinator) is False
    Referral.objects.update(reminded_at=timezone.now() - timedelta(days=2))
    assert referral_reminders.remind(referral=silent, by=coordinator) is True


def test_a_refused_mail_marks_the_address_and_tells_the_owner(case: Case, coordinator: User) -> None:
    contact = agreed(case)
    deliver_all()
    send(case, contact, by=coordinator)
    error = SMTPRecipientsRefused({contact.email: (550, b"no such user")})
    with mock.patch("django.core.mail.EmailMultiAlternatives.send", side_effect=error):
        for item in outbox.due(timezone.now()).filter(kind="referral.sent"):
            assert not outbox.deliver(item.pk)
    contact.refresh_from_db()
    assert contact.refused_at is not None
    [task] = Task.objects.open().filter(case=case, kind__code="follow-up")
    assert contact.name in task.details


def test_referrals_of_a_merged_case_stand_in_the_living_one(case: Case, coordinator: User) -> None:
    [referral] = send(case, agreed(case), by=coordinator)
    living = submit(email="second@example.org", condition=make_condition("other"))
    desk.move(case=case, to=Status.DUPLICATE, merged_into=living, by=coordinator)
    assert list(referrals.of_case(living)) == [referral]
    assert is_live(referral)
    referral_services.write(referral=fresh(referral), body="Here now.", known=0, form_token="1", by=coordinator)
    assert Event.objects.filter(reference=living.reference, kind=EventKind.CLINIC_ANSWERED).exists()
    assert Event.objects.filter(actor_kind=ActorKind.STAFF, kind=EventKind.REFERRAL_SENT).count() == 1
