"""A patient reads who opened her case, what of it, when and why."""

from datetime import date

import pytest
from django.utils.translation import override

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import AccessKind, ActorKind, EventKind
from requests.models import AccessEvent, Case, Estimate
from requests.selectors.access_log import reads
from requests.services import audit, desk, emergencies, family
from tests.cast import patient_of
from tests.factories import make_document, make_referral, make_staff, submit
from tests.requests.test_merging import merge

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(coordinator: User) -> Case:
    case = submit()
    desk.assign(case=case, to=coordinator, by=coordinator)
    return Case.objects.get(pk=case.pk)


def lines(case: Case) -> list[tuple[str, list[str], list[str]]]:
    return [(read.who, read.what, read.why) for read in reads(case)]


def test_a_colleague_and_a_day_are_one_line_with_what_by_its_name(case: Case, coordinator: User) -> None:
    paper = make_document(case, name="blood test.pdf", kind="pdf")
    for _ in range(3):
        audit.record_access(case, AccessKind.CASE, by=coordinator)
    audit.record_access(case, AccessKind.DOCUMENT, by=coordinator, object_id=paper.pk)
    estimate = Estimate.objects.create(
        case=case, kind="preliminary", version=0, language="en", valid_until=date(2027, 1, 1)
    )
    audit.record_access(case, AccessKind.ESTIMATE, by=coordinator, object_id=estimate.pk)
    assert lines(case) == [
        ("Olga", ["case page", "your paper “blood test.pdf”", "the preliminary estimate"], ["works on your case"])
    ]


def test_what_a_colleague_did_on_the_day_says_why(case: Case) -> None:
    other = make_staff(Role.COORDINATOR, name="Ivan")
    audit.record_access(case, AccessKind.CASE, by=other)
    assert lines(case) == [("Ivan", ["case page"], ["helps with cases in our team"])]
    audit.record(case, EventKind.MESSAGE_OUT, by=other)
    audit.record(case, EventKind.ESTIMATE_ISSUED, by=other)
    assert lines(case)[0][2] == ["sent your estimate", "wrote to you"]


def test_who_looked_through_the_list_says_so(case: Case) -> None:
    lead = make_staff(Role.LEAD, name="Vera")
    audit.record_daily_access([case], AccessKind.LISTED, by=lead)
    assert lines(case)[0][2] == ["looked through the list of cases"]


def test_an_emergency_says_its_reason(case: Case) -> None:
    boss = make_staff(Role.ADMINISTRATOR, name="Pavel")
    emergencies.open_case(case=case, reason="You asked us whose papers these are.", by=boss)
    [(who, _what, why)] = lines(case)
    assert (who, why) == ("Pavel", ["in an emergency: You asked us whose papers these are."])


def test_a_reviewer_was_asked_for_an_opinion(case: Case) -> None:
    reviewer = make_staff(Role.CASE_REVIEWER, name="Dr Sokolova")
    audit.record_access(case, AccessKind.REVIEW, by=reviewer)
    assert lines(case)[0][2] == ["was asked for a medical opinion"]


def test_a_clinic_is_named_with_its_papers(case: Case, coordinator: User) -> None:
    referral = make_referral(case, by=coordinator)
    paper = make_document(case, name="scan.pdf", kind="pdf")
    audit.record_access(case, AccessKind.REFERRAL, by=referral.clinic, object_id=referral.pk)
    audit.record_access(case, AccessKind.DOCUMENT, by=referral.clinic, object_id=paper.pk)
    [(who, what, why)] = lines(case)
    assert who == referral.clinic.name
    assert what[1:] == ["your paper “scan.pdf”"]
    assert why == ["you agreed that this clinic sees your case"]


def test_reads_of_the_release_before_name_a_clinic_where_its_link_does(case: Case, coordinator: User) -> None:
    referral = make_referral(case, by=coordinator)
    audit.record_access(case, AccessKind.REFERRAL, by=ActorKind.CLINIC, object_id=referral.pk)
    audit.record_access(case, AccessKind.DOCUMENT, by=ActorKind.CLINIC, object_id=None)
    assert {line[0] for line in lines(case)} == {referral.clinic.name, "a clinic that you agreed to"}


def test_a_clinic_is_no_colleague_of_the_same_number(case: Case, coordinator: User) -> None:
    AccessEvent.objects.create(reference=case.reference, kind="document", actor_kind="clinic", actor_id=coordinator.pk)
    assert lines(case)[0][0] != "Olga"


def test_the_family_is_called_as_she_called_them(case: Case) -> None:
    link = family.make(case=case, name="Aunt", shows_medical=False, form_token="f" * 20)
    family.note_opened(link)
    assert lines(case) == [("Aunt", ["what you show your family"], ["you gave them the link"])]


def test_reads_of_a_merged_case_stand_with_it(case: Case, coordinator: User) -> None:
    merged = submit()
    audit.record_access(merged, AccessKind.CASE, by=coordinator)
    merge(merged, case, coordinator)
    assert [line[0] for line in lines(Case.objects.get(pk=case.pk))] == ["Olga"]


def test_the_patients_own_reads_are_not_listed(case: Case) -> None:
    audit.record_access(case, AccessKind.CASE, by=ActorKind.PATIENT)
    assert reads(case) == []
    assert "Nobody else has read your case yet." in patient_of(case).get(f"/en/case/{case.reference}/privacy/").text


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_page_says_it_in_each_language(case: Case, coordinator: User, language: str) -> None:
    audit.record_access(case, AccessKind.CASE, by=coordinator)
    page = patient_of(case).get(f"/{language}/case/{case.reference}/privacy/").text
    with override(language):
        assert str(reads(case)[0].why[0]) in page
    assert "Olga" in page


def test_more_readers_take_no_more_statements(
    case: Case, coordinator: User, django_assert_max_num_queries: object
) -> None:
    for number in range(6):
        other = make_staff(Role.COORDINATOR, name=f"Ivan {number}")
        paper = make_document(case, name=f"{number}.pdf", kind="pdf")
        audit.record_access(case, AccessKind.DOCUMENT, by=other, object_id=paper.pk)
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # a fixture
        assert len(reads(case)) == 6
