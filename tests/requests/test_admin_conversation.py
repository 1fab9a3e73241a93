"""The conversation of a case at the desk: one list, one box, and what comes after an answer."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import ConsentWay, EventKind, StatedBy, Status
from requests.models import Case, Event, Message, Task, TaskKind
from requests.services import desk, effects, patients, tasks
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_brief, make_condition, make_document, make_staff, submit
from tests.requests.conftest import Clock, at
from tests.requests.delivery import deliver_all, to
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


@pytest.fixture
def case() -> Case:
    return submit(condition=make_condition(), message="Two spots in the scan.", phone="+971501234567")


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def page_of(client: Client, case: Case) -> str:
    return str(client.get(address(case)).content.decode())


def answer(client: Client, case: Case, **typed: str) -> Any:
    """Send what the page posts, with what is typed."""
    page = posted_from(page_of(client, case)) | {f"answer-{name}": text for name, text in typed.items()}
    return client.post(address(case, "answer/"), page)


def kinds(case: Case) -> list[str]:
    return [task.kind.code for task in case.tasks.open().select_related("kind")]


# ── One list ─────────────────────────────────────────────────────────────────────────────────


def test_everything_stands_in_one_list_in_its_order(client: Client, coordinator: User, case: Case) -> None:
    write_to_patient(case=case, body="Send the scans.", by=coordinator, form_token="a" * 20)
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    desk.add_note(case=case, body="Ask the lead.", by=coordinator)
    tasks.ask(
        case=case,
        kind=TaskKind.objects.get(code="papers"),
        details="",
        due_at=None,
        by=coordinator,
        form_token="b" * 20,
    )
    write_to_desk(case=case, body="Here they are.", form_token="c" * 20)
    text = page_of(client, case)
    words = [
        "Two spots in the scan.", "Send the scans.", "New → Triage", "Ask the lead.",
        "Task added: Send us your papers", "Here they are.",
    ]  # fmt: skip
    places = [text.index(word) for word in words]
    assert places == sorted(places)
    assert [text.count(word) for word in words] == [1] * len(words)


def test_long_conversations_are_folded_but_never_what_waits(client: Client, coordinator: User, case: Case) -> None:
    for number in range(12):
        desk.add_note(case=case, body=f"Note {number}", by=coordinator)
    conversation = client.get(address(case)).context["conversation"]
    assert conversation.earlier == [], "the request waits for an answer, so nothing since is folded"
    write_to_patient(case=case, body="Thank you.", by=coordinator, form_token="a" * 20)
    conversation = client.get(address(case)).context["conversation"]
    assert len(conversation.newest) == 8
    assert conversation.newest[-1].what.body == "Thank you."


def test_what_follows_itself_is_one_line_with_its_number(client: Client, case: Case, coordinator: User) -> None:
    for name in ("one.pdf", "two.pdf", "three.pdf"):
        make_document(case, name=name)
    make_document(case, by=coordinator)
    shown = re.findall(r'desk-event"><span>(.*?)</span> <small>[^<]*, (.*?)</small>', page_of(client, case))
    added = [line for line in shown if line[0].startswith("Paper added")]
    assert added == [
        ("Paper added", "patient"),
        ("Paper added × 2", "patient"),
        ("Paper added", str(coordinator)),
    ]


def test_more_entries_cost_no_more_statements(client: Client, coordinator: User, case: Case) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(client, case)
        return len(queries)

    def add(number: int) -> None:
        token = f"{number}" * 20
        write_to_desk(case=case, body="Hello", form_token=token)
        write_to_patient(case=case, body="Hello", by=make_staff(Role.COORDINATOR), form_token=token)
        desk.add_note(case=case, body="Note", by=make_staff(Role.COORDINATOR))
        tasks.ask(
            case=case, kind=TaskKind.objects.get(code="other"), details="x", due_at=None, by=coordinator,
            form_token=token,
        )  # fmt: skip

    page_of(client, case)
    add(1)
    few = statements()
    for number in range(2, 6):
        add(number)
    assert statements() == few


def test_the_bar_says_who_waits_where_and_how_to_reach_them(clock: type[Clock], client: Client) -> None:
    case = submit(
        name="Canary Mariam", condition=make_condition("spots", name_en="Spots"), country="AE",
        time_zone="Asia/Dubai", phone="+971501234567",
    )  # fmt: skip
    clock.moment = at("2026-11-23T10:10")
    text = page_of(client, case)
    bar = text[text.index('class="desk-bar"') : text.index('class="desk-case"')]
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", bar))
    for word in ("Canary Mariam", "Spots", "11:10 (Dubai time) now", "Owner: nobody", "Waits since 10:00 MSK"):
        assert word in words
    assert "promised by 18:00 MSK, there 19:00 (Dubai time)" in words
    for link in ("tel:+971501234567", "https://wa.me/971501234567", "https://t.me/+971501234567", "mailto:"):
        assert f'href="{link}' in bar


@pytest.mark.parametrize(("born", "years"), [("1960-11-23", 66), ("1960-11-24", 65)])
def test_the_bar_says_how_old_the_patient_is(
    clock: type[Clock], client: Client, coordinator: User, born: str, years: int
) -> None:
    case = submit(for_whom="someone_else")
    patients.record(
        case=case, name="Ivan", birth_date=datetime.date.fromisoformat(born), stated_by=StatedBy.PATIENT,
        way=ConsentWay.PHONE, language="en", by=coordinator,
    )  # fmt: skip
    assert clock.moment.date() == datetime.date(2026, 11, 23)
    assert f"<h1><bdi>Ivan</bdi>, {years}</h1>" in page_of(client, case)


def test_a_move_says_what_it_lacks(client: Client, coordinator: User) -> None:
    case = submit(for_whom="someone_else")
    Case.objects.filter(pk=case.pk).update(status=Status.DOCUMENTS_COMPLETE)
    needs = {need.name: need.is_met for need in client.get(address(case)).context["needs"]}
    assert needs == {
        "The illness is known": False,
        "The patient agrees that clinics see the case": False,
        "The patient has approved the brief": False,
    }
    Case.objects.filter(pk=case.pk).update(condition=make_condition(), for_whom="me")
    make_brief(case, state="approved")
    assert all(need.is_met for need in client.get(address(case)).context["needs"])


def test_a_refused_note_shows_the_note(client: Client, case: Case) -> None:
    refused = client.post(address(case, "note/"), posted_from(page_of(client, case)) | {"note-body": " "})
    assert (refused.status_code, posted_from(refused.content.decode())["box"]) == (422, ["note"])


# ── Preview ──────────────────────────────────────────────────────────────────────────────────


def test_a_preview_is_what_the_patient_reads_and_sends_nothing(client: Client) -> None:
    case = submit(language="ar")
    body = "شكرًا <b>لك</b> +971 50 123 4567"
    shown = client.post(
        address(case, "answer/"), posted_from(page_of(client, case)) | {"answer-body": body, "preview": "1"}
    )
    text = shown.content.decode()
    preview = text[text.index('class="desk-preview"') :]
    assert shown.status_code == 200
    assert preview.startswith('class="desk-preview" lang="ar" dir="rtl"')
    assert '<p dir="auto">شكرًا &lt;b&gt;لك&lt;/b&gt; <bdi dir="ltr">+971 50 123 4567</bdi></p>' in preview
    assert FormPage(text).value("answer-body") == body
    assert not Message.objects.filter(case=case).exists()


# ── And then ─────────────────────────────────────────────────────────────────────────────────


def test_an_answer_asks_again_in_three_working_days_unless_told_otherwise(
    clock: type[Clock], client: Client, case: Case
) -> None:
    assert answer(client, case, body="Send the scans.").status_code == 302
    task = Task.objects.get(case=case)
    assert (task.kind.code, task.due_at, task.is_shown) == ("follow-up", at("2026-11-26T18:00"), False)
    assert task.sent_with == Message.objects.get(case=case)


@pytest.mark.parametrize(("turn", "code"), [("us", "promise"), ("call", "call")])
def test_what_we_owe_is_a_task_that_the_patient_sees(
    clock: type[Clock], client: Client, case: Case, turn: str, code: str
) -> None:
    sent = answer(client, case, body="We ask the clinic.", turn=turn, on="2026-11-25", time="16:00")
    task = Task.objects.get(case=case)
    # A call is at the patient's hour, an hour before Moscow's here.
    due_at = at("2026-11-25T15:00") if turn == "call" else at("2026-11-25T18:00")
    assert (sent.status_code, task.kind.code, task.is_shown, task.due_at) == (302, code, True, due_at)


def test_an_answer_that_leaves_nothing_with_a_day_is_refused_and_kept(client: Client, case: Case) -> None:
    assert 'name="answer-turn" value="as_it_is"' not in page_of(client, case)
    refused = answer(client, case, body="Good bye.", turn="as_it_is")
    assert (refused.status_code, Message.objects.filter(case=case).count()) == (422, 0)
    assert "Nothing in this case has a day then. Say who acts next, and when." in refused.content.decode()
    assert FormPage(refused.content.decode()).value("answer-body") == "Good bye."


def test_an_answer_may_leave_the_next_date_as_it_is(client: Client, coordinator: User, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    (reminder,) = case.tasks.open()
    assert "As it is, next on" in page_of(client, case)
    assert answer(client, case, body="Thank you.", turn="as_it_is").status_code == 302
    assert list(case.tasks.open()) == [reminder]


def test_an_answer_of_a_page_that_does_not_ask_asks_again(client: Client, case: Case) -> None:
    page = posted_from(page_of(client, case)) | {"answer-body": "Send the scans."}
    del page["answer-turn"], page["answer-on"]
    assert client.post(address(case, "answer/"), page).status_code == 302
    assert [task.turn for task in case.tasks.open()] == ["patient"]


@pytest.mark.parametrize(
    "typed",
    [
        {"turn": "patient", "on": ""},
        {"turn": "us", "on": "2020-01-01"},
        {"turn": "call", "on": "2026-11-25", "time": ""},
        {"turn": "call", "on": "2026-11-23", "time": "08:00"},
    ],
)
def test_a_refused_moment_keeps_what_was_typed_and_sends_nothing(
    clock: type[Clock], client: Client, case: Case, typed: dict[str, str]
) -> None:
    refused = answer(client, case, body="Dear patient", **typed)
    posted = posted_from(refused.content.decode())
    assert (refused.status_code, posted["answer-body"], posted["answer-turn"]) == (
        422,
        ["Dear patient"],
        [typed["turn"]],
    )
    assert (Message.objects.count(), Task.objects.count()) == (0, 0)


def test_a_newer_answer_takes_the_reminder_of_the_older_one_back(client: Client, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    answer(client, case, body="And the blood tests.")
    assert kinds(case) == ["follow-up"]
    assert Event.objects.filter(reference=case.reference, kind=EventKind.TASK_WITHDRAWN).count() == 1


def test_the_same_answer_twice_asks_for_one_thing(client: Client, case: Case) -> None:
    page = posted_from(page_of(client, case)) | {"answer-body": "We ask the clinic.", "answer-turn": "us"}
    for _ in range(2):
        assert client.post(address(case, "answer/"), page).status_code == 302
    assert kinds(case) == ["promise"]


def test_who_answers_in_a_case_of_nobody_takes_it(client: Client, coordinator: User, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    case.refresh_from_db()
    assert case.owner == coordinator
    other = make_staff(Role.COORDINATOR)
    desk.assign(case=case, to=other, by=coordinator)
    answer(client, case, body="And the blood tests.")
    case.refresh_from_db()
    assert case.owner == other


def test_an_ended_case_is_asked_nothing(client: Client, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(status=Status.NO_ANSWER)
    assert "answer-turn" not in posted_from(page_of(client, case))
    assert answer(client, case, body="Good bye.").status_code == 302
    assert (case.messages.count(), Task.objects.count()) == (1, 0)


def test_a_case_that_ends_asks_nobody_again(client: Client, coordinator: User, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    desk.move(case=case, to=Status.NO_ANSWER, by=coordinator)
    assert kinds(case) == []


# ── Taken back ───────────────────────────────────────────────────────────────────────────────


def take_back(client: Client, case: Case, message: Message) -> Any:
    page = posted_from(page_of(client, case))
    return client.post(address(case, f"messages/{message.pk}/take-back/"), page, follow=True)


def test_nobody_sees_an_answer_for_half_a_minute(clock: type[Clock], client: Client, case: Case) -> None:
    deliver_all()
    patient = patient_of(case)
    answer(client, case, body="Canary words", turn="us")
    for place in ("", "messages/"):
        page = patient.get(f"/en/case/{case.reference}/{place}").content.decode()
        assert ("Canary words" in page, "We see to this for you" in page) == (False, False)
    assert Message.objects.get(case=case).read_at is None
    assert deliver_all() == []
    clock.moment += datetime.timedelta(seconds=30)
    assert len(to(case.email, deliver_all())) == 1
    assert "We see to this for you" in patient.get(f"/en/case/{case.reference}/").content.decode()
    assert "Canary words" in patient.get(f"/en/case/{case.reference}/messages/").content.decode()
    assert Message.objects.get(case=case).read_at == clock.moment


@pytest.mark.parametrize("turn", ["patient", "us", "call"])
def test_an_answer_that_is_taken_back_never_was(
    clock: type[Clock], client: Client, coordinator: User, case: Case, turn: str
) -> None:
    deliver_all()
    before = Case.objects.values("waiting_since", "answer_by", "answered_at").get(pk=case.pk)
    answer(client, case, body="Not yet finished", turn=turn, on="2026-11-25", time="16:00")
    message = Message.objects.get(case=case)
    assert "Its text stands in the box." in take_back(client, case, message).content.decode()
    assert Case.objects.values("waiting_since", "answer_by", "answered_at").get(pk=case.pk) == before
    assert (Message.objects.count(), Task.objects.count()) == (0, 0)
    assert FormPage(page_of(client, case)).value("answer-body") == "Not yet finished"
    clock.moment += datetime.timedelta(minutes=5)
    deliver(case)
    assert not OutboxItem.objects.filter(
        reference=case.reference, kind__in=[effects.MESSAGE_OUT, effects.CALL]
    ).exclude(state="cancelled")


def deliver(case: Case) -> None:
    """Deliver what is due; a mail about what was taken back is cancelled."""
    for item in outbox.due(timezone.now()).filter(reference=case.reference):
        outbox.deliver(item.pk)


def test_a_second_click_takes_nothing_more_back(client: Client, case: Case) -> None:
    answer(client, case, body="First")
    answer(client, case, body="Second")
    first = Message.objects.get(case=case, created_at=min(Message.objects.values_list("created_at", flat=True)))
    take_back(client, case, first)
    again = take_back(client, case, first)
    assert "nothing to take back" in again.content.decode()
    assert [message.body for message in case.messages.all()] == ["Second"]


def test_what_the_patient_can_read_is_not_taken_back(clock: type[Clock], client: Client, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    message = Message.objects.get(case=case)
    assert "Take it back" in page_of(client, case)
    clock.moment += datetime.timedelta(seconds=30)
    assert "Take it back" not in page_of(client, case)
    assert "It is too late" in take_back(client, case, message).content.decode()
    assert Message.objects.filter(pk=message.pk).exists()


def test_only_who_wrote_an_answer_takes_it_back(client: Client, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    colleague = staff_client(make_staff(Role.COORDINATOR))
    assert "Take it back" not in page_of(colleague, case)
    take_back(colleague, case, Message.objects.get(case=case))
    assert Message.objects.filter(case=case).exists()


def test_a_colleague_with_an_older_page_is_told_of_what_was_taken_back(client: Client, case: Case) -> None:
    colleague = staff_client(make_staff(Role.COORDINATOR))
    page = posted_from(page_of(colleague, case)) | {"answer-body": "Mine"}
    answer(client, case, body="Wrong words")
    take_back(client, case, case.messages.get())
    asked = colleague.post(address(case, "answer/"), page)
    text = asked.content.decode()
    assert (asked.status_code, "Wrong words" in text) == (409, False)
    assert ("Olga wrote to the patient" in text, "Olga took a message to the patient back" in text) == (True, True)


def test_the_reminder_of_before_is_back_too(clock: type[Clock], client: Client, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    clock.moment += datetime.timedelta(minutes=5)
    (older,) = case.tasks.open()
    answer(client, case, body="Wrong words", turn="us")
    assert kinds(case) == ["promise"]
    take_back(client, case, case.messages.get(created_at=clock.moment))
    assert list(case.tasks.open()) == [older]


def test_what_came_meanwhile_and_what_a_colleague_answered_count(
    clock: type[Clock], client: Client, case: Case
) -> None:
    since = case.waiting_since
    answer(client, case, body="Wrong words")
    clock.moment += datetime.timedelta(seconds=5)
    write_to_desk(case=case, body="One more thing.", form_token="d" * 20)
    take_back(client, case, case.messages.get(direction="to_patient"))
    case.refresh_from_db()
    assert case.waiting_since == since, "the oldest of what waits"
    answer(client, case, body="Wrong words again")
    clock.moment += datetime.timedelta(seconds=5)
    write_to_patient(case=case, body="I answer.", by=make_staff(Role.COORDINATOR), form_token="e" * 20)
    take_back(client, case, case.messages.filter(direction="to_patient").earliest("created_at"))
    case.refresh_from_db()
    assert (case.waiting_since, case.answered_at) == (None, clock.moment)


def test_a_reopened_case_waits_for_what_only_a_withdrawn_answer_had_answered(
    client: Client, coordinator: User, case: Case
) -> None:
    since = case.waiting_since
    answer(client, case, body="Wrong words")
    take_back(client, case, case.messages.get())
    desk.move(case=case, to=Status.SPAM, by=coordinator)
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    case.refresh_from_db()
    assert case.waiting_since == since


def test_words_begun_meanwhile_stay_beside_what_comes_back(client: Client, case: Case) -> None:
    answer(client, case, body="Send the scans.")
    page = posted_from(page_of(client, case)) | {"answer-body": "And more"}
    client.post(address(case, f"messages/{case.messages.get().pk}/take-back/"), page)
    assert FormPage(page_of(client, case)).value("answer-body") == "Send the scans.\n\nAnd more"


# ── Colleagues in notes ──────────────────────────────────────────────────────────────────────


def keep_note(client: Client, case: Case, body: str) -> str:
    page = posted_from(page_of(client, case)) | {"note-body": body}
    return str(client.post(address(case, "note/"), page, follow=True).content.decode())


def test_a_name_in_a_note_is_a_task_of_that_colleague(client: Client, case: Case) -> None:
    anna = make_staff(Role.LEAD, name="Anna Petrova")
    text = keep_note(client, case, "@anna, please ask the lab. Write to lab@boris.example. @Nobody")
    task = case.tasks.get()
    assert (task.assignee, task.kind.code, task.is_shown) == (anna, "follow-up", False)
    assert (task.details.startswith("@anna, please"), task.due_at is None) == (True, False)
    assert ("Anna Petrova has a task." in text, "“@Nobody” is nobody at the desk" in text) == (True, True)
    card = text[text.index('id="tasks"') :]
    assert card.index("@anna, please ask the lab.") < card.index("Anna Petrova")


def test_of_two_with_one_name_the_whole_name_says_who(client: Client, case: Case) -> None:
    petrova, _smirnova = (make_staff(Role.COORDINATOR, name=f"Anna {name}") for name in ("Petrova", "Smirnova"))
    assert "or more than one" in keep_note(client, case, "@Anna")
    assert not case.tasks.exists()
    keep_note(client, case, "Ask @Anna Petrova twice: @Anna Petrova")
    assert case.tasks.get().assignee == petrova


def test_who_works_no_cases_gets_no_task(client: Client, case: Case) -> None:
    make_staff(Role.EDITOR, name="Boris")
    assert "nobody at the desk" in keep_note(client, case, "@Boris")
    assert not case.tasks.exists()


def test_a_second_click_on_a_note_asks_once(client: Client, case: Case) -> None:
    make_staff(Role.COORDINATOR, name="Boris")
    page = posted_from(page_of(client, case)) | {"note-body": "@Boris look"}
    for _ in range(2):
        client.post(address(case, "note/"), page)
    assert case.tasks.count() == 1


def test_a_task_of_a_colleague_is_sealed_and_not_shown_to_the_patient(client: Client, case: Case) -> None:
    make_staff(Role.COORDINATOR, name="Boris")
    keep_note(client, case, "@Boris Sealed words")
    with connection.cursor() as cursor:
        cursor.execute("SELECT details FROM requests_task")
        ((stored,),) = cursor.fetchall()
    assert b"Sealed" not in bytes(stored)
    assert "Sealed" not in patient_of(case).get(f"/en/case/{case.reference}/").content.decode()
