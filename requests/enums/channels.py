"""Ways to reach somebody."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(TextChoices):
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")


class CallChannel(TextChoices):
    """By what we call."""

    PHONE = "phone", _("Phone")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")


class ContactChannel(TextChoices):
    """By what we and a patient reached each other outside the portal."""

    PHONE = "phone", pgettext_lazy("desk", "Phone")
    WHATSAPP = "whatsapp", pgettext_lazy("desk", "WhatsApp")
    TELEGRAM = "telegram", pgettext_lazy("desk", "Telegram")
    EMAIL = "email", pgettext_lazy("desk", "E-mail")
    IN_PERSON = "in_person", pgettext_lazy("desk", "In person")
