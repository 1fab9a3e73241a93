"""Tasks of a case: asked for at the desk, seen and answered by the patient, and never lost on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from portal.core.worktime import add_working_hours
from requests.enums import ActorKind, EventKind, Outcome, Status
from requests.models import Case, Event, Message, Task, TaskKind
from requests.services import desk, tasks, wishes
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

WORDS = "CT of the liver, and the last blood tests."


@pytest.fixture
def coordinator() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


def asked(case: Case, by: User, code: str = "papers", **fields: Any) -> Task:
    kind = TaskKind.objects.get(code=code)
    words = {"details": WORDS, "due_at": tasks.due(kind, timezone.now()), "form_token": f"form of {code}", **fields}
    return tasks.ask(case=case, kind=kind, by=by, **words)


def page(case: Case, rest: str = "", language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/{rest}"


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def events(case: Case) -> list[str]:
    return list(Event.objects.filter(reference=case.reference).order_by("at").values_list("kind", flat=True))


def test_one_more_task_is_told_by_mail_without_a_medical_word(coordinator: User) -> None:
    case = submit()
    deliver_all()
    task = asked(case, coordinator)
    [mail] = to(EMAIL, deliver_all())
    assert mail.subject == f"Something for you to do in \u2068{case.reference}\u2069"
    assert WORDS not in mail_text(mail)
    assert str(task.kind) not in mail_text(mail)
    assert EventKind.TASK_ASKED in events(case)


def test_it_is_the_one_thing_to_do_and_its_page_says_how_and_by_when(coordinator: User) -> None:
    case = submit()
    task = asked(case, coordinator)
    client = patient_of(case)
    first = text_of(client, page(case))
    assert first.count(str(task.kind)) == 1  # nothing twice
    assert f'class="button" href="{task.get_absolute_url()}"' in first
    assert "your turn" in first
    second = text_of(client, task.get_absolute_url())
    assert WORDS in second
    assert task.kind.explanation in second
    assert "(Dubai time)" in second


def test_an_answer_is_a_message_and_the_task_is_done(coordinator: User) -> None:
    case = submit()
    task = asked(case, coordinator)
    client = patient_of(case)
    form = FormPage(text_of(client, task.get_absolute_url()))
    words = {"body": "I have the CT of May.", "form_token": form.value("form_token")}
    for _ in range(2):  # pressed twice
        response = client.post(task.get_absolute_url(), words)
        assert response.status_code == 302
    task.refresh_from_db()
    message = Message.objects.get()
    assert (task.done_at is not None, task.message, message.body) == (True, message, "I have the CT of May.")
    assert events(case).count(EventKind.TASK_DONE) == 1
    case.refresh_from_db()
    assert case.waiting_since is not None
    shown = text_of(client, task.get_absolute_url())
    assert "Done on" in shown
    assert "I have the CT of May." in shown
    assert "body" not in FormPage(shown).values


def test_an_empty_answer_says_so_and_nothing_is_done(coordinator: User) -> None:
    task = asked(submit(), coordinator)
    response = patient_of(task.case).post(task.get_absolute_url(), {"body": " "})
    assert response.status_code == 422
    assert FormPage(response.content.decode()).errors == {"body": "Enter your answer."}
    task.refresh_from_db()
    assert task.is_open


def test_an_answer_in_another_language_keeps_what_was_typed(coordinator: User) -> None:
    task = asked(submit(), coordinator)
    address = task.get_absolute_url().replace("/en/", "/ar/")
    response = patient_of(task.case).post(address, {"body": "Half an ans", "from_language": "en"})
    form = FormPage(response.content.decode())
    assert (form.value("body"), form.errors, Message.objects.count()) == ("Half an ans", {}, 0)


def test_words_for_a_task_that_was_withdrawn_meanwhile_reach_the_desk(coordinator: User) -> None:
    case = submit()
    task = asked(case, coordinator)
    tasks.withdraw(task=task, by=coordinator)
    wishes.answer(task=task, body="Here it is.", form_token="t" * 20, language="en")
    task.refresh_from_db()
    assert (task.done_at, Message.objects.get().body) == (None, "Here it is.")
    assert "This is not needed any more." in text_of(patient_of(case), task.get_absolute_url())


def test_a_mail_of_what_is_done_or_withdrawn_does_not_leave(coordinator: User) -> None:
    case = submit()
    deliver_all()
    task = asked(case, coordinator)
    tasks.withdraw(task=task, by=coordinator)
    item = OutboxItem.objects.get(kind="case.task")
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED


def test_what_the_desk_keeps_to_itself_is_no_page_of_the_patient(coordinator: User) -> None:
    case = submit()
    task = asked(case, coordinator, "follow-up")
    client = patient_of(case)
    assert client.get(task.get_absolute_url()).status_code == 404
    assert "Follow up" not in text_of(client, page(case))
    assert not OutboxItem.objects.filter(kind="case.task").exists()


def test_a_promise_of_ours_is_seen_and_is_not_hers_to_answer(coordinator: User) -> None:
    case = submit()
    task = asked(case, coordinator, "promise")
    client = patient_of(case)
    assert str(task.kind) in text_of(client, page(case))
    shown = text_of(client, task.get_absolute_url())
    assert "We do this." in shown
    assert "body" not in FormPage(shown).values
    assert "our turn" in text_of(client, page(case))
    assert client.post(task.get_absolute_url(), {"body": "Done?"}).status_code == 200
    assert not Message.objects.exists()


def test_an_address_of_a_kind_leads_to_the_open_one(coordinator: User) -> None:
    case = submit()
    client = patient_of(case)
    assert client.get(page(case, "tasks/papers/"))["Location"] == page(case)
    task = asked(case, coordinator)
    assert client.get(page(case, "tasks/papers/"))["Location"] == task.get_absolute_url()
    assert client.get(page(case, "tasks/papers/", "ru"))["Location"] == page(case, f"tasks/{task.public_id}/", "ru")


def test_the_same_form_asks_once(coordinator: User) -> None:
    case = submit()
    assert asked(case, coordinator) == asked(case, coordinator)
    assert Task.objects.count() == 1
    assert asked(submit(email="b@example.org"), coordinator).case != case


@pytest.mark.parametrize("end", [Status.NO_ANSWER, Status.DECLINED_BY_PATIENT, Status.SPAM])
def test_a_case_that_ends_asks_nothing_more_and_keeps_our_own_promises(coordinator: User, end: Status) -> None:
    case = submit()
    hers, ours = asked(case, coordinator), asked(case, coordinator, "promise")
    desk.move(case=case, to=end, by=coordinator)
    hers.refresh_from_db()
    ours.refresh_from_db()
    assert (hers.withdrawn_at is not None, ours.is_open) == (True, True)


@pytest.mark.parametrize(
    ("end", "stays"),
    [
        (Status.NO_ANSWER, {"complaint", "review-papers"}),
        (Status.DECLINED_BY_US, {"complaint", "review-papers"}),
        # Its patient goes on in the other case.
        (Status.DUPLICATE, {"complaint", "review-papers", *tasks.UNTIL_THE_END}),
    ],
)
def test_a_step_towards_a_treatment_ends_with_its_case(coordinator: User, end: Status, stays: set[str]) -> None:
    case, other = submit(), submit(email="b@example.org")
    for code in (*tasks.UNTIL_THE_END, "complaint", "review-papers"):
        tasks.follow(case, code, by=ActorKind.SYSTEM)
    desk.move(case=case, to=end, by=coordinator, merged_into=other if end == Status.DUPLICATE else None)
    assert set(case.tasks.open().values_list("kind__code", flat=True)) == stays


def test_the_steps_of_the_desk_are_open_again_when_a_case_goes_on(coordinator: User) -> None:
    case = submit()
    hers = asked(case, coordinator)
    done, open_step = (tasks.follow(case, code, by=ActorKind.PATIENT) for code in ("another-offer", "review-answers"))
    tasks.finish(task=done, by=coordinator)
    desk.move(case=case, to=Status.NO_ANSWER, by=coordinator)
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    assert list(case.tasks.open()) == [open_step]
    hers.refresh_from_db()
    assert hers.withdrawn_at is not None


def test_after_a_death_nothing_is_open_and_nothing_is_asked(coordinator: User) -> None:
    case = submit()
    asked(case, coordinator)
    asked(case, coordinator, "promise")
    desk.move(case=case, to=Status.CLOSED, by=coordinator, outcome=Outcome.DIED)
    assert not Task.objects.open().exists()
    assert not OutboxItem.objects.filter(kind="case.task", state=OutboxItem.State.QUEUED).exists()
    with pytest.raises(tasks.TaskRefused):
        asked(case, coordinator, form_token="another")
    shown = text_of(patient_of(case), page(case))
    assert "Tasks and promises" not in shown
    assert "Complain" not in shown


@pytest.mark.parametrize(("code", "said"), [("complaint", "We answer your complaint"), ("refund", "a refund")])
def test_a_wish_stands_as_a_task_of_ours_with_its_day(code: str, said: str) -> None:
    case = submit()
    client = patient_of(case)
    form = FormPage(text_of(client, page(case, f"tasks/{code}/")))
    response = client.post(
        page(case, f"tasks/{code}/"), {"body": "Nobody met me.", "form_token": form.value("form_token")}
    )
    task = Task.objects.get()
    assert response["Location"] == task.get_absolute_url()
    assert task.message is not None
    assert task.message.body == "Nobody met me."
    assert task.due_at is not None
    assert abs(task.due_at - add_working_hours(task.created_at, 9 * 5)) < timedelta(minutes=1)
    assert (task.for_desk, task.is_shown) == (True, True)
    assert said in text_of(client, page(case))
    # More words belong to the one that is open.
    client.post(page(case, f"tasks/{code}/"), {"body": "And nobody wrote.", "form_token": "other"})
    assert (Task.objects.count(), Message.objects.count()) == (1, 2)


def test_a_wish_in_spam_is_given_back(coordinator: User) -> None:
    case = submit()
    client = patient_of(case)
    desk.move(case=case, to=Status.SPAM, by=coordinator)
    response = client.post(page(case, "tasks/complaint/"), {"body": "I am <real>."})
    assert response.status_code == 422
    assert "I am &lt;real&gt;." in response.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "rest", ["tasks/papers/", "tasks/complaint/", "messages/", "people/", "privacy/", "{task}", "{call}"]
)
def test_a_stranger_gets_the_way_in(coordinator: User, rest: str) -> None:
    case = submit()
    task = asked(case, coordinator)
    call = tasks.arrange_call(
        case=case, starts_at=timezone.now() + timedelta(days=1), minutes=30, channel="phone", details=WORDS,
        by=coordinator, form_token="call",
    )  # fmt: skip
    address = page(case, rest.format(task=f"tasks/{task.public_id}/", call=f"calls/{call.public_id}/"))
    for client in (Client(), patient_of(submit(email="other@example.org"))):
        for answer in (client.get(address), client.post(address, {"body": "x"})):
            assert answer.status_code == 404 or (rest == "people/" and answer.status_code == 405)
            assert WORDS not in answer.content.decode()


def test_the_task_of_another_case_is_not_found_through_ones_own(coordinator: User) -> None:
    mine, other = submit(), submit(email="other@example.org")
    task = asked(other, coordinator)
    assert patient_of(mine).get(page(mine, f"tasks/{task.public_id}/")).status_code == 404


def test_only_coordinators_ask_and_not_in_a_held_or_spam_case(coordinator: User) -> None:
    case = submit()
    with pytest.raises(PermissionDenied):
        asked(case, make_staff(Role.EDITOR))
    Case.objects.filter(pk=case.pk).update(is_quarantined=True)
    with pytest.raises(tasks.TaskRefused):
        asked(case, coordinator)
    assert not Task.objects.exists()


def test_the_database_refuses_a_task_that_its_owner_cannot_see(coordinator: User) -> None:
    task = asked(submit(), coordinator)
    for wrong in ({"is_shown": False}, {"done_at": timezone.now(), "withdrawn_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**wrong)


# ── At the desk ──────────────────────────────────────────────────────────────────────────────


def desk_page(case: Case, rest: str = "") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def test_the_desk_asks_sees_and_ends_tasks(coordinator: User) -> None:
    case = submit()
    client = staff_client(coordinator)
    kind = TaskKind.objects.get(code="answer")
    form = FormPage(text_of(client, desk_page(case, "tasks/new/")))
    typed = {"kind": kind.pk, "details": "Since when?", "due_on": "", "form_token": form.value("form_token")}
    assert client.post(desk_page(case, "tasks/new/"), typed).status_code == 302
    task = Task.objects.get()
    assert (task.asked_by, task.details, task.due_at is not None) == (coordinator, "Since when?", True)
    case_page = text_of(client, desk_page(case) + "change/")
    assert "Since when?" in case_page
    assert f"tasks/{task.pk}/done/" in case_page
    for _ in range(2):  # the second press says that it is done already
        assert client.post(desk_page(case, f"tasks/{task.pk}/done/")).status_code == 302
    task.refresh_from_db()
    assert task.done_at is not None
    assert events(case).count(EventKind.TASK_DONE) == 1
    assert "done" in text_of(client, desk_page(case) + "change/")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": ""}, "Select what there is to do."),
        ({"due_on": "2020-01-01"}, "Enter today or a day within a year."),
        ({"due_on": "soon"}, "Enter a date such as 2026-12-31."),
        ({"details": ""}, "Say what there is to do: the kind alone does not."),
    ],
)
def test_a_wrong_form_of_the_desk_says_what(coordinator: User, wrong: dict[str, str], sentence: str) -> None:
    case = submit()
    typed = {"kind": TaskKind.objects.get(code="other").pk, "details": WORDS, "due_on": "", **wrong}
    response = staff_client(coordinator).post(desk_page(case, "tasks/new/"), typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Task.objects.exists()
