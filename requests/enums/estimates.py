"""Kinds of estimates, decisions about them, origins of prices, values of package lines."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EstimateKind(TextChoices):
    PRELIMINARY = "preliminary", pgettext_lazy("desk", "Preliminary estimate")
    FINAL = "final", pgettext_lazy("desk", "Estimate")
    SUPPLEMENT = "supplement", pgettext_lazy("desk", "Supplement to the estimate")


class DecisionKind(TextChoices):
    """What a patient decided about an estimate."""

    ACCEPTED = "accepted", pgettext_lazy("desk", "accepted")
    DECLINED = "declined", pgettext_lazy("desk", "declined")


class DeclineReason(TextChoices):
    """Why a patient declines an estimate."""

    TOO_EXPENSIVE = "too_expensive", _("It is too expensive")
    ANOTHER_CLINIC = "another_clinic", _("I want another clinic or another plan")
    AT_HOME = "at_home", _("I get treatment at home")
    NOT_NOW = "not_now", _("Not now")
    OTHER = "other", _("Another reason")


class PriceOrigin(TextChoices):
    """Whose price a line of an estimate carries."""

    TYPICAL = "typical", pgettext_lazy("desk", "typical price in Russia")
    CLINIC = "clinic", pgettext_lazy("desk", "price of the clinic")
    COORDINATOR = "coordinator", pgettext_lazy("desk", "stated by the coordinator")
    OFFER = "offer", pgettext_lazy("desk", "offer of the clinic")
    OPERATOR = "operator", pgettext_lazy("desk", "our own price")


class LineValue(TextChoices):
    """What a support package says about one line."""

    INCLUDED = "included", _("included")
    QUANTITY = "quantity", _("limited")
    EXTRA = "extra", _("for an extra fee")
    NOT_OFFERED = "not_offered", _("not offered")
