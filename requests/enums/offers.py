"""Choices of referrals, offers, lines of estimates and payments."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReferralState(TextChoices):
    """Where a referral stands; derived from its times, never stored."""

    SENT = "sent", pgettext_lazy("desk", "Sent, not opened")
    OPENED = "opened", pgettext_lazy("desk", "Opened")
    ASKED = "asked", pgettext_lazy("desk", "The clinic asks something")
    ANSWERED = "answered", pgettext_lazy("desk", "Answered")
    DECLINED = "declined", pgettext_lazy("desk", "Declined")
    EXPIRED = "expired", pgettext_lazy("desk", "Expired")
    REVOKED = "revoked", pgettext_lazy("desk", "Revoked")
    CONSENT_WITHDRAWN = "withdrawn", pgettext_lazy("desk", "Patient withdrew the consent")


class ReferralDecline(TextChoices):
    """Why a clinic declines."""

    NOT_TREATED = "not_treated", _("We do not treat this illness")
    NO_INDICATION = "no_indication", _("We see no treatment that would help")
    TOO_ILL = "too_ill", _("The patient is too ill to travel or to be treated here")
    NO_PLACE = "no_place", _("We have no free place in time")
    OTHER = "other", _("Another reason")


class ChoiceWay(TextChoices):
    """How the choice of an offer reached somebody of the desk."""

    PHONE = "phone", pgettext_lazy("desk", "By phone")
    VIDEO = "video", pgettext_lazy("desk", "In a video call")
    IN_PERSON = "in_person", pgettext_lazy("desk", "In person")
    MESSAGE = "message", pgettext_lazy("desk", "In a message")


class LineKind(TextChoices):
    """What a line of an estimate is; a discount is taken off."""

    TREATMENT = "treatment", pgettext_lazy("desk", "Treatment")
    PACKAGE = "package", pgettext_lazy("desk", "Support package")
    FEE = "fee", pgettext_lazy("desk", "Service fee")
    DISCOUNT = "discount", pgettext_lazy("desk", "Discount")


class PaymentKind(TextChoices):
    """What happened with money; the portal records it and moves none."""

    ASKED = "asked", _("Asked for")
    RECEIVED = "received", _("Received from you")
    PAID_ON = "paid_on", _("Paid on to the clinic")
    REFUNDED = "refunded", _("Paid back to you")


# What the desk calls what patients read by the labels above.
PAYMENT_NAMES: dict[PaymentKind, Promise] = {
    PaymentKind.ASKED: pgettext_lazy("desk", "Asked for"),
    PaymentKind.RECEIVED: pgettext_lazy("desk", "Received from the patient"),
    PaymentKind.PAID_ON: pgettext_lazy("desk", "Paid on to the clinic"),
    PaymentKind.REFUNDED: pgettext_lazy("desk", "Paid back to the patient"),
}
