"""Models of the requests app, by subject."""

from requests.models.audit import AccessEvent, Event
from requests.models.cases import Case, Consent, Deadline, Submission
from requests.models.consents import ConsentText
from requests.models.corrections import Correction
from requests.models.documents import Answer, Document, DocumentNeed, Questionnaire
from requests.models.drafts import TextDraft
from requests.models.estimates import Estimate, EstimateLine
from requests.models.links import CaseLink
from requests.models.messages import Message, Note
from requests.models.offers import Brief, Offer, OfferLine
from requests.models.packages import PackageLine, PackageTerm, SupportPackage
from requests.models.reminders import Reminder

__all__ = [
    "AccessEvent",
    "Answer",
    "Brief",
    "Case",
    "CaseLink",
    "Consent",
    "ConsentText",
    "Correction",
    "Deadline",
    "Document",
    "DocumentNeed",
    "Estimate",
    "EstimateLine",
    "Event",
    "Message",
    "Note",
    "Offer",
    "OfferLine",
    "PackageLine",
    "PackageTerm",
    "Questionnaire",
    "Reminder",
    "Submission",
    "SupportPackage",
    "TextDraft",
]
