"""The page of a mailed link: it opens nothing until somebody presses its button."""

import re
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core import signing
from django.test import Client

from requests.models import AccessEvent, Case, CaseLink
from tests.factories import answers, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.reading import FormPage
from tests.requests.test_links import case_and_link, changed, page_of, tables

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    {"HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_SEC_FETCH_SITE": "same-site"},
    {"HTTP_ORIGIN": "https://elsewhere.example"},
    {"HTTP_ORIGIN": "null"},
]
FROM_HERE: list[dict[str, Any]] = [
    {},
    {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "null"},
    {"HTTP_SEC_FETCH_SITE": "none"},
    {"HTTP_ORIGIN": "http://testserver"},
]


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_the_page_changes_nothing_and_sets_nothing(method: str) -> None:
    case, link = case_and_link()
    client, before = Client(enforce_csrf_checks=True), tables()
    for _ in range(3):
        response = getattr(client, method)(link)
        assert (response.status_code, dict(response.cookies)) == (200, {})
    assert changed(before) == set()
    assert (client.get(page_of(case)).status_code, client.get("/en/case/").context["cases"]) == (404, [])


def test_the_button_opens_the_case_in_a_browser_without_any_cookie() -> None:
    case, link = case_and_link()
    page = FormPage(Client(enforce_csrf_checks=True).get(link).content.decode())
    for browser in (Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)):
        response = browser.post(link, {name: page.value(name) for name in page.values})
        assert (response.status_code, response["Location"]) == (302, page_of(case))
        assert browser.get(page_of(case)).status_code == 200
        case.refresh_from_db()
        assert case.opened_at is not None


def test_the_page_has_one_button_and_says_nothing_about_the_case() -> None:
    case, link = case_and_link(message=MESSAGE)
    html = Client().get(link).content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    assert len(re.findall(r"<button|<input|<a ", main)) == 1
    assert f'<form method="post" action="{link}"' in main
    assert "Open my case" in main
    said = (case.reference, str(case.pk), NAME, EMAIL, PHONE, MESSAGE)
    assert [word for word in said if word in html] == []


@pytest.mark.parametrize(("language", "words"), [("ru", "Открыть моё обращение"), ("ar", "افتح حالتي")])
def test_the_page_speaks_the_language_of_the_link(language: str, words: str) -> None:
    _case, link = case_and_link(language=language)
    assert words in Client().get(link).content.decode()


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_another_site_cannot_press_the_button(headers: dict[str, str]) -> None:
    """Else it could open its own case in a patient's browser and read what she writes there."""
    case, link = case_and_link()
    client, before = Client(), tables()
    response = client.post(link, **headers)  # type: ignore[arg-type]  # WSGI variables
    assert (response.status_code, dict(response.cookies), changed(before)) == (403, {}, set())
    assert "Open my case" in response.content.decode()
    assert client.get(page_of(case)).status_code == 404


@pytest.mark.parametrize("headers", FROM_HERE)
def test_a_browser_of_any_age_can_press_the_button(headers: dict[str, str]) -> None:
    _case, link = case_and_link()
    assert Client(enforce_csrf_checks=True).post(link, **headers).status_code == 302  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_open_nothing(method: str) -> None:
    _case, link = case_and_link()
    before = tables()
    assert getattr(Client(), method)(link).status_code == 405
    assert changed(before) == set()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_dead_link_is_dead_at_both_ends(method: str) -> None:
    _case, link = case_and_link()
    CaseLink.objects.all().delete()
    client = Client()
    assert getattr(client, method)(link).status_code == 410
    assert project_settings.SESSION_COOKIE_NAME not in client.cookies


def test_a_link_that_was_mailed_before_still_opens() -> None:
    """The token is written out: its shape and its salt are in the mailboxes of patients."""
    case = submit()
    row = CaseLink.objects.create(case=case)
    token = signing.Signer(sep=".", salt="requests.case-link").sign(row.pk.hex)
    client = Client()
    assert client.get(f"/en/case/{token}/").status_code == 200
    assert client.post(f"/en/case/{token}/").status_code == 302
    assert client.get(page_of(case)).status_code == 200


@pytest.mark.parametrize("is_live", [True, False])
def test_the_address_of_the_page_goes_to_nobody_as_a_referer(is_live: bool) -> None:
    _case, link = case_and_link()
    if not is_live:
        CaseLink.objects.all().delete()
    response = Client().get(link)
    # With no-referrer, browsers send "Origin: null" when the button is pressed.
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


# ── Closing ──────────────────────────────────────────────────────────────────────────────────


def opened(**fields: Any) -> tuple[Case, Client]:
    case, link = case_and_link(**fields)
    client = Client()
    client.post(link)
    return case, client


def test_closing_ends_the_access_to_that_case_and_says_so() -> None:
    case, client = opened(email="a@example.org")
    other, link = case_and_link(email="b@example.org")
    client.post(link)
    page = client.get(page_of(case)).content.decode()
    assert "Close this case on this device" in page
    assert f'action="{page_of(case)}close/"' in page
    response = client.post(f"{page_of(case)}close/", follow=True)
    assert response.redirect_chain == [("/en/case/", 302)]
    text = response.content.decode()
    assert "The case is closed on this device." in text
    assert (case.reference in text, other.reference in text) == (False, True)
    assert [client.get(page_of(one)).status_code for one in (case, other)] == [404, 200]
    assert client.post(page_of(case), {"body": "x"}).status_code == 404


def test_closing_leaves_other_browsers_and_the_link_alone() -> None:
    case, client = opened()
    other = Client()
    token_link = CaseLink.objects.get()
    other_session = other.session
    other_session["case_links"] = {token_link.pk.hex: 2**40}
    other_session.save()
    client.post(f"{page_of(case)}close/")
    assert other.get(page_of(case)).status_code == 200
    token_link.refresh_from_db()
    assert token_link.is_live


def test_closing_forgets_every_link_of_the_case() -> None:
    case, client = opened()
    second = CaseLink.objects.create(case=case)
    session = client.session
    session["case_links"] = {**session["case_links"], second.pk.hex: 2**40}
    session.save()
    client.post(f"{page_of(case)}close/")
    assert client.get(page_of(case)).status_code == 404


def test_closing_forgets_that_the_request_was_sent_here() -> None:
    client = Client()
    place = client.post("/en/requests/new/", answers(email="first@example.org"))["Location"]
    kept = client.post("/en/requests/new/", answers(email="second@example.org"))["Location"]
    case = Case.objects.get(reference=place.split("/")[-2])
    session = client.session
    session["case_links"] = {CaseLink.objects.create(case=case).pk.hex: 2**40}
    session.save()
    assert client.get(place).status_code == 200
    client.post(f"{page_of(case)}close/")
    assert [client.get(one).status_code for one in (place, kept)] == [404, 200]


def test_closing_is_a_post_of_this_site_and_of_ones_own_case() -> None:
    case, client = opened()
    address = f"{page_of(case)}close/"
    assert client.get(address).status_code == 405
    assert Client().post(address).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post(address).status_code == 403
    assert client.get(page_of(case)).status_code == 200
    reads = AccessEvent.objects.count()
    client.post(address)
    assert AccessEvent.objects.count() == reads


def test_a_case_that_was_taken_for_spam_can_be_closed_too() -> None:
    case, client = opened()
    Case.objects.filter(pk=case.pk).update(status="spam")
    assert f'action="{page_of(case)}close/"' in client.get(page_of(case)).content.decode()
    client.post(f"{page_of(case)}close/")
    assert client.get(page_of(case)).status_code == 404
