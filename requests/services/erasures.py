"""Erasing of cases: asked for with a mailed code, taken back within seven days, held by law, done at last."""

import logging
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from portal.accounts.models import User
from portal.core.backups import erasures as erasures_list
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import ActorKind, ConsentWay, ErasureState, ErasureWhy, EventKind, StatedBy
from requests.models import Case, Erasure, LegalHold
from requests.models.erasures import COOLING_OFF
from requests.permissions import check_can_hold_cases, check_can_work_cases
from requests.selectors import erasures as selectors
from requests.services import audit, clock, effects, erasing, tokens
from requests.services.audit import Actor

log = logging.getLogger(__name__)
SALT = "requests.erasure-code"
NOTICE_WAITS = (OutboxItem.State.QUEUED, OutboxItem.State.IN_FLIGHT)


class Held(Exception):
    """A legal hold stands; ``hold`` says until when."""

    def __init__(self, hold: LegalHold) -> None:
        super().__init__(hold.pk)
        self.hold = hold


class WrongCode(Exception):
    """These are not the digits; ``is_dead`` when no further try counts."""

    def __init__(self, *, is_dead: bool) -> None:
        super().__init__()
        self.is_dead = is_dead


class NotStanding(Exception):
    """The erasing was taken back, or is done."""


def code_of(erasure: Erasure) -> str:
    """Return the six digits that confirm an erasing; no row holds them."""
    return tokens.digits(erasure.pk, salt=SALT)


@transaction.atomic
def begin(case: Case) -> bool:
    """Mail the patient a code that confirms the erasing; False while the last one can still be typed."""
    living = clock.lock(case.living)
    begun = selectors.begun(living)
    if begun is not None and (begun.is_asked or begun.has_live_code):
        return False
    if begun is not None:
        begun.delete()
    erasure = Erasure.objects.create(
        case=living, reference=living.reference, why=ErasureWhy.PATIENT, state=ErasureState.UNCONFIRMED
    )
    audit.record(living, EventKind.CODE_SENT, by=ActorKind.PATIENT, object_id=erasure.pk)
    effects.add(living, [effects.owed(living, effects.ERASURE_CODE, erasure.pk)])
    return True


def confirm(case: Case, digits: str) -> Erasure:
    """Ask for the erasing with the digits of the mail. Raises ``WrongCode``; its attempt stays counted."""
    with transaction.atomic():
        living = clock.lock(case.living)
        begun = selectors.begun(living)
        if begun is not None and begun.is_asked:
            return begun
        is_right = False
        if begun is not None and begun.has_live_code:
            is_right = constant_time_compare(code_of(begun), digits)
            if is_right:
                return _ask(living, begun, by=ActorKind.PATIENT)
            begun.attempts += 1
            begun.save(update_fields=["attempts"])
    raise WrongCode(is_dead=begun is None or not begun.has_live_code)


@transaction.atomic
def ask(case: Case, *, by: Actor, stated_by: StatedBy | str = "", way: ConsentWay | str = "") -> Erasure:
    """Ask for the erasing of a case after the cooling-off; the one that stands is returned as it is.

    Somebody of the desk says who wants it and how it reached them. Raises ``PermissionDenied``.
    """
    if isinstance(by, User):
        check_can_work_cases(by)
    living = clock.lock(case.living)
    begun = selectors.begun(living)
    if begun is not None and begun.is_asked:
        return begun
    why = ErasureWhy.DESK if isinstance(by, User) else ErasureWhy.PATIENT
    erasure = begun or Erasure(case=living, reference=living.reference)
    erasure.why, erasure.stated_by, erasure.way = why, stated_by, way
    return _ask(living, erasure, by=by)


def _ask(living: Case, erasure: Erasure, *, by: Actor) -> Erasure:
    erasure.state, erasure.asked_at = ErasureState.ASKED, timezone.now()
    erasure.asked_by = by if isinstance(by, User) else None
    erasure.due_at = erasure.asked_at + COOLING_OFF
    erasure.save()
    # What was merged into it has a key of its own, and is erased as well.
    for part in living.whole():
        audit.record(part, EventKind.ERASURE_ASKED, by=by, object_id=erasure.pk)
    items = [effects.owed(living, effects.ERASURE_ASKED, erasure.pk), *effects.for_erasure(living, erasure, "asked")]
    effects.add(living, items)
    return erasure


@transaction.atomic
def take_back(erasure: Erasure, *, by: Actor) -> None:
    """Keep a case that should have been erased; a second click does nothing. Raises ``NotStanding`` once it is done."""
    if isinstance(by, User):
        check_can_work_cases(by)
    if erasure.case is None:
        raise NotStanding
    living = clock.lock(erasure.case)
    newest = Erasure.objects.get(pk=erasure.pk)
    if newest.state == ErasureState.DONE:
        raise NotStanding
    if newest.state == ErasureState.TAKEN_BACK:
        return
    newest.state, newest.taken_back_at = ErasureState.TAKEN_BACK, timezone.now()
    newest.save(update_fields=["state", "taken_back_at"])
    for part in living.whole():
        audit.record(part, EventKind.ERASURE_TAKEN_BACK, by=by, object_id=newest.pk)
    effects.add(living, effects.for_erasure(living, newest, "taken_back"))


@transaction.atomic
def erase(case: Case, *, why: ErasureWhy, by: User | None = None) -> Erasure:
    """Destroy a case and every part that was merged into it, with the key of each. Returns the record of the case.

    An erased one is left as it is. Raises ``Held`` while a legal hold stands, and ``OSError`` when the list of
    erasures, which outlives every copy of the database, cannot be written: nothing is destroyed then.
    """
    whole = clock.lock_all(*case.living.whole())
    living = next(part for part in whole if part.pk == case.living.pk)
    if (hold := selectors.hold_of(living)) is not None:
        raise Held(hold)
    if living.is_erased and (record := selectors.done(living)) is not None:
        return record
    now = timezone.now()
    standing = selectors.begun(living)
    erasures_list.append([erasures_list.Line(part.reference, now.isoformat(), why) for part in whole])
    actor: Actor = by or ActorKind.SYSTEM
    records = {}
    for part in whole:
        is_asked = standing is not None and part.pk == living.pk
        record = standing if is_asked and standing else Erasure(case=part, reference=part.reference, why=why)
        record.state, record.erased_at = ErasureState.DONE, now
        record.save()
        erasing.destroy(part, record)
        audit.record(part, EventKind.ERASED, by=actor, object_id=record.pk)
        outbox.add([effects.owed(part, effects.ERASURE_FILES, record.pk)])
        records[part.pk] = record
    return records[living.pk]


def erase_due() -> None:
    """Erase the cases whose cooling-off is over: first the last mail is owed, and once it left or failed, all is destroyed."""
    due = Erasure.objects.filter(state=ErasureState.ASKED, due_at__lte=timezone.now()).order_by("due_at")
    for pk in due.values_list("pk", flat=True):
        try:
            _erase_one(pk)
        except Held:
            continue
        except Exception as error:  # noqa: BLE001 – another case must not wait for this one
            log.error("The erasing %s is not done: %s", pk, type(error).__name__)


@transaction.atomic
def _erase_one(pk: UUID) -> None:
    erasure = Erasure.objects.select_related("case").get(pk=pk)
    if erasure.case is None:
        return
    living = clock.lock(erasure.case)
    erasure.refresh_from_db()
    if not erasure.is_asked:
        return
    hold = selectors.hold_of(living)
    if hold is not None:
        # Once for each hold: she learns that it waits, and until when.
        effects.add(living, [effects.owed(living, effects.ERASURE_HELD, erasure.pk, f"{erasure.pk}:{hold.pk}")])
        return
    if erasure.notice is None and living.has_email:
        item = effects.owed(living, effects.ERASURE_LAST, erasure.pk)
        effects.add(living, [item])
        Erasure.objects.filter(pk=pk).update(notice=item.pk)
        return
    if erasure.notice and OutboxItem.objects.filter(pk=erasure.notice, state__in=NOTICE_WAITS).exists():
        return
    erase(living, why=ErasureWhy(erasure.why))


@transaction.atomic
def set_hold(*, case: Case, until: date, reason: str, by: User) -> LegalHold:
    """Have a case stay until the end of a day. Raises ``PermissionDenied``."""
    check_can_hold_cases(by)
    locked = clock.lock(case)
    hold = LegalHold.objects.create(case=locked, by=by, until=until, reason=reason)
    audit.record(locked, EventKind.LEGAL_HOLD_SET, by=by, object_id=hold.pk)
    assert isinstance(hold, LegalHold)
    return hold


@transaction.atomic
def lift_hold(*, hold: LegalHold, reason: str, by: User) -> None:
    """End a legal hold; a second click does nothing. Raises ``PermissionDenied``."""
    check_can_hold_cases(by)
    locked = clock.lock(hold.case)
    newest = LegalHold.objects.get(pk=hold.pk)
    if newest.lifted_at is not None:
        return
    newest.lifted_at, newest.lifted_by, newest.lift_reason = timezone.now(), by, reason
    newest.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    audit.record(locked, EventKind.LEGAL_HOLD_LIFTED, by=by, object_id=newest.pk)


def replay(line: erasures_list.Line) -> bool:
    """Erase again what a restored copy brought back; the desk’s holds of then do not stop what was done."""
    case = Case.objects.filter(reference=line.reference).first()
    if case is None or case.is_erased:
        return False
    with transaction.atomic():
        locked = clock.lock(case)
        begun = Erasure.objects.filter(case=locked, state__in=(ErasureState.UNCONFIRMED, ErasureState.ASKED)).first()
        record = begun or Erasure(case=locked, reference=locked.reference, why=line.why)
        record.state, record.erased_at = ErasureState.DONE, timezone.now()
        record.save()
        erasing.destroy(locked, record)
        audit.record(locked, EventKind.ERASED, by=ActorKind.SYSTEM, object_id=record.pk)
        # The store may be another one's: nothing is deleted before the first start.
        outbox.add([effects.owed(locked, effects.ERASURE_FILES, record.pk)])
    return True


erasures_list.register(replay)
