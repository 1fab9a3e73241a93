"""What somebody agrees to, and how."""

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class ConsentWay(TextChoices):
    """How a consent reached somebody of the desk."""

    PHONE = "phone", pgettext_lazy("desk", "By phone")
    VIDEO = "video", pgettext_lazy("desk", "In a video call")
    IN_PERSON = "in_person", pgettext_lazy("desk", "In person")
    PAPER = "paper", pgettext_lazy("desk", "On paper, signed")


class Purpose(TextChoices):
    """What a consent is for."""

    PROCESSING = "processing", pgettext_lazy("desk", "Use of your personal data")
    HEALTH = "health", pgettext_lazy("desk", "Use of what you tell about health")
    FOLLOW_UP = "follow_up", pgettext_lazy("desk", "Questions after coming home")
    CLINIC = "clinic", pgettext_lazy("desk", "A clinic sees the case")


# Without these no case is worked on; the others are asked for when their time comes.
NEEDED_PURPOSES = (Purpose.PROCESSING, Purpose.HEALTH)
