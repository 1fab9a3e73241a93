"""Whole journeys, from the request on the public form to the questions 90 days after the day home.

Every stop is asserted in the words that the patient reads: the heading, where her case stands, and what she does next.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zipfile import ZipFile

import pypdf
import pytest
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from clinics.models import Clinic
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.localisation import formats
from portal.core.localisation.languages import LANGUAGES
from portal.core.worktime import team_today
from requests.brief_content import BriefContent, Pair
from requests.enums import BriefPart, NextTurn, Outcome, PlanKind, Status, Turn
from requests.flows.registry import KINDS
from requests.models import Brief, Case, Consent, FollowUp, Message, TaskKind, Trip
from requests.periodic import ask_follow_ups
from requests.selectors import answers, briefs, follow_ups
from requests.services import brief_drafts, clinic_consents, desk, flow_answers, moves, tasks, trips
from requests.services import briefs as brief_services
from requests.services.messages import write_to_patient
from requests.services.trips import PlanRow
from tests.browser.hands import (
    HEALTH,
    accept_with_the_mailed_code,
    click,
    code_of,
    fill_in,
    fits,
    go_on,
    open_case_of,
    sit_down_at_the_desk,
)
from tests.factories import make_pack, make_staff
from tests.factories.requests import EMAIL
from tests.requests.delivery import deliver_all, past_taking_back, to
from tests.requests.test_decisions import issued

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNTRIES = {"en": "AE", "ar": "SA", "ru": "KZ"}
NAMES = {"en": "Fatima Test", "ar": "فاطمة التجربة", "ru": "Фатима Тестова"}
WORDS = {
    "en": "Two growths were found in my liver.",
    "ar": "وجدوا ورمين في كبدي.",
    "ru": "В печени нашли два образования.",
}
NEXT_YEAR = str(team_today().year + 1)
WAITS = "You need to do nothing now. A coordinator reads your request and writes to you."

COMPANION: dict[str, tuple[list[str], dict[str, str]]] = {
    "comes": (["yes"], {}),
    "name": ([], {"answer": "Omar"}),
    "relation": (["child"], {}),
    "languages": ([], {"answer": "English"}),
    "interpreter": (["no"], {}),
    "help": (["wheelchair"], {}),
    "food": (["halal"], {}),
}
TRAVEL: dict[str, tuple[list[str], dict[str, str]]] = {
    "first-day": ([], {"answer_0": "5", "answer_1": "3", "answer_2": NEXT_YEAR}),
    "has-other-days": (["no"], {}),
    "city": (["any"], {}),
}
PASSPORT: dict[str, tuple[list[str], dict[str, str]]] = {
    "family-name": ([], {"answer": "TEST"}),
    "given-names": ([], {"answer": "FATIMA"}),
}
PAYMENT: dict[str, tuple[list[str], dict[str, str]]] = {
    "way": (["transfer"], {}),
    "payer": (["family"], {}),
    "currency": (["USD"], {}),
    "invoice": (["no"], {}),
}


@dataclass
class Walk:
    """A patient with her browser, her case, and the coordinator who acts at the desk."""

    page: "Page"
    url: str
    language: str
    coordinator: User
    reference: str = ""

    @property
    def case(self) -> Case:
        return Case.objects.get(reference=self.reference)

    def waits(self) -> bool:
        """Whether we owe her an answer."""
        return self.case.waiting_since is not None

    @property
    def root(self) -> str:
        return f"/{self.language}/case/{self.reference}/"

    def says(self, words: str) -> str:
        """Return what the patient reads where the source says ``words``."""
        with override(self.language):
            translated = gettext(words)
        assert self.language == "en" or translated != words, f"no {self.language}: {words}"
        return translated

    def of(self, row: object) -> str:
        """Return the name of a row or a choice in her language."""
        with override(self.language):
            return str(row)

    def read(self, heading: str = "") -> str:
        """Return the text of the page, which fits the window and is in her language from top to bottom."""
        assert fits(self.page), self.page.url
        root = self.page.locator("html")
        assert (root.get_attribute("lang"), root.get_attribute("dir")) == (
            LANGUAGES[self.language].html_lang,
            "rtl" if self.language == "ar" else "ltr",
        )
        if heading:
            assert self.page.inner_text("main h1") == heading
        return self.page.inner_text("main")

    def stands(self, status: Status, turn: Turn, sentence: str) -> str:
        """Open the page of the case: where it stands, who acts next, and what she does now."""
        self.page.goto(self.root)
        return self.is_told(status, turn, sentence)

    def is_told(self, status: Status, turn: Turn, sentence: str) -> str:
        """Read the page of the case, which is open."""
        text = self.read()
        assert self.reference in self.page.inner_text("main h1")
        assert self.page.inner_text("main header .caption") == self.of(status.label)
        assert self.page.inner_text(".now .lead") == sentence
        assert self.page.locator(".now dl dd").first.inner_text() == self.of(turn.label)
        return text

    def follow(self) -> None:
        """Press the button of what she does now."""
        click(self.page, ".now a.button")

    def download(self, address: str) -> bytes:
        response = self.page.request.get(f"{self.url}{address}")
        assert response.status == 200
        return response.body()

    def printed(self, selector: str) -> str:
        """Return the text of a PDF that a worker prints while she waits."""
        address = str(self.page.locator(selector).first.get_attribute("href"))
        self.page.goto(address)
        assert self.says("We are preparing your PDF. It takes a few seconds.") in self.read()
        deliver_all()
        self.page.goto("about:blank")  # the page that waits would ask again by itself
        return text_of(self.download(address))

    def mail(self) -> str:
        """Return the text of the one mail that came to her."""
        past_taking_back()
        [mail] = to(EMAIL, deliver_all())
        return str(mail.body)

    def open_link_in(self, mail: str) -> None:
        """Open the case by the link of a mail."""
        link = re.search(rf"https?://\S+(/{self.language}/case/[0-9a-f]{{32}}\.\S+/)", mail)
        assert link is not None
        self.page.goto(link[1])
        self.read()
        click(self.page, "main form button")
        assert urlsplit(self.page.url).path == self.root


def text_of(pdf: bytes) -> str:
    return "".join(sheet.extract_text() for sheet in pypdf.PdfReader(BytesIO(pdf)).pages)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path / "private")


@pytest.mark.parametrize(
    ("language", "width", "has_script"), [("en", 390, True), ("ar", 390, True), ("ru", 1280, False)]
)
def test_from_the_request_to_day_90(
    open_page: "Callable[..., Page]", live_server: "LiveServer", language: str, width: int, has_script: bool
) -> None:
    shown: dict[str, Any] = {"base_url": live_server.url, "java_script_enabled": has_script}

    def browser(**options: Any) -> "Page":
        return open_page(**shown, viewport={"width": width, "height": 844}, **options)

    walk = Walk(browser(), live_server.url, language, make_staff(Role.COORDINATOR, name="Olga"))
    send_the_request(walk)
    answer_about_health(walk, browser())
    answer_about_companion_and_travel(walk)
    if language == "ru":
        write_the_brief_at_the_desk(walk, browser())
    else:
        write_the_brief(walk)
    approve_the_brief(walk)
    ask_and_accept(walk)
    give_passport_and_payment(walk)
    read_the_journey(walk)
    take_the_papers_home(walk)
    agree_to_questions(walk)
    answer_after_7_30_and_90_days(walk)


# ── The way, stop by stop ────────────────────────────────────────────────────────────────────


def send_the_request(walk: Walk) -> None:
    page, language = walk.page, walk.language
    page.goto(f"/{language}/requests/new/?condition=liver-metastases")
    walk.read(walk.says("Ask for a treatment plan"))
    page.check("input[name=for_whom][value=me]")
    page.fill("#id_message", WORDS[language])
    with override(language):
        page.fill("#id_country", formats.countries(language)[COUNTRIES[language]])
    page.fill("#id_name", NAMES[language])
    page.fill("#id_email", EMAIL)
    page.check("input[name=channel][value=email]")
    page.check("#id_consent_processing")
    page.check("#id_consent_health")
    click(page, "#submission-form button[type=submit]:not([lang])")
    page.wait_for_url("**/requests/sent/**")
    walk.read(walk.says("Your request is in"))
    case = Case.objects.get()
    assert (case.language, case.country, case.is_quarantined) == (language, COUNTRIES[language], False)
    walk.reference = page.inner_text("p.reference")
    # The receipt comes first, then the preliminary estimate.
    receipt, *_rest = to(EMAIL, deliver_all())
    walk.open_link_in(str(receipt.body))
    text = walk.is_told(Status.NEW, Turn.US, walk.says(WAITS))
    assert WORDS[language] in text
    assert walk.says("Preliminary estimate") in text


def ask_for(walk: Walk, task: str, days: int = 2) -> tuple[str, str]:
    """Let the desk ask for a task; returns its name as the patient reads it, and the mail that tells of it."""
    kind = TaskKind.objects.get(code=task)
    due_at = timezone.now() + timedelta(days=days)
    tasks.ask(case=walk.case, kind=kind, details="", due_at=due_at, by=walk.coordinator, form_token=task)
    return walk.of(kind), walk.mail()


def begin(walk: Walk, task: str) -> None:
    """Follow the page of the case to a task that we ask for, and begin it."""
    walk.follow()
    assert urlsplit(walk.page.url).path == f"{walk.root}tasks/{task}/"
    walk.read()
    click(walk.page, "main .actions a.button")


def answer_the_rest(walk: Walk, task: str) -> None:
    """Say "I do not know", or "not yet", to every question that has no answer, without opening its page."""
    kind, case, number = KINDS[task], walk.case, 0
    flow = kind.flow(case, walk.language)
    while step := flow.to_answer(answers.current(case, task)):
        number += 1
        said: dict[str, Any] = {"state": step.ways[0], "given": None, "seen": "", "form_token": f"{task} {number}"}
        flow_answers.save(case=case, kind=kind, step=step, language=walk.language, **said)


def answer_all(page: "Page", given: dict[str, tuple[list[str], dict[str, str]]]) -> None:
    """Answer every question up to the check page, without an answer where none is given."""
    while code_of(page) != "check":
        if code_of(page) in given:
            fill_in(page, given)
            go_on(page)
        else:
            go_on(page, "unknown")


def send_answers(walk: Walk, task: str) -> None:
    """Check the answers and send them; the page of the case says so."""
    with override(walk.language):
        flow = KINDS[task].flow(walk.case, walk.language)
    assert walk.of(flow.heading) in walk.read()
    assert walk.page.inner_text('form[action$="/check/"] button') == walk.of(flow.send)
    click(walk.page, 'form[action$="/check/"] button')
    walk.page.goto(walk.root)
    line = walk.page.locator(f'#file ~ ul li:has(a[href$="/tasks/{task}/"])')
    assert walk.says("Sent on %(when)s").partition("%")[0].strip() in line.inner_text()


def answer_about_health(walk: Walk, other: "Page") -> None:
    """Answer on one device, go on on another, say "I do not know" and "not yet", change one answer, and send."""
    page, (name, mail) = walk.page, ask_for(walk, "questionnaire")
    desk.move(case=walk.case, to=Status.TRIAGE, by=walk.coordinator)
    write_to_patient(case=walk.case, body="We read your request.", by=walk.coordinator, form_token="hello")
    walk.mail()
    walk.open_link_in(mail)
    walk.is_told(Status.TRIAGE, Turn.PATIENT, name)
    begin(walk, "questionnaire")
    for _number in range(2):
        walk.read()
        fill_in(page, HEALTH)
        go_on(page)
    # On another device she goes on where she stopped.
    here = code_of(page)
    open_case_of(other, walk.case)
    click(other, ".now a.button")
    click(other, "main .actions a.button")
    assert code_of(other) == here
    go_on(other, "unknown")
    go_on(other, "later")
    for code in ("core-general-condition", "lm-first-cancer"):
        other.goto(f"{walk.root}tasks/questionnaire/{code}/")
        fill_in(other, {**HEALTH, "lm-first-cancer": (["bowel"], {})})
        go_on(other)
    assert code_of(other).startswith("lm-"), "this illness has questions of its own"
    answer_the_rest(walk, "questionnaire")
    # The first device knows what the other one answered.
    page.goto(f"{walk.root}tasks/questionnaire/check/")
    text = walk.read()
    assert "Diabetes" in text
    assert walk.says("I do not know") in text
    assert walk.says("Not yet") in text
    click(page, 'dl a[href$="/core-question/"]')
    page.fill("#id_answer", WORDS[walk.language])
    go_on(page)
    assert WORDS[walk.language] in page.inner_text("dl")
    send_answers(walk, "questionnaire")
    changed = answers.current(walk.case, "questionnaire")["core-question"]
    assert (changed.number, changed.language) == (2, walk.language)


def answer_about_companion_and_travel(walk: Walk) -> None:
    """Two tasks at once: the page names the one that is due first, then the other, then what we wrote."""
    (first, _mail), (then, _mail) = ask_for(walk, "companion"), ask_for(walk, "travel", days=3)
    walk.stands(Status.TRIAGE, Turn.PATIENT, first)
    begin(walk, "companion")
    answer_all(walk.page, COMPANION)
    send_answers(walk, "companion")
    walk.is_told(Status.TRIAGE, Turn.PATIENT, then)
    begin(walk, "travel")
    answer_all(walk.page, TRAVEL)
    send_answers(walk, "travel")
    walk.is_told(Status.TRIAGE, Turn.PATIENT, walk.says("Read what we wrote to you."))
    walk.follow()
    assert "We read your request." in walk.read()
    deliver_all()


def ready_for_clinics(walk: Walk) -> None:
    desk.move(case=walk.case, to=Status.WAITING_DOCUMENTS, by=walk.coordinator)
    desk.move(case=walk.case, to=Status.DOCUMENTS_COMPLETE, by=walk.coordinator)
    clinic_consents.propose(case=walk.case, clinic=Clinic.objects.order_by("slug")[0], by=walk.coordinator)


def write_the_brief(walk: Walk) -> None:
    """Write the brief from the answers as the desk does, and send it to her."""
    ready_for_clinics(walk)
    brief = brief_services.begin(case=walk.case, by=walk.coordinator)
    draft = brief_drafts.first_draft(walk.case)
    assert draft.ecog == "2", "the draft knows what she answered"
    content = BriefContent(
        years=54,
        sex="female",
        country=draft.country,
        condition=draft.condition,
        ecog=draft.ecog,
        parts={BriefPart.QUESTION.value: Pair(WORDS[walk.language], WORDS["ru"])},
    )
    brief = brief_services.save(brief=brief, content=content, revision=brief.revision, by=walk.coordinator)
    brief_services.send(brief=brief, revision=brief.revision, names_read=[], by=walk.coordinator)


def write_the_brief_at_the_desk(walk: Walk, page: "Page") -> None:
    """Write it on the pages of the desk, without a script."""
    ready_for_clinics(walk)
    sit_down_at_the_desk(page, walk.coordinator, walk.url)
    page.goto(f"/admin/requests/case/{walk.case.pk}/change/")
    page.get_by_role("button", name="Begin a brief").click()
    page.get_by_label("Age in years").fill("54")
    page.get_by_label("Female").press("Space")
    # Her own words are in one language; the desk writes the other one.
    for own in page.locator("textarea[name$=own], input[name$=own]").all():
        other = page.locator(f"[name='{str(own.get_attribute('name')).removesuffix('own')}other']")
        if own.input_value() and not other.input_value():
            other.fill("In English")
    page.get_by_role("button", name="Save, and read it as clinics do").click()
    page.get_by_role("button", name="Send it to the patient to approve").press("Enter")
    page.get_by_text("With the patient to approve").first.wait_for()
    assert Brief.objects.get().is_sent


def approve_the_brief(walk: Walk) -> None:
    """Read the summary by the link of its mail, approve it, and agree to one clinic."""
    page = walk.page
    walk.open_link_in(walk.mail())
    walk.is_told(Status.DOCUMENTS_COMPLETE, Turn.PATIENT, walk.of(TaskKind.objects.get(code="brief")))
    walk.follow()
    assert urlsplit(page.url).path == f"{walk.root}brief/"
    text = walk.read()
    assert WORDS[walk.language] in text
    assert NAMES[walk.language] not in page.inner_text(".brief")
    click(page, "button[name=approve]")
    assert Brief.objects.get().is_approved
    click(page, "button[name=allow]")
    assert Consent.objects.filter(case=walk.case, purpose="clinic", withdrawn_at=None).count() == 1
    assert page.locator("button[name=withdraw]").count() == 1
    walk.stands(Status.DOCUMENTS_COMPLETE, Turn.US, walk.says("You need to do nothing now. Your papers are complete."))
    next_at = timezone.now() + timedelta(days=7)
    moves.advance(case=walk.case, to=Status.WITH_CLINICS, by=walk.coordinator, turn=NextTurn.CLINICS, next_at=next_at)
    walk.stands(Status.WITH_CLINICS, Turn.CLINICS, walk.says("You need to do nothing now. The clinics read your case."))
    assert briefs.agreed(walk.case)


def ask_and_accept(walk: Walk) -> None:
    """Ask about a line of the estimate, read the answer, accept with the mailed code, and keep the record."""
    page = walk.page
    desk.move(case=walk.case, to=Status.OFFERS_IN, by=walk.coordinator)
    Case.objects.update(clinic=Clinic.objects.order_by("slug")[0])
    issued(walk.case, walk.coordinator, 9000, amount_to=Decimal(11000))
    walk.open_link_in(walk.mail())
    sentence = walk.says("Read the estimate. Then accept it there, decline it, or ask us.")
    walk.is_told(Status.ESTIMATE_SENT, Turn.PATIENT, sentence)
    walk.follow()
    assert urlsplit(page.url).path == f"{walk.root}estimates/1/"
    assert NAMES[walk.language] in walk.read()
    click(page, "a.ask")
    page.fill("#id_body", WORDS[walk.language])
    click(page, "#message-form button:not([name])")
    assert Message.objects.filter(case=walk.case, estimate_line=0).count() == 1
    write_to_patient(case=walk.case, body="Yes, it is.", by=walk.coordinator, form_token="answer")
    walk.open_link_in(walk.mail())
    walk.is_told(Status.ESTIMATE_SENT, Turn.PATIENT, walk.says("Read what we wrote to you."))
    walk.follow()
    assert "Yes, it is." in walk.read()
    walk.stands(Status.ESTIMATE_SENT, Turn.PATIENT, sentence)
    walk.follow()
    click(page, 'a[href$="/accept/"]')
    assert (
        walk.says("Read what you accept. Then we send you a code by e-mail, so that nobody else can say yes for you.")
        in walk.read()
    )
    accept_with_the_mailed_code(page)
    deliver_all()
    record = str(page.locator('a[href*="/acceptance/"]').get_attribute("href"))
    assert walk.reference in text_of(walk.download(record))
    text = walk.stands(
        Status.ACCEPTED,
        Turn.US,
        walk.says("You need to do nothing now. We plan your journey with you and write to you."),
    )
    assert walk.says("You accepted it.") in text


def give_passport_and_payment(walk: Walk) -> None:
    page = walk.page
    (passport, _mail), (payment, _mail) = ask_for(walk, "passport"), ask_for(walk, "payment", days=3)
    walk.stands(Status.ACCEPTED, Turn.PATIENT, passport)
    begin(walk, "passport")
    for _number in range(2):
        walk.read()
        fill_in(page, PASSPORT)
        go_on(page)
    answer_the_rest(walk, "passport")
    page.goto(f"{walk.root}tasks/passport/check/")
    assert "\u2068Omar\u2069" in walk.read(), "she said that somebody comes"
    send_answers(walk, "passport")
    walk.is_told(Status.ACCEPTED, Turn.PATIENT, payment)
    begin(walk, "payment")
    answer_all(page, PAYMENT)
    send_answers(walk, "payment")
    deliver_all()


def read_the_journey(walk: Walk) -> None:
    """Read the dates and the plan that the desk set, and take the three files along."""
    page, arrives = walk.page, date(int(NEXT_YEAR), 3, 6)
    plan = walk.case.tasks.open().get(kind__code="plan-journey")
    rows = [
        PlanRow(None, arrives, PlanKind.ARRIVAL),
        PlanRow(None, arrives + timedelta(days=2), PlanKind.ADMISSION, words=WORDS[walk.language], words_ru="Приём"),
    ]
    by: dict[str, Any] = {"case": walk.case, "by": walk.coordinator}
    trips.change(version=0, arrives_on=arrives, home_on=arrives + timedelta(days=14), rows=rows, **by)
    tasks.finish(task=plan, by=walk.coordinator)
    moves.advance(to=Status.TRAVEL, turn=NextTurn.US, next_at=timezone.now() + timedelta(days=9), **by)
    walk.open_link_in(walk.mail())
    walk.is_told(Status.TRAVEL, Turn.US, walk.says("Your days in Russia are planned. Read them before you travel."))
    walk.follow()
    assert urlsplit(page.url).path == f"{walk.root}journey/"
    text = walk.read(walk.says("Your journey"))
    assert formats.day(arrives, walk.language) in text.replace("\u2068", "").replace("\u2069", "")
    assert walk.of(PlanKind.ADMISSION.label) in text
    with override(walk.language):
        stay = ngettext("You stay %(days)s day.", "You stay %(days)s days.", 15) % {"days": 15}
    assert stay in text
    click(page, "main form button")
    assert page.locator("main .pill").count() == 0, "what is read is not new"
    for end in ("card.pdf", "journey.pdf"):
        assert walk.reference in walk.printed(f'main a[href$="/{end}"]')
        page.goto(f"{walk.root}journey/")
    calendar = walk.download(f"{walk.root}journey.ics").decode()
    assert calendar.count("BEGIN:VEVENT") >= 2
    assert WORDS[walk.language] not in calendar


def take_the_papers_home(walk: Walk) -> None:
    """Be treated, and find the papers for home at the top of the page."""
    by = walk.coordinator
    desk.move(case=walk.case, to=Status.ARRIVED, by=by)
    desk.move(case=walk.case, to=Status.IN_TREATMENT, by=by)
    walk.stands(Status.IN_TREATMENT, Turn.US, walk.says("You are in treatment. Write to us here if you need anything."))
    make_pack(walk.case, by=by)
    desk.move(case=walk.case, to=Status.RECOVERY, by=by)
    desk.move(case=walk.case, to=Status.CLOSED, outcome=Outcome.TREATED, by=by)
    Trip.objects.update(arrives_on=team_today() - timedelta(days=15), home_on=team_today() - timedelta(days=1))
    deliver_all()
    sentence = walk.says("This case is closed. Write to us here if you need anything.")
    text = walk.stands(Status.CLOSED, Turn.NOBODY, sentence)
    assert walk.says("Your papers for home") in text
    assert walk.page.locator('section:has(> #home-pack) a[href$="/continuity.pdf"]').count() == 1
    # A worker prints it as soon as it is issued.
    assert "Tamoxifen" in text_of(walk.download(f"{walk.root}continuity.pdf"))
    names = ZipFile(BytesIO(walk.download(f"{walk.root}continuity.zip"))).namelist()
    assert f"{walk.reference}-home-1.pdf" in names
    assert any(name.startswith("translations/") for name in names)


def agree_to_questions(walk: Walk) -> None:
    """Agree to be asked, and say since when she is at home."""
    page, home = walk.page, team_today() - timedelta(days=1)
    click(page, 'main a[href$="/follow-up/"]')
    walk.read()
    page.check("input[name=state][value=home]")
    for place, part in enumerate((home.day, home.month, home.year)):
        page.fill(f"input[name=home_on_{place}]", str(part))
    page.check("input[name=consent_follow_up]")
    click(page, "#home-form button[type=submit]")
    assert sorted(FollowUp.objects.filter(case=walk.case).values_list("day", flat=True)) == [7, 30, 90]
    page.goto(f"{walk.root}follow-up/")
    assert walk.says("You agreed to our questions") in walk.read()


def answer_after_7_30_and_90_days(walk: Walk) -> None:
    """She is well, then worse, then names a warning sign, which shows the help at once."""
    page = walk.page
    ask_how_she_is(walk, 7)
    answer_how_she_is(walk, feeling="better", sign="none")
    assert page.locator("main .care-card--emergency").count() == 0
    assert not walk.waits()
    closed = walk.says("This case is closed. Write to us here if you need anything.")
    walk.stands(Status.CLOSED, Turn.NOBODY, closed)

    ask_how_she_is(walk, 30)
    answer_how_she_is(walk, feeling="worse", sign="none")
    assert walk.waits()
    reads = walk.says("You need to do nothing now. A coordinator reads what you wrote and answers you.")
    walk.stands(Status.CLOSED, Turn.US, reads)
    write_to_patient(case=walk.case, body="See a doctor this week.", by=walk.coordinator, form_token="day 30")
    walk.mail()
    assert not walk.waits()

    ask_how_she_is(walk, 90)
    sign = follow_ups.warning_signs(walk.case, walk.language).signs[0]
    answer_how_she_is(walk, feeling="worse", sign=sign.place)
    card = page.locator("main .care-card--emergency").first.inner_text()
    assert sign.text in card
    assert walk.says("Call your local emergency number now, or see a doctor today.") in card
    assert walk.waits()
    [alarm] = deliver_all()
    assert alarm.to != [EMAIL]
    assert walk.reference in str(alarm.subject)


def ask_how_she_is(walk: Walk, day: int) -> None:
    """Let a day come: a mail asks, and its link leads to the questions."""
    FollowUp.objects.filter(case=walk.case, day=day).update(due_at=timezone.now() - timedelta(hours=1))
    ask_follow_ups()
    walk.open_link_in(walk.mail())
    asks = walk.says("Tell us how you are: three short questions.")
    walk.is_told(Status.CLOSED, Turn.PATIENT, asks)
    walk.follow()
    assert urlsplit(walk.page.url).path == f"{walk.root}follow-up/{day}/"
    walk.read()


def answer_how_she_is(walk: Walk, *, feeling: str, sign: str) -> None:
    page = walk.page
    page.check(f"input[name=feeling][value={feeling}]")
    page.check(f"input[name=signs][value={sign}]")
    page.check("input[name=appointment][value=planned]")
    click(page, "#questions-form button[type=submit]")
    assert walk.says("What you told us") in walk.read()
