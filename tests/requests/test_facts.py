"""Facts that are corrected at the desk: beside the fact, audited, what was sent untouched."""

import json
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.test import Client
from django.utils import timezone

from conditions.models import Condition, Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import AccessKind, EventKind, Fact, Outcome, Status
from requests.models import AccessEvent, Case, CaseLink, Correction, Event
from requests.selectors.desk import search
from requests.services import continuation, effects, links
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_clinic, make_package, make_staff, submit
from tests.factories.requests import EMAIL, NAME, PHONE

pytestmark = pytest.mark.django_db

NEW = "fatima.new@example.org"


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def address(case: Case, fact: str) -> str:
    return f"/admin/requests/case/{case.pk}/facts/{fact}/"


def opened(client: Client, case: Case, fact: str) -> dict[str, Any]:
    """Open the page of a fact and return what its form would post unchanged."""
    response = client.get(address(case, fact))
    assert response.status_code == 200
    form = response.context["form"]
    return {field.name: field.value() if field.value() is not None else "" for field in form}


def correct(client: Client, case: Case, fact: str, **values: Any) -> Any:
    """Open the page of a fact, change it and save."""
    return client.post(address(case, fact), {**opened(client, case, fact), **values}, follow=True)


def said(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


FACTS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("name", {"name": "Fatima bint Ali"}, {"name": "Fatima bint Ali", "patient_name": "Fatima bint Ali"}),
    (
        "patient",
        {"for_whom": "someone_else", "patient_name": "Ali"},
        {"for_whom": "someone_else", "patient_name": "Ali"},
    ),
    ("email", {"email": NEW}, {"email": NEW}),
    ("phone", {"phone": "052 765 4321", "channel": "phone"}, {"phone": "+971527654321", "channel": "phone"}),
    (
        "place",
        {"country": "Kazakhstan", "time_zone": "Asia/Almaty"},
        {"country": "KZ", "time_zone": "Asia/Almaty"},
    ),
    ("languages", {"speak": "ru", "language": "ar"}, {"speak": "ru", "language": "ar"}),
]


@pytest.mark.parametrize(("fact", "typed", "held"), FACTS)
def test_a_fact_is_corrected_and_what_was_sent_stays(
    client: Client, coordinator: User, fact: str, typed: dict[str, str], held: dict[str, str]
) -> None:
    case = submit()
    submission = case.submissions.get()
    response = correct(client, case, fact, **typed)
    assert response.redirect_chain[-1][0] == f"/admin/requests/case/{case.pk}/change/"
    assert {name: getattr(fresh(case), name) for name in held} == held
    assert case.submissions.get().content == submission.content
    event = Event.objects.get(reference=case.reference, kind=EventKind.FACT_CORRECTED)
    correction = Correction.objects.get(case=case)
    assert (event.fact, event.actor_id, event.object_id) == (fact, coordinator.pk, correction.pk)


def test_condition_clinic_and_package_are_corrected(client: Client) -> None:
    case, clinic, package = submit(), make_clinic(), make_package()
    condition = Condition.objects.get(slug="liver-metastases")
    for fact, row in (("condition", condition), ("clinic", clinic), ("package", package)):
        correct(client, case, fact, **{fact: row.slug})
        assert getattr(fresh(case), fact) == row


def test_the_case_page_links_each_correction_beside_its_fact(client: Client) -> None:
    text = client.get(f"/admin/requests/case/{submit().pk}/change/").content.decode()
    assert set(re.findall(r"/facts/(\w+)/", text)) == set(Fact.values)


def test_the_hashes_follow_so_that_the_desk_finds_the_case(client: Client) -> None:
    case = submit()
    correct(client, case, "email", email=NEW)
    correct(client, case, "phone", phone="+971 52 765 4321")
    for term in (NEW, "+971 52 765 4321"):
        assert list(search(Case.objects.all(), term)) == [case]
    for term in (EMAIL, PHONE):
        assert not search(Case.objects.all(), term).exists()


def test_the_value_before_is_kept_sealed_and_shown_beside_the_fact(client: Client) -> None:
    case = submit()
    correct(client, case, "name", name="Fatima bint Ali")
    correction = Correction.objects.get()
    assert json.loads(correction.before) == {"name": NAME}
    assert json.loads(correction.after) == {"name": "Fatima bint Ali"}
    raw = Correction.objects.raw("SELECT id, before AS sealed FROM requests_correction")[0].sealed
    assert NAME.encode() not in bytes(raw)
    page = client.get(address(case, "name")).content.decode()
    assert NAME in page
    assert "corrected by Olga" in page


def test_no_value_stands_in_an_event_or_in_the_log_of_the_admin(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    case = submit()
    for fact, typed, _held in FACTS:
        correct(client, case, fact, **typed)
    rows = str(list(Event.objects.values())) + str(list(LogEntry.objects.values())) + caplog.text
    for word in (NAME, EMAIL, NEW, "Fatima", "7654321", "Ali"):
        assert word not in rows
    assert set(Event.objects.exclude(fact="").values_list("fact", flat=True)) == {fact for fact, *_rest in FACTS}


def test_a_new_address_ends_every_link_and_every_session(client: Client) -> None:
    case = submit()
    patient = patient_of(case)
    link = CaseLink.objects.get(case=case)
    assert patient.get(f"/en/case/{case.reference}/").status_code == 200
    correct(client, case, "email", email=NEW)
    assert patient.get(f"/en/case/{case.reference}/").status_code == 404
    assert patient.get(links.address(link).removeprefix("http://localhost:8000")).status_code == 410
    assert not case.links.filter(revoked_at=None).exists()
    revoked = Event.objects.get(reference=case.reference, kind=EventKind.LINK_REVOKED)
    assert revoked.object_id == link.pk


def test_the_receipt_goes_to_the_new_address_with_a_link_that_works(client: Client) -> None:
    case = submit()
    first = OutboxItem.objects.get(kind=effects.RECEIPT)
    assert outbox.deliver(first.pk)
    Case.objects.filter(pk=case.pk).update(email_refused_at=timezone.now())
    mail.outbox.clear()
    correct(client, case, "email", email=NEW)
    second = OutboxItem.objects.exclude(pk=first.pk).get(kind=effects.RECEIPT)
    assert outbox.deliver(second.pk)
    (message,) = mail.outbox
    assert message.to == [NEW]
    found = re.search(r"http://localhost:8000(/en/case/\S+/)", str(message.body))
    assert found
    assert Client().post(found[1]).status_code == 302
    assert fresh(case).email_refused_at is None


def test_a_receipt_that_has_not_left_goes_to_the_new_address_once(client: Client) -> None:
    case = submit()
    correct(client, case, "email", email=NEW)
    owed = OutboxItem.objects.filter(kind=effects.RECEIPT, state__in=["queued", "held", "failed"])
    assert [item.reference for item in owed] == [case.reference]


def test_a_mail_that_is_tried_again_carries_a_link_that_works(client: Client) -> None:
    """Its first try made a link, which the correction revoked."""
    case = submit()
    item = effects.for_link(case, "slot")
    item.save()
    old = links.for_mail(item, case)
    correct(client, case, "email", email=NEW)
    new = links.for_mail(item, fresh(case))
    assert new != old
    assert new.is_live


def test_a_mail_that_was_begun_before_the_correction_leaves_for_nobody(client: Client) -> None:
    stale = submit()
    item = effects.for_link(stale, "slot")
    item.save()
    correct(client, stale, "email", email=NEW)
    with pytest.raises(links.AddressChanged):
        links.for_mail(item, stale)


def test_the_old_address_gets_no_new_link(client: Client) -> None:
    case = submit()
    correct(client, case, "email", email=NEW)
    OutboxItem.objects.all().delete()
    links.ask(reference=case.reference, email=EMAIL)
    assert not OutboxItem.objects.exists()


@pytest.mark.parametrize("fact", ["email", "phone", "name", "place"])
def test_a_stale_page_overwrites_nothing_and_loses_nothing(client: Client, fact: str) -> None:
    case = submit()
    first = {"email": "one@example.org", "phone": "+971521111111", "name": "One", "place": "Kazakhstan"}[fact]
    second = {"email": "two@example.org", "phone": "+971522222222", "name": "Two", "place": "Uzbekistan"}[fact]
    column = "country" if fact == "place" else fact
    mine = {**opened(client, case, fact), column: second}
    correct(staff_client(make_staff(Role.COORDINATOR, name="Boris")), case, fact, **{column: first})
    held = getattr(fresh(case), column)
    response = client.post(address(case, fact), mine)
    text = response.content.decode()
    assert response.status_code == 409
    assert getattr(fresh(case), column) == held
    assert "Boris changed this" in text
    assert first in text
    assert f'value="{second}"' in text
    again = {field.name: field.value() or "" for field in response.context["form"]}
    assert client.post(address(case, fact), again).status_code == 302
    assert getattr(fresh(case), column) != held
    assert Correction.objects.count() == 2


def test_the_patient_who_sent_the_form_again_is_named(client: Client) -> None:
    case = submit(token="t" * 20)
    mine = {**opened(client, case, "name"), "name": "Two"}
    submit(token="t" * 20, name="Fatima by herself")
    text = client.post(address(case, "name"), mine).content.decode()
    assert "The patient changed this" in text
    assert "Fatima by herself" in text


def test_the_same_value_is_no_correction(client: Client) -> None:
    case = submit()
    response = correct(client, case, "email")
    assert "says that already" in said(response)
    assert not Correction.objects.exists()
    assert not case.links.exclude(revoked_at=None).exists()


WRONG = [
    ("email", {"email": "fatima(at)example"}, "Enter an e-mail address like name@example.com."),
    ("email", {"email": "fatima@gmial.com"}, "Did you mean"),
    ("email", {"email": "x" * 250 + "@example.org"}, "at most 254 characters"),
    ("phone", {"phone": "12"}, "Enter a phone number with its country code"),
    ("phone", {"phone": ""}, "Enter a phone number, or select e-mail."),
    ("name", {"name": " "}, "Enter the name."),
    ("name", {"name": "x" * 201}, "at most 200 characters"),
    ("place", {"country": "Nowhereland"}, "Enter the name of a country"),
    ("place", {"time_zone": "Mars/Olympus"}, "Select a time zone of the list."),
    ("languages", {"speak": "xx"}, "Select the language to speak."),
    ("condition", {"condition": "no-such"}, "Select a condition of the list"),
    ("clinic", {"clinic": "no-such"}, "Select a clinic of the list"),
    ("package", {"package": "no-such"}, "Select a package of the list"),
]


@pytest.mark.parametrize(("fact", "typed", "sentence"), WRONG)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    client: Client, fact: str, typed: dict[str, str], sentence: str
) -> None:
    case = submit()
    response = client.post(address(case, fact), {**opened(client, case, fact), **typed})
    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert not Correction.objects.exists()
    for value in typed.values():
        if fact not in ("condition", "clinic", "package", "languages") and "Mars" not in value:
            assert value.strip() in text


def test_an_address_can_be_taken_away_only_while_a_phone_reaches_them(client: Client) -> None:
    case = submit(channel="email", phone="")
    text = client.post(address(case, "email"), {**opened(client, case, "email"), "email": ""}).content.decode()
    assert "Keep an e-mail address or a phone number." in text
    correct(client, case, "phone", phone=PHONE)
    text = client.post(address(case, "email"), {**opened(client, case, "email"), "email": ""}).content.decode()
    assert "They want to be reached by e-mail." in text
    correct(client, case, "phone", channel="whatsapp")
    OutboxItem.objects.all().delete()
    response = correct(client, case, "email", email="")
    assert "no e-mail address now" in said(response)
    assert not fresh(case).has_email
    assert not OutboxItem.objects.exists()


def test_a_page_without_what_it_showed_overwrites_nothing(client: Client) -> None:
    case = submit()
    for shown in ("", "[]", "nonsense", "{}"):
        response = client.post(address(case, "name"), {"name": "Two", "shown": shown})
        assert response.status_code == 409
    assert fresh(case).name == NAME


def test_a_fact_that_there_is_not_is_not_there(client: Client) -> None:
    assert client.get(address(submit(), "secret")).status_code == 404


def test_a_case_without_a_condition_gets_one_and_has_its_price_list() -> None:
    case = submit()
    client = staff_client(make_staff(Role.COORDINATOR))
    correct(client, case, "condition", condition="liver-metastases")
    Case.objects.filter(pk=case.pk).update(status="triage")
    page = client.get(f"/admin/requests/case/{case.pk}/estimate/")
    assert page.context["draft"].listed
    assert not case.estimates.exists(), "a person writes this estimate"


def test_another_condition_withdraws_the_preliminary_estimate(client: Client) -> None:
    case = submit(
        condition=Condition.objects.get(slug="liver-metastases"),
        procedures=tuple(Procedure.objects.filter(code="surgery")),
    )
    assert case.estimates.filter(superseded_at=None).exists()
    correct(client, case, "condition", condition="")
    assert not case.estimates.filter(superseded_at=None).exists()


def test_another_case_with_the_address_is_named(client: Client) -> None:
    other, case = submit(email=NEW), submit()
    assert other.reference in said(correct(client, case, "email", email=NEW))


def test_a_form_sent_again_takes_over_as_before(client: Client) -> None:
    """The patient has the last word: a later send of her own form is newer than the correction."""
    case = submit(token="t" * 20)
    correct(client, case, "name", name="Corrected")
    submit(token="t" * 20, name="Her own words")
    assert fresh(case).name == "Her own words"


@pytest.mark.parametrize(("status", "outcome"), [(Status.SPAM, ""), (Status.CLOSED, Outcome.DIED)])
def test_a_new_address_sends_nothing_where_no_mail_may_leave(client: Client, status: Status, outcome: str) -> None:
    case = submit()
    Case.objects.filter(pk=case.pk).update(status=status, outcome=outcome)
    correct(client, case, "email", email=NEW)
    assert fresh(case).email == NEW
    assert not OutboxItem.objects.filter(kind=effects.RECEIPT, state="queued").exists()


def test_a_case_opened_from_an_earlier_one_sends_its_own_first_mail_again(client: Client, coordinator: User) -> None:
    old = submit()
    Case.objects.filter(pk=old.pk).update(status=Status.CLOSED, outcome=Outcome.TREATED)
    case = continuation.open_from(case=old, by=coordinator)
    correct(client, case, "email", email=NEW)
    owed = OutboxItem.objects.filter(reference=case.reference, state="queued")
    assert [item.kind for item in owed] == [effects.NEW_CASE]
    assert outbox.deliver(owed[0].pk)
    assert mail.outbox[-1].to == [NEW]


def test_a_mail_queued_for_an_address_that_was_taken_away_is_cancelled(client: Client) -> None:
    case = submit(channel="whatsapp")
    item = effects.for_link(case, "slot")
    item.save()
    correct(client, case, "email", email="")
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED
    assert mail.outbox == []


def test_reading_a_fact_is_recorded(client: Client, coordinator: User) -> None:
    case = submit()
    opened(client, case, "name")
    row = AccessEvent.objects.get(reference=case.reference)
    assert (row.kind, row.actor_id) == (AccessKind.CASE, coordinator.pk)
