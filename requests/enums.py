"""Choices of the requests app; stored values are short and stable."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


# What the desk calls the states; the labels above are for patients.
DESK_NAMES: dict[Status, Promise] = {
    Status.NEW: pgettext_lazy("desk", "New"),
    Status.TRIAGE: pgettext_lazy("desk", "Triage"),
    Status.WAITING_DOCUMENTS: pgettext_lazy("desk", "Waiting for documents"),
    Status.DOCUMENTS_COMPLETE: pgettext_lazy("desk", "Documents complete"),
    Status.WITH_CLINICS: pgettext_lazy("desk", "With clinics"),
    Status.OFFERS_IN: pgettext_lazy("desk", "Offers in"),
    Status.ESTIMATE_SENT: pgettext_lazy("desk", "Estimate sent"),
    Status.ACCEPTED: pgettext_lazy("desk", "Accepted"),
    Status.TRAVEL: pgettext_lazy("desk", "Travel"),
    Status.ARRIVED: pgettext_lazy("desk", "Arrived"),
    Status.IN_TREATMENT: pgettext_lazy("desk", "In treatment"),
    Status.RECOVERY: pgettext_lazy("desk", "Recovery"),
    Status.CLOSED: pgettext_lazy("desk", "Closed"),
    Status.DECLINED_BY_PATIENT: pgettext_lazy("desk", "Declined by patient"),
    Status.DECLINED_BY_US: pgettext_lazy("desk", "Declined by us"),
    Status.NO_ANSWER: pgettext_lazy("desk", "No answer"),
    Status.DUPLICATE: pgettext_lazy("desk", "Duplicate"),
    Status.SPAM: pgettext_lazy("desk", "Spam"),
}


class Turn(TextChoices):
    """Who acts next."""

    PATIENT = "patient", _("your turn")
    CLINICS = "clinics", _("the clinics’ turn")
    US = "us", _("our turn")
    NOBODY = "nobody", _("nobody’s turn")


class Outcome(TextChoices):
    """How a closed case ended."""

    TREATED = "treated", _("Treated")
    HOME = "home", _("Treatment at home")
    TOO_ILL = "too_ill", _("Too ill to travel")
    DIED = "died", _("The patient died")
    OTHER = "other", _("Other")


class ForWhom(TextChoices):
    ME = "me", _("Me")
    SOMEONE_ELSE = "someone_else", _("Someone else")


class StatedBy(TextChoices):
    """Who says who the patient is, and agrees."""

    PATIENT = "patient", _("The patient")
    PARENT = "parent", _("A parent")
    GUARDIAN = "guardian", _("A legal guardian")


class ConsentWay(TextChoices):
    """How a consent reached somebody of the desk."""

    PHONE = "phone", _("By phone")
    VIDEO = "video", _("In a video call")
    IN_PERSON = "in_person", _("In person")
    PAPER = "paper", _("On paper, signed")


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

    PHONE = "phone", _("Phone")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")
    EMAIL = "email", _("E-mail")
    IN_PERSON = "in_person", _("In person")


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

    WEB = "web", _("Form on the site")
    EARLIER_CASE = "earlier", _("Earlier case")
    PHONE = "phone", _("Phone")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")
    EMAIL = "email", _("E-mail")
    IN_PERSON = "in_person", _("In person, at a fair")
    OTHER = "other", _("Another way")


# Those that are written down at the desk.
BY_HAND = (Source.PHONE, Source.WHATSAPP, Source.TELEGRAM, Source.EMAIL, Source.IN_PERSON, Source.OTHER)


class Fact(TextChoices):
    """A fact of a case that the desk can correct; ``requests.facts`` says which columns it is."""

    NAME = "name", _("Name")
    PATIENT = "patient", _("Patient")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    PLACE = "place", _("Country and time zone")
    LANGUAGES = "languages", _("Languages")
    CONDITION = "condition", _("Condition")
    CLINIC = "clinic", _("Clinic")
    PACKAGE = "package", _("Package")


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

    PROCESSING = "processing", _("Use of your personal data")
    HEALTH = "health", _("Use of what you tell about health")


class Flag(TextChoices):
    """What looked odd about a submission. Which of these hold mails, ``requests.services.quarantine`` says."""

    HONEYPOT = "honeypot", _("hidden field filled in")
    TOO_FAST = "too_fast", _("sent too fast")
    FORGED = "forged", _("form token missing or changed")
    EMAIL_RATE = "email_rate", _("many unopened cases of one e-mail address within a day")
    NETWORK_RATE = "network_rate", _("many requests from one network address")


class ActorKind(TextChoices):
    PATIENT = "patient", _("patient")
    STAFF = "staff", _("staff")
    SYSTEM = "system", _("system")
    FAMILY = "family", _("family")


class EventKind(TextChoices):
    """What happened in a case."""

    SENT = "sent", _("Request sent")
    SENT_AGAIN = "sent_again", _("Request sent again with changes")
    SAME_FORM = "same_form", _("Same form sent with another contact")
    QUARANTINED = "quarantined", _("Held for a check")
    MAILS_HELD = "mails_held", _("Automatic e-mails held")
    RELEASED = "released", _("Released")
    MOVED = "moved", _("Status changed")
    ASSIGNED = "assigned", _("Assigned")
    MESSAGE_IN = "message_in", _("Message from the patient")
    MESSAGE_OUT = "message_out", _("Message to the patient")
    MESSAGE_TAKEN_BACK = "message_taken_back", _("Message to the patient taken back")
    NO_ANSWER_NEEDED = "no_answer_needed", _("No answer needed")
    NOTE = "note", _("Note added")
    CONTACT_LOGGED = "contact_logged", _("Contact logged")
    CONTACT_ANSWERED = "contact_answered", _("Answered in a call, chat or meeting")
    ESTIMATE_ISSUED = "estimate_issued", _("Estimate issued")
    PDF_READY = "pdf_ready", _("Estimate ready as PDF")
    ADDRESS_REFUSED = "address_refused", _("E-mail address refused")
    LINK_SENT = "link_sent", _("Link to the case sent")
    LINK_REVOKED = "link_revoked", _("Link to the case revoked")
    LINK_SHOWN = "link_shown", _("Link to the case shown at the desk")
    SENT_BY_HAND = "sent_by_hand", _("Mail sent again")
    PUT_ON_HOLD = "put_on_hold", _("Put on hold")
    RESUMED = "resumed", _("Hold ended")
    PAPERS_STATED = "papers_stated", _("Stated that the discharge papers are in and translated")
    MERGED_HERE = "merged_here", _("Another case merged into this one")
    UNMERGED = "unmerged", _("Merged case taken out again")
    CONTINUED_IN = "continued_in", _("Goes on in a new case")
    CONTINUES = "continues", _("Opened from an earlier case")
    FACT_CORRECTED = "fact_corrected", _("Fact corrected")
    WRITTEN_DOWN = "written_down", _("Request written down at the desk")
    TASK_ASKED = "task_asked", _("Task added")
    TASK_DONE = "task_done", _("Task done")
    TASK_WITHDRAWN = "task_withdrawn", _("Task withdrawn")
    PATIENT_ASKED = "patient_asked", _("Patient asked for their own consent")
    PATIENT_STATED = "patient_stated", _("Patient named, with consent")
    CALL_MOVED = "call_moved", _("Call moved to another time")
    JOINED_ACCOUNT = "joined_account", _("Taken into the patient’s account")
    LEFT_ACCOUNT = "left_account", _("Taken out of the patient’s account")
    ERASURE_ASKED = "erasure_asked", _("Patient asks to erase the case")
    FAMILY_LINK_MADE = "family_link_made", _("Family link made")
    FAMILY_LINK_RENEWED = "family_link_renewed", _("Family link renewed")
    FAMILY_LINK_CHANGED = "family_link_changed", _("Family link shows more or less")
    FAMILY_LINK_MAILED = "family_link_mailed", _("Family link mailed")
    FAMILY_LINK_REVOKED = "family_link_revoked", _("Family link revoked")


class AccessKind(TextChoices):
    """What was read."""

    CASE = "case", _("case page")
    ESTIMATE = "estimate", _("estimate")
    FAMILY = "family", _("family link opened")
    LISTED = "listed", _("name and first words in the list")

    @property
    def shown(self) -> Promise:
        """What patients call what the desk reads; the label is for the desk."""
        if self is AccessKind.LISTED:
            return _("your name and a few words in the list of cases")
        return _("case page") if self is AccessKind.CASE else _("estimate")


class Direction(TextChoices):
    FROM_PATIENT = "from_patient", _("From the patient")
    TO_PATIENT = "to_patient", _("From us")


class Question(TextChoices):
    """What only the patient, or who wrote for the patient, can say."""

    NAME = "name", _("Full name and date of birth")
    FIRST = "first", _("When they first wrote, and about what")
    CONTACT = "contact", _("The number and address that the case has")


class NextTurn(TextChoices):
    """Whose turn it is after an answer, and so what the desk does next."""

    PATIENT = "patient", _("Patient’s turn, ask again")
    US = "us", _("Our turn, come back")
    CALL = "call", _("We call")
    NOBODY = "nobody", _("Nothing is owed")


class DraftKind(TextChoices):
    """What somebody of the desk has begun to write."""

    ANSWER = "answer", _("Answer")
    NOTE = "note", _("Note")
    CONTACT = "contact", _("Contact")
    LAST_WORD = "last_word", _("Message that ends the case")
    REASON = "reason", _("Reason of a move")


class EstimateKind(TextChoices):
    PRELIMINARY = "preliminary", _("Preliminary estimate")
    FINAL = "final", _("Estimate")
    SUPPLEMENT = "supplement", _("Supplement to the estimate")


class PriceOrigin(TextChoices):
    """Whose price a line of an estimate carries."""

    TYPICAL = "typical", _("typical price in Russia")
    CLINIC = "clinic", _("price of the clinic")
    COORDINATOR = "coordinator", _("stated by the coordinator")


class LineValue(TextChoices):
    """What a support package says about one line."""

    INCLUDED = "included", _("included")
    QUANTITY = "quantity", _("limited")
    EXTRA = "extra", _("for an extra fee")
    NOT_OFFERED = "not_offered", _("not offered")
