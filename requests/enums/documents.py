"""States of papers, and PDFs that are printed."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DocumentState(TextChoices):
    """Where a paper of a patient stands; before it is uploaded, a task asks for it."""

    UPLOADED = "uploaded", _("Sent")
    IN_REVIEW = "in_review", _("We are looking at it")
    ACCEPTED = "accepted", _("Fine")
    REJECTED = "rejected", _("Send it again")
    TRANSLATION_NEEDED = "to_translate", _("Fine, a translation is needed")
    TRANSLATED = "translated", _("Fine, and translated")


# The labels above are for patients.
DOCUMENT_STATES: dict[DocumentState, Promise] = {
    DocumentState.UPLOADED: pgettext_lazy("desk", "Not looked at"),
    DocumentState.IN_REVIEW: pgettext_lazy("desk", "In review"),
    DocumentState.ACCEPTED: pgettext_lazy("desk", "Can be used"),
    DocumentState.REJECTED: pgettext_lazy("desk", "Rejected"),
    DocumentState.TRANSLATION_NEEDED: pgettext_lazy("desk", "Translation needed"),
    DocumentState.TRANSLATED: pgettext_lazy("desk", "Translated"),
}


# What a paper is filed under that comes home with the patient, and so stands on no checklist of an illness.
DISCHARGE = "discharge"


# Their name, for patients too.
DISCHARGE_NAME = _("Discharge papers from Russia")


class VirusScan(TextChoices):
    """What the virus scanner says of a paper; nothing of one that it was not asked about."""

    WAITING = "waiting", pgettext_lazy("desk", "Waits for the virus scanner")
    CLEAN = "clean", pgettext_lazy("desk", "No virus found")
    SUSPICIOUS = "suspicious", pgettext_lazy("desk", "The virus scanner cannot vouch for it")
    RELEASED = "released", pgettext_lazy("desk", "Released by a colleague")
    INFECTED = "infected", pgettext_lazy("desk", "A virus was found")


# What patients read of papers that cannot be opened because of it.
HELD_BACK: dict[VirusScan, Promise] = {
    VirusScan.WAITING: _("This paper is being checked for viruses. It is here, and can be opened when that is done."),
    VirusScan.SUSPICIOUS: _(
        "Our virus scanner could not look at the whole of this file. A coordinator looks at it, then it can be opened."
    ),
}


class PrintedKind(TextChoices):
    """What a worker prints for a case, beside its estimates."""

    CARD = "card"
    JOURNEY = "journey"
    ACCEPTANCE = "acceptance"
    CONTINUITY = "continuity"
