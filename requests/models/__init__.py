"""Models of the requests app, by subject."""

from requests.models.absences import Absence
from requests.models.audit import AccessEvent, Event
from requests.models.cases import Case, Consent, Deadline, Submission
from requests.models.consents import ConsentText
from requests.models.contacts import ContactLog
from requests.models.corrections import Correction
from requests.models.documents import Document, DocumentPart, MissingPaper
from requests.models.drafts import TextDraft
from requests.models.end_reasons import EndReason
from requests.models.estimates import Estimate, EstimateLine
from requests.models.handover import HandoverNote, HandoverRead
from requests.models.links import CaseLink, FamilyLink
from requests.models.messages import Message, MessageDraft, Note
from requests.models.packages import PackageLine, PackageTerm, SupportPackage
from requests.models.patients import PatientLink, PatientStatement
from requests.models.people import ContactNumber, CoordinatorProfile
from requests.models.queue import QueueFigures, QueuePreference
from requests.models.replies import CannedReply
from requests.models.reviews import CaseReview
from requests.models.road import StepTime
from requests.models.tasks import Call, Task, TaskKind

__all__ = [
    "Absence",
    "AccessEvent",
    "Call",
    "CannedReply",
    "Case",
    "CaseLink",
    "CaseReview",
    "Consent",
    "ConsentText",
    "ContactLog",
    "ContactNumber",
    "CoordinatorProfile",
    "Correction",
    "Deadline",
    "Document",
    "DocumentPart",
    "EndReason",
    "Estimate",
    "EstimateLine",
    "Event",
    "FamilyLink",
    "HandoverNote",
    "HandoverRead",
    "Message",
    "MessageDraft",
    "MissingPaper",
    "Note",
    "PackageLine",
    "PackageTerm",
    "PatientLink",
    "PatientStatement",
    "QueueFigures",
    "QueuePreference",
    "StepTime",
    "Submission",
    "SupportPackage",
    "Task",
    "TaskKind",
    "TextDraft",
]
