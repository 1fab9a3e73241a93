"""Pages of the ledger: read in three languages, taken back and given again there, closed to the desk meanwhile."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import ActorKind, Fact, Purpose, Status
from requests.models import Case, Consent, Referral
from requests.services import clinic_consents, consents, facts, messages
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_document, make_referral, make_staff, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def referral(coordinator: User) -> Referral:
    case = submit()
    Case.objects.filter(pk=case.pk).update(owner=coordinator, status=Status.WITH_CLINICS)
    case.refresh_from_db()
    sent = make_referral(case, by=coordinator)
    clinic_consents.propose(case=case, clinic=sent.clinic, by=coordinator)
    return sent


def page(case: Case, path: str = "", language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/{path}"


def desk(case: Case, path: str) -> str:
    return f"/admin/requests/case/{case.pk}/{path}"


def text(response: Any) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_pages_are_read_in_each_language(referral: Referral, language: str) -> None:
    case, her = referral.case, patient_of(referral.case)
    clinic = f"privacy/consents/clinic/withdraw/?clinic={referral.clinic.slug}"
    paths = ["privacy/", clinic, *(f"privacy/consents/{name}/withdraw/" for name in ("health", "processing"))]
    for path in paths:
        assert her.get(page(case, path, language)).status_code == 200
    assert her.get(page(case, "privacy/consents/nothing/withdraw/", language)).status_code == 404
    assert her.get(page(case, "privacy/consents/clinic/withdraw/", language)).status_code == 302
    assert her.get(page(case, "privacy/consents/again/", language)).status_code == 302
    consents.withdraw(case=case, purpose=Purpose.HEALTH, by=ActorKind.PATIENT)
    assert her.get(page(case, "privacy/consents/again/", language)).status_code == 200
    assert her.get(page(case, "privacy/", language)).status_code == 200


def test_the_page_says_what_it_does_and_does_it(referral: Referral) -> None:
    case, her = referral.case, patient_of(referral.case)
    asks = page(case, "privacy/consents/health/withdraw/")
    before = text(her.get(asks))
    assert "The links of all clinics open nothing any more." in before
    assert Consent.objects.filter(withdrawn_at=None).count() == 3
    after = text(her.post(asks, follow=True))
    assert "What this page said is done." in after
    assert "Taken back on" in after
    assert "We do not work on your case." in after
    assert "There is nothing to take back" in text(her.post(asks, follow=True))


def test_what_is_sent_meanwhile_is_refused_with_a_sentence_and_shown(referral: Referral) -> None:
    case, her = referral.case, patient_of(referral.case)
    consents.withdraw(case=case, purpose=Purpose.HEALTH, by=ActorKind.PATIENT)
    sent = her.post(page(case, "tasks/questionnaire/"), {"words": "Canary words"})
    assert sent.status_code == 409
    assert "Nothing was sent." in text(sent)
    assert "Canary words" in text(sent)
    for path in ("documents/uploads/", "documents/missing/", "follow-up/"):
        assert her.post(page(case, path)).status_code == 409
    assert her.get(page(case, "messages/")).status_code == 200


def test_given_again_on_the_page_with_the_words_in_force(referral: Referral) -> None:
    case, her = referral.case, patient_of(referral.case)
    consents.withdraw(case=case, purpose=Purpose.PROCESSING, by=ActorKind.PATIENT)
    again = page(case, "privacy/consents/again/")
    assert her.post(again).status_code == 422
    boxes = re.findall(r"<input[^>]*checkbox[^>]*>", text(her.get(again)))
    words = {
        re.findall(r'name="(\w+)"', box)[0]: re.findall(r'value="(\w+)"', box)[0] for box in boxes if "consent_" in box
    }
    assert set(words) == {"consent_processing", "consent_health"}
    changed = her.post(again, words | {"consent_health": "0" * 64})
    assert changed.status_code == 422
    assert "We go on with your case." in text(her.post(again, words, follow=True))
    assert Case.objects.get(pk=case.pk).consent_withdrawn_at is None
    assert "There is nothing of this kind to do now." in text(her.post(again, words, follow=True))


def test_the_desk_reads_it_and_health_is_closed(referral: Referral, coordinator: User) -> None:
    case, client = referral.case, staff_client(coordinator)
    paper = make_document(case)
    assert "The patient takes it back" in text(client.get(desk(case, "change/")))
    noted = client.post(
        desk(case, "consents/health/withdraw/"),
        {"stated_by": "patient", "way": "phone", "said_on": "2026-11-01"},
        follow=True,
    )
    shown = text(noted)
    assert "Consent withdrawn" in shown
    assert "nobody works on this case" in shown
    assert "by phone" in shown
    for path in (
        f"documents/{paper.pk}/",
        "brief/",
        "offers/",
        f"referrals/{referral.pk}/",
        "estimate/",
        "reviews/new/",
    ):
        assert client.get(desk(case, path)).status_code == 403
    lead = staff_client(make_staff(Role.LEAD))
    assert lead.get(desk(case, f"documents/{paper.pk}/")).status_code == 403
    assert "Consent withdrawn" in text(client.get("/admin/requests/case/"))


def test_nobody_else_takes_a_consent_back(referral: Referral) -> None:
    case = referral.case
    path = page(case, "privacy/consents/health/withdraw/")
    assert Client().post(path).status_code == 404
    assert patient_of(submit(email="other@example.org")).post(path).status_code == 404
    author = staff_client(make_staff(Role.EDITOR))
    assert author.post(desk(case, "consents/health/withdraw/")).status_code == 403
    assert Case.objects.get(pk=case.pk).consent_withdrawn_at is None


def test_what_she_asked_to_correct_and_what_was_corrected_stand_there(coordinator: User) -> None:
    case = submit(name="Canary Fatma")
    her = patient_of(case)
    assert "Nothing was corrected yet." in text(her.get(page(case, "privacy/")))
    messages.write_to_desk(case=case, body="It is Fatima.", form_token="a", about=Fact.NAME)
    assert "Not corrected yet." in text(her.get(page(case, "privacy/")))
    facts.correct(
        case=case, fact=Fact.NAME, values={"name": "Canary Fatima"}, shown={"name": "Canary Fatma"}, by=coordinator
    )
    facts.correct(
        case=Case.objects.get(pk=case.pk),
        fact=Fact.PLACE,
        values={"country": "KZ", "time_zone": ""},
        shown={"country": case.country, "time_zone": case.time_zone},
        by=coordinator,
    )
    shown = text(her.get(page(case, "privacy/")))
    assert "It is Fatima." in shown
    assert "Corrected on" in shown
    assert "Canary Fatma" in shown
    assert "Kazakhstan" in shown
    assert "Not corrected yet." not in shown
