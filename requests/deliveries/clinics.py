"""Mails to the contacts of clinics: a link and the reference, and nothing of the patient."""

from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.services.contacts import mark_refused
from portal.core.delivery import mail, outbox
from portal.core.models import OutboxItem
from requests.models import Case, Referral, ReferralCode, ReferralMessage
from requests.selectors import referrals
from requests.services import (
    clinic_notices,
    effects,
    referral_access,
    referral_codes,
    referral_notices,
    referral_reminders,
)


def _refused(item: OutboxItem) -> None:
    """Note that the address of the contact takes no mail, and tell the desk the first time."""
    known_by = Q(pk=item.object_id) | Q(codes=item.object_id) | Q(messages=item.object_id)
    referral = Referral.objects.select_related("case__merged_into", "contact", "clinic").filter(known_by).first()
    if referral is not None and mark_refused(referral.contact):
        referral_notices.address_refused(referral)


def handles(kind: outbox.Kind, label: object) -> Callable[[outbox.Handler], outbox.Handler]:
    """Register what delivers a mail to a contact; a refused one marks the address."""
    return outbox.handles(kind, label=label, on_refused=_refused, case_list="admin:requests_case_changelist")


def to_clinic(item: OutboxItem, referral: Referral, **context: Any) -> None:
    """Mail the contact of a referral, in their language, with the link. Raises ``outbox.Withheld`` when it opens nothing."""
    case = _check_opens(item, referral)
    contact, url = referral.contact, referral_access.address(referral)
    until = timezone.localtime(referral.expires_at, ZoneInfo(settings.TEAM_TIME_ZONE)).date()
    mail.send(
        item, to=contact.email, language=contact.language, reference=case.reference, url=url, until=until, **context
    )


def _check_opens(item: OutboxItem, referral: Referral) -> Case:
    """Return the case in which a referral goes on, or raise ``outbox.Withheld`` when its link opens nothing."""
    case = referral.case.living
    effects.check_may_leave(item, case)
    if not referrals.is_live(referral):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    return case


def _referral(pk: UUID) -> Referral:
    return Referral.objects.select_related(*referrals.RELATED).get(pk=pk)


@handles(effects.REFERRAL_SENT, _("Brief announced to a clinic"))
def referral_sent(item: OutboxItem) -> None:
    """A patient would like to know what you offer: read the summary and answer."""
    to_clinic(item, _referral(item.object_id))


@handles(effects.REFERRAL_REPLY, _("Our answer announced to a clinic"))
def referral_reply(item: OutboxItem) -> None:
    """We wrote to you: read it behind this link."""
    message = ReferralMessage.objects.only("referral_id").get(pk=item.object_id)
    to_clinic(item, _referral(message.referral_id))


@handles(effects.REFERRAL_REMINDER, _("Reminder to a clinic"))
def referral_reminder(item: OutboxItem) -> None:
    """We still wait for your answer. When it is here by now, nothing is sent."""
    referral = _referral(item.object_id)
    if not referral_reminders.is_wanted(referral):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_clinic(item, referral)


@handles(effects.REFERRAL_BRIEF, _("Newer brief announced to a clinic"))
def referral_brief(item: OutboxItem) -> None:
    """The patient approved a newer brief. A clinic that has opened it by now, or answers no more, gets nothing."""
    referral = _referral(item.object_id)
    if not clinic_notices.wants_brief(referral):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_clinic(item, referral)


@handles(effects.REFERRAL_CHOICE, _("Patient’s choice announced to a clinic"))
def referral_choice(item: OutboxItem) -> None:
    """The patient chose your offer, or another clinic after you were told so. What is not true by now is not sent."""
    referral = _referral(item.object_id)
    if not clinic_notices.is_true(item, referral):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    to_clinic(item, referral, is_chosen=effects.choice(item) != effects.ANOTHER)


@handles(effects.REFERRAL_CODE, _("Code for a clinic to open a brief"))
def referral_code(item: OutboxItem) -> None:
    """Type these six digits on the page that asked for them. One that is too old by now is not sent."""
    code = ReferralCode.objects.get(pk=item.object_id)
    if not referral_codes.is_live(code):
        raise outbox.Withheld(OutboxItem.State.CANCELLED)
    referral = _referral(code.referral_id)
    case, contact = _check_opens(item, referral), referral.contact
    digits = referral_codes.in_digits(code)
    # Without the link: it and the code together open the brief.
    mail.send(item, to=contact.email, language=contact.language, reference=case.reference, code=digits)
