"""Models of the requests app, by subject."""

from requests.models.absences import Absence
from requests.models.answers import Answer, AnswerSending
from requests.models.audit import AccessEvent, Event
from requests.models.audit_seals import AuditCheck, AuditRemoval, AuditSeal, LateAuditRow
from requests.models.briefs import Brief, ProposedClinic
from requests.models.cases import Case
from requests.models.consents import Consent, ConsentText
from requests.models.contacts import ContactLog
from requests.models.continuity import ContinuityDraft, ContinuityPack
from requests.models.corrections import Correction
from requests.models.deadlines import Deadline
from requests.models.decisions import AcceptanceCode, EstimateDecision
from requests.models.documents import Document, DocumentPart, MissingPaper
from requests.models.drafts import TextDraft
from requests.models.end_reasons import EndReason
from requests.models.erasures import ErasedFile, Erasure, LegalHold
from requests.models.estimates import Estimate, EstimateLine
from requests.models.follow_ups import FollowUp, FollowUpAnswer, FollowUpTally, Homecoming
from requests.models.handover import HandoverNote, HandoverRead
from requests.models.links import CaseLink, FamilyLink
from requests.models.messages import Message, MessageDraft, Note
from requests.models.offers import Offer
from requests.models.packages import PackageLine, PackageTerm, SupportPackage
from requests.models.patients import PatientLink, PatientStatement
from requests.models.payments import MoneyRules, PaymentRecord, PriceTakeover
from requests.models.people import ContactNumber, CoordinatorProfile
from requests.models.printed import PrintedPaper
from requests.models.queue import QueueFigures, QueuePreference
from requests.models.referrals import AskedLine, Referral, ReferralCode, ReferralDocument, ReferralMessage
from requests.models.replies import CannedReply
from requests.models.retention import RetentionRule, RetentionRun
from requests.models.reviews import CaseReview
from requests.models.road import StepTime
from requests.models.submissions import Submission
from requests.models.tasks import Call, Task, TaskKind
from requests.models.trips import PlanItem, Trip

__all__ = [
    "Absence",
    "AcceptanceCode",
    "AccessEvent",
    "Answer",
    "AnswerSending",
    "AskedLine",
    "AuditCheck",
    "AuditRemoval",
    "AuditSeal",
    "Brief",
    "Call",
    "CannedReply",
    "Case",
    "CaseLink",
    "CaseReview",
    "Consent",
    "ConsentText",
    "ContactLog",
    "ContactNumber",
    "ContinuityDraft",
    "ContinuityPack",
    "CoordinatorProfile",
    "Correction",
    "Deadline",
    "Document",
    "DocumentPart",
    "EndReason",
    "ErasedFile",
    "Erasure",
    "Estimate",
    "EstimateDecision",
    "EstimateLine",
    "Event",
    "FamilyLink",
    "FollowUp",
    "FollowUpAnswer",
    "FollowUpTally",
    "HandoverNote",
    "HandoverRead",
    "Homecoming",
    "LateAuditRow",
    "LegalHold",
    "Message",
    "MessageDraft",
    "MissingPaper",
    "MoneyRules",
    "Note",
    "Offer",
    "PackageLine",
    "PackageTerm",
    "PatientLink",
    "PatientStatement",
    "PaymentRecord",
    "PlanItem",
    "PriceTakeover",
    "PrintedPaper",
    "ProposedClinic",
    "QueueFigures",
    "QueuePreference",
    "Referral",
    "ReferralCode",
    "ReferralDocument",
    "ReferralMessage",
    "RetentionRule",
    "RetentionRun",
    "StepTime",
    "Submission",
    "SupportPackage",
    "Task",
    "TaskKind",
    "TextDraft",
    "Trip",
]
