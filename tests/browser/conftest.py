"""A browser that has sent a request and opened its case."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from conditions.models import Condition, Procedure
from portal.core.models import OutboxItem
from requests import visitors
from requests.enums import AccessKind, DocumentState
from requests.models import Case, StepTime, TaskKind
from requests.services import audit, desk, documents, family, links, missing_papers, tasks
from requests.services.estimates import record_pdf
from requests.services.messages import write_to_desk, write_to_patient
from tests.browser.pages import PAGES, Tour, View, Visit
from tests.factories import make_document, make_staff, submit
from tests.factories.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture(autouse=True)
def _widest_references(monkeypatch: pytest.MonkeyPatch) -> None:
    """References of the widest letters: what fits with these fits with all."""
    monkeypatch.setattr("requests.models.cases.ALPHABET", "WM")


def open_case(language: str = "en") -> Case:
    """Return a case with an estimate, messages both ways, tasks for each side, a call and two links for the family."""
    condition = Condition.objects.get(slug="liver-metastases")
    chosen = tuple(Procedure.objects.filter(code__in=["surgery", "diagnostics"]))
    case = submit(condition=condition, procedures=chosen, language=language)
    record_pdf(estimate=case.estimates.get(), pdf=b"%PDF-1.7 for a link")
    words = "When do you answer? +971 50 123 4567 https://example.org/" + "a" * 300
    write_to_desk(case=case, body=words, form_token="t" * 20)
    coordinator = make_staff(Role.COORDINATOR, name="Olga")
    write_to_patient(case=case, body="Tomorrow.\n\nWe read your papers.", by=coordinator, form_token="d" * 20)
    desk.assign(case=case, to=coordinator, by=coordinator)
    soon, about = timezone.now() + timedelta(days=2), "CT of 3 June, +971 50 123 4567"
    for code in ("papers", "promise", "patient"):
        kind = TaskKind.objects.get(code=code)
        tasks.ask(case=case, kind=kind, details=about, due_at=soon, by=coordinator, form_token=code)
    tasks.arrange_call(
        case=case, starts_at=soon, minutes=30, channel="whatsapp", details=about, by=coordinator, form_token="call"
    )
    make_document(case, name=f"{'W' * 60}.pdf")
    wrong = make_document(case, name="CT.zip")
    wrong.state, wrong.reason = DocumentState.REJECTED, "Half of the discs is missing.\n\nSend both."
    wrong.save()
    documents.begin(case=case, name="half.zip", size=9_000_000)
    missing_papers.say(case=case, need="pathology-report")
    audit.record_access(case, AccessKind.CASE, by=coordinator)
    StepTime.objects.get_or_create(step="travel", defaults={"days_from": 14, "days_to": 28})
    family.make(case=case, name="W" * 60, shows_medical=True, form_token="o" * 20)
    family.make(case=case, name="My sister", shows_medical=False, form_token="g" * 20)
    return case


def address_of(path: str, case: Case) -> str:
    """Return the address of a page behind the language, with what it names of a case of ``open_case``."""
    given, opened = case.family_links.all()
    tokens = {"opened": family.token_of(opened), "given": family.token_of(given)}
    return path.format(case=case.reference, link=opened.pk, **tokens)


def cookies_of(case: Case) -> dict[str, str]:
    """Return the cookies of a browser that sent this request and opened its link."""
    item = OutboxItem.objects.filter(reference=case.reference).first()
    assert item is not None
    link = links.for_mail(item, case)
    session = SessionStore()
    session["case_links"] = {link.pk.hex: 2**40}
    session["family_links"] = {link.pk.hex: 2**40 for link in case.family_links.order_by("created_at")[:1]}
    session.create()
    answer = HttpResponse()
    visitors.remember_submission(HttpRequest(), answer, case)
    return {
        settings.SESSION_COOKIE_NAME: str(session.session_key),
        settings.RECEIPT_COOKIE_NAME: answer.cookies[settings.RECEIPT_COOKIE_NAME].value,
    }


@pytest.fixture
def visit(open_page: "Callable[..., Page]", live_server: "LiveServer") -> Visit:
    """A function that opens a page of the site by name, in one view."""

    def go(name: str, view: View, **options: Any) -> "Page":
        page = open_page(
            base_url=live_server.url,
            color_scheme=view.scheme,
            viewport={"width": view.width, "height": 900},
            reduced_motion="reduce",
            **options,
        )
        path = PAGES[name]
        if "{" in path:
            path = address_of(path, sign_in(page, live_server.url, view.language))
        open_path(page, f"/{view.language}/{path}")
        return page

    return go


@pytest.fixture
def tour(open_page: "Callable[..., Page]", live_server: "LiveServer") -> Tour:
    """A function that opens every page of the site in one language, one after the other in one window."""

    def go(language: str, **options: Any) -> "Iterator[tuple[str, Page]]":
        page = open_page(base_url=live_server.url, reduced_motion="reduce", **options)
        for name, path in PAGES.items():
            if "{" not in path:
                open_path(page, f"/{language}/{path}")
                yield name, page
        # After the others: those show what a stranger sees.
        case = sign_in(page, live_server.url, language)
        for name, path in PAGES.items():
            if "{" in path:
                open_path(page, f"/{language}/{address_of(path, case)}")
                yield name, page

    return go


def sign_in(page: "Page", url: str, language: str) -> Case:
    """Make a browser the one that sent a request and opened its case; return the case."""
    case = open_case(language)
    cookies: Any = [{"name": name, "value": value, "url": url} for name, value in cookies_of(case).items()]
    page.context.add_cookies(cookies)
    return case


def open_path(page: "Page", path: str) -> None:
    """Open an address; one that ends in #wrong is a form that is sent empty."""
    page.goto(path)
    if path.endswith("#wrong"):
        page.locator("form.submission-form button[type=submit]").click()
        page.wait_for_selector(".error-summary")
