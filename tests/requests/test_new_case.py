"""A new case from a closed one: the same person, nothing medical, her consents with day and origin, a link by mail."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import NEEDED_PURPOSES, EventKind, Outcome, Purpose, Status
from requests.models import Case, Consent, Event
from requests.services import continuation, desk
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.states import ANSWERED, case_in

pytestmark = pytest.mark.django_db


def closed(outcome: Outcome = Outcome.TREATED, language: str = "en") -> Case:
    case = submit(condition=make_condition(), language=language)
    deliver_all()
    Case.objects.filter(pk=case.pk).update(status="closed", outcome=outcome, closed_at=timezone.now(), **ANSWERED)
    case.refresh_from_db()
    return case


def test_it_has_the_contact_facts_and_nothing_medical(coordinator: User) -> None:
    old = closed()
    new = Case.objects.get(pk=continuation.open_from(case=old, by=coordinator).pk)
    for name in (*continuation.CONTACT, "email_hash", "phone_hash"):
        assert (name, getattr(new, name)) == (name, getattr(old, name))
    assert new.email == EMAIL
    assert (new.reference != old.reference, new.data_key() != old.data_key()) == (True, True)
    assert (new.status, new.owner, new.waiting_since) == ("new", coordinator, None)
    assert (new.condition, new.clinic, new.package, new.procedures.count()) == (None, None, None, 0)
    assert (new.submissions.count(), new.messages.count(), new.notes.count(), new.estimates.count()) == (0, 0, 0, 0)


def test_an_event_on_both_links_them(coordinator: User) -> None:
    old = closed()
    new = continuation.open_from(case=old, by=coordinator)
    rows = Event.objects.filter(kind__in=[EventKind.CONTINUED_IN, EventKind.CONTINUES]).order_by("kind")
    assert list(rows.values_list("reference", "kind", "object_id", "actor_id")) == [
        (old.reference, "continued_in", new.pk, coordinator.pk),
        (new.reference, "continues", old.pk, coordinator.pk),
    ]
    client = staff_client(coordinator)
    for case, other in ((old, new), (new, old)):
        text = client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()
        assert f"/admin/requests/case/{other.pk}/change/" in text


def test_her_consents_stand_there_with_words_day_and_origin(coordinator: User) -> None:
    old = closed()
    new = continuation.open_from(case=old, by=coordinator)
    fields = ("purpose", "version", "language", "text_hash", "given_at")
    assert list(new.consents.values_list(*fields)) == list(old.consents.values_list(*fields))
    assert set(new.consents.values_list("given_in", "submission")) == {(old.reference, None)}
    text = staff_client(coordinator).get(f"/admin/requests/case/{new.pk}/change/").content.decode()
    assert f"in {old.reference}" in text
    # A case that goes on from that one names the case in which she really consented.
    Case.objects.filter(pk=new.pk).update(status="closed", outcome="other", closed_at=timezone.now())
    third = continuation.open_from(case=new, by=coordinator)
    assert set(third.consents.values_list("given_in", flat=True)) == {old.reference}


@pytest.mark.parametrize("purpose", NEEDED_PURPOSES)
def test_a_consent_that_was_taken_back_is_asked_for_anew(coordinator: User, purpose: Purpose) -> None:
    old = closed()
    old.consents.filter(purpose=purpose).update(withdrawn_at=timezone.now())
    with pytest.raises(desk.MoveRefused, match="A consent of this case was taken back"):
        continuation.open_from(case=old, by=coordinator)
    assert Case.objects.count() == 1


def test_a_consent_was_given_in_one_way() -> None:
    case = closed()
    consent = Consent.objects.filter(case=case)
    with pytest.raises(IntegrityError), transaction.atomic():
        consent.update(given_in=case.reference)


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("en", "We opened a new case for you"),
        ("ru", "Мы открыли для вас новое обращение"),
        ("ar", "فتحنا لك حالة جديدة"),
    ],
)
def test_the_patient_gets_a_receipt_with_a_link(coordinator: User, language: str, heading: str) -> None:
    old = closed(language=language)
    new = continuation.open_from(case=old, by=coordinator)
    (mail,) = to(EMAIL, deliver_all())
    text = mail_text(mail)
    link = new.links.get()
    assert [word for word in (heading, new.reference, old.reference, "/case/") if word not in text] == []
    assert (link.is_live, MESSAGE in text, "Test illness" in text) == (True, False, False)


def test_a_second_click_opens_no_second_case(coordinator: User) -> None:
    old = closed()
    client = staff_client(coordinator)
    address = f"/admin/requests/case/{old.pk}/"
    assert "New case from this one" in client.get(f"{address}change/").content.decode()
    places = {client.post(f"{address}new-case/")["Location"] for _ in range(2)}
    new = Case.objects.exclude(pk=old.pk).get()
    assert places == {f"/admin/requests/case/{new.pk}/change/"}
    assert "New case from this one" not in client.get(f"{address}change/").content.decode()


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.CLOSED}))
def test_only_a_closed_case_gives_one(coordinator: User, status: str) -> None:
    case = case_in(status)
    number = Case.objects.count()
    response = staff_client(coordinator).post(f"/admin/requests/case/{case.pk}/new-case/", follow=True)
    assert "A new case is opened from a closed one." in response.content.decode()
    assert Case.objects.count() == number


def test_after_a_death_only_a_lead_opens_one_for_it_writes_to_the_family(coordinator: User) -> None:
    old = closed(Outcome.DIED)
    with pytest.raises(PermissionDenied, match="a lead opens a new case"):
        continuation.open_from(case=old, by=coordinator)
    assert continuation.open_from(case=old, by=make_staff(Role.LEAD)).is_open
    with pytest.raises(PermissionDenied):
        continuation.open_from(case=case_in("closed"), by=make_staff(Role.EDITOR))
