"""Where an estimate is issued: a new version, a supplement with a reason, or first another move."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import page as pdf_rules
import pypdf
import pytest
from django.db import connection
from django.utils import timezone

from portal.accounts.models import User
from requests.enums import EstimateKind, Status
from requests.models import Case, Estimate
from requests.pdf import estimates as pdf
from requests.services import desk
from requests.services.estimates import EstimateRefused, FinalTerms, issue, line_by_hand
from requests.workflow import may_move
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import submit
from tests.requests.delivery import deliver_all, mail_text
from tests.requests.states import case_in

pytestmark = pytest.mark.django_db

WHOLE = ["triage", "offers_in", "estimate_sent"]
ADDED = ["accepted", "travel", "arrived", "in_treatment"]
FIRST = {
    "new": "triage",
    "waiting_documents": "documents_complete",
    "documents_complete": "with_clinics",
    "with_clinics": "offers_in",
    "no_answer": "triage",
    "declined_by_patient": "triage",
    "spam": "triage",
}
NEVER = ["recovery", "closed", "declined_by_us", "duplicate"]
REASON = "Canary: four more nights"


def give(case: Case, by: User, reason: str = "") -> Estimate:
    terms = FinalTerms(timezone.now().date() + timedelta(days=30), "The clinic pays us.", reason=reason)
    line = line_by_hand(name="Line", name_ru="Строка", amount_from=Decimal(100), currency="USD", quantity=1)
    return issue(case=case, lines=[line], terms=terms, by=by)


def accepted(by: User, language: str = "en") -> Case:
    """Return a case whose estimate was accepted, everything told."""
    case = submit(language=language)
    Case.objects.filter(pk=case.pk).update(status="offers_in")
    give(case, by)
    case.refresh_from_db()
    desk.move(case=case, to=Status.ACCEPTED, by=by)
    deliver_all()
    return case


def test_every_state_says_what_is_issued_there() -> None:
    assert sorted([*WHOLE, *ADDED, *FIRST, *NEVER]) == sorted(Status.values)


@pytest.mark.parametrize("status", WHOLE)
def test_a_whole_estimate(coordinator: User, status: str) -> None:
    case = case_in(status)
    assert give(case, coordinator).kind == EstimateKind.FINAL
    assert Case.objects.get(pk=case.pk).status == "estimate_sent"
    with pytest.raises(EstimateRefused, match="moved back"):
        give(case_in(status), coordinator, REASON)


@pytest.mark.parametrize("status", ADDED)
def test_a_supplement_with_a_reason(coordinator: User, status: str) -> None:
    case = case_in(status)
    with pytest.raises(EstimateRefused, match="Say why the supplement is needed"):
        give(case, coordinator)
    assert give(case, coordinator, REASON).kind == EstimateKind.SUPPLEMENT
    assert Case.objects.get(pk=case.pk).status == status


@pytest.mark.parametrize("status", [*FIRST, *NEVER])
def test_elsewhere_none_is_issued_and_the_page_links_the_move_that_comes_first(coordinator: User, status: str) -> None:
    case = case_in(status)
    with pytest.raises(EstimateRefused) as refusal:
        give(case, coordinator)
    first = FIRST.get(status)
    assert refusal.value.first == first
    assert not Estimate.objects.filter(case=case).exists()
    client = staff_client(coordinator)
    base = f"/admin/requests/case/{case.pk}/"
    for response in (client.get(f"{base}estimate/"), client.get(f"{base}change/")):
        text = response.content.decode()
        assert str(refusal.value) in text
        assert (f"{base}move/{first}/" in text) is (first is not None)
    assert f"{base}estimate/" not in client.get(f"{base}change/").content.decode()
    if first:
        assert may_move(Status(status), Status(first))


def test_what_was_typed_when_the_case_moved_on_is_shown_again(coordinator: User) -> None:
    case = case_in("with_clinics")
    data = {"terms-how_we_are_paid": "Canary <paid>", "issue": "1"}
    response = staff_client(coordinator).post(f"/admin/requests/case/{case.pk}/estimate/", data)
    assert (response.status_code, "Canary &lt;paid&gt;" in response.content.decode()) == (409, True)


def test_a_supplement_adds_and_a_new_version_replaces_all(coordinator: User) -> None:
    case = accepted(coordinator)
    give(case, coordinator, REASON)
    give(case, coordinator, "Another")

    def standing() -> list[tuple[int, str]]:
        rows = case.estimates.filter(superseded_at=None).order_by("version")
        return list(rows.values_list("version", "kind"))

    assert standing() == [(1, "final"), (2, "supplement"), (3, "supplement")]
    case.refresh_from_db()
    desk.move(case=case, to=Status.OFFERS_IN, by=coordinator)
    give(case, coordinator)
    assert standing() == [(4, "final")]


def test_its_reason_never_changes_and_is_encrypted(coordinator: User) -> None:
    estimate = give(accepted(coordinator), coordinator, REASON)
    assert Estimate.objects.get(pk=estimate.pk).reason == REASON
    estimate.reason = "Other"
    with pytest.raises(TypeError, match="never changes"):
        estimate.save(update_fields=["reason"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM requests_estimate WHERE version = 2")
        (stored,) = cursor.fetchone()
    assert len(stored) > len(REASON)
    assert REASON.encode() not in bytes(stored)


SAYS: dict[str, tuple[str, str, str]] = {
    "en": (
        "It adds to the estimate that you accepted and does not replace it.",
        "This adds to the estimate that you accepted. It does not replace it.",
        "There is a supplement to your estimate",
    ),
    "ru": (
        "Оно добавляется к смете, которую вы приняли, и не заменяет её.",
        "Это дополнение к смете, которую вы приняли. Оно не заменяет её.",
        "К вашей смете есть дополнение",
    ),
    "ar": (
        "وهو يضاف إلى تقدير التكلفة الذي قبلته ولا يحل محله.",
        "هذا الملحق يضاف إلى تقدير التكلفة الذي قبلته، ولا يحل محله.",
        "يوجد ملحق لتقدير التكلفة",
    ),
}


@pytest.mark.parametrize("language", SAYS)
def test_page_mail_and_document_say_so_with_the_reason(coordinator: User, language: str) -> None:
    on_page, on_document, in_mail = SAYS[language]
    case = accepted(coordinator, language)
    give(case, coordinator, REASON)
    (mail,) = deliver_all()
    assert (in_mail in mail_text(mail), REASON in mail_text(mail)) == (True, False)
    client = patient_of(case)
    base = f"/{language}/case/{case.reference}/"
    text = client.get(base).content.decode()
    standing = text.partition("<details>")[0]
    assert [
        word for word in (on_page, REASON, f"{base}estimates/1/", f"{base}estimates/2/") if word not in standing
    ] == []
    shown = client.get(f"{base}estimates/2/").content.decode()
    printed = pdf.document(Estimate.objects.get(version=2))
    for document in (shown, printed):
        assert [word for word in (on_document, REASON) if word not in document] == []
    for document in (client.get(f"{base}estimates/1/").content.decode(), pdf.document(Estimate.objects.get(version=1))):
        assert on_document not in document


def test_its_pdf_keeps_the_rules_and_prints_the_reason(coordinator: User) -> None:
    case = accepted(coordinator, "ar")
    give(case, coordinator, REASON)
    data = pdf.render(Estimate.objects.get(version=2))
    text = "\n".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(data)).pages)
    assert REASON in text
    report = pdf_rules.validate_pdf_bytes(data, profile=pdf_rules.ValidationProfile.PDF_UA_1)
    assert [(one.rule_id, one.message) for one in report.failures] == []


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "free-0-name": "Nights",
        "free-0-name_ru": "Ночи",
        "free-0-amount_from": "50",
        "free-0-currency": "USD",
        "terms-valid_until": str(timezone.now().date() + timedelta(days=30)),
        "terms-how_we_are_paid": "The clinic pays us.",
        "terms-after": "1",
        "terms-kind": "supplement",
        "issue": "1",
        **changes,
    }


def test_the_desk_builds_one_and_says_why(coordinator: User) -> None:
    case = accepted(coordinator)
    client = staff_client(coordinator)
    address = f"/admin/requests/case/{case.pk}/estimate/"
    assert "Build a supplement" in client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    assert "This is a <strong>supplement</strong>" in client.get(address).content.decode()
    without = client.post(address, typed())
    assert (without.status_code, "Say why the supplement is needed." in without.content.decode()) == (422, True)
    assert client.post(address, typed(**{"terms-reason": REASON})).status_code == 302
    made = Estimate.objects.get(version=2)
    assert (made.kind, made.reason, made.superseded_at) == ("supplement", REASON, None)


def test_a_supplement_never_becomes_a_whole_estimate_because_the_case_moved(coordinator: User) -> None:
    """The page was opened for a supplement; a colleague moves the case back; then "Issue" is pressed."""
    case = accepted(coordinator)
    desk.move(case=case, to=Status.OFFERS_IN, by=coordinator)
    address = f"/admin/requests/case/{case.pk}/estimate/"
    response = staff_client(coordinator).post(address, typed(**{"terms-reason": REASON}))
    for sentence in ("The case has moved meanwhile.", REASON):
        assert sentence in response.content.decode()
    assert Estimate.objects.filter(case=case).count() == 1
