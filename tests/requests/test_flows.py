"""Flows: one question a page, saved at once, on any device, checked before they are sent."""

from typing import Any

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.enums import AnswerState, EventKind, Outcome, Status
from requests.models import Answer, AnswerSending, Case, Event, SupportPackage, Task, TaskKind
from requests.selectors import answers as selected
from requests.services import effects, family, tasks
from requests.services.flow_answers import REVIEW
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_answer, submit
from tests.requests.delivery import deliver_all, mail_text
from tests.requests.reading import FormPage, posted_from
from tests.requests.test_merging import merge
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

CANARY = "Canary Insurance Quetzal"
PAYMENT = {"way": "cash", "payer": "family", "currency": "USD", "invoice": "no"}


def case_in(status: Status = Status.ACCEPTED, **fields: Any) -> Case:
    case = submit(**fields)
    Case.objects.filter(pk=case.pk).update(status=status)
    case.refresh_from_db()
    return case


def page(case: Case, rest: str = "", language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/tasks/{rest}"


def html_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def answer(client: Client, address: str, **data: Any) -> Any:
    """Fill in the page of a question, and press a button."""
    return client.post(address, posted_from(html_of(client, address)) | data)


def answer_all(client: Client, case: Case, task: str = "payment", answers: Any = None) -> None:
    for code, given in (answers or PAYMENT).items():
        assert answer(client, page(case, f"{task}/{code}/"), **as_posted(given)).status_code == 302, code


def as_posted(given: Any) -> dict[str, Any]:
    """Return what a browser posts: of a day its three boxes."""
    if isinstance(given, tuple):
        return {f"answer_{number}": part for number, part in enumerate(given)}
    return {"answer": given}


def press_send(client: Client, case: Case, task: str = "payment") -> Any:
    address = page(case, f"{task}/check/")
    return client.post(address, posted_from(html_of(client, address)))


def given(case: Case, task: str = "payment") -> dict[str, Any]:
    return {code: row.given for code, row in selected.current(case, task).items()}


# ── A question ──────────────────────────────────────────────────────────────────────────────


def test_each_answer_is_saved_and_leads_to_the_next_question() -> None:
    case = case_in()
    client = patient_of(case)
    assert "There are 4 questions" in html_of(client, page(case, "payment/"))
    response = answer(client, page(case, "payment/way/"), answer="cash")
    assert response["Location"] == page(case, "payment/payer/")
    [row] = Answer.objects.all()
    assert (row.task, row.code, row.number, row.given, row.language) == ("payment", "way", 1, "cash", "en")
    # Another device goes on where this one was.
    elsewhere = html_of(patient_of(case), page(case, "payment/"))
    assert "1 of 4 answered" in elsewhere
    assert f'class="button" href="{page(case, "payment/payer/")}"' in elsewhere


def test_the_same_answer_again_writes_nothing_and_another_one_is_the_next_version() -> None:
    case = case_in()
    client = patient_of(case)
    address = page(case, "payment/way/")
    data = posted_from(html_of(client, address)) | {"answer": "cash"}
    for _click in range(2):
        assert client.post(address, data).status_code == 302
    assert Answer.objects.count() == 1
    # Back in the browser, and the same form with another answer: her own is no other device's.
    assert client.post(address, data | {"answer": "card"}).status_code == 302
    assert [(row.number, row.given) for row in selected.history(case, "payment")] == [(1, "cash"), (2, "card")]


def test_what_another_device_changed_is_shown_before_it_is_changed_again() -> None:
    case = case_in()
    phone, desktop = patient_of(case), patient_of(case)
    address = page(case, "payment/way/")
    stale = posted_from(html_of(phone, address))
    answer(desktop, address, answer="transfer")
    response = phone.post(address, stale | {"answer": "cash"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "changed meanwhile" in text
    assert "By bank transfer</bdi></strong>" in text
    assert given(case) == {"way": "transfer"}
    assert FormPage(text).value("answer") == "cash"
    assert phone.post(address, posted_from(text)).status_code == 302
    assert given(case) == {"way": "cash"}


def test_i_do_not_know_and_not_yet_are_answers() -> None:
    case = case_in()
    client = patient_of(case)
    answer(client, page(case, "payment/way/"), state="unknown")
    answer(client, page(case, "payment/payer/"), state="later")
    states = {code: row.state for code, row in selected.current(case, "payment").items()}
    assert states == {"way": AnswerState.UNKNOWN, "payer": AnswerState.LATER}
    assert "2 of 4 answered" in html_of(client, page(case, "payment/"))
    assert "You said: I do not know." in html_of(client, page(case, "payment/way/"))


def test_words_that_were_typed_are_not_thrown_away_by_i_do_not_know() -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case, answers={"invoice": "yes"})
    response = answer(client, page(case, "payment/invoice-to/"), answer=CANARY, state="unknown")
    assert response.status_code == 422
    text = response.content.decode()
    assert "You wrote something here" in text
    assert CANARY in text
    assert "invoice-to" not in given(case)


def test_a_question_that_is_asked_no_more_is_neither_shown_nor_counted_and_stays_stored() -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case, answers=PAYMENT | {"invoice": "yes", "invoice-to": CANARY})
    assert CANARY in html_of(client, page(case, "payment/check/"))
    answer(client, page(case, "payment/invoice/"), answer="no")
    text = html_of(client, page(case, "payment/check/"))
    assert CANARY not in text
    assert "4 of 4 answered" in html_of(client, page(case, "payment/"))
    assert client.get(page(case, "payment/invoice-to/"))["Location"] == page(case, "payment/check/")
    answer(client, page(case, "payment/invoice/"), answer="yes")
    assert CANARY in html_of(client, page(case, "payment/check/"))


def test_another_language_keeps_what_is_typed() -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case, answers={"invoice": "yes"})
    data = posted_from(html_of(client, page(case, "payment/invoice-to/"))) | {"answer": CANARY, "from_language": "en"}
    response = client.post(page(case, "payment/invoice-to/", "ar"), data)
    assert response.status_code == 200
    assert FormPage(response.content.decode()).value("answer") == CANARY
    assert not FormPage(response.content.decode()).summary
    assert "invoice-to" not in given(case)


@pytest.mark.parametrize(
    ("address", "data", "sentence"),
    [
        ("payment/way/", {}, "Select an answer."),
        ("payment/way/", {"answer": "gold"}, "Select an answer."),
        ("payment/way/", {"answer": ["cash", "gold"]}, "Select an answer."),
        ("companion/help/", {"answer": ["none", "stairs"]}, "Choose what you need, or nothing of it, not both."),
        ("companion/help/", {}, "Select at least one answer."),
        ("travel/first-day/", {"answer_0": "31", "answer_1": "2", "answer_2": "2027"}, "Enter a day that exists"),
        ("travel/first-day/", {"answer_0": "1", "answer_1": "jan", "answer_2": "2020"}, "Enter a day that is not past"),
        ("travel/first-day/", {"answer_0": "1", "answer_1": "1", "answer_2": "9999"}, "within the next three years"),
        ("travel/first-day/", {"answer_0": "1"}, "Enter a day that exists"),
        ("travel/from/", {"answer": "x" * 201}, "Write at most 200 characters."),
        ("passport/family-name/", {"answer": "Иванова"}, "Latin letters"),
        ("passport/number/", {"answer": "№ 12"}, "Latin letters and digits"),
        ("passport/citizenship/", {"answer": "Atlantis"}, "Enter the name of a country"),
        ("passport/birth-date/", {"answer_0": "1", "answer_1": "1", "answer_2": "1800"}, "Enter a date of birth"),
        ("passport/valid-until/", {"answer_0": "1", "answer_1": "1", "answer_2": "2020"}, "has run out"),
    ],
)
def test_a_wrong_answer_is_refused_with_a_sentence_and_nothing_is_lost(
    address: str, data: dict[str, Any], sentence: str
) -> None:
    case = case_in()
    client = patient_of(case)
    response = answer(client, page(case, address), **data)
    assert response.status_code == 422
    text = response.content.decode()
    assert any(sentence in said for _target, said in FormPage(text).summary), FormPage(text).summary
    # Each error leads to a control of the page.
    assert {target for target, _said in FormPage(text).summary} <= FormPage(text).ids
    if isinstance(typed := data.get("answer"), str) and "way" not in address:
        assert FormPage(text).value("answer") == typed
    assert not Answer.objects.exists()


@pytest.mark.parametrize("garbage", ["\x00", "\u202e", "￿" * 50, "{}", "null", "-1", "٣", "a" * 5_000, "<b>"])
def test_no_garbage_breaks_a_page(garbage: str) -> None:
    case = case_in()
    client = patient_of(case)
    for address in ("payment/way/", "travel/first-day/", "companion/food/", "passport/number/", "travel/from/"):
        fields = ("answer", "answer_0", "answer_1", "answer_2", "seen", "form_token", "row_count", "add_", "state")
        data = dict.fromkeys(fields, garbage)
        assert client.post(page(case, address), data).status_code in (302, 422)
    assert client.post(page(case, "payment/check/"), {"seen": garbage}).status_code == 422


@pytest.mark.parametrize("month", ["1", "01", "jan", "January"])
def test_a_month_may_be_a_number_or_a_name(month: str) -> None:
    case = case_in()
    client = patient_of(case)
    data = {"answer_0": "5", "answer_1": month, "answer_2": "2028"}
    assert answer(client, page(case, "travel/first-day/"), **data).status_code == 302
    assert given(case, "travel") == {"first-day": "2028-01-05"}
    assert "5 January 2028" in html_of(client, page(case, "travel/check/"))


# ── Sending ─────────────────────────────────────────────────────────────────────────────────


def test_what_is_sent_finishes_the_task_and_tells_the_desk_once(coordinator: User) -> None:
    case = case_in()
    Case.objects.filter(pk=case.pk).update(owner=coordinator)
    kind = TaskKind.objects.get(code="payment")
    task = tasks.ask(case=case, kind=kind, details="By Friday", due_at=None, by=coordinator, form_token="t" * 20)
    deliver_all()
    client = patient_of(case)
    # The mailed link of the task leads into the flow, with what the desk wrote.
    assert client.get(task.get_absolute_url())["Location"] == page(case, "payment/")
    assert "By Friday" in html_of(client, page(case, "payment/"))
    answer_all(client, case)
    stale = posted_from(html_of(client, page(case, "payment/check/")))
    assert press_send(client, case)["Location"] == f"/en/case/{case.reference}/"
    task.refresh_from_db()
    assert task.done_at is not None
    assert Task.objects.filter(case=case, kind__code=REVIEW).count() == 1
    again = page(case, "payment/check/")
    assert "Send how I pay" not in html_of(client, again)
    assert client.post(again, stale).status_code == 302  # the same answers, from a second click
    [sending] = AnswerSending.objects.all()
    assert Event.objects.filter(kind=EventKind.ANSWERS_SENT, object_id=sending.pk).count() == 1
    [item] = OutboxItem.objects.filter(kind=effects.ANSWERS_IN)
    assert item.recipient_id == coordinator.pk
    [mail] = [mail for mail in deliver_all() if "sent answers" in mail.subject]
    assert "cash" not in mail_text(mail).lower()


def test_nothing_is_sent_before_each_question_has_an_answer() -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case, answers={"way": "cash"})
    text = html_of(client, page(case, "payment/check/"))
    assert "Not answered" in text
    assert "Send how I pay" not in text
    assert client.post(page(case, "payment/check/"), {"seen": ""}).status_code == 422
    assert not AnswerSending.objects.exists()


def test_answers_that_changed_since_the_page_was_read_are_shown_again_and_not_sent() -> None:
    case = case_in()
    phone, desktop = patient_of(case), patient_of(case)
    answer_all(phone, case)
    address = page(case, "payment/check/")
    stale = posted_from(html_of(phone, address))
    answer(desktop, page(case, "payment/way/"), answer="card")
    response = phone.post(address, stale)
    assert response.status_code == 422
    assert "changed meanwhile" in response.content.decode()
    assert "By card" in response.content.decode()
    assert not AnswerSending.objects.exists()
    assert phone.post(address, posted_from(response.content.decode())).status_code == 302
    assert AnswerSending.objects.count() == 1


def test_the_case_page_lists_what_completes_the_file_with_its_state() -> None:
    case = case_in()
    client = patient_of(case)
    home = f"/en/case/{case.reference}/"
    assert html_of(client, home).count("Not begun") == 6
    answer_all(client, case, answers={"way": "cash"})
    assert "1 of 4 answered" in html_of(client, home)
    answer_all(client, case)
    assert "Answered, and not sent yet" in html_of(client, home)
    press_send(client, case)
    assert "Sent on" in html_of(client, home)
    answer(client, page(case, "payment/way/"), answer="card")
    assert "Changed, and not sent again yet" in html_of(client, home)


def test_after_the_treatment_only_what_was_answered_is_listed() -> None:
    case = case_in(Status.RECOVERY)
    client = patient_of(case)
    home = f"/en/case/{case.reference}/"
    assert "To complete your file" not in html_of(client, home)
    make_answer(case, "payment", "way", "cash")
    text = html_of(client, home)
    assert ("1 of 4 answered" in text, "Not begun" in text) == (True, False)


def test_passport_and_payment_are_asked_from_the_day_that_an_estimate_is_accepted() -> None:
    case = case_in(Status.ESTIMATE_SENT)
    client = patient_of(case)
    text = html_of(client, f"/en/case/{case.reference}/")
    assert text.count("Not begun") == 4
    for task in ("passport", "payment"):
        assert client.get(page(case, f"{task}/"))["Location"] == f"/en/case/{case.reference}/"
        assert client.post(page(case, f"{task}/way/"), {"answer": "cash"}).status_code in (404, 422)
    assert not Answer.objects.exists()


def test_what_the_desk_asks_for_can_be_answered_before_its_time_and_after_the_end(coordinator: User) -> None:
    case = case_in(Status.TRIAGE)
    client = patient_of(case)
    kind = TaskKind.objects.get(code="payment")
    tasks.ask(case=case, kind=kind, details="", due_at=None, by=coordinator, form_token="t" * 20)
    answer_all(client, case)
    Case.objects.filter(pk=case.pk).update(
        status=Status.CLOSED, outcome=Outcome.TREATED, waiting_since=None, answer_by=None
    )
    press_send(client, case)
    assert AnswerSending.objects.count() == 1
    case.refresh_from_db()
    assert case.waiting_since is not None  # so that the queue shows it
    assert client.get(page(case, "payment/"))["Location"] == page(case, "payment/check/")


def test_a_case_that_ended_shows_what_was_answered_and_takes_nothing_more() -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case)
    stale = posted_from(html_of(client, page(case, "payment/invoice/"))) | {"answer": "yes"}
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED, outcome=Outcome.TREATED)
    assert "cannot be changed any more" in html_of(client, page(case, "payment/check/"))
    response = client.post(page(case, "payment/invoice/"), stale)
    assert response.status_code == 422
    assert "cannot be saved any more" in response.content.decode()
    assert client.get(page(case, "payment/"))["Location"] == page(case, "payment/check/")
    assert given(case) == PAYMENT


@pytest.mark.parametrize("rest", ["payment/", "payment/way/", "payment/check/"])
def test_spam_and_death_end_it(rest: str) -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case)
    Case.objects.filter(pk=case.pk).update(status=Status.SPAM)
    assert "could not read this as a request" in html_of(client, page(case, rest))
    Case.objects.filter(pk=case.pk).update(status=Status.CLOSED, outcome=Outcome.DIED)
    assert client.get(page(case, rest))["Location"] == f"/en/case/{case.reference}/"


def test_a_merged_case_brings_its_answers_and_its_pages_lead_to_the_living_one(coordinator: User) -> None:
    merged, living = case_in(Status.TRIAGE), case_in(Status.TRIAGE)
    client = patient_of(merged)
    data = posted_from(html_of(client, page(merged, "companion/interpreter/"))) | {"answer": "yes"}
    answer(client, page(merged, "companion/comes/"), answer="no")
    merge(merged, living, coordinator)
    assert given(living, "companion") == {"comes": "no"}
    # What was typed on the page of before goes with the reader.
    response = client.post(page(merged, "companion/interpreter/"), data)
    assert (response.status_code, response["Location"]) == (307, page(living, "companion/interpreter/"))
    assert client.post(response["Location"], data).status_code == 302
    assert given(living, "companion") == {"comes": "no", "interpreter": "yes"}
    answer(client, page(living, "companion/comes/"), answer="yes")
    assert given(living, "companion")["comes"] == "yes"


def test_nobody_else_reads_or_changes_an_answer() -> None:
    case, other = case_in(), case_in(email="other@example.org", name="Somebody Else")
    answer_all(patient_of(case), case, answers={"invoice": "yes", "invoice-to": CANARY})
    for client in (Client(), patient_of(other)):
        for rest in ("payment/", "payment/invoice-to/", "payment/check/"):
            response = client.get(page(case, rest))
            assert response.status_code == 404
            assert CANARY not in response.content.decode()
            assert client.post(page(case, rest), {"answer": "x"}).status_code == 404
        assert client.post(page(case, "passport/delete/")).status_code == 404
    assert given(case) == {"invoice": "yes", "invoice-to": CANARY}


def test_a_relative_does_not_see_an_answer() -> None:
    case = case_in()
    answer_all(patient_of(case), case, answers={"invoice": "yes", "invoice-to": CANARY})
    link = family.make(case=case, name="Aunt", shows_medical=True, form_token="f" * 20)
    address = family.address(link, "en").removeprefix("http://localhost:8000")
    client = Client()
    client.post(address)
    assert CANARY not in html_of(client, address)


def test_nothing_that_was_answered_is_readable_in_the_database() -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case, answers=PAYMENT | {"invoice": "yes", "invoice-to": CANARY})
    press_send(client, case)
    tables = ("requests_answer_version", "requests_answersending", "requests_event", "core_outboxitem")
    stored = [row for table in tables for row in rows_of(table)]
    assert len(stored) > len(PAYMENT)
    for words in (CANARY, CANARY.encode().hex(), b'"cash"'.hex()):
        assert not any(words in row for row in stored)


# ── Package ─────────────────────────────────────────────────────────────────────────────────


def test_the_package_that_she_chooses_is_that_of_the_case_from_then_on(coordinator: User) -> None:
    case = case_in(Status.TRIAGE)
    client = patient_of(case)
    chosen = SupportPackage.objects.filter(is_published=True).first()
    assert chosen is not None
    text = html_of(client, page(case, "package/package/"))
    [term, *_rest] = [term for term in chosen.terms.select_related("line") if term.value == "included"]
    assert f"{term.line.name} – " in text
    answer_all(client, case, "package", {"package": chosen.slug})
    case.refresh_from_db()
    assert case.package != chosen  # not before it is sent
    press_send(client, case, "package")
    case.refresh_from_db()
    assert case.package == chosen
    [event] = Event.objects.filter(kind=EventKind.FACT_CORRECTED)
    assert (event.fact, event.actor_kind) == ("package", "patient")
    assert "The patient" in html_of(staff_client(coordinator), f"/admin/requests/case/{case.pk}/facts/package/")


def test_a_package_that_is_withdrawn_before_it_is_sent_keeps_its_name(coordinator: User) -> None:
    case = case_in(Status.TRIAGE)
    client = patient_of(case)
    chosen = SupportPackage.objects.filter(is_published=True).first()
    assert chosen is not None
    answer_all(client, case, "package", {"package": chosen.slug})
    SupportPackage.objects.filter(pk=chosen.pk).update(is_published=False)
    press_send(client, case, "package")
    case.refresh_from_db()
    assert case.package != chosen
    said = f"\u2068{chosen}\u2069, no longer offered"
    assert said in html_of(client, page(case, "package/check/"))
    assert said in html_of(staff_client(coordinator), f"/admin/requests/case/{case.pk}/change/")
    assert said not in html_of(client, page(case, "package/package/"))


def test_the_timeline_names_what_was_answered(coordinator: User) -> None:
    case = case_in()
    client = patient_of(case)
    answer_all(client, case)
    press_send(client, case)
    answer(client, page(case, "package/package/"), state="unknown")
    press_send(client, case, "package")
    text = html_of(staff_client(coordinator), f"/admin/requests/case/{case.pk}/change/")
    for code in ("payment", "package"):
        assert f"Patient sent answers: {TaskKind.objects.get(code=code)}" in text


def test_who_does_not_know_keeps_the_package_of_the_case() -> None:
    package = SupportPackage.objects.filter(is_published=True).first()
    case = case_in(Status.TRIAGE, package=package)
    client = patient_of(case)
    answer(client, page(case, "package/package/"), state="unknown")
    press_send(client, case, "package")
    case.refresh_from_db()
    assert case.package == package
    assert not Event.objects.filter(kind=EventKind.FACT_CORRECTED).exists()


# ── The desk ────────────────────────────────────────────────────────────────────────────────


def test_the_desk_reads_the_answers_in_its_language_and_what_changed(coordinator: User) -> None:
    case = case_in()
    client, desk = patient_of(case), staff_client(coordinator)
    address = f"/admin/requests/case/{case.pk}/change/"
    answer_all(client, case)
    assert "not sent yet, 4 of 4 answered" in html_of(desk, address)
    press_send(client, case)
    text = html_of(desk, address)
    assert "In cash at the clinic" in text
    assert "1 changed" not in text
    answer(client, page(case, "payment/way/"), answer="card")
    assert "changed since, not sent again" in html_of(desk, address)
    press_send(client, case)
    text = html_of(desk, address)
    assert "1 changed" in text
    section = text.partition('id="answers"')[2].partition("</section>")[0]
    assert section.index("In cash at the clinic") < section.index("→") < section.index("By card")
