"""Opening a new case for somebody whose case is closed: same person, same contact, nothing medical (decision 0026)."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.enums import NEEDED_PURPOSES, EventKind, Source, Status
from requests.models import Case, Consent, Event, PatientStatement
from requests.permissions import can_continue_after_death, check_can_work_cases
from requests.services import audit, clock, effects
from requests.services.desk import MoveRefused
from requests.submission_content import TEXTS

# What the new case takes over: who the person is and how to reach them.
CONTACT = (*TEXTS, "patient_name", "language")
# The same of a consent; where it was given is said anew.
CONSENT = ("purpose", "version", "language", "text_hash", "text_id", "given_at", "heard_by")


def open_from(*, case: Case, by: User) -> Case:
    """Open a new case for the person of a closed one and mail her a link; the same again gives the same case.

    Her standing consents are recorded in the new case with their words and day, and with the
    reference that they were given in. Raises ``MoveRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        old = clock.lock(case)
        following = continued_in(old)
        if following is not None:
            return following
        consents = _standing_consents(old)
        _check(old, by, consents)
        new = Case(owner=by, source=Source.EARLIER_CASE)
        for name in CONTACT:
            setattr(new, name, getattr(old, name))
        new.save(force_insert=True)
        statement = _carried_statement(new, consents)
        Consent.objects.bulk_create(_carried(new, old, consent, statement) for consent in consents)
        audit.record(old, EventKind.CONTINUED_IN, by=by, object_id=new.pk)
        audit.record(new, EventKind.CONTINUES, by=by, object_id=old.pk)
        effects.add(new, [effects.for_new_case(new)])
    return new


def continued_in(case: Case) -> Case | None:
    """Return the case that was opened from this one."""
    return _linked(case, EventKind.CONTINUED_IN)


def continues(case: Case) -> Case | None:
    """Return the closed case that this one was opened from."""
    return _linked(case, EventKind.CONTINUES)


def _linked(case: Case, kind: EventKind) -> Case | None:
    event = Event.objects.filter(reference=case.reference, kind=kind).first()
    return Case.objects.filter(pk=event.object_id).first() if event and event.object_id else None


def _standing_consents(case: Case) -> list[Consent]:
    """Return the newest consent of each purpose, of the writer and of the patient, unless it was taken back."""
    # A later one takes the place of an earlier one.
    newest = {
        (consent.purpose, consent.statement_id is not None): consent
        for consent in case.consents.filter(purpose__in=NEEDED_PURPOSES)
        .select_related("statement__case")
        .order_by("given_at")
    }
    return [consent for consent in newest.values() if consent.withdrawn_at is None]


def _check(case: Case, by: User, consents: list[Consent]) -> None:
    if case.status != Status.CLOSED:
        raise MoveRefused(_("A new case is opened from a closed one."))
    if case.has_died and not can_continue_after_death(by):
        raise PermissionDenied(_("The case says that the patient died. If that is a mistake, a lead opens a new case."))
    if {consent.purpose for consent in consents} != set(NEEDED_PURPOSES):
        raise MoveRefused(
            _("A consent of this case was taken back. The patient gives it anew by sending a new request.")
        )


def _carried_statement(new: Case, consents: list[Consent]) -> PatientStatement | None:
    """Write in the new case who the patient is, where somebody else had written; None where nobody said."""
    old = next((consent.statement for consent in consents if consent.statement), None)
    if old is None:
        return None
    said = {
        name: getattr(old, name) for name in ("name", "birth_date", "stated_by", "way", "recorded_by_id", "created_at")
    }
    return PatientStatement.objects.create(case=new, **said)


def _carried(new: Case, old: Case, consent: Consent, statement: PatientStatement | None) -> Consent:
    """Return the unsaved row of a consent that was given in the old case, or before it."""
    return Consent(
        case=new,
        statement=statement if consent.statement_id else None,
        # Whose statement it is says when that was; the case before is named by its event.
        given_in="" if consent.statement_id else consent.given_in or old.reference,
        **{name: getattr(consent, name) for name in CONSENT},
    )
