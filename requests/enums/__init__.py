"""Choices of the requests app, by subject; stored values are short and stable."""

from requests.enums.answers import AnswerKind, AnswerState
from requests.enums.audit import ACCESS_NAMES, AccessKind, ActorKind, EventKind
from requests.enums.briefs import BriefPart, BriefState, Ecog, Sex
from requests.enums.cases import (
    BY_HAND,
    DESK_NAMES,
    FACT_NAMES,
    Fact,
    Flag,
    ForWhom,
    Outcome,
    Source,
    StatedBy,
    Status,
    Step,
    Turn,
)
from requests.enums.channels import CallChannel, Channel, ContactChannel
from requests.enums.consents import NEEDED_PURPOSES, ConsentWay, Purpose
from requests.enums.desk import REMINDERS, Deed, Direction, DraftKind, Need, NextTurn, Question
from requests.enums.documents import (
    DISCHARGE,
    DISCHARGE_NAME,
    DOCUMENT_STATES,
    HELD_BACK,
    DocumentState,
    PrintedKind,
    VirusScan,
)
from requests.enums.estimates import DecisionKind, DeclineReason, EstimateKind, LineValue, PriceOrigin
from requests.enums.home import Appointment, Feeling, HomeState, SignAction
from requests.enums.offers import PAYMENT_NAMES, ChoiceWay, LineKind, PaymentKind, ReferralDecline, ReferralState
from requests.enums.privacy import ErasureState, ErasureWhy
from requests.enums.retention import RetentionKind
from requests.enums.trips import PlanKind

__all__ = [
    "ACCESS_NAMES",
    "BY_HAND",
    "DESK_NAMES",
    "DISCHARGE",
    "DISCHARGE_NAME",
    "DOCUMENT_STATES",
    "FACT_NAMES",
    "HELD_BACK",
    "NEEDED_PURPOSES",
    "PAYMENT_NAMES",
    "REMINDERS",
    "AccessKind",
    "ActorKind",
    "AnswerKind",
    "AnswerState",
    "Appointment",
    "BriefPart",
    "BriefState",
    "CallChannel",
    "Channel",
    "ChoiceWay",
    "ConsentWay",
    "ContactChannel",
    "DecisionKind",
    "DeclineReason",
    "Deed",
    "Direction",
    "DocumentState",
    "DraftKind",
    "Ecog",
    "ErasureState",
    "ErasureWhy",
    "EstimateKind",
    "EventKind",
    "Fact",
    "Feeling",
    "Flag",
    "ForWhom",
    "HomeState",
    "LineKind",
    "LineValue",
    "Need",
    "NextTurn",
    "Outcome",
    "PaymentKind",
    "PlanKind",
    "PriceOrigin",
    "PrintedKind",
    "Purpose",
    "Question",
    "ReferralDecline",
    "ReferralState",
    "RetentionKind",
    "Sex",
    "SignAction",
    "Source",
    "StatedBy",
    "Status",
    "Step",
    "Turn",
    "VirusScan",
]
