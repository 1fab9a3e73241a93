"""The language switcher of a page with a form: what was typed is kept, and never enters an address."""

import re
from typing import Any

import pytest
from django.test import Client

from portal.core.models import OutboxItem
from requests import consents
from requests.enums import Purpose
from requests.models import Case, Message
from requests.services import effects
from tests.factories import submit
from tests.factories.requests import answers
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

SWITCH = re.compile(
    r'<button class="link" type="submit" form="([a-z-]+)" formaction="([^"]+)" name="from_language" value="(\w+)" lang="(\w+)"'
)


def switches(html: str) -> dict[str, str]:
    """Return the addresses that the switchers of a page send its form to, by language; head and foot agree."""
    found = SWITCH.findall(html)
    head, foot = found[: len(found) // 2], found[len(found) // 2 :]
    assert head == foot
    (form_id,) = {form for form, _url, _from, _to in head}
    assert html.count(f'id="{form_id}"') == 1
    return {code: url for _form, url, _from, code in head}


def opened(case: Case) -> Client:
    """Return the browser of somebody who opened a case with its link."""
    from tests.browser.conftest import cookies_of

    client = Client()
    client.cookies.load(cookies_of(case))
    return client


def switch(client: Client, address: str, to: str, **typed: Any) -> FormPage:
    """Type into the form of a page, choose another language, and return the page that comes."""
    url = switches(client.get(address).content.decode())[to]
    assert "?" not in url
    response = client.post(url, {**typed, "from_language": address.split("/")[1]})
    assert (response.status_code, response.headers["Content-Language"]) == (200, to)
    return FormPage(response.content.decode())


def test_the_request_form_keeps_what_was_typed() -> None:
    client = Client()
    typed = answers(country="Germany", message="Не ем.\n\nЧто делать?", condition="cataract", phone="030 1234567")
    page = switch(client, "/en/requests/new/", "ru", **typed)
    assert (page.summary, page.errors) == ([], {})
    for name, value in typed.items():
        expected = "Германия" if name == "country" else value
        if name.startswith("consent_"):  # ticked beside the words of the new language
            expected = consents.current(Purpose(name.removeprefix("consent_")), "ru").sha256
        assert page.values[name] in ([expected], expected), name
    back = switch(client, "/ru/requests/new/", "ar", **{**typed, "country": "Германия"})
    assert back.value("country") == "ألمانيا"
    assert not Case.objects.exists()


def test_a_form_that_is_not_ready_shows_no_error_for_a_switch() -> None:
    page = switch(Client(), "/en/requests/new/", "ar", message="Half a sen", country="Atlan")
    assert (page.summary, page.value("message"), page.value("country")) == ([], "Half a sen", "Atlan")


def test_a_message_is_kept_and_not_sent() -> None:
    case = submit()
    page = switch(opened(case), f"/en/case/{case.reference}/messages/", "ar", body="Half a question")
    assert page.value("body") == "Half a question"
    assert not Message.objects.exists()


def test_the_wish_for_a_link_is_kept() -> None:
    page = switch(Client(), "/en/case/", "ru", reference="MR-7K3Q-9F2D", email="alice@example")
    assert (page.value("reference"), page.value("email"), page.summary) == ("MR-7K3Q-9F2D", "alice@example", [])


def test_feedback_is_kept() -> None:
    page = switch(Client(), "/en/conditions/liver-metastases/feedback/", "ru", verdict="unclear", text="The second")
    assert (page.value("text"), page.value("verdict")) == ("The second", "unclear")


def test_a_dead_link_does_not_go_along_to_the_other_language() -> None:
    response = Client().get("/en/case/" + "0" * 32 + "." + "x" * 27 + "/")
    assert response.status_code == 410
    assert switches(response.content.decode())["ar"] == "/ar/case/"


# ── A case that is not open in this browser ──────────────────────────────────────────────────


@pytest.mark.parametrize("rest", ["", "estimates/1/", "estimates/1.pdf"])
def test_a_case_that_is_not_open_shows_the_way_in_whether_it_exists_or_not(rest: str) -> None:
    case = submit()
    pages = []
    for reference in (case.reference, "MR-8K3Q-9F2D"):
        response = Client().get(f"/ru/case/{reference}/{rest}")
        assert response.status_code == 404
        html = response.content.decode()
        page = FormPage(html)
        assert page.value("reference") == reference
        assert 'action="/ru/case/"' in html
        assert switches(html)["ar"] == "/ar/case/"
        pages.append(re.sub(r'value="[^"]{60,}"|nonce="[^"]+"', "", html.replace(reference, "")))
    assert pages[0] == pages[1]


def test_the_way_in_mails_a_link() -> None:
    case = submit()
    page = FormPage(Client().get(f"/en/case/{case.reference}/").content.decode())
    answer = Client().post("/en/case/", {"reference": page.value("reference"), "email": case.email})
    assert answer.status_code == 200
    assert OutboxItem.objects.filter(kind=effects.LINK, reference=case.reference).count() == 1
