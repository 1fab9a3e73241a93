"""Links that open a case: made when a mail is written, read when somebody clicks."""

import time

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.enums import ActorKind, Deed, EventKind
from requests.models import Case, CaseLink, Event, Note
from requests.permissions import check_can_work_cases
from requests.services import audit, clock, effects, family, joined_cases, tokens
from requests.services.audit import Actor

SALT = "requests.case-link"
SECONDS_BETWEEN_LINKS = 600
SECONDS_OF_A_DAY = 86_400


class AddressChanged(Exception):
    """The e-mail address was corrected while a mail to the one before was written; the next try has the new one."""


def for_mail(item: OutboxItem, case: Case) -> CaseLink:
    """Return the link that the mail of an outbox row carries, the same at every attempt until it is revoked.

    Raises ``AddressChanged`` when the case that was read has another address by now.
    """
    link = CaseLink.objects.get_or_create(sent_with=item.pk, revoked_at=None, defaults={"case": case})[0]
    # A correction revokes the links that it finds. Asked after the link is there, so that no link that
    # it did not find leaves for the address before.
    if not Case.objects.filter(pk=case.pk, email_hash=case.email_hash).exists():
        raise AddressChanged
    return link


def show(*, case: Case, by: User) -> CaseLink:
    """Make a link that a coordinator hands over; who was shown it is kept. Raises ``PermissionDenied``."""
    check_can_work_cases(by)
    with transaction.atomic():
        link = CaseLink.objects.create(case=case)
        audit.record(case, EventKind.LINK_SHOWN, by=by, object_id=link.pk)
    return link


def address(link: CaseLink) -> str:
    """Return the whole address of a link, in the language of its case; the token is its id, signed."""
    with override(link.case.language):
        return str(settings.SITE_URL) + reverse("requests:case_link", args=[tokens.make(link.pk, salt=SALT)])


def live_link(token: str) -> CaseLink | None:
    """Return the live link of a token, or None."""
    link_id = tokens.read(token, salt=SALT)
    if link_id is None:
        return None
    link = CaseLink.objects.select_related("case").filter(pk=link_id).first()
    return link if link is not None and link.is_live else None


def note_opened(link: CaseLink) -> None:
    """Write on the case of a link when it was first opened."""
    Case.objects.filter(pk=link.case_id, opened_at=None).update(opened_at=timezone.now())


def ask(*, reference: str, email: str) -> None:
    """Mail a new link if reference and e-mail belong together; the caller learns nothing of it."""
    case = Case.objects.filter(reference=reference, email_hash=email).first()
    if case is None:
        return
    with transaction.atomic():
        case = clock.lock(case)
        _mail(case, _slot(case))


def _mail(case: Case, slot: str) -> None:
    item = effects.for_link(case, slot)
    effects.add(case, [item])
    # A mail that is held or cancelled is no link sent.
    if item.state == OutboxItem.State.QUEUED:
        audit.record(case, EventKind.LINK_SENT, by=ActorKind.PATIENT)


def _slot(case: Case) -> str:
    """Return how often a link may be mailed: ten minutes apart, to an address with held mails once a day."""
    if case.mails_held_until is not None:
        return f"{case.email_hash}:{int(time.time()) // SECONDS_OF_A_DAY}"
    return f"{case.pk}:{int(time.time()) // SECONDS_BETWEEN_LINKS}"


def end_all(*, case: Case) -> None:
    """End every link of a case and of its family, and the browsers that they opened; a new link is mailed at once."""
    with transaction.atomic():
        locked = clock.lock(case)
        revoke_all(locked, by=ActorKind.PATIENT)
        family.revoke_all(locked, by=ActorKind.PATIENT)
        _mail(locked, f"{locked.pk}:ended:{timezone.now().isoformat()}")


def begin_anew(*, case: Case, asked: list[str], way: str, by: User) -> CaseLink:
    """End every link of a case whose patient lost phone and mailbox, and make one to hand over.

    A note keeps which questions (``Question``) the person answered, and the way to reach them. Raises ``PermissionDenied``.
    """
    check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(case)
        revoke_all(locked, by=by)
        family.revoke_all(locked, by=by)
        note = Note.objects.create(case=locked, deed=f"{Deed.WAYS_ENDED}:{','.join(asked)}", body=way, author=by)
        audit.record(locked, EventKind.NOTE, by=by, object_id=note.pk)
        return show(case=locked, by=by)


def revoke_all(locked: Case, *, by: Actor) -> None:
    """Revoke the links of a locked case, which ends the browsers that opened one, and take it out of its account."""
    live = locked.links.filter(revoked_at=None)
    # Made before the update, after which no link is left to name.
    events = [audit.event(locked, EventKind.LINK_REVOKED, by=by, object_id=link.pk) for link in live]
    live.update(revoked_at=timezone.now())
    Event.objects.bulk_create(events)
    joined_cases.leave_account(locked, by=by)


def prune() -> int:
    """Delete links that stopped opening anything and return how many."""
    old = CaseLink.objects.filter(created_at__lt=timezone.now() - 2 * settings.CASE_LINK_LIFETIME)
    return old.delete()[0]
