"""Opening a case by hand: a caller, a message, somebody at a fair, written down at the desk."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from requests import consents
from requests.enums import EventKind, ForWhom, Purpose, Source
from requests.models import Case, CaseLink, Consent, Submission
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, consent_texts, effects, links
from requests.submission_content import SubmissionContent


@dataclass(frozen=True)
class Talk:
    """How somebody told us: when, to whom, and in which language they heard the words of consent."""

    source: Source
    at: datetime
    heard_by: User
    consent_language: str
    owes_answer: bool = True


def open_case(
    *, content: SubmissionContent, patient_name: str, language: str, talk: Talk, by: User, form_token: str
) -> tuple[Case, CaseLink | None]:
    """Open a case for what somebody told us, with consent given by voice, and a link to hand over.

    With an e-mail address the receipt goes to it. The same form token gives the same case, and no
    second link. Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        # The lock of the coordinator's row lets a second click wait for the first.
        User.objects.select_for_update().get(pk=by.pk)
        known = Case.objects.filter(form_token=form_token).first()
        if known is not None:
            return known, None
        case = _case(content, patient_name, language, talk, by, form_token)
        submission = _submission(case, content, talk)
        if talk.owes_answer:
            clock.start(case, talk.at)
        else:
            case.answered_at = talk.at
        case.save(force_insert=True)
        case.procedures.set(content.procedures)
        submission.save(force_insert=True)
        texts = [consents.current(purpose, talk.consent_language) for purpose in Purpose]
        consent_texts.record(texts)
        heard = {"given_at": talk.at, "heard_by": talk.heard_by}
        Consent.objects.bulk_create(consent_texts.consent(case, submission, text, **heard) for text in texts)
        audit.record(case, EventKind.WRITTEN_DOWN, by=by)
        effects.add(case, [effects.for_receipt(case, submission)])
        return case, links.show(case=case, by=by)


def _case(content: SubmissionContent, patient_name: str, language: str, talk: Talk, by: User, form_token: str) -> Case:
    case = Case(source=talk.source, owner=by, language=language, form_token=form_token)
    for name in ("for_whom", "name", "email", "phone", "channel", "best_time", "time_zone", "country", "speak"):
        setattr(case, name, getattr(content, name))
    case.condition = content.condition
    case.patient_name = content.name if content.for_whom == ForWhom.ME else patient_name
    return case


def _submission(case: Case, content: SubmissionContent, talk: Talk) -> Submission:
    """Return what was told, as it was written down: the frozen record, as of a form that was sent."""
    text = content.as_json()
    digest = hmac.new(case.data_key(), text.encode(), hashlib.sha256).hexdigest()
    return Submission(case=case, language=case.language, content=text, content_hash=digest, created_at=talk.at)
