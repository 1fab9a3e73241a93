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

    TREATED = "treated", pgettext_lazy("desk", "Treated")
    HOME = "home", pgettext_lazy("desk", "Treatment at home")
    TOO_ILL = "too_ill", pgettext_lazy("desk", "Too ill to travel")
    DIED = "died", pgettext_lazy("desk", "The patient died")
    OTHER = "other", pgettext_lazy("desk", "Other")


class ForWhom(TextChoices):
    ME = "me", _("Me")
    SOMEONE_ELSE = "someone_else", _("Someone else")


class StatedBy(TextChoices):
    """Who says who the patient is, and agrees."""

    PATIENT = "patient", pgettext_lazy("desk", "The patient")
    PARENT = "parent", pgettext_lazy("desk", "A parent")
    GUARDIAN = "guardian", pgettext_lazy("desk", "A legal guardian")


class ConsentWay(TextChoices):
    """How a consent reached somebody of the desk."""

    PHONE = "phone", pgettext_lazy("desk", "By phone")
    VIDEO = "video", pgettext_lazy("desk", "In a video call")
    IN_PERSON = "in_person", pgettext_lazy("desk", "In person")
    PAPER = "paper", pgettext_lazy("desk", "On paper, signed")


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

    WEB = "web", pgettext_lazy("desk", "Form on the site")
    EARLIER_CASE = "earlier", pgettext_lazy("desk", "Earlier case")
    PHONE = "phone", pgettext_lazy("desk", "Phone")
    WHATSAPP = "whatsapp", pgettext_lazy("desk", "WhatsApp")
    TELEGRAM = "telegram", pgettext_lazy("desk", "Telegram")
    EMAIL = "email", pgettext_lazy("desk", "E-mail")
    IN_PERSON = "in_person", pgettext_lazy("desk", "In person, at a fair")
    OTHER = "other", pgettext_lazy("desk", "Another way")


# Those that are written down at the desk.
BY_HAND = (Source.PHONE, Source.WHATSAPP, Source.TELEGRAM, Source.EMAIL, Source.IN_PERSON, Source.OTHER)


class Fact(TextChoices):
    """A fact of a case that the desk can correct; ``requests.facts`` says which columns it is."""

    NAME = "name", pgettext_lazy("desk", "Name")
    PATIENT = "patient", pgettext_lazy("desk", "Patient")
    EMAIL = "email", pgettext_lazy("desk", "E-mail")
    PHONE = "phone", pgettext_lazy("desk", "Phone")
    PLACE = "place", pgettext_lazy("desk", "Country and time zone")
    LANGUAGES = "languages", pgettext_lazy("desk", "Languages")
    CONDITION = "condition", pgettext_lazy("desk", "Condition")
    CLINIC = "clinic", pgettext_lazy("desk", "Clinic")
    PACKAGE = "package", pgettext_lazy("desk", "Package")


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

    PROCESSING = "processing", pgettext_lazy("desk", "Use of your personal data")
    HEALTH = "health", pgettext_lazy("desk", "Use of what you tell about health")


class Flag(TextChoices):
    """What looked odd about a submission. Which of these hold mails, ``requests.services.quarantine`` says."""

    HONEYPOT = "honeypot", pgettext_lazy("desk", "hidden field filled in")
    TOO_FAST = "too_fast", pgettext_lazy("desk", "sent too fast")
    FORGED = "forged", pgettext_lazy("desk", "form token missing or changed")
    EMAIL_RATE = "email_rate", pgettext_lazy("desk", "many unopened cases of one e-mail address within a day")
    NETWORK_RATE = "network_rate", pgettext_lazy("desk", "many requests from one network address")


class ActorKind(TextChoices):
    PATIENT = "patient", pgettext_lazy("desk", "patient")
    STAFF = "staff", pgettext_lazy("desk", "staff")
    SYSTEM = "system", pgettext_lazy("desk", "system")
    FAMILY = "family", pgettext_lazy("desk", "family")


class EventKind(TextChoices):
    """What happened in a case."""

    SENT = "sent", pgettext_lazy("desk", "Request sent")
    SENT_AGAIN = "sent_again", pgettext_lazy("desk", "Request sent again with changes")
    SAME_FORM = "same_form", pgettext_lazy("desk", "Same form sent with another contact")
    QUARANTINED = "quarantined", pgettext_lazy("desk", "Held for a check")
    MAILS_HELD = "mails_held", pgettext_lazy("desk", "Automatic e-mails held")
    RELEASED = "released", pgettext_lazy("desk", "Released")
    MOVED = "moved", pgettext_lazy("desk", "Status changed")
    ASSIGNED = "assigned", pgettext_lazy("desk", "Assigned")
    SECOND_OWNER = "second_owner", pgettext_lazy("desk", "Second owner changed")
    HANDED_OVER = "handed_over", pgettext_lazy("desk", "Handed to the substitute of an absent owner")
    GIVEN_BACK = "given_back", pgettext_lazy("desk", "Given back after an absence")
    MESSAGE_IN = "message_in", pgettext_lazy("desk", "Message from the patient")
    MESSAGE_OUT = "message_out", pgettext_lazy("desk", "Message to the patient")
    MESSAGE_TAKEN_BACK = "message_taken_back", pgettext_lazy("desk", "Message to the patient taken back")
    NO_ANSWER_NEEDED = "no_answer_needed", pgettext_lazy("desk", "No answer needed")
    NOTE = "note", pgettext_lazy("desk", "Note added")
    CONTACT_LOGGED = "contact_logged", pgettext_lazy("desk", "Contact logged")
    CONTACT_ANSWERED = "contact_answered", pgettext_lazy("desk", "Answered in a call, chat or meeting")
    ESTIMATE_ISSUED = "estimate_issued", pgettext_lazy("desk", "Estimate issued")
    PDF_READY = "pdf_ready", pgettext_lazy("desk", "Estimate ready as PDF")
    ADDRESS_REFUSED = "address_refused", pgettext_lazy("desk", "E-mail address refused")
    LINK_SENT = "link_sent", pgettext_lazy("desk", "Link to the case sent")
    LINK_REVOKED = "link_revoked", pgettext_lazy("desk", "Link to the case revoked")
    LINK_SHOWN = "link_shown", pgettext_lazy("desk", "Link to the case shown at the desk")
    SENT_BY_HAND = "sent_by_hand", pgettext_lazy("desk", "Mail sent again")
    PUT_ON_HOLD = "put_on_hold", pgettext_lazy("desk", "Put on hold")
    RESUMED = "resumed", pgettext_lazy("desk", "Hold ended")
    # Cases of the releases before closed as treated on somebody's word.
    PAPERS_STATED = "papers_stated", pgettext_lazy("desk", "Stated that the discharge papers are in and translated")
    NEEDS_OVERRIDDEN = "needs_overridden", pgettext_lazy("desk", "A lead went on without what the move needs")
    MERGED_HERE = "merged_here", pgettext_lazy("desk", "Another case merged into this one")
    UNMERGED = "unmerged", pgettext_lazy("desk", "Merged case taken out again")
    CONTINUED_IN = "continued_in", pgettext_lazy("desk", "Goes on in a new case")
    CONTINUES = "continues", pgettext_lazy("desk", "Opened from an earlier case")
    FACT_CORRECTED = "fact_corrected", pgettext_lazy("desk", "Fact corrected")
    WRITTEN_DOWN = "written_down", pgettext_lazy("desk", "Request written down at the desk")
    TASK_ASKED = "task_asked", pgettext_lazy("desk", "Task added")
    TASK_DONE = "task_done", pgettext_lazy("desk", "Task done")
    TASK_WITHDRAWN = "task_withdrawn", pgettext_lazy("desk", "Task withdrawn")
    PATIENT_ASKED = "patient_asked", pgettext_lazy("desk", "Patient asked for their own consent")
    PATIENT_STATED = "patient_stated", pgettext_lazy("desk", "Patient named, with consent")
    CALL_MOVED = "call_moved", pgettext_lazy("desk", "Call moved to another time")
    JOINED_ACCOUNT = "joined_account", pgettext_lazy("desk", "Taken into the patient’s account")
    LEFT_ACCOUNT = "left_account", pgettext_lazy("desk", "Taken out of the patient’s account")
    ERASURE_ASKED = "erasure_asked", pgettext_lazy("desk", "Patient asks to erase the case")
    FAMILY_LINK_MADE = "family_link_made", pgettext_lazy("desk", "Family link made")
    FAMILY_LINK_RENEWED = "family_link_renewed", pgettext_lazy("desk", "Family link renewed")
    FAMILY_LINK_CHANGED = "family_link_changed", pgettext_lazy("desk", "Family link shows more or less")
    FAMILY_LINK_MAILED = "family_link_mailed", pgettext_lazy("desk", "Family link mailed")
    FAMILY_LINK_REVOKED = "family_link_revoked", pgettext_lazy("desk", "Family link revoked")
    DOCUMENT_ADDED = "document_added", pgettext_lazy("desk", "Paper added")
    DOCUMENT_REMOVED = "document_removed", pgettext_lazy("desk", "Paper removed")
    DOCUMENT_JUDGED = "document_judged", pgettext_lazy("desk", "Paper looked at")
    PAPER_MISSING = "paper_missing", pgettext_lazy("desk", "Patient does not have a paper")
    PAPER_NOT_MISSING = "paper_not_missing", pgettext_lazy("desk", "Patient has the paper after all")
    DOCUMENT_FILED = "document_filed", pgettext_lazy("desk", "Paper filed under another item")
    DOCUMENT_RELEASED = (
        "document_released",
        pgettext_lazy("desk", "Paper released without an all-clear of the virus scanner"),
    )
    NAME_ASKED = "name_asked", pgettext_lazy("desk", "Asked about the name in the images: they are the patient’s")
    REVIEW_ASKED = "review_asked", pgettext_lazy("desk", "Shared with a reviewer")
    REVIEW_ENDED = "review_ended", pgettext_lazy("desk", "No longer shared with a reviewer")


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


class AccessKind(TextChoices):
    """What was read."""

    CASE = "case", pgettext_lazy("desk", "case page")
    ESTIMATE = "estimate", pgettext_lazy("desk", "estimate")
    FAMILY = "family", pgettext_lazy("desk", "family link opened")
    LISTED = "listed", pgettext_lazy("desk", "name and first words in the list")
    REVIEW = "review", pgettext_lazy("desk", "medical part, as a reviewer")
    EMERGENCY = "emergency", pgettext_lazy("desk", "opened in an emergency")
    DOCUMENT = "document", pgettext_lazy("desk", "paper of the patient")

    @property
    def shown(self) -> Promise:
        """What patients call what the desk reads; the label is for the desk."""
        if self is AccessKind.LISTED:
            return _("your name and a few words in the list of cases")
        if self is AccessKind.REVIEW:
            return _("what you wrote, without your name and contacts, for a medical opinion")
        if self is AccessKind.EMERGENCY:
            return _("your case, opened by an administrator for a reason that is kept")
        if self is AccessKind.DOCUMENT:
            return _("one of your papers")
        return _("case page") if self is AccessKind.CASE else _("estimate")


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
    CLINIC = "clinic", pgettext_lazy("desk", "The clinic is chosen")
    ESTIMATE = "estimate", pgettext_lazy("desk", "An estimate stands")
    REQUIRED_PAPERS = "required_papers", pgettext_lazy("desk", "Every required paper is accepted")
    DISCHARGE = (
        "discharge",
        pgettext_lazy("desk", "Discharge papers in the patient’s language or translated, to close as “Treated”"),
    )


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


class EstimateKind(TextChoices):
    PRELIMINARY = "preliminary", pgettext_lazy("desk", "Preliminary estimate")
    FINAL = "final", pgettext_lazy("desk", "Estimate")
    SUPPLEMENT = "supplement", pgettext_lazy("desk", "Supplement to the estimate")


class PriceOrigin(TextChoices):
    """Whose price a line of an estimate carries."""

    TYPICAL = "typical", pgettext_lazy("desk", "typical price in Russia")
    CLINIC = "clinic", pgettext_lazy("desk", "price of the clinic")
    COORDINATOR = "coordinator", pgettext_lazy("desk", "stated by the coordinator")


class LineValue(TextChoices):
    """What a support package says about one line."""

    INCLUDED = "included", _("included")
    QUANTITY = "quantity", _("limited")
    EXTRA = "extra", _("for an extra fee")
    NOT_OFFERED = "not_offered", _("not offered")
