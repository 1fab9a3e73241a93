"""Opening a case by hand: a caller, a message, somebody at a fair, written down at the desk."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from requests.enums import EventKind, ForWhom, Source
from requests.models import Case, CaseLink
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, consent_texts, effects, links
from requests.submission_content import SubmissionContent


def open_case(
    *,
    content: SubmissionContent,
    patient_name: str,
    language: str,
    source: Source,
    told_at: datetime,
    heard_by: User,
    consent_language: str,
    owes_answer: bool,
    form_token: str,
    by: User,
) -> tuple[Case, CaseLink | None]:
    """Open a case for what somebody told us, with consent given by voice, and a link to hand over.

    ``language`` is that of the site, ``consent_language`` the one in which ``heard_by`` read the words of consent
    to them. With an e-mail address the receipt goes to it. The same form token gives the same case, and no
    second link. Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        # The lock of the coordinator's row lets a second click wait for the first.
        User.objects.select_for_update().get(pk=by.pk)
        known = Case.objects.filter(form_token=form_token).first()
        if known is not None:
            return known, None
        case = Case(source=source, owner=by, language=language, form_token=form_token)
        content.give_to(case)
        case.patient_name = content.name if content.for_whom == ForWhom.ME else patient_name
        submission = content.submission(case, language=language, created_at=told_at)
        if owes_answer:
            clock.start(case, told_at)
        else:
            case.answered_at = told_at
        case.save(force_insert=True)
        submission.save(force_insert=True)
        consent_texts.record_consents(submission, consent_language, given_at=told_at, heard_by=heard_by)
        audit.record(case, EventKind.WRITTEN_DOWN, by=by)
        effects.add(case, [effects.for_receipt(case, submission)])
        return case, links.show(case=case, by=by)
