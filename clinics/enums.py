"""Choices of the clinics app."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClinicKind(TextChoices):
    FEDERAL = "federal", _("National medical centre")
    PRIVATE = "private", _("Private clinic")
    NETWORK = "network", _("Private network of clinics")
    UNIVERSITY = "university", _("University clinic")
    CITY = "city", _("Hospital of a city or region")


class FactKind(TextChoices):
    FOUNDED = "founded", _("Founded")
    BEDS = "beds", _("Beds")
    ADDRESS = "address", _("Address")
    LICENCE = "licence", _("Licence")
    AIRPORT = "airport", _("Airport")
    TREATS = "treats", _("What it treats")
    OTHER = "other", _("Also stated")


class ServiceKind(TextChoices):
    """What a clinic does for patients from abroad."""

    INVITATION = "invitation", _("Invitation letter for the visa")
    INTERPRETER = "interpreter", _("Interpreter")
    TRANSFER = "transfer", _("Transfer from the airport")
    COMPANION_BED = "companion-bed", _("A bed for your companion")
    HALAL = "halal", _("Halal meals")
    PRAYER_ROOM = "prayer-room", _("Prayer room")
    WHEELCHAIR = "wheelchair", _("Access with a wheelchair")
    BANK_TRANSFER = "bank-transfer", _("Takes a bank transfer")
    UNIONPAY = "unionpay", _("Takes UnionPay cards")
    CASH = "cash", _("Takes cash")


class TravelKind(TextChoices):
    """What a fact for travellers is about, in the order in which they need it."""

    VISA = "visa", _("Visa and stay")
    INVITATION = "invitation", _("Invitation")
    PAYMENT = "payment", _("Payment")
    ARRIVAL = "arrival", _("Arrival")


class SourceFinding(TextChoices):
    """What a source says against the clinic that it is cited for."""

    NOTHING = "nothing", pgettext_lazy("desk", "nothing against it")
    AGAINST = "against", pgettext_lazy("desk", "something against it")
    LICENCE = "licence", pgettext_lazy("desk", "an open question about its licence")


class OfferBasis(TextChoices):
    """How a clinic says that it offers a treatment."""

    OWN_PAGE = "own-page", pgettext_lazy("desk", "on a page or a price list of its own")
    OWN_WORDS = "own-words", pgettext_lazy("desk", "in its own words, which somebody else reports")
    LETTER = "letter", pgettext_lazy("desk", "in a letter to us")


class CareKind(TextChoices):
    """What a care assistant does."""

    INTERPRETING = "interpreting", _("Interprets at appointments")
    PAPERS = "papers", _("Translates papers")
    AIRPORT = "airport", _("Meets you at the airport")
    ADMISSION = "admission", _("Goes with you on admission day")
    WARD = "ward", _("Sits with you in hospital")
    ERRANDS = "errands", _("Pharmacy, shopping and SIM card")
    COMPANION = "companion", _("Helps the person who came with you")


class PhotoState(TextChoices):
    WAITING = "waiting", pgettext_lazy("desk", "being prepared")
    READY = "ready", pgettext_lazy("desk", "shown")
    FAILED = "failed", pgettext_lazy("desk", "could not be prepared")


class Sort(TextChoices):
    """The orders of the list of clinics."""

    RELEVANCE = "relevance", _("Most facts known first")
    PRICE = "price", _("Lowest known price first")
    NAME = "name", _("By name")
