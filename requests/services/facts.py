"""Corrections of facts of a case. The submission stays as it was; the value before is kept, sealed."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from clinics.models import Clinic
from portal.accounts.models import User
from portal.core.delivery import outbox
from requests.enums import ActorKind, Channel, EventKind, Fact, ForWhom
from requests.facts import COLUMNS, as_text, text_of
from requests.models import Case, Correction, Event, SupportPackage
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, effects, estimates, follow_up_plan, links
from requests.services.audit import Actor

# A preliminary estimate prints these: corrected, it says something that does not hold.
PRINTED = (Fact.CONDITION, Fact.CLINIC, Fact.PACKAGE)


class CorrectionRefused(Exception):
    """A correction that would leave the case without a way to reach its patient; the text says why."""


class FactChanged(Exception):
    """Somebody changed the fact since the page was opened; nothing is written."""


def correct(*, case: Case, fact: Fact, values: Mapping[str, Any], shown: Mapping[str, str], by: User) -> bool:
    """Give a fact of a case other values; False when they say what it says already.

    ``values`` are by column, ``shown`` is what the columns held, as text, when the page was opened.
    A new e-mail address ends every link and session of the case, takes it out of an account, and the receipt goes to it. Raises
    ``FactChanged``, ``CorrectionRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        before = as_text(locked, fact)
        after = {column: text_of(values[column]) for column in COLUMNS[fact]}
        if after == before:
            return False
        if before != shown:
            raise FactChanged
        correction = _write(locked, fact, values, before, after, by)
        if fact == Fact.EMAIL:
            links.revoke_all(locked, by=by)
            _send_first_mail(locked, correction)
    return True


def choose_package(locked: Case, *, slug: str | None) -> bool:
    """Give a locked case the package that its patient chose; False when it is that one already, or none in force."""
    package = SupportPackage.objects.filter(slug=slug or "", is_published=True).first()
    before = as_text(locked, Fact.PACKAGE)
    if package is None or text_of(package) == before["package"]:
        return False
    _write(locked, Fact.PACKAGE, {"package": package}, before, {"package": package.slug}, ActorKind.PATIENT)
    return True


def choose_clinic(locked: Case, clinic: Clinic, *, by: Actor) -> None:
    """Give a locked case the clinic whose offer was chosen; nothing is written where it is that one already."""
    before = as_text(locked, Fact.CLINIC)
    after = {"clinic": text_of(clinic)}
    if after != before:
        _write(locked, Fact.CLINIC, {"clinic": clinic}, before, after, by)


def _write(
    locked: Case, fact: Fact, values: Mapping[str, Any], before: dict[str, str], after: dict[str, str], by: Actor
) -> Correction:
    """Give a fact of a locked case other values and keep what it said. Raises ``CorrectionRefused``."""
    for column, value in values.items():
        setattr(locked, column, value)
    # Who writes for themselves is the patient, also after a correction of the name.
    if locked.for_whom == ForWhom.ME:
        locked.patient_name = locked.name
    if isinstance(by, User):
        _check_reachable(locked, fact)
    if fact == Fact.EMAIL:
        locked.email_refused_at = None
    locked.save()  # whole: the keyed hashes of address and number are made anew with their columns
    author = by if isinstance(by, User) else None
    correction = Correction.objects.create(
        case=locked, fact=fact, author=author, before=json.dumps(before), after=json.dumps(after)
    )
    audit.record(locked, EventKind.FACT_CORRECTED, by=by, fact=fact, object_id=correction.pk)
    if fact in PRINTED:
        estimates.supersede_preliminary(locked)
    if fact == Fact.PACKAGE:
        follow_up_plan.plan(locked)
    return correction


def _check_reachable(case: Case, fact: Fact) -> None:
    if not case.email and not case.phone:
        raise CorrectionRefused(_("Keep an e-mail address or a phone number. Without both, nobody reaches them."))
    if case.channel == Channel.EMAIL and not case.email:
        raise CorrectionRefused(
            _("They want to be reached by e-mail. Correct how to reach them first, beside the phone number.")
            if fact == Fact.EMAIL
            else _("The case has no e-mail address. Select another way to reach them.")
        )
    if case.channel != Channel.EMAIL and not case.phone:
        raise CorrectionRefused(_("Enter a phone number, or select e-mail."))


def _send_first_mail(case: Case, correction: Correction) -> None:
    """Send the mail that began the case to the new address; one that has not left is not sent besides."""
    outbox.cancel(case.reference, [effects.RECEIPT, effects.NEW_CASE])
    submission, again = case.submissions.last(), str(correction.pk)
    first = effects.for_receipt(case, submission, again) if submission else effects.for_new_case(case, again)
    effects.add(case, [first])


def last_change(case: Case, fact: Fact) -> Event | None:
    """Return the newest event that changed a fact: a correction, or the patient who sent the form again."""
    events = Event.objects.filter(reference=case.reference)
    corrected = events.filter(kind=EventKind.FACT_CORRECTED, fact=fact)
    return (corrected | events.filter(kind=EventKind.SENT_AGAIN)).order_by("-at").first()
