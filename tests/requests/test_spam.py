"""Spam: an ending of its own, from any open or held state, without mail and in no figure, that can be undone."""

import re

import pytest
from django.conf import settings
from django.test import Client

from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import Flag, Status
from requests.models import Case, Message
from requests.selectors.queue import numbers
from requests.services import desk, effects, links
from requests.services.messages import NotARequest, write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_condition, make_price, submit
from tests.factories.requests import EMAIL, answers
from tests.requests.delivery import deliver_all
from tests.requests.states import case_in

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"


def states(case: Case) -> set[str]:
    return set(OutboxItem.objects.filter(reference=case.reference).values_list("state", flat=True))


def mark(case: Case, by: User) -> None:
    desk.move(case=case, to=Status.SPAM, by=by)


def test_no_mail_of_it_leaves(coordinator: User) -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    case = submit(condition=condition)
    failed = OutboxItem.objects.get(reference=case.reference, kind=effects.RECEIPT)
    OutboxItem.objects.filter(pk=failed.pk).update(state="failed", error="SMTP 550")
    mark(case, coordinator)
    assert (case.is_quarantined, states(case)) == (False, {"held"})
    links.ask(reference=case.reference, email=EMAIL)
    assert (deliver_all(), states(case)) == ([], {"held"})


def test_a_mail_that_was_on_its_way_stops_at_the_next_try(coordinator: User) -> None:
    case = submit()
    items = list(OutboxItem.objects.filter(reference=case.reference))
    mark(case, coordinator)
    OutboxItem.objects.filter(reference=case.reference).update(state="queued")
    assert [outbox.deliver(item.pk) for item in items] == [False] * len(items)
    assert states(case) == {"held"}


@pytest.mark.parametrize("flags", [(), (Flag.HONEYPOT,)])
def test_a_case_that_was_real_after_all_gets_its_mails(coordinator: User, flags: tuple[Flag, ...]) -> None:
    case = submit(flags=flags)
    mark(case, coordinator)
    assert (case.is_open, case.waiting_since, case.answer_by) == (False, None, None)
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    assert (case.status, case.is_quarantined, states(case)) == ("triage", False, {"queued"})
    assert case.waiting_since == case.submissions.get().created_at, "she waits since she wrote"
    assert [mail.to for mail in deliver_all() if mail.to == [EMAIL]] == [[EMAIL]]


def test_it_is_in_no_figure(coordinator: User) -> None:
    before = numbers(coordinator, {})
    for case in (submit(), submit(flags=(Flag.HONEYPOT,)), case_in("travel", owner=coordinator)):
        OutboxItem.objects.filter(reference=case.reference).update(state="failed")
        mark(case, coordinator)
    assert numbers(coordinator, {}) == before


def test_it_shows_only_where_it_is_looked_for(coordinator: User) -> None:
    case, real = submit(), submit()
    mark(case, coordinator)
    client = staff_client(coordinator)

    def found(query: str) -> list[str]:
        return [one.reference for one in client.get(LIST + query).context["cl"].result_list]

    assert found("") == [real.reference]
    assert (found("?status=ended"), found("?status=open")) == ([], [real.reference])
    assert (found("?status=spam"), found(f"?q={case.reference}")) == ([case.reference], [case.reference])


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "We could not read this as a request. If it was one, write to "),
        ("ru", "Мы не смогли распознать здесь заявку. Если это была заявка, напишите на "),
        ("ar", "لم نتمكن من قراءة هذا على أنه طلب. إذا كان طلبًا فعلًا، فاكتب إلى "),
    ],
)
def test_its_page_says_where_to_write(coordinator: User, language: str, sentence: str) -> None:
    case = submit(language=language)
    mark(case, coordinator)
    text = patient_of(case).get(f"/{language}/case/{case.reference}/").content.decode()
    assert sentence in text
    assert f"mailto:{settings.TEAM_EMAIL}" in text
    assert "<textarea" not in text


def test_the_receipt_says_it_too(coordinator: User) -> None:
    client = Client()
    response = client.post("/en/requests/new/", answers())
    reference = re.search(r"MR-\w{4}-\w{4}", response["Location"])
    assert reference is not None
    mark(Case.objects.get(reference=reference[0]), coordinator)
    text = client.get(response["Location"]).content.decode()
    assert "We could not read this as a request." in text
    assert "Your request is in" not in text


def test_what_is_typed_there_is_given_back_and_not_called_sent(coordinator: User) -> None:
    case = submit()
    client = patient_of(case)
    mark(case, coordinator)
    response = client.post(f"/en/case/{case.reference}/messages/", {"body": "I am <real>."})
    text = response.content.decode()
    assert (response.status_code, "I am &lt;real&gt;." in text) == (422, True)
    assert "Your message was not sent." in text
    with pytest.raises(NotARequest):
        write_to_desk(case=case, body="I am real.", form_token="a")
    assert not Message.objects.exists()


def test_the_desk_marks_it_from_the_page_and_cannot_write_there(coordinator: User) -> None:
    case = submit(flags=(Flag.HONEYPOT,))
    client = staff_client(coordinator)
    address = f"{LIST}{case.pk}/"
    assert "No mail of it leaves any more" in client.get(f"{address}move/spam/").content.decode()
    client.post(f"{address}move/spam/")
    case.refresh_from_db()
    assert case.status == Status.SPAM
    text = client.get(f"{address}change/").content.decode()
    assert ("Reopen the case before you write" in text, "Send the answer" in text) == (True, False)


def test_a_question_after_our_answer_waits_again_when_the_case_is_reopened(coordinator: User) -> None:
    case = submit()
    write_to_patient(case=case, body="Hello", by=coordinator, form_token="a")
    mark(case, coordinator)
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    assert case.waiting_since is None, "everything was answered"
    question = write_to_desk(case=case, body="How much?", form_token="b")
    mark(case, coordinator)
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    assert case.waiting_since == question.created_at


def test_spam_of_somebody_else_does_not_hold_her_mails(coordinator: User) -> None:
    for number in range(3):
        mark(submit(network=f"198.51.100.{number}"), coordinator)
    assert submit(network="203.0.113.1").holds_mails is False
