"""Submitting the form: one transaction, once, whatever the network and the visitor do."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from portal.accounts.enums import Role
from portal.core.localisation import formats
from portal.core.models import OutboxItem
from requests.enums import EventKind, Flag
from requests.models import Case, Consent, ConsentText, Estimate, EstimateLine, Event, Submission
from tests.accounts.cast import staff_client
from tests.factories import answers, make_staff
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, to
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

FORM = "/en/requests/new/"
KNOWN: dict[str, Any] = {"condition": "liver-metastases", "procedure": ["surgery"]}
WRITTEN = (Case, Submission, Consent, Event, Estimate, EstimateLine, OutboxItem)


def post(client: Client, data: dict[str, Any], **headers: Any) -> Case:
    """Send a form and return the case that the reader is told of."""
    response = client.post(FORM, data, **headers)
    assert response.status_code == 302, FormPage(response.content.decode()).errors
    return Case.objects.get(reference=reference_in(response["Location"]))


def reference_in(text: str) -> str:
    found = re.search(r"MR-[2-9A-Z]{4}-[2-9A-Z]{4}", text)
    assert found
    return found[0]


def counts() -> list[int]:
    return [model.objects.count() for model in WRITTEN]


def effects_of(case: Case) -> list[tuple[str, str]]:
    rows = OutboxItem.objects.filter(reference=case.reference)
    return sorted(rows.values_list("kind", "state"))


# ── One transaction ──────────────────────────────────────────────────────────────────────────


def test_everything_is_written_at_once(client: Client) -> None:
    make_staff(Role.COORDINATOR)
    case = post(client, answers(**KNOWN))
    assert counts() == [1, 1, 2, 1, 1, 1, 3]
    assert effects_of(case) == [
        ("estimate.pdf", "queued"),
        ("request.notice", "queued"),
        ("request.receipt", "queued"),
    ]


@pytest.mark.parametrize("model", [*WRITTEN, ConsentText])
def test_when_one_row_cannot_be_written_none_is(model: Any) -> None:
    """The database itself refuses a table, as a full disk or a lost server would."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''full''; END'")
            cursor.execute(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()")
        else:
            cursor.execute(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END")
    client = Client(raise_request_exception=False)
    data = answers(**KNOWN)
    with transaction.atomic():
        response = client.post(FORM, data)
    assert response.status_code == 500
    assert not re.search("MR-[2-9A-Z]{4}-", response.content.decode())
    assert counts() == [0] * len(WRITTEN)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TRIGGER refuse ON {table}" if connection.vendor == "postgresql" else "DROP TRIGGER refuse"
        )
    # The very same form, sent again, is taken.
    assert post(client, data).submissions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_submission_talks_to_no_broker_and_leaves_nothing_for_after_the_commit(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.get(FORM)
    asked: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: asked.append(address))
    with django_capture_on_commit_callbacks() as callbacks:
        post(client, answers(**KNOWN))
    assert (asked, callbacks) == ([], [])
    assert OutboxItem.objects.filter(handed_over_at=None, state="queued").count() == 3


# ── Once ─────────────────────────────────────────────────────────────────────────────────────


def test_the_same_form_again_gives_the_same_reference_and_no_new_row(client: Client) -> None:
    data = answers(**KNOWN)
    first = post(client, data)
    before = counts()
    assert [post(client, data), post(Client(), data)] == [first, first]
    assert counts() == before


def test_the_same_form_with_other_content_is_a_second_submission(client: Client) -> None:
    data = answers(**KNOWN)
    first = post(client, data)
    other = {"name": "Fatima", "country": "Kazakhstan", "procedure": ["diagnostics", "surgery"]}
    second = post(client, data | other)
    assert second == first
    assert (second.name, second.country) == ("Fatima", "KZ")
    assert set(second.procedures.values_list("code", flat=True)) == {"diagnostics", "surgery"}
    kinds = list(Event.objects.filter(reference=second.reference).values_list("kind", flat=True))
    assert (kinds, second.submissions.count()) == ([EventKind.SENT, EventKind.SENT_AGAIN], 2)
    assert Consent.objects.filter(case=second).count() == 4
    standing = second.estimates.get(superseded_at=None)
    assert (standing.version, standing.lines.count()) == (0, 2)
    # The first content again adds nothing to the two.
    before = counts()
    post(client, data)
    assert counts() == before


def test_two_forms_are_two_cases(client: Client) -> None:
    assert post(client, answers()) != post(client, answers())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("contents", [1, 2])
def test_twenty_parallel_posts_are_one_case(contents: int) -> None:
    make_staff(Role.COORDINATOR)
    data = answers(**KNOWN)

    def submit(number: int) -> str:
        try:
            response = Client().post(FORM, data | {"best_time": f"at {number % contents}"})
            return str(response["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        places = set(pool.map(submit, range(20)))
    assert len(places) == 1
    # Each content has its submission, consents, event, estimate and mails; the case is one.
    assert counts() == [1] + [contents * one for one in (1, 2, 1, 1, 1, 3)]
    assert Estimate.objects.filter(superseded_at=None).count() == 1


# ── Flagged ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("odd", "flags"),
    [
        (lambda: answers(website="https://buy.example"), [Flag.HONEYPOT]),
        (lambda: answers(form_token=""), [Flag.FORGED]),
        (lambda: answers(form_token="x" * 5000), [Flag.FORGED]),
        (lambda: answers(form_token=f"a{answers()['form_token']}"), [Flag.FORGED]),
        (lambda: answers(age=1, website="x"), [Flag.HONEYPOT, Flag.TOO_FAST]),
    ],
)
def test_an_odd_submission_is_kept_and_its_mails_wait(client: Client, odd: Any, flags: list[Flag]) -> None:
    case = post(client, odd() | KNOWN)
    assert (case.is_quarantined, case.submissions.get().flags) == (True, flags)
    assert effects_of(case) == [
        ("estimate.pdf", "queued"),
        ("request.notice", "queued"),
        ("request.receipt", "held"),
    ]
    assert [one.to for one in deliver_all()] == [["notices@marus.example"]]
    assert ("estimate.mail", "held") in effects_of(case)
    assert EventKind.QUARANTINED in Event.objects.values_list("kind", flat=True)


def test_a_form_that_was_open_for_days_is_not_odd(client: Client) -> None:
    assert post(client, answers(age=5 * 24 * 3600)).is_quarantined is False


def test_the_fourth_unopened_case_of_an_address_waits(client: Client, settings: Settings) -> None:
    settings.REQUEST_LIMIT_EMAIL = 3
    spellings = ("same@example.org", "Same@Example.org", " same@example.org ", "SAME@example.org")
    cases = [post(client, answers(email=email)) for email in spellings]
    assert [case.holds_mails for case in cases] == [False, False, False, True]
    assert [case.is_quarantined for case in cases] == [False] * 4
    assert cases[3].submissions.get().flags == [Flag.EMAIL_RATE]
    assert post(client, answers(email="other@example.org")).holds_mails is False


def test_a_network_that_sends_more_than_people_do_is_noted(client: Client, settings: Settings) -> None:
    settings.REQUEST_LIMIT_NETWORK = 2
    settings.TRUSTED_PROXIES = 1

    def send_from(address: str) -> bool:
        case = post(client, answers(email=f"p{Case.objects.count()}@example.org"), HTTP_X_FORWARDED_FOR=address)
        return bool(case.submissions.get().flags == [Flag.NETWORK_RATE])

    assert [send_from("192.0.2.1") for _ in range(3)] == [False, False, True]
    # What a sender writes into the header itself stands before what our proxy adds.
    assert [send_from("198.51.100.7, 192.0.2.1"), send_from("192.0.2.2")] == [True, False]


def test_without_a_proxy_the_header_is_not_believed(client: Client, settings: Settings) -> None:
    settings.REQUEST_LIMIT_NETWORK = 2
    cases = [post(client, answers(email=f"p{n}@example.org"), HTTP_X_FORWARDED_FOR=f"192.0.2.{n}") for n in range(3)]
    assert [case.submissions.get().flags for case in cases] == [[], [], [Flag.NETWORK_RATE]]


def test_a_released_case_sends_what_waited(client: Client) -> None:
    coordinator = make_staff(Role.COORDINATOR)
    case = post(client, answers(**KNOWN, website="x"))
    response = staff_client(coordinator).post(f"/admin/requests/case/{case.pk}/release/")
    assert response.status_code == 302
    mails = deliver_all()
    assert (len(to("notices@marus.example", mails)), len(to(EMAIL, mails)), len(mails)) == (1, 2, 3)
    waits_since = case.waiting_since
    case.refresh_from_db()
    assert (case.is_quarantined, case.waiting_since) == (False, waits_since)


# ── The page after it ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_sent_page_says_what_happens_next_and_nothing_personal(client: Client, language: str) -> None:
    data = answers(**KNOWN, channel="phone", phone=PHONE)
    place = client.post(f"/{language}/requests/new/", data)["Location"]
    case = Case.objects.get()
    response = client.get(place)
    text = response.content.decode()
    assert place == f"/{language}/requests/sent/{case.reference}/"
    assert (response.status_code, case.reference in text) == (200, True)
    assert "no-cache" in response["Cache-Control"]
    assert case.answer_by
    assert formats.moment(case.answer_by, language, "Asia/Dubai") in text
    personal = [NAME, EMAIL, PHONE, MESSAGE, "liver-metastases", "Liver metastases"]
    condition = case.condition
    personal += [str(getattr(condition, f"name_{code}")) for code in ("en", "ru", "ar")]
    assert [one for one in personal if one.lower() in text.lower()] == []


def test_the_sent_page_is_there_for_this_browser_alone(client: Client) -> None:
    case = post(client, answers())
    place = f"/en/requests/sent/{case.reference}/"
    other = Client()
    post(other, answers(email="other@example.org"))
    assert [one.get(place).status_code for one in (client, Client(), other)] == [200, 404, 404]
    assert client.get("/en/requests/sent/MR-2222-2222/").status_code == 404
    assert client.post(place).status_code == 405


def test_a_receipt_cannot_be_written_by_hand(client: Client) -> None:
    case = post(client, answers())
    forger = Client()
    forger.cookies[project_settings.RECEIPT_COOKIE_NAME] = f"{case.reference}:1x2y3z:forged"
    assert forger.get(f"/en/requests/sent/{case.reference}/").status_code == 404


def test_sending_makes_no_session(client: Client) -> None:
    post(client, answers())
    assert set(client.cookies) == {project_settings.RECEIPT_COOKIE_NAME}
    assert not Session.objects.exists()


def test_having_sent_opens_no_case(client: Client) -> None:
    case = post(client, answers())
    assert client.get(f"/en/case/{case.reference}/").status_code == 404


def test_several_requests_of_a_browser_keep_their_pages(client: Client) -> None:
    cases = [post(client, answers(email=f"p{n}@example.org")) for n in range(3)]
    assert [client.get(f"/en/requests/sent/{case.reference}/").status_code for case in cases] == [200] * 3


# ── Cookies ──────────────────────────────────────────────────────────────────────────────────


def hidden(client: Client) -> dict[str, Any]:
    page = FormPage(client.get(FORM).content.decode())
    return {"csrfmiddlewaretoken": page.value("csrfmiddlewaretoken")}


def test_without_its_cookie_a_form_is_refused_in_plain_words() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post(FORM, answers())
    assert (response.status_code, "Allow cookies, go back and send it again" in response.content.decode()) == (
        403,
        True,
    )
    assert not Case.objects.exists()


def test_a_form_that_was_open_before_a_link_was_followed_still_sends() -> None:
    """Opening a case gives the browser a new session; the form in the other tab must survive that."""
    client = Client(enforce_csrf_checks=True)
    form = hidden(client)
    first = post(client, answers(**form))
    mails = to(EMAIL, deliver_all())
    link = re.search(r"http://localhost:8000(/en/case/\S+)", str(mails[0].body))
    assert link
    assert client.post(link[1]).status_code == 302
    second = post(client, answers(**form))
    assert [client.get(f"/en/requests/sent/{case.reference}/").status_code for case in (first, second)] == [200, 200]


def test_a_form_with_an_error_is_sent_after_mending_it() -> None:
    client = Client(enforce_csrf_checks=True)
    data = answers(**hidden(client))
    page = FormPage(client.post(FORM, data | {"name": ""}).content.decode())
    again = {name: values for name, values in page.values.items() if name != "website"}
    assert post(client, again | {"name": "Fatima"}).name == "Fatima"
