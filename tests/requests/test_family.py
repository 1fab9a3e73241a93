"""Links for the family: what they show, to whom, for how long, and who learns of it."""

import re
import time
from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext, override

from clinics.models import Clinic
from conditions.models import Condition, Procedure
from portal.accounts.enums import Role
from portal.core.delivery import outbox
from portal.core.localisation import formats, money
from portal.core.models import OutboxItem
from requests.enums import ActorKind, EventKind, Outcome, Status
from requests.models import AccessEvent, Case, Event, FamilyLink, SupportPackage, TaskKind
from requests.services import desk, effects, facts, family, holds, links, messages, tasks, wishes
from requests.services.estimates import record_pdf
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.reading import FormPage
from tests.requests.test_case_link_page import ELSEWHERE
from tests.requests.test_links import changed, tables
from tests.stored import rows_of

pytestmark = pytest.mark.django_db

AUNT = "Canary Aunt Quetzal"
RELATIVE = "canary.relative@example.org"
LANGUAGES = ("en", "ru", "ar")
SITE = "http://localhost:8000"


def make(case: Case, name: str = AUNT, *, shows_medical: bool = False) -> FamilyLink:
    return family.make(case=case, name=name, shows_medical=shows_medical, form_token=uuid4().hex)


def path_of(link: FamilyLink, language: str = "en") -> str:
    return family.address(link, language).removeprefix(SITE)


def opened(link: FamilyLink) -> Client:
    """Return a browser in which the button behind a link was pressed."""
    client = Client()
    assert client.post(path_of(link)).status_code == 302
    return client


def main_of(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return str(response.content.decode().partition("<main")[2].partition("</main>")[0])


def list_of(case: Case) -> str:
    return f"/en/case/{case.reference}/family/"


def page_of(link: FamilyLink) -> str:
    return f"/en/case/{link.case.reference}/family/{link.pk}/"


def make_on_page(client: Client, case: Case, name: str = AUNT, **typed: str) -> Any:
    token = FormPage(client.get(list_of(case)).content.decode()).value("form_token")
    return client.post(list_of(case), {"name": name, "form_token": token, **typed})


# ── What the patient does ────────────────────────────────────────────────────────────────────


def test_the_patient_makes_a_link_and_copies_its_address() -> None:
    case = submit()
    client = patient_of(case)
    assert "There is none yet." in main_of(client, list_of(case))
    response = make_on_page(client, case)
    link = FamilyLink.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(link))
    assert (link.name, link.shows_medical, link.case) == (AUNT, False, case)
    page = main_of(client, page_of(link))
    assert f'readonly dir="ltr" spellcheck="false">{family.address(link, "en")}</textarea>' in page
    assert Event.objects.get(kind=EventKind.FAMILY_LINK_MADE).object_id == link.pk
    listed = main_of(client, list_of(case))
    day = formats.day(link.ends_on, "en")
    assert (AUNT in listed, f"Works until <bdi>{day}</bdi>." in listed) == (True, True)
    assert ("Shows no medical details." in listed, "Nobody has opened it yet." in listed) == (True, True)
    assert opened(link).get(path_of(link)).status_code == 200


def test_medical_details_are_shown_where_she_ticked_the_box() -> None:
    case = submit()
    make_on_page(patient_of(case), case, shows_medical="on")
    assert FamilyLink.objects.get().shows_medical is True


def test_a_form_sent_twice_makes_one_link() -> None:
    case = submit()
    client = patient_of(case)
    typed = {"name": AUNT, "form_token": FormPage(client.get(list_of(case)).content.decode()).value("form_token")}
    places = {client.post(list_of(case), typed)["Location"] for _ in range(2)}
    assert places == {page_of(FamilyLink.objects.get())}


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "Enter who this link is for."), ("x" * 61, "Enter a name of at most 60 characters.")]
)
def test_a_name_that_is_missing_or_long_is_said(name: str, sentence: str) -> None:
    case = submit()
    response = make_on_page(patient_of(case), case, name, shows_medical="on")
    page = FormPage(response.content.decode())
    assert (response.status_code, page.errors, page.value("name")) == (422, {"name": sentence}, name)
    assert page.value("shows_medical") == "on"
    assert not FamilyLink.objects.exists()


@pytest.mark.parametrize("page", ["list", "mail"])
def test_what_she_typed_survives_another_language(page: str) -> None:
    case = submit()
    client = patient_of(case)
    link = make(case)
    path, name = (list_of(case), "name") if page == "list" else (page_of(link), "email")
    response = client.post(path.replace("/en/", "/ar/"), {name: "half", "from_language": "en"})
    shown = FormPage(response.content.decode())
    assert (response.status_code, shown.value(name), shown.errors) == (200, "half", {})
    assert FamilyLink.objects.count() == 1


def test_ten_links_work_at_a_time() -> None:
    case = submit()
    client = patient_of(case)
    made = [make(case, f"Person {number}") for number in range(9)]
    assert make_on_page(client, case)["Location"] != list_of(case)
    response = make_on_page(client, case, "Eleventh")
    assert "10 links work already. End one of them first." in response.content.decode()
    assert FormPage(response.content.decode()).value("name") == "Eleventh"
    assert FamilyLink.objects.count() == 10
    # One that ran out gives its place away, and gets none back while all are taken.
    FamilyLink.objects.filter(pk=made[0].pk).update(expires_at=timezone.now())
    make_on_page(client, case, "Eleventh")
    client.post(page_of(made[0]), {"do": "renew"})
    assert FamilyLink.objects.filter(expires_at__gt=timezone.now()).count() == 10
    family.revoke(link=made[1], by=ActorKind.PATIENT)
    client.post(page_of(made[0]), {"do": "renew"})
    assert FamilyLink.objects.filter(expires_at__gt=timezone.now(), revoked_at=None).count() == 10


def test_a_link_works_for_ninety_days_and_is_renewed_for_ninety_more() -> None:
    case = submit()
    link = make(case)
    assert link.expires_at - link.created_at == pytest.approx(timedelta(days=90), abs=timedelta(seconds=5))
    FamilyLink.objects.update(expires_at=timezone.now() + timedelta(seconds=60))
    browser = opened(link)
    FamilyLink.objects.update(expires_at=timezone.now())
    assert browser.get(path_of(link)).status_code == Client().post(path_of(link)).status_code == 410
    client = patient_of(case)
    assert "Ended on" in main_of(client, page_of(link))
    client.post(page_of(link), {"do": "renew"})
    link.refresh_from_db()
    assert link.expires_at - timezone.now() == pytest.approx(timedelta(days=90), abs=timedelta(seconds=5))
    assert browser.get(path_of(link)).status_code == 200
    assert Event.objects.get(kind=EventKind.FAMILY_LINK_RENEWED).object_id == link.pk


def test_medical_details_go_on_and_off_at_once_where_it_is_open() -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    link = make(case)
    client, browser = patient_of(case), opened(link)
    for verb, is_shown in (("show", True), ("show", True), ("hide", False)):
        client.post(page_of(link), {"do": verb})
        assert ("Liver metastases" in main_of(browser, path_of(link))) is is_shown
    # A press that changes nothing is no event.
    assert Event.objects.filter(kind=EventKind.FAMILY_LINK_CHANGED).count() == 2


def test_a_revoked_link_ends_at_once_and_for_good() -> None:
    case = submit()
    link, other = make(case), make(case, "Brother")
    client, browser, others = patient_of(case), opened(link), opened(other)
    for _ in range(2):
        client.post(page_of(link), {"do": "revoke"})
    assert browser.get(path_of(link)).status_code == Client().get(path_of(link)).status_code == 410
    assert Event.objects.get(kind=EventKind.FAMILY_LINK_REVOKED).object_id == link.pk
    page = main_of(client, page_of(link))
    assert ("Ended on" in page, "textarea" in page, "<button" in page.partition("close-case")[0]) == (
        True,
        False,
        False,
    )
    client.post(page_of(link), {"do": "renew"})
    assert browser.get(path_of(link)).status_code == 410
    assert others.get(path_of(other)).status_code == 200


def test_another_patient_neither_sees_nor_changes_a_link() -> None:
    case, other = submit(), submit(email="other@example.org")
    link = make(case)
    client = patient_of(other)
    for path in (list_of(case), page_of(link), page_of(link).replace(case.reference, other.reference)):
        response = client.get(path)
        assert (response.status_code, AUNT in response.content.decode()) == (404, False)
        assert client.post(path, {"do": "revoke", "name": "x"}).status_code == 404
    link.refresh_from_db()
    assert (link.is_live, FamilyLink.objects.count()) == (True, 1)


def test_a_button_that_the_page_does_not_have_does_nothing() -> None:
    case = submit()
    link = make(case)
    before = tables()
    assert patient_of(case).post(page_of(link), {"do": "delete"}).status_code == 404
    assert "requests_familylink" not in changed(before)


def end(case: Case, how: str) -> None:
    """Put a case into a state in which it has no journey to show."""
    if how == "quarantined":
        Case.objects.filter(pk=case.pk).update(is_quarantined=True)
    elif how == "duplicate":
        desk.move(case=case, to=Status.DUPLICATE, by=make_staff(Role.COORDINATOR), merged_into=submit(email="b@b.org"))
    elif how == "died":
        desk.move(case=case, to=Status.CLOSED, outcome=Outcome.DIED, by=make_staff(Role.COORDINATOR))
    else:
        desk.move(case=case, to=Status.SPAM, by=make_staff(Role.COORDINATOR))


@pytest.mark.parametrize("how", ["quarantined", "duplicate", "died", "spam"])
def test_a_case_that_nobody_follows_gives_no_links(how: str) -> None:
    case = submit()
    link = make(case)
    client = patient_of(case)
    end(case, how)
    page = client.get(list_of(case)).content.decode()
    assert "family-form" not in page
    # A merged case has no page of its own any more, and its family links show nothing.
    has_page = how not in ("spam", "duplicate")
    assert ("No link can be made in this case now." in page) is has_page
    client.post(list_of(case), {"name": "Another"})
    client.post(page_of(link), {"email": RELATIVE})
    client.post(page_of(link), {"do": "renew"})
    assert FamilyLink.objects.count() == 1
    assert not OutboxItem.objects.filter(kind=effects.FAMILY).exists()
    # To end one stays possible wherever its page is there.
    client.post(page_of(link), {"do": "revoke"})
    link.refresh_from_db()
    assert (link.revoked_at is not None) is has_page


# ── The button, and every opening ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_a_link_changes_nothing_and_is_no_opening(method: str) -> None:
    case = submit(message=MESSAGE)
    link = make(case, shows_medical=True)
    client, before = Client(enforce_csrf_checks=True), tables()
    for language in LANGUAGES:
        response = getattr(client, method)(path_of(link, language))
        assert (response.status_code, dict(response.cookies)) == (200, {})
    assert changed(before) == set()
    main = main_of(client, path_of(link))
    assert re.findall(r"<button|<input|<a ", main) == ["<button"]
    assert [word for word in (case.reference, NAME, EMAIL, AUNT) if word in main] == []


def test_a_press_of_the_button_shows_the_journey_here_and_is_listed_for_the_patient() -> None:
    case = submit()
    link, other = make(case), make(case, "Brother")
    browser = Client(enforce_csrf_checks=True)
    before = tables()
    response = browser.post(path_of(link))
    assert (response.status_code, response["Location"]) == (302, path_of(link))
    assert changed(before) == {"django_session", "requests_accessevent"}
    before = tables()
    # A reload, another language: the same opening.
    for language in LANGUAGES:
        assert 'id="now"' in main_of(browser, path_of(link, language))
    assert changed(before) == set()
    assert 'id="now"' not in main_of(Client(), path_of(link))
    assert 'id="now"' not in main_of(browser, path_of(other))
    (row,) = AccessEvent.objects.filter(kind="family")
    assert (row.actor_kind, row.object_id, row.reference) == ("family", link.pk, case.reference)
    opened(link)
    patient = patient_of(case)
    moments = [formats.moment(row.at, "en", case.zones[0]) for row in AccessEvent.objects.filter(kind="family")]
    for page in (main_of(patient, list_of(case)), main_of(patient, page_of(link))):
        assert "Opened 2 times" in page
        assert all(f"<li><bdi>{moment}</bdi></li>" in page for moment in moments)
    assert "Nobody has opened it yet." in main_of(patient, page_of(other))


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_another_site_cannot_press_the_button(headers: dict[str, str]) -> None:
    link = make(submit())
    client, before = Client(), tables()
    response = client.post(path_of(link), **headers)  # type: ignore[arg-type]  # WSGI variables
    assert (response.status_code, dict(response.cookies), changed(before)) == (403, {}, set())
    assert "Show the journey" in response.content.decode()


def test_it_stays_open_for_twelve_hours() -> None:
    link = make(submit())
    now = time.time()
    browser = opened(link)
    for later, is_open in ((11.99 * 3600, True), (12.01 * 3600, False)):
        with mock.patch("time.time", return_value=now + later):
            assert ('id="now"' in main_of(browser, path_of(link))) is is_open


def test_it_opens_nothing_else_of_the_case() -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    record_pdf(estimate=case.estimates.get(), pdf=b"%PDF-1.7")
    browser = opened(make(case, shows_medical=True))
    rest = ("", "messages/", "people/", "privacy/", "family/", "estimates/0/", "estimates/0.pdf", "tasks/complaint/")
    for page in rest:
        assert browser.get(f"/en/case/{case.reference}/{page}").status_code == 404, page
    assert case.reference not in browser.get("/en/case/").content.decode()


@pytest.mark.parametrize("how", ["revoked", "expired", "signature", "id", "gone", "case link"])
def test_every_dead_link_says_to_ask_the_person_who_gave_it(how: str) -> None:
    case = submit()
    link = make(case)
    token = path_of(link).split("/")[4]
    key, signature = token.split(".")
    tokens = {
        "signature": f"{key}.{signature[:-1]}{'a' if signature[-1] != 'a' else 'b'}",
        "id": f"{'0' * 32}.{signature}",
        "case link": links.address(links.show(case=case, by=make_staff(Role.COORDINATOR))).split("/")[-2],
    }
    match how:
        case "revoked":
            family.revoke(link=link, by=ActorKind.PATIENT)
        case "expired":
            FamilyLink.objects.update(expires_at=timezone.now())
        case "gone":
            FamilyLink.objects.all().delete()
    for rest in ("", "estimates/0/"):
        path = f"/en/case/family/{tokens.get(how, token)}/{rest}"
        main = main_of(Client(), path, status=410)
        assert "Ask the person who gave it to you for a new one." in main
        assert main == main_of(Client(), f"/en/case/family/{'0' * 32}.{'a' * 43}/", status=410)
        response = Client().post(f"/en/case/family/{tokens.get(how, token)}/")
        assert (response.status_code, dict(response.cookies)) == (410, {})


def test_a_link_that_was_given_before_still_opens() -> None:
    """The token is written out: its shape and its salt are in the hands of families."""
    link = make(submit())
    token = signing.Signer(sep=".", salt="requests.family-link").sign(link.pk.hex)
    assert f"/en/case/family/{token}/" == path_of(link)


def test_nobody_keeps_a_page_or_passes_its_address_on() -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    link = make(case, shows_medical=True)
    browser = opened(link)
    for client, path in (
        (Client(), path_of(link)),
        (browser, path_of(link)),
        (browser, f"{path_of(link)}estimates/0/"),
        (Client(), f"/en/case/family/{'0' * 32}.{'a' * 43}/"),
    ):
        response = client.get(path)
        assert "no-store" in response["Cache-Control"]
        assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("strict-origin", "noindex")


# ── What it shows ────────────────────────────────────────────────────────────────────────────

SECRETS = {
    "name": NAME,
    "patient": "Canary Ibrahim Patient",
    "email": EMAIL,
    "phone": PHONE,
    "phone as typed": "050 123 4567",
    "best time": "Canary o’clock",
    "own words": MESSAGE,
    "message in": "Canary words to the desk",
    "message out": "Canary words from the desk",
    "note": "Canary note",
    "task": "Canary details of a task",
    "promise": "Canary details of a promise",
    "complaint": "Canary complaint",
    "draft": "Canary draft",
    "hold": "Canary reason of a hold",
    "own link": AUNT,
    "other link": "Canary Brother Zephyr",
    "relative": RELATIVE,
    "coordinator": "Canary Coordinator",
}


def full_case(language: str = "en") -> tuple[Case, list[str]]:
    """Return a case with everything that may not be shown, and the words that only medical details show."""
    condition, clinic = Condition.objects.get(slug="liver-metastases"), Clinic.objects.get(slug="emc")
    package = SupportPackage.objects.all()[1]
    case = submit(
        language=language,
        for_whom="someone_else",
        best_time=SECRETS["best time"],
        condition=condition,
        procedures=tuple(Procedure.objects.filter(code="surgery")),
        clinic=clinic,
        package=package,
    )
    by = make_staff(Role.COORDINATOR, name=SECRETS["coordinator"])
    facts.correct(
        case=case,
        fact=facts.Fact.PATIENT,
        values={"for_whom": "someone_else", "patient_name": SECRETS["patient"]},
        shown=facts.as_text(case, facts.Fact.PATIENT),
        by=by,
    )
    desk.assign(case=case, to=by, by=by)
    messages.write_to_desk(case=case, body=SECRETS["message in"], form_token=uuid4().hex)
    messages.write_to_patient(case=case, body=SECRETS["message out"], by=by, form_token=uuid4().hex)
    messages.keep_draft(case=case, body=SECRETS["draft"])
    desk.add_note(case=case, body=SECRETS["note"], by=by)
    for code, words in (("papers", "task"), ("promise", "promise")):
        kind = TaskKind.objects.get(code=code)
        due_at = tasks.usual(code)
        tasks.ask(case=case, kind=kind, details=SECRETS[words], due_at=due_at, by=by, form_token=uuid4().hex)
    wishes.wish(case=case, code="complaint", body=SECRETS["complaint"], form_token=uuid4().hex, language=language)
    make(case, SECRETS["other link"])
    case.refresh_from_db()
    medical = []
    for code in LANGUAGES:
        with override(code):
            line = case.estimates.get().lines.get()
            medical += [str(condition), str(clinic), str(clinic.city), str(package), line.name]
            medical.append(money.in_words(line.amount, code))
    return case, [word for word in medical if word]


@pytest.mark.parametrize("shows_medical", [False, True])
def test_no_secret_of_a_case_is_in_any_page_of_a_family_link(*, shows_medical: bool) -> None:
    case, medical = full_case()
    link = make(case, AUNT, shows_medical=shows_medical)
    family.mail(link=link, email=RELATIVE)
    browser = opened(link)
    for language in LANGUAGES:
        path = path_of(link, language)
        answers = {
            "button": Client().get(path),
            "press": Client().post(path),
            "elsewhere": Client().post(path, HTTP_SEC_FETCH_SITE="cross-site"),
            "view": browser.get(path),
            "estimate": browser.get(f"{path}estimates/0/"),
            "estimate before the press": Client().get(f"{path}estimates/0/"),
        }
        assert answers["estimate"].status_code == (200 if shows_medical else 404)
        for name, response in answers.items():
            text = response.content.decode() + str(response.headers)
            assert [what for what, word in SECRETS.items() if word in text] == [], (name, language)
            if not shows_medical:
                main = text.partition("<main")[2].partition("</main>")[0]
                assert [word for word in medical if word in main] == [], (name, language)


def test_without_medical_details_it_shows_the_road_the_turn_and_tasks_by_name() -> None:
    case, _medical = full_case()
    link = make(case)
    main = main_of(opened(link), path_of(link))
    due_at = case.tasks.of_patient().get(kind__code="papers").due_at
    assert due_at is not None
    day = formats.day(due_at.astimezone(ZoneInfo(case.zones[0])).date(), "en")
    for words in (
        "The person who shared this page with you",
        f"<dt>By</dt><dd><bdi>{day}</bdi></dd>",
        '<li class="step step--current" aria-current="step">First request',
        "Home again",
        "Send us your papers",
        "The person who shared this page with you does this.",
        "We see to this for you",
        "We at MARUS do this.",
    ):
        assert words in main
    # What she holds against us is not for others, and no link leads from here to her pages.
    assert ("complaint" in main, "/tasks/" in main, case.reference in main) == (False, False, False)
    assert ("Illness" in main, "Estimates" in main) == (False, False)


def test_with_medical_details_it_shows_illness_travel_and_estimates() -> None:
    case, _medical = full_case()
    link = make(case, shows_medical=True)
    browser = opened(link)
    main = main_of(browser, path_of(link))
    assert (case.condition, case.clinic, case.package) != (None, None, None)
    for words in (
        '<a href="/en/conditions/liver-metastases/">Liver metastases</a>',
        '<a href="/en/clinics/emc/">',
        f"<bdi>{case.clinic.city}</bdi>",  # type: ignore[union-attr]
        str(case.package),
        f'<a href="{path_of(link)}estimates/0/">Preliminary estimate</a>',
    ):
        assert words in main
    estimate = main_of(browser, f"{path_of(link)}estimates/0/")
    assert case.estimates.get().lines.get().name in estimate
    assert f'<a href="{path_of(link)}">Back to the journey</a>' in estimate
    (read,) = AccessEvent.objects.filter(kind="estimate")
    assert (read.actor_kind, read.object_id) == ("family", case.estimates.get().pk)
    assert browser.get(f"{path_of(link)}estimates/1/").status_code == 404
    assert Client().get(f"{path_of(link)}estimates/0/")["Location"] == path_of(link)
    case.estimates.update(superseded_at=timezone.now())
    assert browser.get(f"{path_of(link)}estimates/0/").status_code == 404
    assert "There is none yet." in main_of(browser, path_of(link))


def test_it_says_until_when_we_answer_and_until_when_a_case_waits() -> None:
    case = submit()
    link = make(case)
    browser = opened(link)
    main = main_of(browser, path_of(link))
    assert case.answer_by is not None
    assert (
        "We at MARUS" in main,
        f"<bdi>{formats.day(case.answer_by.astimezone(ZoneInfo(case.zones[0])).date(), 'en')}</bdi>" in main,
    ) == (True, True)
    by = make_staff(Role.COORDINATOR)
    messages.write_to_patient(case=case, body="x", by=by, form_token=uuid4().hex)
    Case.objects.update(status=Status.TRAVEL)
    until = timezone.now().date() + timedelta(days=30)
    holds.put_on_hold(case=case, until=until, reason=SECRETS["hold"], by=by)
    main = main_of(browser, path_of(link))
    assert f"The case waits until <bdi>{formats.day(until, 'en')}</bdi>, as agreed." in main
    assert ("<dt>By</dt>" in main, SECRETS["hold"] in main) == (False, False)


def test_a_closed_case_is_shown_until_the_link_ends() -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    link = make(case, shows_medical=True)
    browser = opened(link)
    desk.move(case=case, to=Status.DECLINED_BY_PATIENT, by=make_staff(Role.COORDINATOR))
    main = main_of(browser, path_of(link))
    assert "This case is closed. Nothing more is planned in it." in main
    assert ("Liver metastases" in main, "Declined" in main) == (True, False)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("quarantined", "There is nothing to show now."),
        ("duplicate", "There is nothing to show now."),
        ("spam", "There is nothing to show now."),
        ("died", "We are very sorry. This case is closed."),
    ],
)
def test_a_case_without_a_journey_shows_one_sentence(how: str, sentence: str) -> None:
    case = submit(condition=Condition.objects.get(slug="liver-metastases"))
    link = make(case, shows_medical=True)
    browser = opened(link)
    end(case, how)
    main = main_of(browser, path_of(link))
    assert re.findall(r"<p[^>]*>([^<]*)</p>", main) == [sentence]
    assert ("<section" in main, case.reference in main, "Liver" in main) == (False, False, False)
    assert browser.get(f"{path_of(link)}estimates/0/").status_code == 404


# ── The mail ─────────────────────────────────────────────────────────────────────────────────


def mailed(link: FamilyLink, email: str = RELATIVE) -> Any:
    return patient_of(link.case).post(page_of(link), {"email": email}, follow=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_is_mailed_once_in_the_language_of_the_patient(language: str) -> None:
    case, medical = full_case(language)
    link = make(case, shows_medical=True)
    deliver_all()
    assert "The e-mail is on its way." in mailed(link).content.decode()
    for text in [*rows_of("core_outboxitem"), *rows_of("requests_familylink"), *rows_of("requests_event")]:
        assert [word for word in (RELATIVE, AUNT) if word in text or word.encode().hex() in text] == []
    page = mailed(link, "somebody.else@example.org").content.decode()
    assert (RELATIVE in page, "somebody.else@example.org" in page) == (True, False)
    sent = to(RELATIVE, deliver_all())
    (message,) = sent
    text = mail_text(message)
    link.refresh_from_db()
    with override(language):
        assert message.subject == gettext("Somebody shares their journey with you")
        assert formats.day(link.ends_on, language) in text
    assert text.count(family.address(link, language)) == 2
    forbidden = [word for what, word in SECRETS.items() if what != "relative"]
    assert [word for word in (*forbidden, *medical, case.reference) if word in text] == []
    assert not [one for one in mail.outbox if one.to == ["somebody.else@example.org"]]


def test_the_address_in_the_mail_opens_the_journey() -> None:
    link = make(submit())
    family.mail(link=link, email=RELATIVE)
    (message,) = to(RELATIVE, deliver_all())
    found = re.search(rf"{SITE}(/en/case/family/\S+/)", str(message.body))
    assert found
    assert Client().post(found[1]).status_code == 302


def test_five_links_of_a_case_are_mailed_in_a_day() -> None:
    case = submit()
    for number in range(5):
        family.mail(link=make(case, f"Person {number}"), email=f"person{number}@example.org")
    page = mailed(make(case)).content.decode()
    assert "We mail at most 5 links in a day." in page
    assert OutboxItem.objects.filter(kind=effects.FAMILY).count() == 5
    other = submit(email="other@example.org")
    family.mail(link=make(other), email=RELATIVE)
    tomorrow = timezone.now() + timedelta(hours=24, minutes=1)
    with mock.patch("django.utils.timezone.now", return_value=tomorrow):
        family.mail(link=next(link for link in FamilyLink.objects.filter(case=case) if not link.email), email=RELATIVE)
    assert OutboxItem.objects.filter(kind=effects.FAMILY).count() == 7


@pytest.mark.parametrize("typed", ["", "nobody"])
def test_an_address_that_is_none_is_said_and_stays(typed: str) -> None:
    link = make(submit())
    response = mailed(link, typed)
    page = FormPage(response.content.decode())
    sentence = "Enter an e-mail address like name@example.com." if typed else "Enter their e-mail address."
    assert (response.status_code, page.errors, page.value("email")) == (422, {"email": sentence}, typed)
    assert not OutboxItem.objects.filter(kind=effects.FAMILY).exists()


@pytest.mark.parametrize("how", ["revoked", "died", "spam"])
def test_a_mail_that_has_not_left_does_not_leave_after(how: str) -> None:
    case = submit()
    link = make(case)
    deliver_all()
    family.mail(link=link, email=RELATIVE)
    item = OutboxItem.objects.get(kind=effects.FAMILY)
    if how == "revoked":
        family.revoke(link=link, by=ActorKind.PATIENT)
    else:
        end(case, how)
    assert outbox.deliver(item.pk) is False
    item.refresh_from_db()
    assert item.state == ("held" if how == "spam" else "cancelled")
    assert to(RELATIVE, mail.outbox) == []  # type: ignore[arg-type]


def test_an_address_that_refuses_the_mail_is_forgotten_and_another_can_be_typed() -> None:
    case = submit()
    link = make(case)
    family.mail(link=link, email=RELATIVE)
    item = OutboxItem.objects.get(kind=effects.FAMILY)
    with mock.patch("django.core.mail.EmailMultiAlternatives.send", side_effect=outbox.Refused("SMTP 550")):
        assert outbox.deliver(item.pk) is False
    page = main_of(patient_of(case), page_of(link))
    assert ("does not take our mail" in page, RELATIVE in page) == (True, False)
    # It says nothing about the address of the patient.
    assert Case.objects.get(pk=case.pk).email_refused_at is None
    mailed(link, "right@example.org")
    assert len(to("right@example.org", deliver_all())) == 1


# ── The end of links ─────────────────────────────────────────────────────────────────────────


def test_ending_every_way_into_a_case_ends_those_of_the_family() -> None:
    case, other = submit(), submit(email="other@example.org")
    link, kept = make(case), make(other)
    browser = opened(link)
    patient_of(case).post(f"/en/case/{case.reference}/privacy/")
    assert browser.get(path_of(link)).status_code == 410
    assert Client().get(path_of(kept)).status_code == 200
    assert Event.objects.get(kind=EventKind.FAMILY_LINK_REVOKED).object_id == link.pk


def test_a_corrected_address_of_the_patient_leaves_them_alone() -> None:
    case = submit()
    link = make(case)
    browser = opened(link)
    fact = facts.Fact.EMAIL
    shown = facts.as_text(case, fact)
    facts.correct(
        case=case, fact=fact, values={"email": "new@example.org"}, shown=shown, by=make_staff(Role.COORDINATOR)
    )
    assert browser.get(path_of(link)).status_code == 200


def test_the_desk_sees_the_links_by_name_and_revokes_one() -> None:
    case = submit()
    link, other = make(case, shows_medical=True), make(case, "Brother")
    opened(link)
    coordinator = staff_client(make_staff(Role.COORDINATOR))
    address = f"/admin/requests/case/{case.pk}"
    page = coordinator.get(f"{address}/change/").content.decode()
    assert "Links for the family: 2" in page
    assert (AUNT in page, "with medical details" in page, "Family link opened" in page) == (True, True, True)
    assert path_of(link).split("/")[4] not in page
    for client, status in ((staff_client(make_staff(Role.EDITOR)), 403), (coordinator, 302)):
        assert client.post(f"{address}/family/{link.pk}/revoke/").status_code == status
    for row, is_live in ((link, False), (other, True)):
        row.refresh_from_db()
        assert row.is_live is is_live
    event = Event.objects.get(kind=EventKind.FAMILY_LINK_REVOKED)
    assert (event.object_id, event.actor_kind) == (link.pk, ActorKind.STAFF)
    theirs = submit(email="other@example.org")
    assert coordinator.post(f"/admin/requests/case/{theirs.pk}/family/{other.pk}/revoke/").status_code == 404


def test_names_and_addresses_of_old_links_are_deleted() -> None:
    case = submit()
    expired, revoked, ended, live = (make(case, name) for name in ("a", "b", "c", "d"))
    old = timezone.now() - timedelta(days=91)
    FamilyLink.objects.filter(pk=expired.pk).update(expires_at=old)
    FamilyLink.objects.filter(pk=revoked.pk).update(revoked_at=old)
    FamilyLink.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(days=89))
    assert family.prune() == 2
    assert set(FamilyLink.objects.values_list("pk", flat=True)) == {ended.pk, live.pk}


def test_the_case_page_leads_to_the_links() -> None:
    case = submit()
    page = main_of(patient_of(case), f"/en/case/{case.reference}/")
    assert f'<a href="{list_of(case)}">Links for your family</a>' in page
