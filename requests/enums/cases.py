"""Choices of a case: its states, turns, outcomes, where it came from and what is known of it."""

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


class Flag(TextChoices):
    """What looked odd about a submission. Which of these hold mails, ``requests.services.quarantine`` says."""

    HONEYPOT = "honeypot", pgettext_lazy("desk", "hidden field filled in")
    TOO_FAST = "too_fast", pgettext_lazy("desk", "sent too fast")
    FORGED = "forged", pgettext_lazy("desk", "form token missing or changed")
    EMAIL_RATE = "email_rate", pgettext_lazy("desk", "many unopened cases of one e-mail address within a day")
    NETWORK_RATE = "network_rate", pgettext_lazy("desk", "many requests from one network address")
