"""Who the patient is where somebody writes for another: asked by mail, stated, recorded at the desk."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from portal.accounts.models import User
from requests.enums import NEEDED_PURPOSES, ActorKind, ConsentWay, EventKind, ForWhom, StatedBy
from requests.models import Case, Consent, PatientLink, PatientStatement
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, consent_texts, effects, tasks, tokens
from requests.services.audit import Actor

SALT = "requests.patient-link"
MAX_LINKS_A_DAY = 3


class TooManyLinks(Exception):
    """So many questions went out today that no more do: the address may be somebody else's."""


class NotAsked(Exception):
    """The link is answered, run out, or of a case in which nobody asks any more."""


class NotAgreed(Exception):
    """Somebody writes for the patient, whose own consents are not there yet."""


def has_agreed(case: Case) -> bool:
    """Whether the patient's own consents are there, in this case or in one that was merged into it.

    Who writes for themselves gave them with the request. Once one was taken back, they are not.
    """
    if case.consent_withdrawn_at is not None:
        return False
    if case.for_whom == ForWhom.ME:
        return True
    given = Consent.objects.filter(case__in=case.whole(), statement__isnull=False, withdrawn_at=None)
    return set(given.values_list("purpose", flat=True)) >= set(NEEDED_PURPOSES)


def check_agreed(case: Case) -> None:
    """Raise ``NotAgreed`` unless the patient's own consents are there."""
    if not has_agreed(case):
        raise NotAgreed


def ask(*, case: Case, email: str) -> None:
    """Mail the patient a link to agree; the same address is asked once. Raises ``TooManyLinks``."""
    with transaction.atomic():
        locked = clock.lock(case)
        day = locked.patient_links.filter(created_at__gt=timezone.now() - timedelta(days=1))
        if any(link.email == email for link in day.select_related("case")):
            return
        if day.count() >= MAX_LINKS_A_DAY:
            raise TooManyLinks
        link = PatientLink.objects.create(case=locked, email=email)
        audit.record(locked, EventKind.PATIENT_ASKED, by=ActorKind.PATIENT, object_id=link.pk)
        effects.add(locked, [effects.owed(locked, effects.PATIENT, link.pk, held=locked.holds_mails)])


def address(link: PatientLink) -> str:
    """Return the whole address of a question, in the language of its case."""
    with override(link.case.language):
        return str(settings.SITE_URL) + reverse("requests:patient", args=[tokens.make(link.pk, salt=SALT)])


def live_link(token: str) -> PatientLink | None:
    """Return the question of a token while it can be answered."""
    link_id = tokens.read(token, salt=SALT)
    if link_id is None:
        return None
    link = PatientLink.objects.select_related("case").filter(pk=link_id).first()
    return link if link is not None and link.is_live and _may_ask(link.case) else None


def _may_ask(case: Case) -> bool:
    return not case.has_died and not case.is_spam and case.consent_withdrawn_at is None


def answer(*, link: PatientLink, name: str, birth_date: date, language: str) -> None:
    """Record what the patient says of themselves, with their consents. Raises ``NotAsked``."""
    with transaction.atomic():
        locked = clock.lock(link.case)
        fresh = locked.patient_links.select_for_update().get(pk=link.pk)
        if not fresh.is_live or not _may_ask(locked):
            raise NotAsked
        fresh.answered_at = timezone.now()
        fresh.save(update_fields=["answered_at"])
        _record(locked, name, birth_date, StatedBy.PATIENT, language, by=ActorKind.PATIENT)


def state(*, case: Case, name: str, birth_date: date, stated_by: StatedBy, language: str) -> None:
    """Record what a parent or guardian who writes for the patient says, with their consents for the patient."""
    with transaction.atomic():
        _record(clock.lock(case), name, birth_date, stated_by, language, by=ActorKind.PATIENT)


def record(
    *, case: Case, name: str, birth_date: date, stated_by: StatedBy, way: ConsentWay, language: str, by: User
) -> None:
    """Note what somebody of the desk heard or saw, with the consents. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        recorded = {"way": way, "recorded_by": by}
        _record(clock.lock(case), name, birth_date, stated_by, language, by=by, recorded=recorded)


def _record(
    locked: Case,
    name: str,
    birth_date: date,
    stated_by: StatedBy,
    language: str,
    *,
    by: Actor,
    recorded: dict[str, Any] | None = None,
) -> None:
    statement = PatientStatement(
        case=locked, name=name, birth_date=birth_date.isoformat(), stated_by=stated_by, **recorded or {}
    )
    statement.save(force_insert=True)
    consent_texts.record_statement(statement, language)
    locked.patient_name = name
    locked.save(update_fields=["patient_name", "patient_name_hashes"])
    audit.record(locked, EventKind.PATIENT_STATED, by=by, object_id=statement.pk)
    for task in locked.tasks.open().filter(kind__code=tasks.PATIENT):
        tasks.finish_locked(locked, task, by=by)
