"""The token of a form counts it once. It is no authority: nobody gets at a case by it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from portal.accounts.enums import Role
from portal.core.encryption.primitives import keyed_hash
from portal.core.models import OutboxItem
from requests.enums import EventKind, Fact
from requests.models import Case, Event, Submission
from requests.services import effects
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import answers, make_staff
from tests.factories.requests import EMAIL, PHONE
from tests.requests.delivery import deliver_all, to
from tests.requests.test_facts import correct
from tests.requests.test_submission_pages import FORM, post

pytestmark = pytest.mark.django_db

OTHER_EMAIL, OTHER_PHONE = "stranger@example.org", "+971507654321"
BY_PHONE: dict[str, Any] = {"channel": "phone", "phone": PHONE}


def snapshot(case: Case) -> dict[str, Any]:
    return {**Case.objects.values().get(pk=case.pk), "submissions": case.submissions.count()}


def test_other_words_of_the_same_contact_are_a_second_submission(client: Client) -> None:
    data = answers(**BY_PHONE)
    first = post(client, data)
    spelt_otherwise = {"email": f" {EMAIL.upper()} ", "phone": "050 123 45 67", "message": "Something new"}
    assert post(Client(), data | spelt_otherwise) == first
    assert (Case.objects.count(), first.submissions.count()) == (1, 2)


@pytest.mark.parametrize("other", [{"email": OTHER_EMAIL}, {"phone": OTHER_PHONE}, {"channel": "email", "phone": ""}])
def test_another_contact_is_a_case_of_its_own_with_its_own_receipt(client: Client, other: dict[str, str]) -> None:
    data = answers(**BY_PHONE)
    first = post(client, data)
    before = snapshot(first)
    second = post(Client(), data | other)
    assert second != first
    assert snapshot(first) == before
    receipts = OutboxItem.objects.filter(kind=effects.RECEIPT).values_list("reference", flat=True)
    assert sorted(receipts) == sorted([first.reference, second.reference])
    kinds = list(Event.objects.filter(reference=second.reference).values_list("kind", flat=True))
    assert sorted(kinds) == sorted([EventKind.SENT, EventKind.SAME_FORM])


def test_the_other_contact_counts_once_too(client: Client) -> None:
    data = answers()
    first = post(client, data)
    stranger = Client()
    second = post(stranger, data | {"email": OTHER_EMAIL})
    assert post(stranger, data | {"email": OTHER_EMAIL}) == second
    assert post(stranger, data | {"email": OTHER_EMAIL, "message": "More"}) == second
    assert post(client, data) == first
    third = post(stranger, data | {"email": "third@example.org"})
    assert {case.submissions.count() for case in (first, third)} == {1}
    assert (second.submissions.count(), Case.objects.count()) == (2, 3)


def test_a_stranger_with_the_token_sees_nothing_of_the_first_case(client: Client) -> None:
    data = answers()
    first = post(client, data)
    stranger = Client()
    second = post(stranger, data | {"email": OTHER_EMAIL})
    sent = stranger.get(f"/en/requests/sent/{second.reference}/")
    assert (sent.status_code, first.reference in sent.content.decode()) == (200, False)
    assert stranger.get(f"/en/requests/sent/{first.reference}/").status_code == 404
    mails = deliver_all()
    assert all(first.reference not in str(mail.message()) for mail in to(OTHER_EMAIL, mails))
    assert all(second.reference not in str(mail.message()) for mail in to(EMAIL, mails))
    for case, other in ((first, second), (second, first)):
        page = patient_of(case).get(f"/en/case/{case.reference}/").content.decode()
        assert (case.reference in page, other.reference in page) == (True, False)


def test_the_desk_sees_the_link_both_ways(client: Client) -> None:
    data = answers()
    cases = [post(client, data | {"email": email}) for email in (EMAIL, OTHER_EMAIL, "third@example.org")]
    desk = staff_client(make_staff(Role.COORDINATOR))
    first, *others = cases
    for case, linked in ((first, others), (others[0], [first]), (others[1], [first])):
        page = desk.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
        told = [line for line in page.splitlines() if "same form, other contact" in line]
        assert {one.reference for one in cases if one.reference in "".join(told)} == {one.reference for one in linked}
        assert all(f"/admin/requests/case/{one.pk}/change/" in "".join(told) for one in linked)


def test_the_same_send_after_a_correction_by_the_desk_is_still_the_same_request(client: Client) -> None:
    data = answers(email="typo@example.org")
    case = post(client, data)
    correct(staff_client(make_staff(Role.COORDINATOR)), case, Fact.EMAIL, email=EMAIL)
    assert post(client, data) == case
    case.refresh_from_db()
    assert (Case.objects.count(), case.email) == (1, EMAIL)
    # Other words from the address that was corrected do not bring it back into the case.
    second = post(client, data | {"message": "More"})
    case.refresh_from_db()
    assert (second == case, case.email, second.email) == (False, EMAIL, "typo@example.org")


@pytest.mark.parametrize("token", ["", "made up", "x" * 5000])
def test_a_token_that_we_did_not_sign_is_nobody(client: Client, token: str) -> None:
    data = answers(form_token=token)
    assert post(client, data) != post(client, data)
    assert Case.objects.count() == 2
    assert not Event.objects.filter(kind=EventKind.SAME_FORM).exists()


@pytest.mark.parametrize("part", ["key", "cut", "changed"])
def test_a_forged_token_of_a_case_does_not_match_it(client: Client, part: str) -> None:
    data = answers()
    first = post(client, data)
    token = str(data["form_token"])
    forged = {
        "key": str(first.form_token),
        "cut": token[:-1],
        "changed": f"{token[:-1]}{'a' if token[-1] != 'a' else 'b'}",
    }
    second = post(client, data | {"form_token": forged[part]})
    assert (second != first, second.is_quarantined, first.submissions.count()) == (True, True, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("contacts", [1, 2])
def test_twenty_parallel_posts_are_one_case_for_each_contact(contacts: int) -> None:
    data = answers()

    def submit(number: int) -> str:
        try:
            return str(Client().post(FORM, data | {"email": f"p{number % contacts}@example.org"})["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        places = set(pool.map(submit, range(20)))
    assert (len(places), Case.objects.count(), Submission.objects.count()) == (contacts, contacts, contacts)
    assert set(Case.objects.values_list("email_hash", flat=True)) == {
        keyed_hash(f"p{number}@example.org") for number in range(contacts)
    }
    assert Event.objects.filter(kind=EventKind.SAME_FORM).count() == 2 * (contacts - 1)
