"""Models of the requests app, by subject."""

from requests.models.audit import AccessEvent, Event
from requests.models.cases import Case, Consent, Deadline, Submission
from requests.models.consents import ConsentText
from requests.models.corrections import Correction
from requests.models.drafts import TextDraft
from requests.models.estimates import Estimate, EstimateLine
from requests.models.links import CaseLink
from requests.models.messages import Message, Note
from requests.models.packages import PackageLine, PackageTerm, SupportPackage

__all__ = [
    "AccessEvent",
    "Case",
    "CaseLink",
    "Consent",
    "ConsentText",
    "Correction",
    "Deadline",
    "Estimate",
    "EstimateLine",
    "Event",
    "Message",
    "Note",
    "PackageLine",
    "PackageTerm",
    "Submission",
    "SupportPackage",
    "TextDraft",
]
