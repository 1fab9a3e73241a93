"""Taking a request in: one transaction with everything that it sets off."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinics.models import Clinic
from conditions.models import Condition, Procedure
from portal.core import outbox
from portal.core.encryption import keyed_hash
from requests import consents
from requests.enums import ActorKind, EventKind, Flag, ForWhom, Purpose, Status
from requests.models import Case, Consent, Event, Submission, SupportPackage
from requests.services import audit, deadlines, effects, estimates


@dataclass(frozen=True)
class Enquiry:
    """What somebody asks, as the form understood it; ``phone`` is E.164."""

    for_whom: str
    name: str
    email: str
    phone: str
    channel: str
    best_time: str
    time_zone: str
    country: str
    speak: str
    message: str
    condition: Condition | None
    clinic: Clinic | None
    package: SupportPackage | None
    procedures: tuple[Procedure, ...]
    phone_as_typed: str

    def content(self) -> str:
        """Return the whole enquiry as JSON, slugs and codes for rows."""
        data: dict[str, Any] = {
            **{name: value for name, value in vars(self).items() if isinstance(value, str)},
            "condition": self.condition.slug if self.condition else "",
            "clinic": self.clinic.slug if self.clinic else "",
            "package": self.package.slug if self.package else "",
            "procedures": [one.code for one in self.procedures],
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Sender:
    """Where a request comes from: the form's token, the language of the page, what looked odd."""

    form_token: str
    language: str
    network: str
    flags: tuple[Flag, ...] = ()


def send(*, enquiry: Enquiry, sender: Sender) -> Case:
    """Record a request and everything that it sets off, and return its case.

    The same form token gives the same case: with the same content nothing is added, with other
    content one more submission. Parallel sends of one form meet at the unique token.
    """
    try:
        with transaction.atomic():
            return _start(enquiry, sender)
    except IntegrityError:
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).filter(form_token=sender.form_token).first()
            if case is None:
                raise
            return _send_again(case, enquiry, sender)


def _start(enquiry: Enquiry, sender: Sender) -> Case:
    case = Case(form_token=sender.form_token)
    _take_over(case, enquiry, sender)
    case.save(force_insert=True)  # meets a parallel send of the same form here
    submission = _submission(case, enquiry, sender)
    flags = [*sender.flags, *_rate_flags(case, submission)]
    _record(case, submission, enquiry, flags, [audit.event(case, EventKind.SENT, by=ActorKind.PATIENT)])
    return case


def _send_again(case: Case, enquiry: Enquiry, sender: Sender) -> Case:
    submission = _submission(case, enquiry, sender)
    if case.submissions.filter(content_hash=submission.content_hash).exists():
        return case
    _take_over(case, enquiry, sender)
    flags = [*sender.flags, *_rate_flags(case, submission)]
    _record(case, submission, enquiry, flags, [audit.event(case, EventKind.SENT_AGAIN, by=ActorKind.PATIENT)])
    return case


def _take_over(case: Case, enquiry: Enquiry, sender: Sender) -> None:
    """Give the case the values of the newest submission."""
    case.language = sender.language
    for name in ("for_whom", "name", "email", "phone", "channel", "best_time", "time_zone", "country", "speak"):
        setattr(case, name, getattr(enquiry, name))
    for name in ("condition", "clinic", "package"):
        setattr(case, name, getattr(enquiry, name))
    # For somebody else, the patient's own name has not been asked yet.
    case.patient_name = enquiry.name if enquiry.for_whom == ForWhom.ME else ""
    case.email_refused_at = None


def _submission(case: Case, enquiry: Enquiry, sender: Sender) -> Submission:
    content = enquiry.content()
    digest = hmac.new(case.data_key(), content.encode(), hashlib.sha256).hexdigest()
    return Submission(
        case=case,
        language=sender.language,
        content=content,
        content_hash=digest,
        network_hash=keyed_hash(sender.network) if sender.network else "",
    )


def _record(case: Case, submission: Submission, enquiry: Enquiry, flags: list[Flag], events: list[Event]) -> None:
    """Write a submission with its consents, estimate, events and effects."""
    now = timezone.now()
    submission.flags = flags
    if flags and not case.is_quarantined:
        case.is_quarantined = True
        events.append(audit.event(case, EventKind.QUARANTINED, by=ActorKind.SYSTEM))
    if case.status == Status.NEW:
        case.due_at = deadlines.due_at(Status.NEW, now)
    case.save()
    case.procedures.set(enquiry.procedures)
    submission.save(force_insert=True)
    Consent.objects.bulk_create(_consents(case, submission))
    estimate = estimates.prepare(case, submission, enquiry.procedures)
    Event.objects.bulk_create(events)
    outbox.add(effects.for_submission(case, submission, estimate))


def _consents(case: Case, submission: Submission) -> list[Consent]:
    texts = [consents.current(purpose, submission.language) for purpose in Purpose]
    return [
        Consent(
            case=case,
            submission=submission,
            purpose=text.purpose,
            version=text.version,
            language=text.language,
            text_hash=text.sha256,
        )
        for text in texts
    ]


def _rate_flags(case: Case, submission: Submission) -> list[Flag]:
    """Say whether one address or one network sends more than people do."""
    now = timezone.now()
    flags = []
    unopened = Case.objects.filter(
        email_hash=case.email_hash, opened_at=None, is_quarantined=False, created_at__gt=now - timedelta(days=1)
    ).exclude(pk=case.pk)
    if unopened.count() >= settings.REQUEST_LIMIT_EMAIL:
        flags.append(Flag.EMAIL_RATE)
    if submission.network_hash:
        recent = Submission.objects.filter(
            network_hash=submission.network_hash, created_at__gt=now - timedelta(hours=1)
        )
        if recent.count() >= settings.REQUEST_LIMIT_NETWORK:
            flags.append(Flag.NETWORK_RATE)
    return flags
