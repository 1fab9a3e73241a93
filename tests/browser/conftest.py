"""A browser that has sent a request and opened its case."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import chain, product
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clinics.models import Clinic
from conditions.models import Condition, Procedure
from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests import visitors
from requests.brief_content import HistoryEntry, Pair
from requests.enums import AccessKind, Appointment, DocumentState, Feeling, Status
from requests.models import (
    AskedLine,
    Case,
    CaseLink,
    Estimate,
    EstimateLine,
    FollowUp,
    Referral,
    ReferralDocument,
    ReferralMessage,
    StepTime,
    SupportPackage,
    TaskKind,
)
from requests.selectors.follow_ups import warning_signs
from requests.services import (
    audit,
    clinic_consents,
    desk,
    documents,
    family,
    follow_ups,
    links,
    missing_papers,
    referral_access,
    tasks,
)
from requests.services import offers as offer_services
from requests.services.estimates import record_pdf
from requests.services.messages import write_to_desk, write_to_patient
from tests.browser.pages import PAGES, Tour, View, Visit
from tests.factories import (
    make_answer,
    make_brief,
    make_contact,
    make_document,
    make_offer,
    make_referral,
    make_staff,
    submit,
)
from tests.factories.people import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture(autouse=True)
def _widest_references(monkeypatch: pytest.MonkeyPatch) -> None:
    """References of the widest letters, no two alike: what fits with these fits with all."""
    letters = chain.from_iterable(product("WM", repeat=8))
    monkeypatch.setattr("requests.models.cases.secrets", SimpleNamespace(choice=lambda _alphabet: next(letters)))


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
    given = {
        "comes": "yes",
        "name": f"{'W' * 60} +971 50 123 4567",
        "help": ["stairs", "wheelchair"],
        "food": ["halal"],
    }
    for code, value in given.items():
        make_answer(case, "companion", code, value)
    history = [
        HistoryEntry("2023", Pair("Surgery", "Операция")),
        HistoryEntry("2025-03", Pair("Growths found", "Найдены образования")),
        HistoryEntry("2025-04", Pair(f"MRI {'w' * 80}", "МРТ")),
    ]
    make_brief(case, state="sent", history=history)
    clinic_consents.propose(case=case, clinic=Clinic.objects.get(slug="fyodorov"), by=coordinator)
    audit.record_access(case, AccessKind.CASE, by=coordinator)
    _show_offers(case, coordinator)
    _send_offer(case)
    StepTime.objects.get_or_create(step="travel", defaults={"days_from": 14, "days_to": 28})
    family.make(case=case, name="W" * 60, shows_medical=True, form_token="o" * 20)
    family.make(case=case, name="My sister", shows_medical=False, form_token="g" * 20)
    return case


def _show_offers(case: Case, coordinator: User) -> None:
    """Show what three clinics answered: one in Russian, one with long words, one that states next to nothing."""
    make_brief(case, number=2)
    long_words: dict[str, Any] = {
        "treatment": "W" * 90,
        "stay_from": 3,
        "stay_to": 5,
        "raises": "Call +971 50 123 4567",
    }
    for slug, language, said in (
        ("emc", "ru", {"treatment": "Резекция печени", "doctor": "Образцов И. И."}),
        ("blokhin", "en", long_words),
        ("medsi", "en", {"treatment": "", "doctor": "", "lines": []}),
    ):
        contact = make_contact(clinic=Clinic.objects.get(slug=slug), slug=slug, language=language)
        offer = make_offer(make_referral(case, by=coordinator, contact=contact), **said)
        seen = offer_services.note_stamp(offer)
        offer_services.write_note(offer=offer, note=f"The ward is extra. {'w' * 80}", seen=seen, by=coordinator)
        offer_services.show(offer=offer, by=coordinator)


def open_case_at_home(language: str = "en") -> Case:
    """Return a case whose treatment is over: after 7 days she named a warning sign, after 30 she did not answer yet."""
    condition, package = Condition.objects.get(slug="liver-metastases"), SupportPackage.objects.get(slug="full-care")
    case = submit(condition=condition, package=package, language=language, email="home@example.org")
    Case.objects.filter(pk=case.pk).update(status=Status.IN_TREATMENT)
    coordinator = make_staff(Role.COORDINATOR, name="Vera")
    desk.move(case=case, to=Status.RECOVERY, by=coordinator)
    follow_ups.agree(case=case, language=language)
    for row in FollowUp.objects.filter(case=case, day__lte=30):
        row.due_at = timezone.now() - timedelta(hours=1)
        row.save()
    follow_ups.ask_due()
    signs = warning_signs(case, language)
    said: dict[str, Any] = {
        "feeling": Feeling.WORSE,
        "places": [signs.signs[0].place],
        "is_unsure": False,
        "has_other_sign": True,
    }
    said |= {"appointment": Appointment.PLANNED, "words": "W" * 60, "seen": 0, "form_token": "home"}
    follow_ups.answer(follow_up=FollowUp.objects.get(case=case, day=7), signs=signs, language=language, **said)
    return case


# The clinics of the referrals below, by what the addresses of pages call them.
REFERRALS = {"referral": "first-clinic", "shut": "second-clinic", "ended": "third-clinic"}


def refer_case(language: str = "en") -> None:
    """Make a case with three referrals: one that is open in the browser, one that is not, and one that has ended."""
    case = submit(language=language, email="referred@example.org")
    coordinator = make_staff(Role.COORDINATOR, name="Irina")
    history = [HistoryEntry("2023", Pair("Surgery", "Операция")), HistoryEntry("2025-03", Pair("W" * 60, "МРТ"))]
    make_brief(case, history=history)
    AskedLine.objects.create(case=case, name="W" * 60, name_ru="Резекция", unit="operation", unit_ru="операция")
    words = "We would be glad of an answer by Friday, +7 495 000 00 00 " + "w" * 90
    opened = make_referral(
        case, by=coordinator, contact=make_contact(REFERRALS["referral"], language=language), words=words
    )
    for kind in ("pdf", "dicom"):
        paper = make_document(case, name=f"{'W' * 60}.{kind}", kind=kind)
        ReferralDocument.objects.create(referral=opened, document=paper)
    for writer in (None, coordinator):
        ReferralMessage.objects.create(case=case, referral=opened, body=f"CT? {'w' * 90}", written_by=writer)
    for place in ("shut", "ended"):
        make_referral(case, by=coordinator, contact=make_contact(REFERRALS[place], language=language))
    ended = Referral.objects.filter(clinic__slug=REFERRALS["ended"])
    ended.update(revoked_at=timezone.now(), revoked_by=coordinator)


def open_cases(language: str = "en") -> Case:
    """Return the case of ``open_case``, beside those of the two below: all that patients and clinics see of cases."""
    case = open_case(language)
    open_case_at_home(language)
    refer_case(language)
    return case


def _send_offer(case: Case) -> None:
    """Put an estimate to decide about beside the preliminary one, which stays for the pages that show it."""
    until = timezone.now().date() + timedelta(days=20)
    offer = Estimate.objects.create(
        case=case, kind="final", version=1, language=case.language, valid_until=until, patient_name="W" * 60
    )
    for order, (low, high) in enumerate([(9000, 11000), (150, 150)]):
        amounts: dict[str, Any] = {
            "amount_from": low,
            "amount_to": high,
            "currency": "USD",
            "quantity": 7,
            "origin": "coordinator",
        }
        EstimateLine.objects.create(estimate=offer, order=order, name="W" * 60, name_ru="Операция", **amounts)
    Case.objects.filter(pk=case.pk).update(status=Status.ESTIMATE_SENT)


def address_of(path: str, case: Case) -> str:
    """Return the address of a page behind the language, with what it names of a case of ``open_case``."""
    given, opened = case.family_links.all()
    tokens = {"opened": family.token_of(opened), "given": family.token_of(given)}
    row = FollowUp.objects.select_related("case").first()
    if row is not None:
        tokens |= {"home": row.case.reference, "stop": follow_ups.stop_address(row, "en").rstrip("/").split("/")[-1]}
    for place, slug in REFERRALS.items():
        referral = Referral.objects.filter(clinic__slug=slug).first()
        if referral is not None:
            tokens[place] = referral_access.token_of(referral)
    return path.format(case=case.reference, link=opened.pk, **tokens)


def cookies_of(case: Case) -> dict[str, str]:
    """Return the cookies of a browser that sent this request and opened its link."""
    item = OutboxItem.objects.filter(reference=case.reference).first()
    assert item is not None
    link = links.for_mail(item, case)
    session = SessionStore()
    session["case_links"] = {link.pk.hex: 2**40}
    for at_home in Case.objects.filter(status=Status.RECOVERY):
        session["case_links"][CaseLink.objects.create(case=at_home).pk.hex] = 2**40
    session["family_links"] = {link.pk.hex: 2**40 for link in case.family_links.order_by("created_at")[:1]}
    opened = Referral.objects.filter(clinic__slug=REFERRALS["referral"])
    session["referrals"] = {referral.pk.hex: 2**40 for referral in opened}
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
    case = open_cases(language)
    cookies: Any = [{"name": name, "value": value, "url": url} for name, value in cookies_of(case).items()]
    page.context.add_cookies(cookies)
    return case


def open_path(page: "Page", path: str) -> None:
    """Open an address; one that ends in #wrong is a form that is sent empty."""
    page.goto(path)
    if path.endswith("#wrong"):
        page.locator("form.submission-form button[type=submit]").click()
        page.wait_for_selector(".error-summary")
