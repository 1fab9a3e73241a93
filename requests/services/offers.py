"""Writes of offers: recorded as they come, shown to the patient with a note, chosen by her."""

import hashlib
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from clinics.models import Clinic
from portal.accounts.models import User
from portal.core.worktime import team_day, team_today
from requests.enums import ActorKind, ChoiceWay, ConsentWay, EventKind, StatedBy
from requests.models import Brief, Case, Offer, Referral
from requests.models.offers import CHOICE
from requests.offer_content import OfferContent
from requests.permissions import check_can_work_cases
from requests.selectors import briefs, offers
from requests.selectors.consents import check_standing
from requests.services import audit, clinic_notices, clock, effects, facts, form_tokens, holds, tasks
from requests.services.audit import Actor

# The tasks that offers make: of the patient, and of the desk.
CHOOSE, BUILD, READ = "choose-offer", "build-estimate", "read-offer"


class OfferRefused(Exception):
    """Something that the desk cannot do with an offer now; the text says why."""


class OfferChanged(Exception):
    """A newer offer of the clinic came, or somebody changed its note, since the page was opened; ``offer`` is how it is."""

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self.offer = offer


class NotOffered(Exception):
    """The offer is not the clinic's last word any more, or not shown."""


class NotNow(Exception):
    """The case is where no offer is chosen: it has ended, or an estimate is issued."""


class ChoiceChanged(Exception):
    """Another offer is chosen than the page showed, or none any more; ``offer`` is the one that is."""

    def __init__(self, offer: Offer | None) -> None:
        super().__init__()
        self.offer = offer


class NoConsent(Exception):
    """The patient does not agree any more that the clinic sees the case."""


def record(
    locked: Case,
    *,
    clinic: Clinic,
    referral: Referral | None,
    brief: Brief | None,
    content: OfferContent,
    language: str,
    form_token: str,
    **entered: Any,
) -> Offer:
    """Write an offer in a locked case, which takes the place of the clinic's earlier one. The same form counts once.

    ``brief`` is the version that the clinic had read, ``entered`` who entered it, who said it, how and on which day, where it came by phone or on paper; of one that
    came by a referral a task tells the desk.
    """
    if (same := of_form(locked, clinic, form_token)) is not None:
        return same
    earlier = offers.of_case(locked).filter(clinic=clinic)
    version = max((offer.version for offer in earlier), default=0) + 1
    earlier.filter(superseded_at=None).update(superseded_at=timezone.now())
    offer = Offer(
        case=locked,
        clinic=clinic,
        referral=referral,
        brief=brief,
        version=version,
        language=language,
        form_token=_form_key(locked, clinic, form_token),
        **entered,
    )
    offer.content = content
    offer.save(force_insert=True)
    by: Actor = entered.get("entered_by") or ActorKind.CLINIC
    event = EventKind.OFFER_CAME if by == ActorKind.CLINIC else EventKind.OFFER_ENTERED
    audit.record(locked, event, by=by, object_id=offer.pk)
    if by == ActorKind.CLINIC and not locked.tasks.open().filter(kind__code=READ).exists():
        tasks.follow(locked, READ, by=ActorKind.SYSTEM)
    _keep_task(locked, by=ActorKind.SYSTEM)
    return offer


def of_form(locked: Case, clinic: Clinic, form_token: str) -> Offer | None:
    """Return the offer of a clinic that a form made already, whether or not it stands."""
    return Offer.objects.filter(form_token=_form_key(locked, clinic, form_token)).first()


def _form_key(locked: Case, clinic: Clinic, form_token: str) -> str:
    return form_tokens.key(locked.pk, clinic.pk, form_token)


@transaction.atomic
def enter(
    *,
    case: Case,
    clinic: Clinic,
    content: OfferContent,
    language: str,
    said_by: str,
    way: ConsentWay,
    said_on: date,
    known: int,
    form_token: str,
    by: User,
) -> Offer:
    """Enter at the desk what a clinic said by phone or on paper. The same form counts once.

    ``known`` is how many offers of the case the page knew. Raises ``OfferChanged`` when one of this clinic came
    since, ``OfferRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    _check_open(locked)
    key = _form_key(locked, clinic, form_token)
    newer = [offer for offer in offers.of_case(locked)[known:] if offer.clinic_id == clinic.pk]
    if newer and newer[-1].form_token != key:
        raise OfferChanged(newer[-1])
    if clinic.pk not in briefs.agreed(locked):
        raise OfferRefused(pgettext("desk", "The patient has not agreed that this clinic sees the case."))
    if said_on > team_today():
        raise OfferRefused(pgettext("desk", "Enter a day that is not ahead."))
    columns: dict[str, Any] = {"entered_by": by, "said_by": said_by, "way": way, "said_on": said_on}
    columns |= {"referral": None, "brief": briefs.approved_until(locked, said_on), "form_token": form_token}
    return record(locked, clinic=clinic, content=content, language=language, **columns)


@transaction.atomic
def write_note(*, offer: Offer, note: str, seen: str, by: User) -> None:
    """Write the note for the patient; ``seen`` is the ``note_stamp`` that the page showed. The same again changes nothing.

    Raises ``OfferChanged``, ``OfferRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(offer.case.living)
    _check_open(locked)
    fresh = _standing(locked, offer)
    if fresh.note == note:
        return
    if note_stamp(fresh) != seen:
        raise OfferChanged(fresh)
    fresh.note, fresh.note_by = note, by
    fresh.save(update_fields=["note", "note_by"])


def note_stamp(offer: Offer) -> str:
    """Return what tells whether the note of an offer is the one that a page showed."""
    return hashlib.sha256(offer.note.encode()).hexdigest()[:16]


@transaction.atomic
def show(*, offer: Offer, by: User) -> None:
    """Show an offer to the patient, with a task and a mail. A second click does nothing.

    Raises ``OfferChanged``, ``OfferRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(offer.case.living)
    _check_open(locked)
    fresh = _standing(locked, offer)
    if fresh.shown_at is not None:
        return
    fresh.shown_at, fresh.shown_by = timezone.now(), by
    fresh.save(update_fields=["shown_at", "shown_by"])
    audit.record(locked, EventKind.OFFER_SHOWN, by=by, object_id=fresh.pk)
    _keep_task(locked, by=by)
    effects.add(locked, effects.for_offers(locked, fresh))


@transaction.atomic
def hide(*, offer: Offer, by: User) -> None:
    """Show an offer no more. A second click does nothing.

    Raises ``OfferRefused`` for one that the patient has chosen, ``OfferChanged`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(offer.case.living)
    fresh = _standing(locked, offer)
    if fresh.shown_at is None:
        return
    if fresh.chosen_at is not None:
        raise OfferRefused(pgettext("desk", "The patient has chosen this offer: it stays on her page."))
    fresh.shown_at = fresh.shown_by = None
    fresh.save(update_fields=["shown_at", "shown_by"])
    audit.record(locked, EventKind.OFFER_HIDDEN, by=by, object_id=fresh.pk)
    _keep_task(locked, by=by)


@transaction.atomic
def choose(*, case: Case, offer: Offer, by: Actor) -> None:
    """Choose an offer that is shown, in the place of another: the case has its clinic, the desk builds the estimate.

    The same again does nothing. Raises ``NotNow``, ``NotOffered`` or ``NoConsent``.
    """
    locked = clock.lock(case)
    fresh = _choosable(locked, offer)
    if fresh.chosen_at is None:
        _choose(locked, fresh, by=by)


@transaction.atomic
def note_choice(
    *, case: Case, offer: Offer, seen: str, stated_by: StatedBy, way: ChoiceWay, said_on: date, by: User
) -> None:
    """Note at the desk that the patient chose an offer, who said it, how and on which day; it means what her own choice does.

    ``seen`` is the id of the offer that was chosen when the page was opened, empty for none. The same again does
    nothing. Raises ``ChoiceChanged``, ``OfferRefused`` for the day, ``NotNow``, ``NotOffered``, ``NoConsent`` or
    ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    fresh = _choosable(locked, offer)
    if fresh.chosen_at is not None:
        return
    current = offers.chosen(locked)
    if seen != (str(current.pk) if current else ""):
        raise ChoiceChanged(current)
    if fresh.shown_at is None or not team_day(fresh.shown_at) <= said_on <= team_today():
        raise OfferRefused(pgettext("desk", "Enter a day between the one on which the offer was shown and today."))
    noted = {"noted_by": by, "stated_by": stated_by, "way": way, "said_on": said_on}
    _choose(locked, fresh, by=by, **{f"choice_{name}": value for name, value in noted.items()})


def _choosable(locked: Case, offer: Offer) -> Offer:
    """Return the newest row of an offer that can be chosen, or is. Raises ``NotNow`` or ``NotOffered``."""
    check_standing(locked)
    if not offers.may_choose(locked):
        raise NotNow
    fresh = next((row for row in offers.shown(locked) if row.pk == offer.pk), None)
    if fresh is None:
        raise NotOffered
    return fresh


def _choose(locked: Case, fresh: Offer, *, by: Actor, **noted: Any) -> None:
    if fresh.clinic_id not in briefs.agreed(locked):
        raise NoConsent
    # First, for no two are chosen at a time.
    nothing = {"choice_noted_by": None, "choice_stated_by": "", "choice_way": "", "choice_said_on": None}
    offers.of_case(locked).exclude(chosen_at=None).update(chosen_at=None, **nothing)
    fresh.chosen_at = timezone.now()
    for name, value in (nothing | noted).items():
        setattr(fresh, name, value)
    fresh.save(update_fields=list(CHOICE))
    facts.choose_clinic(locked, fresh.clinic, by=by)
    audit.record(locked, EventKind.OFFER_CHOSEN, by=by, object_id=fresh.pk)
    holds.resume(case=locked, by=by)
    _keep_task(locked, by=by)
    if not locked.tasks.open().filter(kind__code=BUILD).exists():
        tasks.withdraw_reminders(locked, at=timezone.now(), by=ActorKind.SYSTEM)
        tasks.follow(locked, BUILD, by=ActorKind.SYSTEM)
    told = effects.for_desk(locked, effects.CHOSEN, fresh.pk, f"{fresh.pk}:{fresh.chosen_at}")
    # Whoever noted it knows it.
    effects.add(locked, [item for item in told if not isinstance(by, User) or item.recipient_id != by.pk])
    clinic_notices.choice_made(locked, fresh)


def _standing(locked: Case, offer: Offer) -> Offer:
    """Return the newest row of an offer; raises ``OfferChanged`` when a newer one of the clinic has taken its place."""
    fresh = next(row for row in offers.of_case(locked) if row.pk == offer.pk)
    if fresh.superseded_at is not None:
        raise OfferChanged(next(row for row in offers.standing(locked) if row.clinic_id == fresh.clinic_id))
    return fresh


def _check_open(case: Case) -> None:
    if case.is_quarantined:
        raise OfferRefused(pgettext("desk", "Release the case from quarantine first."))
    if not case.is_open:
        raise OfferRefused(pgettext("desk", "This case has ended."))


def _keep_task(locked: Case, *, by: Actor) -> None:
    """Ask the patient to choose as long as there is something to choose from, and she has not."""
    asks = offers.may_choose(locked) and bool(offers.shown(locked)) and offers.chosen(locked) is None
    known = list(locked.tasks.open().filter(kind__code=CHOOSE).select_related("call"))
    if asks and not known:
        tasks.follow(locked, CHOOSE, by=ActorKind.SYSTEM)
    for task in known if not asks else []:
        if offers.chosen(locked) is not None:
            tasks.finish_locked(locked, task, by=by)
        else:
            tasks.withdraw_locked(locked, task, by=by)
