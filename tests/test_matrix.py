"""Who may open what: every address, for each kind of person. An address without a row fails here.

``ok`` is 200, ``go`` a redirect to another page of the portal, ``login`` and ``factor`` redirects to
sign in and to the second factor, ``no`` 403, ``none`` 404. The words of a row stand in the order of
PEOPLE; the last word holds for all who follow. Object addresses are asked for with an object of
somebody else, and a refusal is searched for what the object holds.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.translation import override

from clinics.models import CareAssistant, City, ClinicCommission, ClinicSource, Doctor, OfferedTreatment, TravelFact
from conditions.models import (
    Area,
    Condition,
    Edition,
    ExchangeRate,
    Price,
    Procedure,
    Questionnaire,
    QuestionnaireEdition,
    Reviewer,
)
from portal.accounts.enums import Role, SecurityEventKind
from portal.accounts.models import SecurityEvent, User
from portal.core.encryption.primitives import keyed_hash
from portal.core.models import OutboxItem, TeamDay
from requests.enums import PlanKind, PrintedKind, Status
from requests.models import (
    Absence,
    CannedReply,
    Case,
    CaseLink,
    ContactNumber,
    CoordinatorProfile,
    Deadline,
    Document,
    EndReason,
    Erasure,
    Estimate,
    EstimateLine,
    FollowUp,
    HandoverNote,
    LegalHold,
    Message,
    MoneyRules,
    Offer,
    PackageLine,
    PatientLink,
    PrintedPaper,
    Referral,
    ReferralDocument,
    RetentionRule,
    StepTime,
    TaskKind,
)
from requests.selectors.money_rules import ONLY
from requests.services import family, follow_ups, links, patients, printing, referral_access, reviews, tasks, trips
from requests.services.estimates import record_pdf
from requests.services.messages import write_to_desk
from requests.services.trips import PlanRow
from tests import cast
from tests.accounts.cast import staff_client
from tests.accounts.patients import sign_in
from tests.factories import (
    give_feedback,
    make_answer,
    make_brief,
    make_clinic,
    make_contact,
    make_document,
    make_offer,
    make_pack,
    make_package,
    make_payment,
    make_photo,
    make_referral,
    make_staff,
    submit,
)
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.test_referral_access import opened

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PEOPLE = (
    "visitor", "patient", "other_patient", "without_factor",
    "coordinator", "lead", "editor", "reviewer", "finance", "case_reviewer", "administrator",
)  # fmt: skip
MAY_READ_CASES = ("patient", "coordinator", "lead")
TASK_WORDS = "Canary words of a task"
NOTE = "Canary words of a handover note"
WORDS = "Words of a message with a canary"
OPERATION = "Canary operation"
COMPANION, PASSPORT = "Canary companion", "Canarypassport"
PAPER = "Canary scan.pdf"
PLAN = "Canary ward"
CANARIES = [
    NAME, EMAIL, PHONE, MESSAGE, WORDS, TASK_WORDS, "Canary question", NOTE, PAPER, "Canary Tamoxifen",
    "Canary growth", PLAN, COMPANION, PASSPORT, "Canary resection", "Canary: the ward", OPERATION, "Canary Aunt",
]  # fmt: skip
# What is of no case, with who reads it.
COMMISSION, CONTACT = "Canary commission", "Canary Contact"
INVOICE, MONEY_NOTE = "Canary invoice 1717", "Canary money note"
READERS = {
    COMMISSION: ("finance",),
    "7.77": ("finance",),
    MONEY_NOTE: ("coordinator", "lead", "finance"),
    CONTACT: ("coordinator", "lead", "editor"),
}
# What somebody reads who may not read cases.
SHARED = {
    ("case_reviewer", f"admin:requests_casereview_{action}"): {WORDS, "Canary question"}
    for action in ("change", "history")
} | {("case_reviewer", "admin:requests_casereview_document"): {PAPER}}


@dataclass(frozen=True)
class World:
    """The objects that addresses name, and the browsers of the cast."""

    case: Case
    objects: dict[str, Any]
    browsers: dict[str, Client]


def signed_in(user: User) -> Client:
    """Return the browser of somebody who has a password and no second factor."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def world() -> World:
    coordinator = make_staff(Role.COORDINATOR)
    bare, case_reviewer = make_staff(Role.COORDINATOR), make_staff(Role.CASE_REVIEWER)
    condition = Condition.objects.get(slug="liver-metastases")
    case = submit(condition=condition, procedures=tuple(Procedure.objects.filter(code="surgery")))
    write_to_desk(case=case, body=WORDS, form_token="t" * 20)
    estimate = case.estimates.get()
    # What is treated stands in the lines of an estimate.
    EstimateLine.objects.create(estimate=estimate, order=99, name=OPERATION, name_ru=OPERATION, currency="USD")
    record_pdf(estimate=estimate, pdf=b"%PDF-1.7 Canary")
    asked: dict[str, Any] = {"case": case, "details": TASK_WORDS, "by": coordinator, "form_token": "t" * 20}
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    task = tasks.ask(kind=TaskKind.objects.get(code="answer"), due_at=tomorrow, **asked)
    day = tomorrow.date()
    line = PlanRow(id=None, on=day, kind=PlanKind.OPERATION, words=PLAN, where=PLAN)
    trips.change(case=case, version=0, arrives_on=day, home_on=day, rows=[line], by=coordinator)
    call = tasks.arrange_call(starts_at=tomorrow, minutes=30, channel="phone", **asked | {"form_token": "c" * 20})
    for flow, code, given in (
        ("companion", "comes", "yes"),
        ("companion", "name", COMPANION),
        ("passport", "number", PASSPORT),
    ):
        make_answer(case, flow, code, given)
    document = make_document(case, name=PAPER, data=f"%PDF-1.7 {PAPER}".encode())
    shared: dict[str, Any] = {"question": "Canary question", "documents": [document], "form_token": "r" * 20}
    review = reviews.ask(case=case, reviewer=case_reviewer, by=coordinator, **shared)
    other = submit(email="other@example.org", name="Somebody Else")
    browsers = {
        "visitor": Client(),
        "patient": cast.patient_of(case),
        "other_patient": cast.patient_of(other),
        "without_factor": signed_in(bare),
        "coordinator": staff_client(coordinator),
        "lead": staff_client(make_staff(Role.LEAD)),
        "editor": staff_client(make_staff(Role.EDITOR)),
        "reviewer": staff_client(make_staff(Role.REVIEWER)),
        "finance": staff_client(make_staff(Role.FINANCE)),
        "case_reviewer": staff_client(case_reviewer),
        "administrator": staff_client(make_staff(Role.ADMINISTRATOR)),
    }
    item = OutboxItem.objects.filter(reference=case.reference).first()
    assert item is not None
    clinic = make_clinic()
    give_pack(case, coordinator)
    make_brief(case, number=2)
    referral = make_referral(case, by=coordinator, contact=make_contact(clinic=clinic, language="en"))
    ReferralDocument.objects.create(referral=referral, document=document)
    objects: dict[str, Any] = {
        "case": case,
        "link": CaseLink.objects.get(case=case),
        "item": item,
        "family_link": family.make(case=case, name="Canary Aunt", shows_medical=True, form_token="f" * 20),
        # Whoever has a link may open its case, so this one is of another case.
        "token": links.address(CaseLink.objects.get(case=other)).rstrip("/").rpartition("/")[2],
        "estimate": Estimate.objects.get(case=case),
        "patient_token": patients.address(PatientLink.objects.create(case=other, email="p@example.org"))
        .rstrip("/")
        .rpartition("/")[2],
        "follow_up_token": follow_ups.stop_address(
            FollowUp.objects.create(case=other, day=7, due_at=tomorrow, asked_at=timezone.now()), "en"
        )
        .rstrip("/")
        .rpartition("/")[2],
        "task": task,
        "call": call,
        "document": document,
        "brief": make_brief(case, state="draft"),
        "referral": referral,
        "offer": give_offer(referral, coordinator),
        "referral_token": referral_access.token_of(referral),
        "absence": Absence.objects.create(
            user=coordinator, substitute=bare, entered_by=coordinator, begins_on=day, ends_on=day
        ),
        "handover": HandoverNote.objects.create(author=bare, body=NOTE),
        "casereview": review,
        # One that was done, so that the case stays as it is.
        "erasure": Erasure.objects.create(
            reference="MR-2222-2222", why="patient", state="done", erased_at=timezone.now()
        ),
        # One that ended, for the same reason.
        "legalhold": LegalHold.objects.create(case=case, by=coordinator, until=datetime.date(2026, 1, 1), reason=NOTE),
        "taskkind": TaskKind.objects.first(),
        "endreason": EndReason.objects.first(),
        "cannedreply": CannedReply.objects.first(),
        "steptime": StepTime.objects.create(step="travel", days_from=1, days_to=2),
        "coordinatorprofile": CoordinatorProfile.objects.create(user=coordinator),
        "contactnumber": ContactNumber.objects.create(channel="phone", number="+7 495 000 00 00"),
        "area": Area.objects.get(slug="oncology"),
        "condition": condition,
        "edition": Edition.objects.first(),
        "questionnaire": Questionnaire.objects.first(),
        "questionnaireedition": QuestionnaireEdition.objects.first(),
        "feedback": give_feedback(),
        "reviewer": Reviewer.objects.create(user=bare, name_en="Test", credential_en="Test"),
        "clinic": clinic,
        "photo": make_photo(clinic=clinic),
        "package": make_package(),
        "line": PackageLine.objects.create(code="test-line", name_en="Test line"),
        "procedure": Procedure.objects.first(),
        "price": Price.objects.first(),
        "offeredtreatment": OfferedTreatment.objects.first(),
        "teamday": TeamDay.objects.create(on=datetime.date(2027, 3, 1)),
        "clinicsource": ClinicSource.objects.first(),
        "cliniccontact": make_contact(name=CONTACT),
        "cliniccommission": ClinicCommission.objects.create(
            clinic=clinic, percent="7.77", terms=COMMISSION, valid_from=day
        ),
        "exchangerate": ExchangeRate.objects.create(currency="USD", rubles="92.15", day=day, source="Bank of Russia"),
        "paymentrecord": make_payment(case, make_staff(Role.FINANCE), paper=INVOICE, note=MONEY_NOTE),
        "moneyrules": MoneyRules.objects.get_or_create(pk=ONLY)[0],
        "deadline": Deadline.objects.first(),
        "retentionrule": RetentionRule.objects.first(),
        "user": coordinator,
        "securityevent": SecurityEvent.objects.create(kind=SecurityEventKind.SIGN_IN),
        "city": City.objects.get(slug="moscow"),
        "travelfact": TravelFact.objects.first(),
        "doctor": Doctor.objects.create(slug="test-doctor", name_en="Test", is_sample=True),
        "careassistant": CareAssistant.objects.create(slug="test-assistant", name_en="Test", is_sample=True),
    }
    for model, slug in ((Doctor, "listed-doctor"), (CareAssistant, "listed-assistant")):
        model._default_manager.create(slug=slug, name_en="Test", is_sample=True, is_published=True)
    # An image of a series, so that it has a ZIP too.
    Document.objects.update(series_hash=keyed_hash("series"))
    return World(case, objects, browsers)


def give_offer(referral: Referral, by: User) -> Offer:
    """Let a clinic have answered, with an offer that the patient sees."""
    shown = {"shown_at": timezone.now(), "note": "Canary: the ward is extra.", "note_by": by}
    return make_offer(referral, columns=shown)


def give_pack(case: Case, by: User) -> None:
    """Give a case a printed continuity pack, as if it had been treated once."""
    status = case.status
    Case.objects.filter(pk=case.pk).update(status=Status.RECOVERY)
    pack = make_pack(case, by=by)
    Case.objects.filter(pk=case.pk).update(status=status)
    paper = PrintedPaper.objects.get(object_id=pack.pk)
    printer = printing._Printer(lambda paper: b"%PDF-1.7 Canary", None)
    with patch.dict(printing._printers, {PrintedKind.CONTINUITY: printer}):
        printing.fulfil(paper)


# ── The matrix: name of the address, its arguments, and what each of PEOPLE gets, in that order ──

ALL = "ok"
OWN = "none ok none"
DESK = "login login login factor ok ok no no no no no"
# These only take a POST, which test_the_desk_is_closed_to_others sends.
DESK_POST = "login login login factor post"
STAFF = "login login login factor ok"
FINANCE = "login login login factor no no no no ok no no"
ADMINISTRATOR = "login login login factor no no no no no no ok"
# Who reads pages and the directory: all but finance and case reviewers.
CONTENT = "login login login factor ok ok ok ok no no ok"
EDITOR = "login login login factor no no ok no no no no"
NOBODY = "login login login factor no"
SIGN_IN = "ok ok ok go"
ACCOUNT = "login login login ok"


def _object(name: str, world: "World") -> list[object]:
    return [_pk(world, name)] if name else []


def _pk(world: World, name: str) -> object:
    return world.objects[name].pk


def _exchange(model: str, readers: str = CONTENT) -> dict[str, tuple[Callable[[World], list[object]], str]]:
    """Return the rows of a list that is imported and exported."""
    return {
        f"admin:{model}_import": (lambda w: [], "login login login factor no no ok no no no no"),
        f"admin:{model}_import_report": (lambda w: ["no-such-token"], "login login login factor no no go no no no no"),
        f"admin:{model}_export": (lambda w: ["csv"], readers),
    }


PUBLIC: dict[str, tuple[Callable[[World], list[object]], str]] = {
    "healthz": (lambda w: [], ALL),
    # Nothing beats in this test, so the portal as a whole is not ready.
    "readyz": (lambda w: [], "503"),
    "metrics": (lambda w: [], "none"),
    "language_redirect": (lambda w: [], "go"),
    "sitemap": (lambda w: [], ALL),
    "language_sitemap": (lambda w: ["ru"], ALL),
    "robots": (lambda w: [], ALL),
    "favicon": (lambda w: [], ALL),
    "front:home": (lambda w: [], ALL),
    "front:site_image": (lambda w: [], ALL),
    "front:condition_image": (lambda w: ["liver-metastases"], ALL),
    "front:condition_list": (lambda w: [], ALL),
    "front:condition": (lambda w: ["liver-metastases"], ALL),
    "front:condition_pdf": (lambda w: ["liver-metastases"], ALL),
    "front:condition_sources": (lambda w: ["liver-metastases"], ALL),
    "front:condition_questions": (lambda w: ["liver-metastases"], ALL),
    "front:condition_documents": (lambda w: ["liver-metastases"], ALL),
    "front:condition_changes": (lambda w: ["liver-metastases"], ALL),
    "front:condition_feedback": (lambda w: ["liver-metastases"], ALL),
    "front:condition_feedback_sent": (lambda w: ["liver-metastases"], ALL),
    "requests:questionnaire_preview": (lambda w: ["core"], "none none none none ok ok ok ok none none ok"),
    "front:condition_preview": (lambda w: ["liver-metastases"], "none none none none ok ok ok ok none none ok"),
    "front:area": (lambda w: ["oncology"], ALL),
    "front:search": (lambda w: [], ALL),
    "photo": (lambda w: [w.objects["photo"].variants[0]["files"]["jpeg"], "jpeg"], ALL),
    "clinics:clinic_list": (lambda w: [], ALL),
    "clinics:how_ordered": (lambda w: [], ALL),
    "clinics:clinic": (lambda w: ["test-clinic"], ALL),
    "clinics:compare": (lambda w: [], ALL),
    "clinics:doctor_list": (lambda w: [], ALL),
    "clinics:doctor": (lambda w: ["listed-doctor"], ALL),
    "clinics:care_assistant_list": (lambda w: [], ALL),
    "clinics:care_assistant": (lambda w: ["listed-assistant"], ALL),
    "requests:package_list": (lambda w: [], ALL),
    "requests:request_new": (lambda w: [], ALL),
    "requests:request_time_zone": (lambda w: [], "post"),
    "requests:request_sent": (lambda w: [w.case.reference], "none"),
    "account_with_language": (lambda w: [], "go"),
    "account_page_with_language": (lambda w: ["sessions/"], "go"),
    "requests:joined_cases": (lambda w: [], "login login login no"),
    "requests:join_case": (lambda w: [w.case.reference], "login login login post"),
    "requests:take_out_case": (lambda w: [w.case.reference], "login login login post"),
    "requests:delete_account": (lambda w: [], "login login login no"),
    # The link asks everybody for the code that goes to the clinic.
    "requests:referral": (lambda w: [w.objects["referral_token"]], ALL),
    "requests:referral_offer": (lambda w: [w.objects["referral_token"]], ALL),
    "requests:referral_decline": (lambda w: [w.objects["referral_token"]], ALL),
    "requests:referral_answered": (lambda w: [w.objects["referral_token"]], ALL),
    "requests:referral_document": (lambda w: [w.objects["referral_token"], _pk(w, "document")], ALL),
    "requests:case_list": (lambda w: [], ALL),
    "requests:case_link": (lambda w: [w.objects["token"]], ALL),
    "requests:patient": (lambda w: [w.objects["patient_token"]], ALL),
    "requests:case": (lambda w: [w.case.reference], OWN),
    "requests:case_close": (lambda w: [w.case.reference], "post"),
    "requests:messages": (lambda w: [w.case.reference], OWN),
    "requests:task": (lambda w: [w.case.reference, w.objects["task"].public_id], OWN),
    "requests:task_kind": (lambda w: [w.case.reference, "complaint"], OWN),
    "requests:flow_step": (lambda w: [w.case.reference, "companion", "name"], OWN),
    "requests:flow_check": (lambda w: [w.case.reference, "companion"], OWN),
    "requests:flow_delete": (lambda w: [w.case.reference, "passport"], "post"),
    "requests:call": (lambda w: [w.case.reference, w.objects["call"].public_id], OWN),
    "requests:call_file": (lambda w: [w.case.reference, w.objects["call"].public_id], OWN),
    "requests:documents": (lambda w: [w.case.reference], OWN),
    "requests:documents_list": (lambda w: [w.case.reference], OWN),
    "requests:document_missing": (lambda w: [w.case.reference], "post"),
    "requests:document": (lambda w: [w.case.reference, _pk(w, "document")], OWN),
    "requests:document_series": (lambda w: [w.case.reference, _pk(w, "document")], OWN),
    "requests:document_remove": (lambda w: [w.case.reference, _pk(w, "document")], "post"),
    "requests:document_begin": (lambda w: [w.case.reference], "post"),
    "requests:document_parts": (lambda w: [w.case.reference, _pk(w, "document")], OWN),
    "requests:brief": (lambda w: [w.case.reference], OWN),
    "requests:brief_clinic": (lambda w: [w.case.reference, w.objects["clinic"].slug], "post"),
    "requests:offers": (lambda w: [w.case.reference], OWN),
    "requests:choose_offer": (lambda w: [w.case.reference, _pk(w, "offer")], OWN),
    "requests:payments": (lambda w: [w.case.reference], OWN),
    "requests:journey": (lambda w: [w.case.reference], OWN),
    # The worker has not printed them yet.
    "requests:journey_pdf": (lambda w: [w.case.reference], "none 202 none"),
    "requests:journey_calendar": (lambda w: [w.case.reference], OWN),
    "requests:card": (lambda w: [w.case.reference], "none 202 none"),
    "requests:people": (lambda w: [w.case.reference], OWN),
    "requests:privacy": (lambda w: [w.case.reference], OWN),
    "requests:withdraw_consent": (lambda w: [w.case.reference, "health"], OWN),
    # Nothing is taken back in this case: it leads to the case.
    "requests:give_consents_again": (lambda w: [w.case.reference], "none go none"),
    "requests:erase": (lambda w: [w.case.reference], OWN),
    "requests:stop_follow_ups": (lambda w: [w.objects["follow_up_token"]], ALL),
    # The treatment of this case is ahead: the page leads back to it.
    "requests:follow_ups": (lambda w: [w.case.reference], "none go none"),
    "requests:stop_follow_up": (lambda w: [w.case.reference], "post"),
    "requests:follow_up": (lambda w: [w.case.reference, 7], "none go none"),
    "requests:family_links": (lambda w: [w.case.reference], OWN),
    "requests:family_link": (lambda w: [w.case.reference, _pk(w, "family_link")], OWN),
    "requests:family": (lambda w: [family.token_of(w.objects["family_link"])], ALL),
    # Nobody here pressed the button behind the link.
    "requests:family_estimate": (lambda w: [family.token_of(w.objects["family_link"]), 0], "go"),
    "requests:estimate": (lambda w: [w.case.reference, 0], OWN),
    "requests:estimate_pdf": (lambda w: [w.case.reference, 0], OWN),
    "requests:continuity_pdf": (lambda w: [w.case.reference], OWN),
    "requests:continuity_zip": (lambda w: [w.case.reference], OWN),
    "requests:accept_estimate": (lambda w: [w.case.reference, 0], OWN),
    "requests:decline_estimate": (lambda w: [w.case.reference, 0], OWN),
    "requests:renew_estimate": (lambda w: [w.case.reference, 0], "post"),
    # It is not accepted.
    "requests:acceptance_pdf": (lambda w: [w.case.reference, 0], "none"),
    "core:page": (lambda w: ["privacy"], ALL),
}

ACCOUNTS: dict[str, str] = {
    "account_login": SIGN_IN,
    "account_request_login_code": SIGN_IN,
    "account_home": "login login login factor",
    "account_confirm": "login login login factor",
    "account_signup": "login",
    "account_logout": "go go go ok",
    "account_inactive": ALL,
    "account_reauthenticate": "login login login ok factor",
    "account_email": "login login login factor",
    "account_email_verification_sent": ALL,
    "account_change_password": ACCOUNT,
    "account_set_password": "login login login go",
    "account_reset_password": ALL,
    "account_reset_password_done": ALL,
    "account_reset_password_from_key_done": ALL,
    "account_confirm_login_code": "login login login go",
    "mfa_index": ACCOUNT,
    "mfa_authenticate": "login login login go",
    "mfa_reauthenticate": "login login login go ok",
    "mfa_activate_totp": "login login login go factor",
    "mfa_deactivate_totp": "login login login none factor",
    "mfa_view_recovery_codes": "login login login none",
    "mfa_generate_recovery_codes": "login login login go factor",
    "mfa_download_recovery_codes": "login login login none",
    "mfa_list_webauthn": ACCOUNT,
    "mfa_login_webauthn": "login login login go",
    "mfa_add_webauthn": "login login login go factor",
    "mfa_reauthenticate_webauthn": "login login login go factor",
    "usersessions_list": ACCOUNT,
}

# Links of the mails that allauth sends, and rows of somebody's own: nobody has them here.
WITH_ARGUMENTS: dict[str, tuple[Callable[[World], list[object]], str]] = {
    "account_confirm_email": (lambda w: ["some-key"], ALL),
    "account_reset_password_from_key": (lambda w: ["1", "some-key"], ALL),
    "mfa_remove_webauthn": (lambda w: [1], "login login login go factor"),
    "mfa_edit_webauthn": (lambda w: [1], "login login login go factor"),
}

# Pages of the admin that are no list and no form of a model.
ADMIN: dict[str, tuple[Callable[[World], list[object]], str]] = {
    # Everybody but an administrator is sent to where the day begins.
    "admin:index": (lambda w: [], "login login login factor go go go go go go ok"),
    "admin:login": (lambda w: [], "login login login factor go"),
    "admin:logout": (lambda w: [], "login login login post"),
    "admin:password_change": (lambda w: [], STAFF),
    "admin:password_change_done": (lambda w: [], STAFF),
    "admin:autocomplete": (lambda w: [], NOBODY),
    "admin:jsi18n": (lambda w: [], "login login login ok"),
    "admin:view_on_site": (lambda w: [1, 1], "login login login factor none"),
    "admin:search": (lambda w: [], STAFF),
    "admin:accounts_desk_language": (lambda w: [], "login login login factor post"),
    "admin:core_mail_list": (lambda w: [], "login login login factor none"),
    "admin:core_mail_page": (lambda w: ["x.eml"], "login login login factor none"),
    "admin:conditions_exchangerate_day": (lambda w: [], EDITOR),
    "admin:requests_pricetakeover_changelist": (lambda w: [], EDITOR),
    "admin:requests_paymentrecord_due": (lambda w: [], FINANCE),
    "admin:requests_paymentrecord_case": (lambda w: [w.case.reference], FINANCE),
    "admin:requests_paymentrecord_cancel": (lambda w: [_pk(w, "paymentrecord")], FINANCE),
    "admin:clinics_photo_preview": (lambda w: [_pk(w, "photo")], CONTENT),
    "admin:conditions_condition_publish": (lambda w: [_pk(w, "condition")], CONTENT),
    "admin:conditions_condition_upkeep": (lambda w: [], CONTENT),
    "admin:clinics_clinic_upkeep": (lambda w: [], CONTENT),
    "admin:conditions_edition_compare": (lambda w: [_pk(w, "edition")], "login login login factor none"),
    "admin:conditions_edition_restore": (lambda w: [_pk(w, "edition")], "login login login factor post"),
    "admin:conditions_questionnaire_publish": (lambda w: [_pk(w, "questionnaire")], CONTENT),
    "admin:conditions_questionnaireedition_compare": (
        lambda w: [_pk(w, "questionnaireedition")],
        "login login login factor none none ok ok none none ok",
    ),
    "admin:conditions_questionnaireedition_restore": (
        lambda w: [_pk(w, "questionnaireedition")],
        "login login login factor post",
    ),
    **_exchange("clinics_clinic"),
    **_exchange("clinics_offeredtreatment"),
    **_exchange("clinics_clinicsource"),
    **_exchange("conditions_price", "login login login factor ok ok ok ok ok no ok"),
    "admin:requests_case_keep": (lambda w: [], DESK),
    "admin:requests_case_act": (lambda w: [], DESK_POST),
    "admin:requests_case_find": (lambda w: [], DESK_POST),
    "admin:requests_case_away": (lambda w: [], DESK),
    # Of oneself; a lead's are everybody's.
    "admin:requests_case_absence": (lambda w: [_pk(w, "absence")], DESK),
    "admin:requests_case_handover": (lambda w: [], DESK),
    "admin:requests_case_handover_read": (lambda w: [_pk(w, "handover")], DESK_POST),
    "admin:requests_case_second_owner": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_outcomes": (lambda w: [], "login login login factor no ok no no no no no"),
    "admin:requests_case_new": (lambda w: [], DESK),
    "admin:requests_case_fact": (lambda w: [w.case.pk, "email"], DESK),
    "admin:requests_case_new_way": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_new_link": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_move": (lambda w: [w.case.pk, "triage"], DESK),
    "admin:requests_case_hold": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_resume": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_withdraw_consent": (lambda w: [w.case.pk, "health"], DESK),
    "admin:requests_case_erase": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_keep_case": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_legal_hold": (lambda w: [w.case.pk], "login login login factor no ok no no no no no"),
    # This case has no hold; for who may not lift one there is no difference.
    "admin:requests_case_lift_legal_hold": (
        lambda w: [w.case.pk, w.case.pk],
        "login login login factor no none no no no no no",
    ),
    "admin:requests_case_undo_merge": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_new_case": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_assign": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_answer": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_reply": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_note": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_take_back": (lambda w: [w.case.pk, Message.objects.get(case=w.case).pk], DESK_POST),
    "admin:requests_case_save_drafts": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_discard_draft": (lambda w: [w.case.pk, "note"], DESK_POST),
    "admin:requests_case_no_answer_needed": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_release": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_revoke": (lambda w: [w.case.pk, _pk(w, "link")], DESK_POST),
    "admin:requests_case_revoke_family": (lambda w: [w.case.pk, _pk(w, "family_link")], DESK_POST),
    "admin:requests_case_send_again": (lambda w: [w.case.pk, _pk(w, "item")], DESK_POST),
    "admin:requests_case_patient": (lambda w: [w.case.pk], DESK),
    # Nobody owns the case, so the leads alone do.
    "admin:requests_case_passport": (lambda w: [w.case.pk], "login login login factor no ok no no no no no"),
    # There is nothing to note before the treatment is over.
    "admin:requests_case_follow_up": (lambda w: [w.case.pk], DESK.replace("ok", "go")),
    "admin:requests_case_stop_follow_up": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_add_documents": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_document": (lambda w: [w.case.pk, _pk(w, "document")], DESK),
    "admin:requests_case_document_series": (lambda w: [w.case.pk, _pk(w, "document")], DESK),
    "admin:requests_case_document_name_asked": (lambda w: [w.case.pk, _pk(w, "document")], DESK_POST),
    # It has none.
    "admin:requests_case_preview_document": (
        lambda w: [w.case.pk, _pk(w, "document")],
        DESK.replace("ok", "none"),
    ),
    "admin:requests_case_judge_document": (lambda w: [w.case.pk, _pk(w, "document")], DESK),
    "admin:requests_case_translate_document": (lambda w: [w.case.pk, _pk(w, "document")], DESK),
    "admin:requests_case_file_document": (lambda w: [w.case.pk, _pk(w, "document")], DESK_POST),
    "admin:requests_case_ask_paper": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_release_document": (lambda w: [w.case.pk, _pk(w, "document")], DESK_POST),
    "admin:requests_case_remove_document": (lambda w: [w.case.pk, _pk(w, "document")], DESK_POST),
    # The paper is no medical image.
    "admin:requests_case_document_for_clinics": (
        lambda w: [w.case.pk, _pk(w, "document")],
        DESK.replace("ok", "none"),
    ),
    "admin:requests_case_brief": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_begin_brief": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_brief_clinics": (lambda w: [w.case.pk], DESK_POST),
    "admin:requests_case_brief_version": (lambda w: [w.case.pk, _pk(w, "brief")], DESK),
    "admin:requests_case_send_brief": (lambda w: [w.case.pk, _pk(w, "brief")], DESK_POST),
    "admin:requests_case_take_back_brief": (lambda w: [w.case.pk, _pk(w, "brief")], DESK_POST),
    "admin:requests_case_refer": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_referral": (lambda w: [w.case.pk, _pk(w, "referral")], DESK),
    "admin:requests_case_answer_clinic": (lambda w: [w.case.pk, _pk(w, "referral")], DESK_POST),
    "admin:requests_case_release_papers": (lambda w: [w.case.pk, _pk(w, "referral")], DESK_POST),
    "admin:requests_case_renew_referral": (lambda w: [w.case.pk, _pk(w, "referral")], DESK_POST),
    "admin:requests_case_revoke_referral": (lambda w: [w.case.pk, _pk(w, "referral")], DESK_POST),
    "admin:requests_case_remind_clinic": (lambda w: [w.case.pk, _pk(w, "referral")], DESK_POST),
    "admin:requests_case_note_brief_approval": (lambda w: [w.case.pk, _pk(w, "brief")], DESK),
    "admin:requests_case_note_clinic": (lambda w: [w.case.pk, w.objects["clinic"].slug], DESK),
    "admin:requests_case_offers": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_enter_offer": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_change_offer": (lambda w: [w.case.pk, _pk(w, "offer")], DESK_POST),
    "admin:requests_case_note_choice": (lambda w: [w.case.pk, _pk(w, "offer")], DESK),
    "admin:requests_case_new_task": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_trip": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_new_call": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_move_call": (lambda w: [w.case.pk, _pk(w, "call")], DESK),
    "admin:requests_case_finish_task": (lambda w: [w.case.pk, _pk(w, "task")], DESK_POST),
    "admin:requests_case_withdraw_task": (lambda w: [w.case.pk, _pk(w, "task")], DESK_POST),
    "admin:requests_case_new_contact": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_present": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_new_review": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_take_back_review": (lambda w: [w.case.pk, _pk(w, "casereview")], DESK_POST),
    "admin:requests_casereview_answer": (lambda w: [_pk(w, "casereview")], DESK_POST),
    "admin:requests_casereview_document": (
        lambda w: [_pk(w, "casereview"), _pk(w, "document")],
        "login login login factor no no no no no ok no",
    ),
    # It has none.
    "admin:requests_casereview_preview": (
        lambda w: [_pk(w, "casereview"), _pk(w, "document")],
        "login login login factor no no no no no none no",
    ),
    "admin:requests_who_saw": (lambda w: [], "login login login factor no ok no no no no ok"),
    "admin:requests_emergency": (lambda w: [], ADMINISTRATOR),
    "admin:front_ready": (lambda w: [], ADMINISTRATOR),
    # Nobody here said why.
    "admin:requests_emergency_case": (lambda w: [w.case.pk], "login login login factor no no no no no no go"),
    "admin:requests_case_estimate": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_estimate_pdf": (lambda w: [w.case.pk, 0], DESK),
    "admin:requests_case_continuity": (lambda w: [w.case.pk], DESK),
    "admin:requests_case_continuity_pdf": (lambda w: [w.case.pk, 1], DESK),
    "admin:requests_case_note_acceptance": (lambda w: [w.case.pk, _pk(w, "estimate")], DESK),
    "admin:requests_case_acceptance_pdf": (
        lambda w: [w.case.pk, _pk(w, "estimate")],
        "login login login factor none none no no no no no",
    ),
    "admin:requests_cannedreply_approve": (lambda w: [_pk(w, "cannedreply")], DESK_POST),
    "admin:accounts_user_invite": (lambda w: [_pk(w, "user")], DESK_POST),
    "admin:accounts_user_sessions": (lambda w: [_pk(w, "user")], DESK_POST),
    "admin:app_list": (lambda w: ["requests"], STAFF),
}

# What a relative with an open link, an account with another case get that a visitor does not.
DIFFERENT = {
    ("relative", "requests:family_estimate"): "ok",
    ("account", "requests:joined_cases"): "ok",
    ("account", "requests:join_case"): "post",
    ("account", "requests:take_out_case"): "post",
    ("account", "requests:delete_account"): "ok",
}

# What a clinic reads of the case, and of its own offer.
OF_REFERRAL = {
    "requests:referral": {"Canary growth"},
    "requests:referral_document": {PAPER},
    "requests:referral_offer": {"Canary resection"},
}

# Models of the admin: the object, then what coordinator, lead, editor, reviewer, finance, case reviewer and administrator may do with it.
MODELS: dict[str, tuple[str, str]] = {
    "requests_case": ("case", "view view no no no no no"),
    "requests_estimate": ("estimate", "view view no no view no no"),
    "requests_paymentrecord": ("paymentrecord", "no no no no keep no no"),
    "requests_casereview": ("casereview", "no no no no no view no"),
    "requests_deadline": ("deadline", "no view no no no no view"),
    "requests_retentionrule": ("retentionrule", "no no no no no no view"),
    "requests_erasure": ("erasure", "no view no no no no view"),
    "requests_legalhold": ("legalhold", "no view no no no no view"),
    "requests_taskkind": ("taskkind", "no keep no no no no keep"),
    "requests_endreason": ("endreason", "no keep no no no no keep"),
    "requests_cannedreply": ("cannedreply", "keep keep keep no no no no"),
    "requests_steptime": ("steptime", "no edit no no no no edit"),
    "requests_coordinatorprofile": ("coordinatorprofile", "no edit no no no no edit"),
    "requests_contactnumber": ("contactnumber", "no edit no no no no edit"),
    "core_teamday": ("teamday", "view edit no no no no edit"),
    "requests_supportpackage": ("package", "view view edit view no no view"),
    "requests_packageline": ("line", "view view edit view no no view"),
    "core_outboxitem": ("item", "view view no no no no view"),
    "conditions_area": ("area", "view view edit view no no view"),
    "conditions_condition": ("condition", "view view edit view no no view"),
    "conditions_edition": ("edition", "no no view view no no view"),
    "conditions_questionnaire": ("questionnaire", "view view edit view no no view"),
    "conditions_questionnaireedition": ("questionnaireedition", "no no view view no no view"),
    "conditions_feedback": ("feedback", "no no view view no no no"),
    "conditions_reviewer": ("reviewer", "no no no no no no edit"),
    "conditions_procedure": ("procedure", "view view edit view view no view"),
    "conditions_price": ("price", "view view edit view view no view"),
    "conditions_exchangerate": ("exchangerate", "view view edit view view no view"),
    "requests_moneyrules": ("moneyrules", "row row row no row no no"),
    "clinics_city": ("city", "view view edit view no no view"),
    "clinics_clinic": ("clinic", "view view edit view no no view"),
    "clinics_offeredtreatment": ("offeredtreatment", "view view edit view no no view"),
    "clinics_clinicsource": ("clinicsource", "view view edit view no no view"),
    "clinics_cliniccontact": ("cliniccontact", "view view edit no no no no"),
    "clinics_cliniccommission": ("cliniccommission", "no no no no keep no no"),
    "clinics_doctor": ("doctor", "view view edit view no no view"),
    "clinics_careassistant": ("careassistant", "view view edit view no no view"),
    "clinics_travelfact": ("travelfact", "view view edit view no no view"),
    "accounts_user": ("user", "no view no no no no keep"),
    "accounts_securityevent": ("securityevent", "no no no no no no view"),
}

# What each right of a model means for the pages of its admin: list, add, change, history, delete.
RIGHTS = {
    "edit": "ok ok ok ok ok",
    "keep": "ok ok ok ok no",
    "view": "ok no ok ok no",
    # Its list is the page of its only row.
    "row": "go no ok ok no",
    "no": "no no no no no",
}
ACTIONS = ("changelist", "add", "change", "history", "delete")


def rows() -> Iterator[tuple[str, Callable[[World], list[object]], str]]:
    """Return every row of the matrix: name, arguments, expectations."""
    for name, (arguments, expected) in {**PUBLIC, **WITH_ARGUMENTS, **ADMIN}.items():
        yield name, arguments, expected
    for name, expected in ACCOUNTS.items():
        yield name, lambda w: [], expected
    for model, (object_name, rights) in MODELS.items():
        staff = zip(*(RIGHTS[right].split() for right in rights.split()), strict=True)
        for action, words in zip(ACTIONS, staff, strict=True):
            takes_object = action not in ("changelist", "add")
            yield (
                f"admin:{model}_{action}",
                partial(_object, object_name if takes_object else ""),
                f"login login login factor {' '.join(words)}",
            )


def every_name(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """Return the name of every address of the portal."""
    for pattern in (get_resolver() if resolver is None else resolver).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from every_name(pattern, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
        elif pattern.name:
            yield space + pattern.name


def test_every_address_has_a_row() -> None:
    assert set(every_name()) == {name for name, _arguments, _expected in rows()}


def outcome(response: Any) -> str:
    """Say in one word what an answer is."""
    if response.status_code in (301, 302):
        target = response["Location"].partition("?")[0]
        if target.startswith("/en/accounts/2fa/"):
            return "factor"
        return "login" if target.endswith(("/login/", "/login/code/")) else "go"
    return {200: "ok", 403: "no", 404: "none", 405: "post"}.get(response.status_code, str(response.status_code))


def test_everybody_gets_what_is_written(world: World) -> None:
    differences = []
    for name, arguments, expected in rows():
        with override("en"):
            address = reverse(name, args=arguments(world))
        words = expected.split()
        for person, wanted in zip_longest(PEOPLE, words, fillvalue=words[-1]):
            response = world.browsers[person].get(address)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            if outcome(response) != wanted:
                differences.append(f"{name} for {person}: {outcome(response)}, not {wanted}")
            may_see = person in MAY_READ_CASES
            differences += [
                f"{name} shows {person} {one!r}"
                for one in CANARIES
                if not may_see and one not in SHARED.get((person, name), ()) and one.encode() in body
            ]
            differences += [
                f"{name} shows {person} {words!r}"
                for words, readers in READERS.items()
                if person not in readers and words.encode() in body
            ]
    assert "\n".join(differences) == ""


def test_relatives_other_accounts_and_clinics_get_what_a_visitor_gets(world: World) -> None:
    """The relative pressed the button behind a link with medical details, the account keeps another case.

    The clinic opened a referral with its code: it reads the brief and one paper, and opens nothing else.
    """
    relative = Client()
    relative.post(reverse("requests:family", args=[family.token_of(world.objects["family_link"])]))
    of_account = sign_in("other@example.org")
    of_clinic = opened(world.objects["referral"])
    # The sign-in delivers what is owed, variants of the photograph too.
    world.objects["photo"].refresh_from_db()
    differences = []
    for name, arguments, expected in rows():
        with override("en"):
            address = reverse(name, args=arguments(world))
        visitor = expected.split()[0]
        for person, client in (("relative", relative), ("account", of_account), ("clinic", of_clinic)):
            if person == "account" and not name.startswith("requests:"):
                continue
            response = client.get(address)
            wanted = DIFFERENT.get((person, name), visitor)
            if outcome(response) != wanted:
                differences.append(f"{name} for {person}: {outcome(response)}, not {wanted}")
            # The relative reads estimates; "Canary Aunt" is her own name.
            body = b"".join(response.streaming_content) if response.streaming else response.content
            shared = OF_REFERRAL.get(name, ()) if person == "clinic" else ()
            differences += [
                f"{name} shows {person} {one!r}" for one in CANARIES[:-2] if one not in shared and one.encode() in body
            ]
    assert "\n".join(differences) == ""


# What is read and never posted to.
READ_ONLY = (
    "_pdf",
    "_case_document",
    "_case_passport",
    "_case_outcomes",
    "_document_series",
    "_document_for_clinics",
    "_brief_version",
    "_case_offers",
    "_case_referral",
    "_preview_document",
    "_casereview_document",
    "_casereview_preview",
)


def test_the_desk_is_closed_to_others(world: World) -> None:
    differences = []
    for name, (arguments, _expected) in ADMIN.items():
        if not name.startswith("admin:requests_case_"):
            continue
        address = reverse(name, args=arguments(world))
        for person, wanted in (
            ("visitor", "no"),
            ("patient", "no"),
            ("without_factor", "factor"),
            ("editor", "no"),
            ("reviewer", "no"),
            ("finance", "no"),
            ("case_reviewer", "no"),
            ("administrator", "no"),
        ):
            got = outcome(world.browsers[person].post(address, {"body": "x"}))
            if got != wanted and not (name.endswith(READ_ONLY) and got == "post"):
                differences.append(f"{name} for {person}: {got}, not {wanted}")
    assert differences == []
    assert world.case.notes.count() == 0
    assert Case.objects.get(pk=world.case.pk).status == "new"
