"""The link in the mail opens one case, and nothing else does."""

import re
import time
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.core.encryption.primitives import keyed_hash
from portal.core.localisation import emergency
from portal.core.models import OutboxItem
from requests.enums import EventKind
from requests.models import AccessEvent, Case, CaseLink, Event, Message
from requests.services import desk, effects, links
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, to
from tests.requests.reading import FormPage
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

MINE = "/en/case/"
LINK = re.compile(r"http://localhost:8000(/[a-z-]+/case/[0-9a-f]{32}\.[\w-]+/)")


def mailed_links(address: str = EMAIL) -> list[str]:
    """Deliver what waits and return the paths of the links that reach an address."""
    found = [LINK.search(str(one.body)) for one in to(address, deliver_all())]
    assert all(found)
    return [one[1] for one in found if one]


def case_and_link(**fields: Any) -> tuple[Case, str]:
    case = submit(**fields)
    (path,) = mailed_links(fields.get("email", EMAIL))
    return case, path


def page_of(case: Case) -> str:
    return f"/en/case/{case.reference}/"


def tables() -> dict[str, int]:
    """Return a digest of every row of every table, by table."""
    return {name: hash(tuple(rows_of(name))) for name in connection.introspection.table_names()}


def changed(before: dict[str, int]) -> set[str]:
    return {name for name, digest in tables().items() if digest != before[name]}


def ask(client: Client, **typed: str) -> str:
    """Ask for a new link; return the page without what differs at every rendering."""
    response = client.post(MINE, typed)
    assert response.status_code == 200
    return str(response.content.decode())


# ── Opening ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_the_mailed_link_opens_its_case_in_its_language(language: str) -> None:
    case, link = case_and_link(language=language)
    client = Client()
    response = client.post(link)
    assert (response.status_code, response["Location"]) == (302, f"/{language}/case/{case.reference}/")
    page = client.get(response["Location"]).content.decode().partition("<main")[2].partition("</main>")[0]
    assert case.reference in page
    with override(language):
        assert emergency.numbers() in page.partition("care-card--emergency")[2].partition("</aside>")[0]


def test_it_opens_any_number_of_times_in_any_browser() -> None:
    case, link = case_and_link()
    client = Client()
    for browser in (client, client, client, Client(), Client()):
        assert browser.post(link).status_code == 302
        assert browser.get(page_of(case)).status_code == 200


def test_it_opens_one_case_and_no_other() -> None:
    case, link = case_and_link()
    other = submit()
    client = Client()
    client.post(link)
    assert client.get(page_of(case)).status_code == 200
    for rest in ("", "estimates/0/", "estimates/0.pdf"):
        assert client.get(f"{page_of(other)}{rest}").status_code == 404
    assert client.post(page_of(other), {"body": "Who are you?"}).status_code == 404
    assert not Message.objects.exists()


def test_two_links_in_one_browser_open_two_cases() -> None:
    (one, first), (two, second) = case_and_link(email="a@example.org"), case_and_link(email="b@example.org")
    client = Client()
    client.post(first)
    client.post(second)
    text = client.get(MINE).content.decode()
    assert [client.get(page_of(case)).status_code for case in (one, two)] == [200, 200]
    assert (one.reference in text, two.reference in text) == (True, True)


def test_the_session_of_another_browser_opens_nothing() -> None:
    case, link = case_and_link()
    client, other = Client(), Client()
    client.post(link)
    other.get(MINE)
    assert other.get(page_of(case)).status_code == 404
    assert case.reference not in other.get(MINE).content.decode()


def test_a_link_gives_the_browser_a_new_session_key() -> None:
    """Somebody who planted a session in a browser does not get to see what it opens."""
    _case, link = case_and_link()
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = client.session.session_key
    client.post(link)
    assert client.session.session_key != before


# ── What opening changes ─────────────────────────────────────────────────────────────────────


def test_opening_changes_the_session_alone() -> None:
    """The first opening is noted on the case (the limit for unopened cases asks for it), and reading is recorded."""
    case, link = case_and_link()
    client = Client()
    before = tables()
    client.post(link)
    assert changed(before) == {"django_session", "requests_case"}
    before, fields = tables(), Case.objects.values().get()
    Client().post(link)
    assert changed(before) == {"django_session"}
    client.get(page_of(case))
    client.head(page_of(case))
    client.get(MINE)
    assert changed(before) == {"django_session", "requests_accessevent"}
    assert Case.objects.values().get() == fields
    assert {row.actor_kind for row in AccessEvent.objects.all()} == {"patient"}


def test_the_first_opening_changes_one_column() -> None:
    _case, link = case_and_link()
    before: dict[str, Any] = {**Case.objects.values().get()}
    Client().post(link)
    after: dict[str, Any] = {**Case.objects.values().get()}
    assert {name for name in before if before[name] != after[name]} == {"opened_at"}


def test_what_a_mail_scanner_reads_stays_unopened_and_the_patient_still_opens_it() -> None:
    case, link = case_and_link()
    before = tables()
    for _ in range(5):
        Client().head(link)
        Client().get(link)
    assert changed(before) == set()
    client = Client()
    assert client.post(link).status_code == 302
    assert client.get(page_of(case)).status_code == 200


# ── The end of a link ────────────────────────────────────────────────────────────────────────


def made_before(**age: int) -> tuple[Case, str]:
    case, link = case_and_link()
    CaseLink.objects.update(created_at=timezone.now() - timedelta(**age))
    return case, link


def test_a_link_lives_thirty_days() -> None:
    case, link = made_before(days=29, hours=23, minutes=59)
    client = Client()
    assert client.post(link).status_code == 302
    assert client.get(page_of(case)).status_code == 200


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_dead_link_shows_how_to_get_a_new_one(language: str) -> None:
    case, link = made_before(days=30, minutes=1)
    client = Client()
    response = client.get(link.replace("/en/", f"/{language}/"))
    text = response.content.decode()
    page = FormPage(text)
    assert (response.status_code, {"reference", "email"} <= page.values.keys()) == (410, True)
    assert case.reference not in text
    assert client.get(page_of(case)).status_code == 404
    assert CaseLink.objects.count() == 1


@pytest.mark.parametrize("change", ["revoked", "signature", "id", "case", "gone", "no signature"])
def test_other_dead_links_look_the_same(change: str) -> None:
    case, link = case_and_link()
    token = link.split("/")[3]
    key, signature = token.split(".")
    tokens = {
        "signature": f"{key}.{signature[:-1]}{'a' if signature[-1] != 'a' else 'b'}",
        "id": f"{'0' * 32}.{signature}",
        "case": f"{case.pk.hex}.{signature}",
        "no signature": f"{key}.{'a' * 43}",
    }
    if change == "revoked":
        desk.revoke_link(link=CaseLink.objects.get(), by=make_staff(Role.COORDINATOR))
    if change == "gone":
        CaseLink.objects.all().delete()
    expired = Client().get(f"/en/case/{'0' * 32}.{'a' * 43}/")
    response = Client().get(f"/en/case/{tokens.get(change, token)}/")
    assert response.status_code == expired.status_code == 410
    assert without_csrf(response.content.decode()) == without_csrf(expired.content.decode())


def without_csrf(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|href="[^"]*/case/[0-9a-f]{32}[^"]*"', "", html)


def test_revoking_closes_browsers_that_are_open() -> None:
    case, link = case_and_link()
    client = Client()
    client.post(link)
    row = CaseLink.objects.get()
    staff_client(make_staff(Role.COORDINATOR)).post(f"/admin/requests/case/{case.pk}/links/{row.pk}/revoke/")
    assert client.get(page_of(case)).status_code == 404
    assert client.post(page_of(case), {"body": "x"}).status_code == 404
    assert Client().get(link).status_code == 410
    assert Event.objects.filter(reference=case.reference, kind=EventKind.LINK_REVOKED).count() == 1


def test_a_browser_sees_a_case_for_twelve_hours(settings: Settings) -> None:
    case, link = case_and_link()
    client = Client()
    opened = time.time()
    client.post(link)
    for later, status in ((11.99 * 3600, 200), (12.01 * 3600, 404)):
        with mock.patch("time.time", return_value=opened + later):
            assert client.get(page_of(case)).status_code == status
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
    # The link itself still opens it again.
    assert client.post(link).status_code == 302


def test_reading_does_not_lengthen_the_twelve_hours() -> None:
    case, link = case_and_link()
    client = Client()
    opened = time.time()
    client.post(link)
    for hour in (3, 6, 9, 11):
        with mock.patch("time.time", return_value=opened + hour * 3600):
            assert client.get(page_of(case)).status_code == 200
    with mock.patch("time.time", return_value=opened + 12.01 * 3600):
        assert client.get(page_of(case)).status_code == 404


def test_dead_links_are_swept_away_and_live_ones_stay() -> None:
    made_before(days=61)
    case = submit(email="other@example.org")
    mailed_links("other@example.org")
    assert (links.prune(), CaseLink.objects.get().case_id) == (1, case.pk)


def test_the_database_holds_no_token() -> None:
    _case, link = case_and_link()
    signature = link.split("/")[3].partition(".")[2]
    for table in tables():
        assert [row for row in rows_of(table) if signature in row] == [], table


# ── Asking for a new link ────────────────────────────────────────────────────────────────────


def test_the_answer_is_the_same_whether_it_matches_or_not() -> None:
    case = submit(email="patient@example.org")
    other = submit(email="other@example.org")
    OutboxItem.objects.all().delete()
    right = {"reference": case.reference, "email": "patient@example.org"}
    answers = {
        ask(Client(), **typed)
        for typed in (
            right,
            right | {"email": "other@example.org"},
            right | {"reference": other.reference},
            right | {"reference": "MR-2222-2222"},
            right | {"email": "nobody@example.org"},
        )
    }
    assert len(answers) == 1
    assert case.reference not in answers.pop()
    # One of the five belongs together.
    assert list(OutboxItem.objects.values_list("kind", "reference")) == [(effects.LINK, case.reference)]
    assert Event.objects.filter(kind=EventKind.LINK_SENT).count() == 1


def test_the_new_link_goes_to_the_address_of_the_case_and_opens_it() -> None:
    case, old = case_and_link(email="patient@example.org")
    ask(Client(), reference=case.reference, email="Patient@Example.org")
    (link,) = mailed_links("patient@example.org")
    assert link != old
    client = Client()
    assert [client.post(one).status_code for one in (link, old)] == [302, 302]
    assert client.get(page_of(case)).status_code == 200
    assert {address for one in mail.outbox for address in one.to} == {"patient@example.org", "notices@marus.example"}


def test_asking_opens_nothing_in_the_asking_browser() -> None:
    case, _link = case_and_link()
    client = Client()
    ask(client, reference=case.reference, email=EMAIL)
    assert client.get(page_of(case)).status_code == 404
    assert case.reference not in client.get(MINE).content.decode()


def test_a_link_that_is_asked_for_often_is_mailed_once_in_ten_minutes() -> None:
    case, _link = case_and_link()
    now = (int(time.time()) // 600) * 600 + 1.0
    for second in (0, 1, 300, 590):
        with mock.patch("time.time", return_value=now + second):
            ask(Client(), reference=case.reference, email=EMAIL)
    assert len(mailed_links()) == 1
    with mock.patch("time.time", return_value=now + 601):
        ask(Client(), reference=case.reference, email=EMAIL)
    assert len(mailed_links()) == 1


@pytest.mark.parametrize("spelling", [str.lower, lambda text: text.replace("-", " "), lambda text: f"  {text[3:]}\n"])
def test_a_reference_is_understood_in_any_spelling(spelling: Any) -> None:
    case, _link = case_and_link()
    ask(Client(), reference=spelling(case.reference), email=f" {EMAIL.upper()} ")
    assert len(mailed_links()) == 1


def test_a_wrong_reference_or_address_is_said_and_stays() -> None:
    response = Client().post(MINE, {"reference": "MR-1", "email": "x"})
    page = FormPage(response.content.decode())
    assert (response.status_code, page.value("reference"), page.value("email")) == (422, "MR-1", "x")
    assert page.errors == {
        "reference": "Enter a reference like MR-7K3Q-9F2D.",
        "email": "Enter an e-mail address like name@example.com.",
    }


def test_the_list_without_a_session_names_no_case() -> None:
    case, link = case_and_link()
    assert case.reference not in Client().get(MINE).content.decode()
    client = Client()
    client.post(link)
    text = client.get(MINE).content.decode()
    assert case.reference in text
    assert [word for word in (NAME, EMAIL, PHONE, MESSAGE) if word in text] == []


def test_pages_of_a_case_are_kept_by_nobody() -> None:
    case, link = case_and_link()
    client = Client()
    for response in (client.get(link), client.get(page_of(case)), client.get(MINE), Client().get(page_of(case))):
        assert "no-store" in response.get("Cache-Control", "no-store" if response.status_code == 404 else "")
    assert keyed_hash(EMAIL) not in client.get(page_of(case)).content.decode()
