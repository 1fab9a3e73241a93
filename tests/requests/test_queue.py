"""The queue: what its rows say, who reads names, views, kept filters, several cases at once, and the six figures."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import AccessKind, Status
from requests.models import AccessEvent, Case, QueueFigures, Task, TaskKind
from requests.models.cases import CURRENT
from requests.selectors.queue import VIEWS, Asked, narrowed, numbers
from requests.selectors.queue_rows import short_name
from requests.services import desk, queue, tasks
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_condition, make_staff, submit

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"
KEEP, ACT = f"{LIST}queue/keep/", f"{LIST}queue/act/"


@pytest.fixture
def me() -> User:
    return make_staff(Role.COORDINATOR, name="Olga Petrova")


@pytest.fixture
def client(me: User) -> Client:
    return staff_client(me)


def found(client: Client, query: str = "") -> list[str]:
    return [row["reference"] for row in client.get(LIST + query).context["rows"]]


def token(client: Client) -> str:
    return str(client.get(LIST).context["date_form"]["form_token"].value())


# ── Rows ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "short"), [("Aigerim Bekova", "Aigerim B."), ("Amina", "Amina"), ("  ", ""), ("A van der Berg", "A B.")]
)
def test_a_name_is_its_first_word_and_an_initial(name: str, short: str) -> None:
    assert short_name(name) == short


def test_a_row_says_who_what_and_the_first_words(client: Client, me: User) -> None:
    condition = make_condition(name_en="Test illness")
    words = "one two three four five six seven eight nine ten"
    case = submit(name="Aigerim Bekova", message=words, country="KZ", speak="kk", language="en", condition=condition)
    page = client.get(LIST).text
    assert "Aigerim B." in page
    assert "Bekova" not in page
    assert "Test illness · kk, reads en" in page
    assert "one two three four five six seven eight …" in page
    assert "nine" not in page
    write_to_patient(case=case, body="We read it today.", by=me, form_token="a" * 20)
    assert "We read it today." in client.get(LIST).text
    write_to_desk(case=case, body="<b>Thanks</b>", form_token="b" * 20)
    assert "&lt;b&gt;Thanks&lt;/b&gt;" in client.get(LIST).text


def test_each_reading_of_names_is_written_once_for_colleague_case_and_day(client: Client, me: User) -> None:
    first, second = submit(email="a@example.org", phone=""), submit(email="b@example.org", phone="")
    client.get(LIST)
    client.get(LIST)
    rows = AccessEvent.objects.filter(kind=AccessKind.LISTED)
    assert sorted(rows.values_list("reference", flat=True)) == sorted([first.reference, second.reference])
    staff_client(make_staff(Role.LEAD)).get(LIST)
    assert rows.count() == 4
    AccessEvent.objects.filter(pk=rows.filter(actor_id=me.pk).first().pk)  # type: ignore[union-attr]
    assert (
        "your name and a few words in the list of cases"
        in patient_of(first).get(f"/en/case/{first.reference}/privacy/").text
    )


def test_names_are_hidden_with_one_click_and_then_nothing_is_read(client: Client) -> None:
    case = submit(name="Aigerim Bekova", message="Secret words here")
    assert client.post(KEEP, {"names": "hide", "next": f"{LIST}?needs=us"})["Location"] == f"{LIST}?needs=us"
    page = client.get(LIST).text
    assert "Aigerim" not in page
    assert "Secret" not in page
    assert case.reference in page
    assert not AccessEvent.objects.filter(kind=AccessKind.LISTED).exists()
    client.post(KEEP, {"names": "show"})
    assert "Aigerim B." in client.get(LIST).text


def test_marks_of_a_row(client: Client) -> None:
    submit(email="same@example.org", phone="")
    other = submit(email="other@example.org", phone="")
    page = client.get(LIST).text
    assert page.count("The patient wrote. ") == 2
    assert "Another case has the same address or number. " not in page
    other.email = "same@example.org"
    other.save()
    assert client.get(LIST).text.count("Another case has the same address or number. ") == 2


@pytest.mark.parametrize("number", [5, 40])
def test_statements_do_not_grow_with_the_rows(client: Client, number: int) -> None:
    condition = make_condition()
    for one in range(number):
        submit(email=f"p{one}@example.org", phone="", condition=condition)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        assert len(found(client)) == number
    assert len(queries) == 19


# ── Views ────────────────────────────────────────────────────────────────────────────────────


def test_views_of_promises_clinics_patients_and_adrift(client: Client, me: User) -> None:
    promised, clinics, patient, adrift = (submit(email=f"p{one}@example.org", phone="") for one in range(4))
    now = timezone.now()
    Case.objects.update(answer_by=None, waiting_since=None, owner=me)
    Case.objects.filter(pk=clinics.pk).update(status=Status.WITH_CLINICS)
    Case.objects.filter(pk=patient.pk).update(status=Status.WAITING_DOCUMENTS)
    kind = TaskKind.objects.get(code="promise")
    for case, due in (
        (promised, now - timedelta(hours=1)),
        (clinics, now + timedelta(days=9)),
        (patient, now + timedelta(days=9)),
    ):
        tasks.ask(case=case, kind=kind, details="", due_at=due, by=me, form_token=case.reference)
    assert found(client, "?needs=promised") == [promised.reference]
    assert found(client, "?needs=clinics") == [clinics.reference]
    assert found(client, "?needs=patient") == [patient.reference]
    assert found(client, "?needs=adrift") == [adrift.reference]
    Case.objects.filter(pk=patient.pk).update(owner=None)
    assert set(found(client, "?needs=adrift")) == {adrift.reference, patient.reference}
    Case.objects.filter(pk=adrift.pk).update(owner=None)  # for two reasons, and counted once
    assert {view["name"]: view["number"] for view in client.get(LIST).context["views"]}["Adrift"] == 2
    Case.objects.filter(pk=adrift.pk).update(owner=me)
    assert set(found(client, "?needs=us")) == {promised.reference, adrift.reference}


def test_everybody_lands_where_their_day_begins() -> None:
    for role, address in (
        (Role.COORDINATOR, LIST),
        (Role.LEAD, LIST),
        (Role.EDITOR, "/admin/conditions/condition/due/"),
        (Role.REVIEWER, "/admin/conditions/edition/"),
        (Role.FINANCE, "/admin/requests/paymentrecord/due/"),
        (Role.CASE_REVIEWER, "/admin/requests/casereview/"),
    ):
        assert staff_client(make_staff(role)).get("/admin/")["Location"] == address
    assert staff_client(make_staff(Role.ADMINISTRATOR)).get("/admin/").status_code == 200


# ── Filters ──────────────────────────────────────────────────────────────────────────────────


def test_filters_are_kept_for_their_colleague_and_bound_no_search(client: Client) -> None:
    here = submit(email="a@example.org", phone="", country="KZ")
    there = submit(email="b@example.org", phone="", country="AE")
    client.post(KEEP, {"country": "KZ", "language": "no such", "next": "https://example.org/"})
    assert found(client) == [here.reference]
    page = client.get(LIST)
    assert page.context["kept_filters"] == "Kazakhstan"
    assert {view["name"]: view["number"] for view in page.context["views"]}["Unowned"] == 1
    assert found(client, f"?q={there.reference}") == [there.reference]
    assert len(found(staff_client(make_staff(Role.LEAD)))) == 2
    client.post(KEEP, {"clear": "1"})
    assert len(found(client)) == 2


def test_a_filter_whose_value_is_gone_is_said_and_dropped(client: Client, me: User) -> None:
    left = make_staff(Role.COORDINATOR, name="Boris")
    submit()
    client.post(KEEP, {"owner": str(left.pk)})
    left.groups.clear()
    page = client.get(LIST)
    assert page.context["kept_filters"] == "owner no longer there"
    assert "Drop filters" in page.text
    client.post(KEEP, {"clear": "1"})
    assert len(found(client)) == 1


def test_a_view_that_filters_empty_says_so(client: Client) -> None:
    submit(country="AE")
    client.post(KEEP, {"country": "KZ"})
    assert "Only cases that pass your filters stand here: Kazakhstan." in client.get(LIST).text


# ── Several cases at once ────────────────────────────────────────────────────────────────────


def test_take_is_one_click_and_the_quicker_colleague_keeps_it(client: Client, me: User) -> None:
    case = submit()
    page = client.post(ACT, {"take": str(case.pk)}, follow=True).text
    assert f"{case.reference} is yours." in page
    other = staff_client(make_staff(Role.LEAD, name="Boris"))
    page = other.post(ACT, {"take": str(case.pk)}, follow=True).text
    assert f"{case.reference} is with Olga Petrova, who was quicker." in page
    case.refresh_from_db()
    assert case.owner == me


def test_several_are_assigned_and_only_the_new_owner_is_told(client: Client) -> None:
    boris = make_staff(Role.COORDINATOR, name="Boris")
    cases = [submit(email=f"p{one}@example.org", phone="") for one in range(3)]
    before = OutboxItem.objects.count()
    page = client.post(
        ACT, {"do": "assign", "owner": boris.pk, "case": [str(case.pk) for case in cases[:2]]}, follow=True
    )
    assert "with Boris." in page.text
    assert Case.objects.filter(owner=boris).count() == 2
    assert OutboxItem.objects.count() == before + 2
    assert {item.kind for item in OutboxItem.objects.order_by("-created_at")[:2]} == {"case.assigned"}


def test_a_date_is_set_once_whatever_is_clicked(client: Client) -> None:
    case, ended = submit(email="a@example.org", phone=""), submit(email="b@example.org", phone="")
    Case.objects.filter(pk=ended.pk).update(status=Status.SPAM)
    on = timezone.localdate() + timedelta(days=3)
    sent = {"do": "date", "on": on.isoformat(), "case": [str(case.pk), str(ended.pk)], "form_token": token(client)}
    before = OutboxItem.objects.count()
    page = client.post(ACT, sent, follow=True).text
    client.post(ACT, sent)
    assert f"{case.reference}: due again on" in page
    assert f"{ended.reference}: " in page
    task = Task.objects.get()
    assert (task.case_id, task.for_desk, task.is_shown) == (case.pk, True, False)
    assert OutboxItem.objects.count() == before
    page = client.post(ACT, {**sent, "on": "2001-01-01"}, follow=True).text
    assert "Enter today or a day within a year." in page


def test_spam_is_asked_about_first_and_mails_nobody(client: Client) -> None:
    cases = [submit(email=f"p{one}@example.org", phone="") for one in range(2)]
    keys = [str(case.pk) for case in cases]
    asked = client.post(ACT, {"do": "spam", "case": keys, "next": LIST})
    assert "Close 2 cases as spam?" in asked.text
    assert not Case.objects.filter(status=Status.SPAM).exists()
    before = OutboxItem.objects.count()
    client.post(ACT, {"do": "spam", "sure": "1", "case": keys, "next": LIST})
    assert Case.objects.filter(status=Status.SPAM).count() == 2
    assert OutboxItem.objects.count() == before
    # Once more: a refusal in words, and nothing else.
    assert "cannot go from" in client.post(ACT, {"do": "spam", "sure": "1", "case": keys}, follow=True).text


@pytest.mark.parametrize(
    "sent", [{}, {"do": "assign"}, {"do": "assign", "case": ["x"]}, {"take": "x"}, {"do": "?", "case": ["x" * 99]}]
)
def test_nonsense_does_nothing(client: Client, sent: dict[str, Any]) -> None:
    case = submit()
    assert client.post(ACT, {**sent, "next": "//example.org"})["Location"] == LIST
    case.refresh_from_db()
    assert (case.owner, case.status) == (None, Status.NEW)


# ── Figures ──────────────────────────────────────────────────────────────────────────────────


def test_figures_are_counted_by_beat_and_lead_to_exactly_their_cases(client: Client, me: User) -> None:
    assert "90th percentile" not in client.get(LIST).text
    now = timezone.now()
    cases = [submit(email=f"p{one}@example.org", phone="") for one in range(11)]
    for hours, case in enumerate(cases[:10], 1):
        moments = {"created_at": now - timedelta(hours=20), "answered_at": now - timedelta(hours=20 - hours)}
        Case.objects.filter(pk=case.pk).update(**moments, waiting_since=None, answer_by=None)
    long_ago = {"created_at": now - timedelta(days=99), "answered_at": now - timedelta(days=90)}
    Case.objects.filter(pk=cases[10].pk).update(**long_ago, waiting_since=now - timedelta(hours=5))
    Case.objects.filter(pk=cases[0].pk).update(status=Status.ESTIMATE_SENT)
    desk.move(case=Case.objects.get(pk=cases[0].pk), to=Status.ACCEPTED, by=me)
    Case.objects.filter(pk=cases[1].pk).update(status=Status.ESTIMATE_SENT)
    queue.renew_figures()
    row = QueueFigures.objects.get()
    assert row.first_answer_median == timedelta(hours=5)
    assert row.first_answer_p90 == timedelta(hours=9)
    shown = {name: (value, url.removeprefix(LIST)) for name, value, url in client.get(LIST).context["figures"]["rows"]}
    assert {name: value for name, (value, _url) in shown.items()} == {
        "First answer, median": "5 h",
        "90th percentile": "9 h",
        "Waiting now": "1",
        "Longest wait": "5 h",
        "Estimates out": "1",
        "Accepted this month": "1",
    }
    assert {name: len(found(client, url)) for name, (_value, url) in shown.items()} == {
        "First answer, median": 10,
        "90th percentile": 2,
        "Waiting now": 1,
        "Longest wait": 1,
        "Estimates out": 1,
        "Accepted this month": 1,
    }
    queue.renew_figures()
    assert QueueFigures.objects.count() == 1


def many(me: User) -> None:
    """Make cases of every view, some for two reasons at once."""
    other, left = make_staff(Role.LEAD), make_staff(Role.LEAD, is_active=False)
    now, today = timezone.now(), team_today()
    kinds: list[dict[str, Any]] = [
        {},
        {"owner": me, "second_owner": me},
        {"owner": other, "second_owner": me, "country": "UZ"},
        {"owner": left, "speak": "kk"},
        {"owner": other, "created_at": now - timedelta(days=30)},
        {"owner": me, "waiting_since": None, "answer_by": None, "created_at": now - timedelta(days=30)},
        {
            "waiting_since": None,
            "answer_by": None,
            "status": Status.OFFERS_IN,
            "on_hold_until": today + timedelta(days=1),
        },
        {"owner": me, "waiting_since": None, "answer_by": None, "status": Status.WITH_CLINICS},
        {"owner": other, "waiting_since": None, "answer_by": None, "status": Status.WAITING_DOCUMENTS},
        {"waiting_since": None, "answer_by": None, "status": Status.NO_ANSWER},
        {"owner": other, "answer_by": now - timedelta(hours=1), "status": Status.NO_ANSWER},
        {"is_quarantined": True, "source": "phone"},
    ]
    condition = make_condition()
    for number, changed in enumerate(kinds):
        case = submit(email=f"p{number}@example.org", phone="", condition=condition)
        Case.objects.filter(pk=case.pk).update(**changed)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"country": "UZ"},
        {"language": "kk"},
        {"state": "new"},
        {"source": "phone"},
        {"area": "nowhere"},
        {"owner": ""},
    ],
)
def test_each_number_is_that_of_the_list_behind_it(me: User, filters: dict[str, str]) -> None:
    many(me)
    for kept in (filters, filters | {"owner": str(me.pk)}):
        counted = numbers(me, kept)
        asked, every = Asked(me), narrowed(Case.objects.all(), kept)
        expected = {
            view.key: (every if view.of_ended else every.filter(CURRENT)).filter(view.condition(asked)).count()
            for view in VIEWS
        }
        assert {view.key: counted[view.key] for view in VIEWS} == expected
        assert counted["current"] == every.current().count()
    if not filters:
        assert all(
            numbers(me, {})[key] for key in ("mine", "us", "nobody", "clinics", "patient", "adrift", "hold", "new")
        )


def test_numbers_follow_the_clock_though_their_statement_was_compiled_before(
    me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(me)
    before, now = numbers(me, {}), timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=40))
    after = numbers(me, {})
    assert (before["hold"], after["hold"]) == (1, 0)
    assert (before["overdue"], after["overdue"]) == (1, 7)
    assert (before["new"] > 0, after["new"]) == (True, 0)


def test_a_failed_mail_brings_its_case_into_a_view_though_it_ended(client: Client) -> None:
    ended, other = submit(email="e@example.org"), submit(email="o@example.org")
    Case.objects.filter(pk=ended.pk).update(status=Status.NO_ANSWER, waiting_since=None, answer_by=None)
    assert found(client, "?needs=failed") == []
    OutboxItem.objects.filter(reference=ended.reference).update(state=OutboxItem.State.FAILED)
    assert found(client, "?needs=failed") == [ended.reference]
    assert other.reference not in client.get(f"{LIST}?needs=failed").text
    views = client.get(LIST).context["views"]
    assert next(view["number"] for view in views if view["key"] == "needs=failed") == 1
