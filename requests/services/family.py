"""Links for the family: a view of a case that the patient gives to one person, and takes back."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from portal.accounts.models import User
from requests.enums import AccessKind, ActorKind, EventKind, Status
from requests.models import Case, Event, FamilyLink
from requests.permissions import check_can_work_cases
from requests.selectors.consents import check_standing
from requests.services import audit, clock, effects, form_tokens, tokens
from requests.services.audit import Actor

SALT = "requests.family-link"
MOST_LINKS = 10
MOST_MAILS_A_DAY = 5


class NoLink(Exception):
    """A link that cannot be made, renewed or mailed now."""


class TooManyLinks(NoLink):
    """As many links of the case work already as may."""


class TooManyMails(NoLink):
    """As many links of the case were mailed within a day as may."""


def can_have_links(case: Case) -> bool:
    """Whether links of a case can be made, renewed and mailed: a person read it as a request, consents stand, nobody died."""
    is_stopped = case.is_spam or case.is_quarantined or case.consent_withdrawn_at is not None
    return not (is_stopped or case.has_died or case.status == Status.DUPLICATE)


def make(*, case: Case, name: str, shows_medical: bool, form_token: str) -> FamilyLink:
    """Make a link that works for 90 days. The same form counts once. Raises ``NoLink``."""
    key = form_tokens.key(case.pk, form_token)
    with transaction.atomic():
        locked = _lock(case)
        known = locked.family_links.filter(form_token=key).first()
        if known is not None:
            return known
        _check_number(locked)
        link = FamilyLink.objects.create(
            case=locked, name=name, shows_medical=shows_medical, form_token=key, expires_at=_end()
        )
        audit.record(locked, EventKind.FAMILY_LINK_MADE, by=ActorKind.PATIENT, object_id=link.pk)
    return link


def renew(*, link: FamilyLink) -> None:
    """Let a link work for 90 days from now, also one that ran out; a revoked one stays so. Raises ``NoLink``."""
    with transaction.atomic():
        locked = _lock(link.case)
        fresh = locked.family_links.get(pk=link.pk)
        if fresh.revoked_at is not None:
            raise NoLink
        if not fresh.is_live:
            _check_number(locked)
        fresh.expires_at = _end()
        fresh.save(update_fields=["expires_at"])
        audit.record(locked, EventKind.FAMILY_LINK_RENEWED, by=ActorKind.PATIENT, object_id=link.pk)


def show_medical(*, link: FamilyLink, shows: bool) -> None:
    """Show medical details behind a link from now on, or hide them."""
    with transaction.atomic():
        locked = clock.lock(link.case)
        if shows:
            check_standing(locked)
        if locked.family_links.filter(pk=link.pk).exclude(shows_medical=shows).update(shows_medical=shows):
            audit.record(locked, EventKind.FAMILY_LINK_CHANGED, by=ActorKind.PATIENT, object_id=link.pk)


def mail(*, link: FamilyLink, email: str) -> None:
    """Mail a link, once: another person gets a link of their own. Raises ``NoLink``."""
    with transaction.atomic():
        locked = _lock(link.case)
        fresh = locked.family_links.get(pk=link.pk)
        if fresh.email or not fresh.is_live:
            raise NoLink
        since = timezone.now() - timedelta(days=1)
        mailed = Event.objects.filter(reference=locked.reference, kind=EventKind.FAMILY_LINK_MAILED, at__gte=since)
        if mailed.count() >= MOST_MAILS_A_DAY:
            raise TooManyMails
        fresh.email, fresh.email_refused_at = email, None
        fresh.save(update_fields=["email", "email_refused_at"])
        event = audit.event(locked, EventKind.FAMILY_LINK_MAILED, by=ActorKind.PATIENT, object_id=link.pk)
        event.save(force_insert=True)
        # Each time that it is mailed has a row of its own: an address that refused it gives way to another.
        effects.add(locked, [effects.owed(locked, effects.FAMILY, link.pk, str(event.pk))])


def mark_address_refused(link: FamilyLink) -> None:
    """Note that the mail server refused the address of a relative for good, so that another can be typed."""
    link.email, link.email_refused_at = "", timezone.now()
    link.save(update_fields=["email", "email_refused_at"])


def revoke(*, link: FamilyLink, by: Actor) -> None:
    """End a link, also where it is open. Raises ``PermissionDenied``."""
    if isinstance(by, User):
        check_can_work_cases(by)
    with transaction.atomic():
        locked = clock.lock(link.case)
        _revoke(locked, [link for link in locked.family_links.filter(pk=link.pk) if link.revoked_at is None], by=by)


def revoke_all(locked: Case, *, by: Actor) -> None:
    """End every link of a locked case."""
    _revoke(locked, list(locked.family_links.filter(revoked_at=None)), by=by)


def revoke_medical(locked: Case, *, by: Actor) -> None:
    """End the links of a locked case that show medical details."""
    _revoke(locked, list(locked.family_links.filter(revoked_at=None, shows_medical=True)), by=by)


def _revoke(locked: Case, links: list[FamilyLink], *, by: Actor) -> None:
    locked.family_links.filter(pk__in=[link.pk for link in links]).update(revoked_at=timezone.now())
    for link in links:
        audit.record(locked, EventKind.FAMILY_LINK_REVOKED, by=by, object_id=link.pk)


def address(link: FamilyLink, language: str) -> str:
    """Return the whole address that a link opens in a language."""
    with override(language):
        return str(settings.SITE_URL) + reverse("requests:family", args=[token_of(link)])


def token_of(link: FamilyLink) -> str:
    """Return the token of a link: its id, signed, so that a copy of the database opens nothing."""
    return tokens.make(link.pk, salt=SALT)


def live_link(token: str) -> FamilyLink | None:
    """Return the live link of a token, or None."""
    link_id = tokens.read(token, salt=SALT)
    if link_id is None:
        return None
    shown = ("case__condition", "case__clinic__city", "case__package")
    link = FamilyLink.objects.select_related(*shown).filter(pk=link_id).first()
    return link if link is not None and link.is_live else None


def note_opened(link: FamilyLink) -> None:
    """Write that somebody pressed the button behind a link; called before anything is shown."""
    audit.record_access(link.case, AccessKind.FAMILY, by=ActorKind.FAMILY, object_id=link.pk)


def prune() -> int:
    """Delete links that ended long ago, with the names and addresses in them, and return how many rows that were."""
    old = timezone.now() - settings.FAMILY_LINK_LIFETIME
    return FamilyLink.objects.filter(Q(expires_at__lt=old) | Q(revoked_at__lt=old)).delete()[0]


def _lock(case: Case) -> Case:
    """Return the locked row of a case whose links can be made, renewed and mailed. Raises ``NoLink``."""
    locked = clock.lock(case)
    if not can_have_links(locked):
        raise NoLink
    return locked


def _check_number(locked: Case) -> None:
    live = locked.family_links.filter(revoked_at=None, expires_at__gt=timezone.now())
    if live.count() >= MOST_LINKS:
        raise TooManyLinks


def _end() -> datetime:
    end: datetime = timezone.now() + settings.FAMILY_LINK_LIFETIME
    return end
