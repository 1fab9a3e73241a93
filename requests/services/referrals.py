"""Writes of the desk about referrals: what clinics are asked, sent, answered, renewed, revoked, and which papers they see."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from clinics.models import ClinicContact
from portal.accounts.models import User
from requests.enums import EventKind, Status
from requests.models import AskedLine, Brief, Case, Document, Referral, ReferralDocument, ReferralMessage
from requests.permissions import check_can_work_cases
from requests.selectors import briefs, referrals
from requests.selectors.asked_lines import Line, line_of
from requests.selectors.next_date import Following
from requests.services import audit, clock, effects, form_tokens, moves, next_dates, patients, referral_notices

# A second click on the same button.
JUST_RENEWED = timedelta(minutes=1)


class ReferralRefused(Exception):
    """Something that cannot be sent to a clinic or changed now; the text says why, for the desk."""


class LinesChanged(Exception):
    """What the clinics are asked is not what the page showed any more."""


class ThreadChanged(Exception):
    """A colleague or the clinic wrote since the page was opened; ``messages`` are what the page did not know."""

    def __init__(self, messages: list[ReferralMessage]) -> None:
        super().__init__()
        self.messages = messages


@transaction.atomic
def ask_for(*, case: Case, lines: Iterable[Line], by: User) -> None:
    """Ask the clinics of a case for these lines, in this order, in the place of what was asked before.

    One that was asked already stays the same row, since offers answer it. Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    _ask_for(clock.lock(case), lines)


def _ask_for(locked: Case, lines: Iterable[Line]) -> None:
    known = list(referrals.asked_lines(locked))
    for order, line in enumerate(lines):
        same = next((row for row in known if line_of(row) == line), None)
        if same is None:
            columns = {"procedure": line.procedure, "unit": line.unit, "unit_ru": line.unit_ru}
            AskedLine.objects.create(case=locked, name=line.name, name_ru=line.name_ru, order=order, **columns)
            continue
        known.remove(same)
        if same.order != order:
            AskedLine.objects.filter(pk=same.pk).update(order=order)
    AskedLine.objects.filter(pk__in=[row.pk for row in known]).update(removed_at=timezone.now())


def stamp(case: Case) -> str:
    """Return what tells whether the clinics of a case are asked for the lines that a page showed."""
    rows = referrals.asked_lines(case).values_list("pk", "order")
    return hashlib.sha256(str(list(rows)).encode()).hexdigest()[:16]


@transaction.atomic
def send(
    *,
    case: Case,
    contacts: Iterable[ClinicContact],
    documents: Iterable[Document],
    words: str,
    by: User,
    asks_freely: bool = False,
    lines: Sequence[Line] | None = None,
    seen: str = "",
    then: Following | None = None,
    moves_on: bool = True,
) -> list[Referral]:
    """Send the approved brief to contacts of clinics, by a mail with a link; returns the referrals that are new.

    A clinic that has one already keeps it, so two who send at once send once. ``documents`` are the papers that the
    clinics may open. Without a line that is asked for, ``asks_freely`` says that each clinic says what it would do.
    ``lines`` take the place of those that were asked for, of which the page showed ``seen``. ``then`` is when the desk
    asks the clinics again; with ``moves_on`` a case whose papers are complete goes on to "with clinics".
    Raises ``LinesChanged``, ``ReferralRefused``, ``desk.MoveRefused``, ``NoDate`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked = clock.lock(case)
    papers, chosen = list(documents), list(contacts)
    if lines is not None:
        if stamp(locked) != seen and list(lines) != [line_of(row) for row in referrals.asked_lines(locked)]:
            raise LinesChanged
        _ask_for(locked, lines)
    brief = _check_sending(locked, chosen, papers, asks_freely=asks_freely)
    agreed, standing, new = briefs.agreed(locked), referrals.standing(locked), []
    for contact in ClinicContact.objects.select_related("clinic").filter(pk__in=[row.pk for row in chosen]):
        if contact.clinic_id not in agreed:
            sentence = pgettext("desk", "The patient has not agreed that %(clinic)s sees the case.")
            raise ReferralRefused(sentence % {"clinic": contact.clinic})
        if contact.clinic_id in standing:
            continue
        _check_contact(contact)
        # A consent that was taken back and given anew revives no link: the one that it ended makes room for this one.
        ended = Referral.objects.filter(case__in=locked.whole(), clinic=contact.clinic, revoked_at=None)
        ended.update(revoked_at=timezone.now(), revoked_by=by)
        referral = Referral.objects.create(
            case=locked,
            clinic=contact.clinic,
            contact=contact,
            brief=brief,
            consent=agreed[contact.clinic_id],
            language=contact.language,
            words=words,
            sent_by=by,
            expires_at=timezone.now() + settings.REFERRAL_LIFETIME,
        )
        _release(referral, papers)
        audit.record(locked, EventKind.REFERRAL_SENT, by=by, object_id=referral.pk)
        _mail(locked, referral)
        new.append(referral)
    if new and then is not None:
        if moves_on and locked.status == Status.DOCUMENTS_COMPLETE:
            moves.advance(case=locked, to=Status.WITH_CLINICS, by=by, turn=then.turn, next_at=then.at)
        else:
            next_dates.set_next(locked, turn=then.turn, at=then.at, by=by)
    return new


def _check_sending(locked: Case, chosen: list[ClinicContact], papers: list[Document], *, asks_freely: bool) -> Brief:
    """Return the brief that is sent, or raise ``ReferralRefused`` with what is to be done first."""
    _check_open(locked)
    if not patients.has_agreed(locked):
        raise ReferralRefused(pgettext("desk", "The patient has not agreed yet: somebody else wrote."))
    brief = briefs.approved(locked)
    if brief is None:
        raise ReferralRefused(pgettext("desk", "The patient has not approved a summary yet."))
    if not asks_freely and not referrals.asked_lines(locked).exists():
        raise ReferralRefused(
            pgettext("desk", "Say what the clinics are asked to price, or that each says what it would do.")
        )
    if not chosen:
        raise ReferralRefused(pgettext("desk", "Choose at least one clinic."))
    if len({contact.clinic_id for contact in chosen}) < len(chosen):
        raise ReferralRefused(pgettext("desk", "Choose one contact of a clinic."))
    _check_papers(locked, papers)
    return brief


def _check_contact(contact: ClinicContact) -> None:
    if not contact.can_get_briefs:
        sentence = pgettext("desk", "%(contact)s, %(clinic)s, cannot be sent a brief now.")
        raise ReferralRefused(sentence % {"contact": contact.name, "clinic": contact.clinic})


@transaction.atomic
def release(*, referral: Referral, documents: Iterable[Document], by: User) -> None:
    """Let a clinic open these papers and no others; the same again changes nothing. Raises ``ReferralRefused`` or ``PermissionDenied``."""
    check_can_work_cases(by)
    locked, fresh = _lock(referral)
    papers = list(documents)
    before = set(fresh.released.values_list("document", flat=True))
    after = {image.pk for paper in papers for image in paper.images}
    if before == after:
        return
    _check_changeable(fresh)
    _check_papers(locked, papers)
    fresh.released.exclude(document__in=after).delete()
    _release(fresh, papers)
    audit.record(locked, EventKind.PAPERS_RELEASED, by=by, object_id=fresh.pk)


@transaction.atomic
def revoke(*, referral: Referral, by: User) -> None:
    """End the access of a clinic at once; a second click does nothing. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    locked, fresh = _lock(referral)
    if fresh.revoked_at is not None:
        return
    fresh.revoked_at, fresh.revoked_by = timezone.now(), by
    fresh.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(locked, EventKind.REFERRAL_REVOKED, by=by, object_id=fresh.pk)
    referral_notices.answered(locked, fresh, by=by)


@transaction.atomic
def renew(*, referral: Referral, by: User) -> None:
    """Let the same link work for another REFERRAL_LIFETIME, of which a mail tells. Within a minute of another, nothing happens.

    Raises ``ReferralRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked, fresh = _lock(referral)
    _check_changeable(fresh)
    _check_open(locked)
    _check_contact(fresh.contact)
    until = timezone.now() + settings.REFERRAL_LIFETIME
    if until - fresh.expires_at < JUST_RENEWED:
        return
    fresh.expires_at, fresh.renewals, fresh.reminded_at = until, fresh.renewals + 1, None
    fresh.save(update_fields=["expires_at", "renewals", "reminded_at"])
    audit.record(locked, EventKind.REFERRAL_RENEWED, by=by, object_id=fresh.pk)
    _mail(locked, fresh)


@transaction.atomic
def write(*, referral: Referral, body: str, known: int, form_token: str, by: User) -> ReferralMessage:
    """Write to a clinic: it reads it behind its link, of which a mail tells; a question of it is answered then.

    The same words under the same form token count once. ``known`` is how many messages of the thread the page knew.
    Raises ``ThreadChanged``, ``ReferralRefused`` or ``PermissionDenied``.
    """
    check_can_work_cases(by)
    locked, fresh = _lock(referral)
    key = form_tokens.key(fresh.pk, form_token, body)
    if (same := fresh.messages.filter(form_token=key).first()) is not None:
        return same
    _check_changeable(fresh)
    if not referrals.is_live(fresh):
        raise ReferralRefused(pgettext("desk", "The link of the clinic opens nothing now. Renew it first."))
    if newer := list(referrals.thread(fresh)[known:]):
        raise ThreadChanged(newer)
    columns = {"case": fresh.case, "created_at": timezone.now(), "form_token": key}
    message = ReferralMessage.objects.create(referral=fresh, body=body, written_by=by, **columns)
    audit.record(locked, EventKind.CLINIC_ANSWERED, by=by, object_id=message.pk)
    referral_notices.answered(locked, fresh, by=by)
    effects.add(locked, [effects.owed(locked, effects.REFERRAL_REPLY, message.pk)])
    return message


def _lock(referral: Referral) -> tuple[Case, Referral]:
    """Return the case in which a referral goes on, locked, and its newest row."""
    locked = clock.lock(referral.case.living)
    return locked, Referral.objects.select_related(*referrals.RELATED).get(pk=referral.pk)


def _mail(locked: Case, referral: Referral) -> None:
    """Owe the mail with the link, one for each time that it was sent or renewed."""
    key = f"{referral.pk}:{referral.renewals}"
    effects.add(locked, [effects.owed(locked, effects.REFERRAL_SENT, referral.pk, key)])


def _release(referral: Referral, papers: Iterable[Document]) -> None:
    """Let a clinic open papers, each with all images of its series."""
    images = (image for paper in papers for image in paper.images)
    ReferralDocument.objects.bulk_create(
        (ReferralDocument(referral=referral, document=image) for image in images), ignore_conflicts=True
    )


def _check_papers(locked: Case, papers: Iterable[Document]) -> None:
    known = {paper.pk for paper in referrals.papers(locked)}
    if not {paper.pk for paper in papers} <= known:
        raise ReferralRefused(
            pgettext("desk", "One of the papers is not here any more, or cannot be opened. Choose again.")
        )


def _check_changeable(referral: Referral) -> None:
    if referral.consent.withdrawn_at is not None:
        raise ReferralRefused(
            pgettext("desk", "The patient took the consent for this clinic back. When she agrees again, send it anew.")
        )
    if referral.revoked_at is not None:
        raise ReferralRefused(pgettext("desk", "The link of this clinic is revoked. Send the brief anew."))


def _check_open(case: Case) -> None:
    if case.is_quarantined:
        raise ReferralRefused(pgettext("desk", "Release the case from quarantine first."))
    if not referrals.goes_on(case):
        raise ReferralRefused(pgettext("desk", "This case has ended: no clinic is asked any more."))
