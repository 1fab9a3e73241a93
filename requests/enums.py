"""Choices of the requests app; stored values are short and stable."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """Where a case stands. The moves between them are in ``requests.workflow``."""

    NEW = "new", _("New")
    TRIAGE = "triage", _("Being read by us")
    WAITING_DOCUMENTS = "waiting_documents", _("Waiting for your documents")
    DOCUMENTS_COMPLETE = "documents_complete", _("Documents complete")
    WITH_CLINICS = "with_clinics", _("With clinics")
    OFFERS_IN = "offers_in", _("Offers are in")
    ESTIMATE_SENT = "estimate_sent", _("Estimate sent")
    ACCEPTED = "accepted", _("Estimate accepted")
    TRAVEL = "travel", _("Travel is being arranged")
    ARRIVED = "arrived", _("Arrived")
    IN_TREATMENT = "in_treatment", _("In treatment")
    RECOVERY = "recovery", _("Recovery")
    CLOSED = "closed", _("Closed")
    DECLINED_BY_PATIENT = "declined_by_patient", _("Declined by you")
    DECLINED_BY_US = "declined_by_us", _("Declined by us")
    NO_ANSWER = "no_answer", _("No answer from you")
    DUPLICATE = "duplicate", _("Joined to another case")
    SPAM = "spam", _("Not read as a request")


# What the desk calls the states; the labels above are for patients (decision 0011).
DESK_NAMES: dict[Status, str] = {
    Status.NEW: "New",
    Status.TRIAGE: "Triage",
    Status.WAITING_DOCUMENTS: "Waiting for documents",
    Status.DOCUMENTS_COMPLETE: "Documents complete",
    Status.WITH_CLINICS: "With clinics",
    Status.OFFERS_IN: "Offers in",
    Status.ESTIMATE_SENT: "Estimate sent",
    Status.ACCEPTED: "Accepted",
    Status.TRAVEL: "Travel",
    Status.ARRIVED: "Arrived",
    Status.IN_TREATMENT: "In treatment",
    Status.RECOVERY: "Recovery",
    Status.CLOSED: "Closed",
    Status.DECLINED_BY_PATIENT: "Declined by patient",
    Status.DECLINED_BY_US: "Declined by us",
    Status.NO_ANSWER: "No answer",
    Status.DUPLICATE: "Duplicate",
    Status.SPAM: "Spam",
}


class Turn(TextChoices):
    """Who acts next."""

    PATIENT = "patient", _("your turn")
    CLINICS = "clinics", _("the clinics’ turn")
    US = "us", _("our turn")
    NOBODY = "nobody", _("nobody’s turn")


class Outcome(TextChoices):
    """How a closed case ended."""

    TREATED = "treated", "Treated"
    HOME = "home", "Treatment at home"
    TOO_ILL = "too_ill", "Too ill to travel"
    DIED = "died", "The patient died"
    OTHER = "other", "Other"


class ForWhom(TextChoices):
    ME = "me", _("Me")
    SOMEONE_ELSE = "someone_else", _("Someone else")


class StatedBy(TextChoices):
    """Who says who the patient is, and agrees."""

    PATIENT = "patient", "The patient"
    PARENT = "parent", "A parent"
    GUARDIAN = "guardian", "A legal guardian"


class ConsentWay(TextChoices):
    """How a consent reached somebody of the desk."""

    PHONE = "phone", "By phone"
    VIDEO = "video", "In a video call"
    IN_PERSON = "in_person", "In person"
    PAPER = "paper", "On paper, signed"


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

    PHONE = "phone", "Phone"
    WHATSAPP = "whatsapp", "WhatsApp"
    TELEGRAM = "telegram", "Telegram"
    EMAIL = "email", "E-mail"
    IN_PERSON = "in_person", "In person"


class Step(TextChoices):
    """The steps of the road that a patient sees; ``requests.workflow`` says which states each stands for."""

    ASKED = "asked", _("You asked")
    DOCUMENTS = "documents", _("Your documents")
    CLINICS = "clinics", _("Clinics answer")
    ESTIMATE = "estimate", _("Your estimate")
    TRAVEL = "travel", _("You travel")
    TREATMENT = "treatment", _("Treatment")
    HOME = "home", _("Home again")


class Source(TextChoices):
    """How a request reached us."""

    WEB = "web", "Form on the site"
    EARLIER_CASE = "earlier", "Earlier case"
    PHONE = "phone", "Phone"
    WHATSAPP = "whatsapp", "WhatsApp"
    TELEGRAM = "telegram", "Telegram"
    EMAIL = "email", "E-mail"
    IN_PERSON = "in_person", "In person, at a fair"
    OTHER = "other", "Another way"


# Those that are written down at the desk.
BY_HAND = (Source.PHONE, Source.WHATSAPP, Source.TELEGRAM, Source.EMAIL, Source.IN_PERSON, Source.OTHER)


class Fact(TextChoices):
    """A fact of a case that the desk can correct; ``requests.facts`` says which columns it is."""

    NAME = "name", "Name"
    PATIENT = "patient", "Patient"
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    PLACE = "place", "Country and time zone"
    LANGUAGES = "languages", "Languages"
    CONDITION = "condition", "Condition"
    CLINIC = "clinic", "Clinic"
    PACKAGE = "package", "Package"


# What patients call the facts; the labels above are for the desk.
FACT_NAMES: dict[Fact, Promise] = {
    Fact.NAME: _("Your name"),
    Fact.PATIENT: _("Who it is for"),
    Fact.EMAIL: _("E-mail"),
    Fact.PHONE: _("Phone"),
    Fact.PLACE: _("Country and time"),
    Fact.LANGUAGES: _("Language to speak"),
    Fact.CONDITION: _("Illness"),
    Fact.CLINIC: _("Clinic"),
    Fact.PACKAGE: _("Support package"),
}


class Purpose(TextChoices):
    """What a consent is for."""

    PROCESSING = "processing", "Use of your personal data"
    HEALTH = "health", "Use of what you tell about health"


class Flag(TextChoices):
    """What looked odd about a submission. Which of these hold mails, ``requests.services.quarantine`` says."""

    HONEYPOT = "honeypot", "hidden field filled in"
    TOO_FAST = "too_fast", "sent too fast"
    FORGED = "forged", "form token missing or changed"
    EMAIL_RATE = "email_rate", "many unopened cases of one e-mail address within a day"
    NETWORK_RATE = "network_rate", "many requests from one network address"


class ActorKind(TextChoices):
    PATIENT = "patient", "patient"
    STAFF = "staff", "staff"
    SYSTEM = "system", "system"
    FAMILY = "family", "family"


class EventKind(TextChoices):
    """What happened in a case."""

    SENT = "sent", "Request sent"
    SENT_AGAIN = "sent_again", "Request sent again with changes"
    SAME_FORM = "same_form", "Same form sent with another contact"
    QUARANTINED = "quarantined", "Held for a check"
    MAILS_HELD = "mails_held", "Automatic e-mails held"
    RELEASED = "released", "Released"
    MOVED = "moved", "Status changed"
    ASSIGNED = "assigned", "Assigned"
    SECOND_OWNER = "second_owner", _("Second owner changed")
    HANDED_OVER = "handed_over", _("Handed to the substitute of an absent owner")
    GIVEN_BACK = "given_back", _("Given back after an absence")
    MESSAGE_IN = "message_in", "Message from the patient"
    MESSAGE_OUT = "message_out", "Message to the patient"
    MESSAGE_TAKEN_BACK = "message_taken_back", "Message to the patient taken back"
    NO_ANSWER_NEEDED = "no_answer_needed", "No answer needed"
    NOTE = "note", "Note added"
    CONTACT_LOGGED = "contact_logged", "Contact logged"
    CONTACT_ANSWERED = "contact_answered", "Answered in a call, chat or meeting"
    ESTIMATE_ISSUED = "estimate_issued", "Estimate issued"
    PDF_READY = "pdf_ready", "Estimate ready as PDF"
    ADDRESS_REFUSED = "address_refused", "E-mail address refused"
    LINK_SENT = "link_sent", "Link to the case sent"
    LINK_REVOKED = "link_revoked", "Link to the case revoked"
    LINK_SHOWN = "link_shown", "Link to the case shown at the desk"
    SENT_BY_HAND = "sent_by_hand", "Mail sent again"
    PUT_ON_HOLD = "put_on_hold", "Put on hold"
    RESUMED = "resumed", "Hold ended"
    PAPERS_STATED = "papers_stated", "Stated that the discharge papers are in and translated"
    NEEDS_OVERRIDDEN = "needs_overridden", _("A lead went on without what the move needs")
    MERGED_HERE = "merged_here", "Another case merged into this one"
    UNMERGED = "unmerged", "Merged case taken out again"
    CONTINUED_IN = "continued_in", "Goes on in a new case"
    CONTINUES = "continues", "Opened from an earlier case"
    FACT_CORRECTED = "fact_corrected", "Fact corrected"
    WRITTEN_DOWN = "written_down", "Request written down at the desk"
    TASK_ASKED = "task_asked", "Task added"
    TASK_DONE = "task_done", "Task done"
    TASK_WITHDRAWN = "task_withdrawn", "Task withdrawn"
    PATIENT_ASKED = "patient_asked", "Patient asked for their own consent"
    PATIENT_STATED = "patient_stated", "Patient named, with consent"
    CALL_MOVED = "call_moved", "Call moved to another time"
    JOINED_ACCOUNT = "joined_account", "Taken into the patient’s account"
    LEFT_ACCOUNT = "left_account", "Taken out of the patient’s account"
    ERASURE_ASKED = "erasure_asked", "Patient asks to erase the case"
    FAMILY_LINK_MADE = "family_link_made", "Family link made"
    FAMILY_LINK_RENEWED = "family_link_renewed", "Family link renewed"
    FAMILY_LINK_CHANGED = "family_link_changed", "Family link shows more or less"
    FAMILY_LINK_MAILED = "family_link_mailed", "Family link mailed"
    FAMILY_LINK_REVOKED = "family_link_revoked", "Family link revoked"
    REVIEW_ASKED = "review_asked", _("Shared with a reviewer")
    REVIEW_ENDED = "review_ended", _("No longer shared with a reviewer")


class AccessKind(TextChoices):
    """What was read."""

    CASE = "case", "case page"
    ESTIMATE = "estimate", "estimate"
    FAMILY = "family", "family link opened"
    LISTED = "listed", "name and first words in the list"
    REVIEW = "review", _("medical part, as a reviewer")
    EMERGENCY = "emergency", _("opened in an emergency")

    @property
    def shown(self) -> Promise:
        """What patients call what the desk reads; the label is for the desk."""
        if self is AccessKind.LISTED:
            return _("your name and a few words in the list of cases")
        if self is AccessKind.REVIEW:
            return _("what you wrote, without your name and contacts, for a medical opinion")
        if self is AccessKind.EMERGENCY:
            return _("your case, opened by an administrator for a reason that is kept")
        return _("case page") if self is AccessKind.CASE else _("estimate")


class Direction(TextChoices):
    FROM_PATIENT = "from_patient", "From the patient"
    TO_PATIENT = "to_patient", "From us"


class NextTurn(TextChoices):
    """Whose turn it is after an answer, a move or a contact, and so what the desk does next."""

    PATIENT = "patient", "Patient’s turn, ask again"
    US = "us", "Our turn, come back"
    CALL = "call", "We call"
    CLINICS = "clinics", _("Clinics’ turn, ask them again")
    AS_IT_IS = "as_it_is", _("As it is")


# What a reminder of the desk says, by whose turn it is until then.
REMINDERS: dict[NextTurn, Promise] = {
    NextTurn.PATIENT: _("Ask again if the patient has not written."),
    NextTurn.CLINICS: _("Ask the clinics again if they have not answered."),
    NextTurn.US: _("Go on with the case."),
}


class Need(TextChoices):
    """A fact that should be there before a move."""

    PAPERS_ASKED = "papers_asked", _("A task says which papers")
    TASKS_DONE = "tasks_done", _("Every task of the patient is done")
    CONDITION = "condition", _("The illness is known")
    CONSENT = "consent", _("The patient agrees that clinics see the case")
    CLINIC = "clinic", _("The clinic is chosen")
    ESTIMATE = "estimate", _("An estimate stands")


class DraftKind(TextChoices):
    """What somebody of the desk has begun to write."""

    ANSWER = "answer", "Answer"
    NOTE = "note", "Note"
    CONTACT = "contact", "Contact"
    LAST_WORD = "last_word", "Message that ends the case"
    REASON = "reason", "Reason of a move"


class EstimateKind(TextChoices):
    PRELIMINARY = "preliminary", "Preliminary estimate"
    FINAL = "final", "Estimate"
    SUPPLEMENT = "supplement", "Supplement to the estimate"


class PriceOrigin(TextChoices):
    """Whose price a line of an estimate carries."""

    TYPICAL = "typical", "typical price in Russia"
    CLINIC = "clinic", "price of the clinic"
    COORDINATOR = "coordinator", "stated by the coordinator"


class LineValue(TextChoices):
    """What a support package says about one line."""

    INCLUDED = "included", _("included")
    QUANTITY = "quantity", _("limited")
    EXTRA = "extra", _("for an extra fee")
    NOT_OFFERED = "not_offered", _("not offered")
