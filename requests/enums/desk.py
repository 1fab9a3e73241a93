"""Choices of the desk's work: what a move needs, what comes next, what somebody writes."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class Direction(TextChoices):
    FROM_PATIENT = "from_patient", pgettext_lazy("desk", "From the patient")
    TO_PATIENT = "to_patient", pgettext_lazy("desk", "From us")


class Question(TextChoices):
    """What only the patient, or who wrote for the patient, can say."""

    NAME = "name", pgettext_lazy("desk", "Full name and date of birth")
    FIRST = "first", pgettext_lazy("desk", "When they first wrote, and about what")
    CONTACT = "contact", pgettext_lazy("desk", "The number and address that the case has")


class NextTurn(TextChoices):
    """Whose turn it is after an answer, a move or a contact, and so what the desk does next."""

    PATIENT = "patient", pgettext_lazy("desk", "Patient’s turn, ask again")
    US = "us", pgettext_lazy("desk", "Our turn, come back")
    CALL = "call", pgettext_lazy("desk", "We call")
    CLINICS = "clinics", pgettext_lazy("desk", "Clinics’ turn, ask them again")
    AS_IT_IS = "as_it_is", pgettext_lazy("desk", "As it is")


# What a reminder of the desk says, by whose turn it is until then.
REMINDERS: dict[NextTurn, Promise] = {
    NextTurn.PATIENT: pgettext_lazy("desk", "Ask again if the patient has not written."),
    NextTurn.CLINICS: pgettext_lazy("desk", "Ask the clinics again if they have not answered."),
    NextTurn.US: pgettext_lazy("desk", "Go on with the case."),
}


class Need(TextChoices):
    """A fact that should be there before a move."""

    PAPERS_ASKED = "papers_asked", pgettext_lazy("desk", "A task says which papers")
    TASKS_DONE = "tasks_done", pgettext_lazy("desk", "Every task of the patient is done")
    CONDITION = "condition", pgettext_lazy("desk", "The illness is known")
    CONSENT = "consent", pgettext_lazy("desk", "The patient agrees that clinics see the case")
    BRIEF = "brief", pgettext_lazy("desk", "The patient has approved the brief")
    OFFER = "offer", pgettext_lazy("desk", "An offer is here, or the clinic is chosen")
    ESTIMATE = "estimate", pgettext_lazy("desk", "An estimate stands")
    ACCEPTANCE = "acceptance", pgettext_lazy("desk", "It is on record that the patient accepts the estimate")
    REQUIRED_PAPERS = "required_papers", pgettext_lazy("desk", "Every required paper is accepted")
    DISCHARGE = (
        "discharge",
        pgettext_lazy("desk", "Discharge papers in the patient’s language or translated, to close as “Treated”"),
    )
    CONTINUITY = "continuity", pgettext_lazy("desk", "An issued continuity pack, to close as “Treated”")


class Deed(TextChoices):
    """What the desk did, as the note about it begins."""

    WAYS_ENDED = "ways_ended", pgettext_lazy("desk", "All ways in ended, new link handed over. Checked: %(asked)s.")
    EMERGENCY = "emergency", pgettext_lazy("desk", "Opened in an emergency, to read for an hour.")
    NEEDS_OVERRIDDEN = "needs_overridden", pgettext_lazy("desk", "Moved without: %(facts)s.")


class DraftKind(TextChoices):
    """What somebody of the desk has begun to write."""

    ANSWER = "answer", pgettext_lazy("desk", "Answer")
    NOTE = "note", pgettext_lazy("desk", "Note")
    CONTACT = "contact", pgettext_lazy("desk", "Contact")
    LAST_WORD = "last_word", pgettext_lazy("desk", "Message that ends the case")
    REASON = "reason", pgettext_lazy("desk", "Reason of a move")
