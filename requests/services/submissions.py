"""Submitting a request: one transaction with everything that it sets off."""

import hashlib
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction

from portal.core.encryption.primitives import keyed_hash
from requests.enums import ActorKind, EventKind, Flag, ForWhom
from requests.models import Case, Event, Submission
from requests.services import (
    audit,
    clock,
    consent_texts,
    consents,
    effects,
    estimates,
    holds,
    patients,
    quarantine,
    tasks,
)
from requests.submission_content import Sender, SubmissionContent


def submit(*, content: SubmissionContent, sender: Sender) -> Case:
    """Record a submission and everything that it sets off, and return its case.

    The same form token and contact give the same case: with the same content nothing is added, with
    other content one more submission. A token is no authority: with another e-mail address or phone
    it starts a case of its own, which the desk sees beside the first (decision 0032). Parallel posts
    of one form meet at the unique token.
    """
    return _submit(content, sender, first=None)


def _submit(content: SubmissionContent, sender: Sender, first: Case | None) -> Case:
    try:
        with transaction.atomic():
            return _start(content, sender, first)
    except IntegrityError:
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).filter(form_token=sender.form_token).first()
            if case is None:
                raise
            known = _submit_again(case, content, sender)
    if known is not None:
        return known
    return _submit(content, replace(sender, form_token=_token_of_contact(content, sender)), first=first or case)


def _is_contact_of(case: Case, content: SubmissionContent) -> bool:
    """Whether the case has the e-mail address and the phone of a submission."""
    return Case.objects.filter(pk=case.pk, email_hash=content.email, phone_hash=content.phone).exists()


def _token_of_contact(content: SubmissionContent, sender: Sender) -> str:
    """Return what stands for a form token that already stands for somebody else."""
    contact = (keyed_hash(text) if text else "" for text in (content.email, content.phone))
    return hashlib.sha256("|".join((sender.form_token, *contact)).encode()).hexdigest()


def _start(content: SubmissionContent, sender: Sender, first: Case | None) -> Case:
    case = Case(form_token=sender.form_token)
    _take_over(case, content, sender)
    events = [audit.event(case, EventKind.SENT, by=ActorKind.PATIENT)]
    if first is not None:
        events.append(audit.event(case, EventKind.SAME_FORM, by=ActorKind.PATIENT, object_id=first.pk))
        events.append(audit.event(first, EventKind.SAME_FORM, by=ActorKind.PATIENT, object_id=case.pk))
    flags = _judge(case, sender, events)
    submission = _submission(case, content, sender, flags)
    clock.start(case, submission.created_at)
    # `save()` asks every field for its value twice, so it would seal and hash each text twice.
    Case.objects.bulk_create([case])  # a parallel post of the same form stops here
    _set_choices(case, content)
    _record(case, submission, content, events)
    return case


def _submit_again(case: Case, content: SubmissionContent, sender: Sender) -> Case | None:
    """Add a submission to a locked case, if it says anything new; None when its contact is another one."""
    submission = _submission(case, content, sender, [])
    if case.submissions.filter(content_hash=submission.content_hash).exists():
        return case
    if not _is_contact_of(case, content):
        return None
    _take_over(case, content, sender)
    events = [audit.event(case, EventKind.SENT_AGAIN, by=ActorKind.PATIENT)]
    submission.flags = _judge(case, sender, events)
    holds.resume(case=case, by=ActorKind.PATIENT)
    clock.start(case, submission.created_at)
    case.save()
    case.procedures.clear()
    case.shortlist.clear()
    _set_choices(case, content)
    estimates.supersede_preliminary(case)
    _record(case, submission, content, events)
    # Both boxes were ticked once more.
    if case.consent_withdrawn_at is not None:
        consents.give_again(case=case, language=sender.language)
    return case


def _take_over(case: Case, content: SubmissionContent, sender: Sender) -> None:
    """Give the case the values of the newest submission."""
    case.language = sender.language
    content.give_to(case)
    # For somebody else, the patient's own name has not been asked yet.
    case.patient_name = content.name if content.for_whom == ForWhom.ME else ""
    case.email_refused_at = None


def _judge(case: Case, sender: Sender, events: list[Event]) -> list[Flag]:
    """Return what looks odd about a submission, and hold the mails of its case where that asks for it."""
    flags = [*sender.flags, *quarantine.rate_flags(case, sender)]
    if held := quarantine.hold(case, flags):
        events.append(audit.event(case, held, by=ActorKind.SYSTEM))
    return flags


def _set_choices(case: Case, content: SubmissionContent) -> None:
    """Link a case that has no links yet; what is not chosen costs no query."""
    procedure: Any = Case.procedures.through
    clinic: Any = Case.shortlist.through
    procedure.objects.bulk_create(procedure(case_id=case.pk, procedure_id=chosen.pk) for chosen in content.procedures)
    clinic.objects.bulk_create(clinic(case_id=case.pk, clinic_id=chosen.pk) for chosen in content.shortlist)


def _submission(case: Case, content: SubmissionContent, sender: Sender, flags: list[Flag]) -> Submission:
    network = quarantine.network_hash(sender)
    return content.submission(case, language=sender.language, network_hash=network, flags=flags)


def _record(case: Case, submission: Submission, content: SubmissionContent, events: list[Event]) -> None:
    """Write a submission with its consents, estimate, events and effects."""
    Submission.objects.bulk_create([submission])
    consent_texts.record_consents(submission, submission.language)
    if case.for_whom == ForWhom.SOMEONE_ELSE and not patients.has_agreed(case):
        tasks.ask_for_patient(case)
    estimate = estimates.prepare(case, submission, content.procedures)
    Event.objects.bulk_create(events)
    effects.add(case, effects.for_submission(case, submission, estimate))
