"""Submissions for tests: as a form posts them, and as the service takes them."""

import json
import secrets
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock
from uuid import uuid4

from django.utils import timezone

from clinics.models import ClinicContact
from portal.accounts.models import User
from portal.core.encryption.parts import PART
from portal.core.http.forms import new_token
from portal.core.worktime import team_today
from requests.brief_content import BriefContent, Pair
from requests.continuity_content import FollowUp, Medicine, PackContent, Sign
from requests.enums import DISCHARGE, DocumentState, PaymentKind, SignAction
from requests.models import Answer, Brief, Case, ContinuityPack, Document, Offer, PaymentRecord, Referral
from requests.offer_content import OfferContent, OfferLine
from requests.selectors import briefs
from requests.selectors import continuity as continuity_selectors
from requests.services import consent_texts, continuity, documents, payments, submissions
from requests.submission_content import Sender, SubmissionContent
from tests.factories.catalogue import make_contact

NAME = "Canary Fatima Al-Test"
EMAIL = "canary.fatima@example.org"
PHONE = "+971501234567"
MESSAGE = "Canary: two growths were found in my liver."


def answers(*, age: float = 60, **fields: Any) -> dict[str, Any]:
    """Return what a browser posts: a full form that was opened ``age`` seconds ago."""
    moment = time.time() - age
    with mock.patch("django.core.signing.time.time", return_value=moment):
        token = new_token()
    return {
        "for_whom": "me",
        "message": MESSAGE,
        "country": "AE",
        "speak": "en",
        "name": NAME,
        "email": EMAIL,
        "channel": "email",
        "consent_processing": "on",
        "consent_health": "on",
        "form_token": token,
        **fields,
    }


def submission_content(**fields: Any) -> SubmissionContent:
    """Return the content of a submission as a checked form gives it."""
    values: dict[str, Any] = {
        "for_whom": "me",
        "name": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "phone_as_typed": "050 123 4567",
        "channel": "whatsapp",
        "best_time": "in the evening",
        "time_zone": "",
        "country": "AE",
        "speak": "ar",
        "message": MESSAGE,
        "condition": None,
        "clinic": None,
        "package": None,
        "procedures": (),
    }
    return SubmissionContent(**{**values, **fields})


def submit(
    *, token: str = "", language: str = "en", flags: tuple[Any, ...] = (), network: str = "", **fields: Any
) -> Case:
    """Submit a request and return its case."""
    sender = Sender(token or secrets.token_hex(12), language, network, flags)
    return submissions.submit(content=submission_content(**fields), sender=sender)


def make_brief(case: Case, *, state: str = "approved", number: int = 1, **content: Any) -> Brief:
    """Return a brief of a case that the patient has approved, or that stands in another ``state``."""
    said = {"years": 54, "sex": "female", "condition": Pair("Canary growth", "Опухоль"), **content}
    said.setdefault("parts", {"question": Pair("Canary: can it be removed?", "Можно ли удалить?")})
    own, other = briefs.languages(case)
    brief = Brief(case=case, number=number, state=state, language=own, other_language=other)
    brief.content = BriefContent(**said)
    if state == "approved":
        brief.approved_at, brief.approved_by = timezone.now(), case.for_whom
        brief.approved_hash = brief.content.sha256
    brief.save(force_insert=True)
    return brief


def make_referral(case: Case, *, by: User, contact: ClinicContact | None = None, **columns: Any) -> Referral:
    """Return a referral of a case with its approved brief, to a clinic that the patient agreed to."""
    contact = contact or make_contact()
    brief = briefs.approved(case) or make_brief(case)
    consent = briefs.agreed(case).get(contact.clinic_id)
    if consent is None:
        consent_texts.record_clinic(case, contact.clinic, case.language)
        consent = briefs.agreed(case)[contact.clinic_id]
    sent = {"sent_by": by, "expires_at": timezone.now() + timedelta(days=14), **columns}
    return Referral.objects.create(
        case=case,
        clinic=contact.clinic,
        contact=contact,
        brief=brief,
        consent=consent,
        language=contact.language,
        **sent,
    )


def make_offer(referral: Referral, *, columns: dict[str, Any] | None = None, **content: Any) -> Offer:
    """Return an offer that answers a referral, of one line unless its ``content`` says otherwise."""
    line = OfferLine(name="Canary resection", amount_from=Decimal(9000), amount_to=Decimal(12000), currency="USD")
    said = {"treatment": "Canary resection", "doctor": "Canary surgeon", "lines": [line], **content}
    offer = Offer(
        case=referral.case,
        clinic=referral.clinic,
        referral=referral,
        brief=referral.brief,
        version=referral.case.offers.filter(clinic=referral.clinic).count() + 1,
        language=referral.language,
        **columns or {},
    )
    offer.content = OfferContent(**said)
    offer.save(force_insert=True)
    return offer


def make_payment(case: Case, by: User, **facts: Any) -> PaymentRecord:
    """Record a payment of a case: 1,000 dollars that were asked for today, unless ``facts`` say otherwise."""
    usual = {"kind": PaymentKind.ASKED, "currency": "USD", "on": team_today(), "paper": "Canary invoice"}
    amount = Decimal(facts.pop("amount", 1000))
    return payments.record(case, amount=amount, by=by, **{**usual, "token": secrets.token_urlsafe(18), **facts})


def make_document(
    case: Case,
    *,
    name: str = "scan.pdf",
    data: bytes = b"%PDF-1.7 scan",
    by: User | None = None,
    need: str = "",
    translation_of: Document | None = None,
    **columns: Any,
) -> Document:
    """Return a paper of a case, sent by the patient or added by a coordinator, as if it had been checked."""
    document, _is_new = documents.begin(
        case=case, name=name, size=len(data), by=by, need=need, translation_of=translation_of
    )
    for start in range(0, len(data), PART):
        documents.take_part(document=document, offset=start, plain=data[start : start + PART])
    Document.objects.filter(pk=document.pk).update(**{"checked_at": timezone.now(), **columns})
    document.refresh_from_db()
    return document


def make_pack(case: Case, *, by: User, **content: Any) -> ContinuityPack:
    """Issue a continuity pack of a case, with a translated discharge paper where it has none yet."""
    if not continuity_selectors.discharge_papers(case):
        paper = make_document(case, name="epikriz.pdf", by=by, need=DISCHARGE, state=DocumentState.TRANSLATED)
        make_document(case, name="letter-en.pdf", by=by, translation_of=paper, language="en", state="accepted")
    paper = continuity_selectors.discharge_papers(case)[0]
    rows: dict[str, Any] = {
        "medicines": (Medicine("Canary Tamoxifen", "20 mg", "once a day, for five years", str(paper.pk)),),
        "signs": (Sign("Canary fever above 38", SignAction.EMERGENCY, str(paper.pk)),),
        "follow_ups": (FollowUp(date(2027, 1, 14), True, "Canary scan of the liver", "at home", str(paper.pk)),),
        "letter": "Canary dear colleague",
        "letter_ru": "Канарейка, уважаемый коллега",
    }
    return continuity.issue(
        case=case,
        content=PackContent(**rows | content),
        others=[],
        doctor_language="ar",
        seen=continuity_selectors.stamp(case, continuity_selectors.draft_of(case)),
        form_token=secrets.token_hex(8),
        by=by,
    )


def make_answer(case: Case, task: str, code: str, given: Any) -> Answer:
    """Return an answer of a patient, as the first version of it."""
    value = json.dumps({"state": "answered", "value": given})
    columns = {"case": case, "task": task, "code": code, "value": value}
    return Answer.objects.create(number=1, language="en", form_token=uuid4().hex, **columns)
