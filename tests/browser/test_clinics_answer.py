"""Three clinics and a patient in real browsers: from the approved brief to the chosen offer, and links that end.

One clinic answers, one asks first, one declines; the patient takes a consent back in the middle.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from clinics.models import ClinicContact
from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import NextTurn, Status
from requests.models import Case, Offer, Referral
from requests.selectors import briefs, offers, referrals
from requests.selectors.next_date import Following
from requests.services import clinic_answers, clinic_consents, referral_access
from requests.services import referrals as referral_services
from tests.browser.hands import click, fits, open_case_of, sit_down_at_the_desk
from tests.factories import make_brief, make_clinic, make_condition, make_contact, make_offer, make_staff, submit
from tests.factories.requests import MESSAGE, NAME
from tests.requests.delivery import deliver_all, to

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
OVER = "This link to a summary opens nothing any more"
CLINICS = {"first": "First Clinic", "second": "Second Clinic", "third": "Third Clinic"}
# What stands in the brief and must stand in no mail.
MEDICAL = "Canary growth"


@dataclass
class Asked:
    """A case whose brief three clinics have, the coordinator who sent it, and the contacts that it went to."""

    case: Case
    coordinator: User
    contacts: dict[str, ClinicContact]
    url: str

    def referral(self, slug: str) -> Referral:
        related = ("case__merged_into", "clinic", "contact", "consent")
        return Referral.objects.select_related(*related).get(case=self.case, clinic__slug=slug)


def ready_case() -> tuple[Case, User, dict[str, ClinicContact]]:
    """Return a case with an approved brief that may go to three clinics, its owner, and somebody at each clinic."""
    condition = make_condition("growths")
    coordinator = make_staff(Role.COORDINATOR, name="Olga")
    case = submit(condition=condition)
    columns = {"status": Status.DOCUMENTS_COMPLETE, "owner": coordinator, "waiting_since": None, "answer_by": None}
    Case.objects.filter(pk=case.pk).update(**columns)
    case.refresh_from_db()
    make_brief(case)
    contacts = {}
    for slug, name in CLINICS.items():
        clinic = make_clinic(slug, name_en=name, name_ru=name)
        contacts[slug] = make_contact(slug, clinic=clinic, language="en")
        clinic_consents.propose(case=case, clinic=clinic, by=coordinator)
        clinic_consents.allow(case=case, clinic=clinic, language="en")
    return case, coordinator, contacts


@pytest.fixture
def asked(live_server: "LiveServer") -> Asked:
    case, coordinator, contacts = ready_case()
    line = referral_services.Line("Resection", "Резекция", "operation", "операция")
    referral_services.ask_for(case=case, lines=[line], by=coordinator)
    then = Following(NextTurn.CLINICS, timezone.now() + timedelta(days=5))
    words = "We would be glad of an answer by Friday."
    referral_services.send(case=case, contacts=contacts.values(), documents=[], words=words, by=coordinator, then=then)
    return Asked(Case.objects.get(pk=case.pk), coordinator, contacts, live_server.url)


def link_in(mail: object) -> str:
    """Return the path of the link in a mail to a clinic."""
    link = re.search(r"https?://\S+?(/en/referral/\S+?/)\s", str(mail) + " ")
    assert link is not None, mail
    return link[1]


def open_referral(page: "Page", link: str, email: str) -> None:
    """Open the link of a clinic with the code that is mailed to its contact."""
    page.goto(link)
    text = page.inner_text("main")
    assert MEDICAL not in text, "nothing medical before the code"
    click(page, "button[name=send_code]")
    [mail] = to(email, deliver_all())
    [code] = re.findall(r"\b\d{6}\b", str(mail.body))
    page.fill("#code-form [name=code]", code)
    click(page, "#code-form button[type=submit]")
    assert MEDICAL in page.inner_text("main")
    assert fits(page)


def offer_a_price(page: "Page", link: str, amount: str, treatment: str) -> None:
    """Fill in the form of an offer, check it, and send it."""
    page.goto(link)
    page.get_by_role("link", name="Answer with an offer").click()
    page.locator("[name^=line-][name$=-amount_from]").fill(amount)
    page.locator("[name^=line-][name$=-currency]").select_option("USD")
    page.fill("[name=treatment]", treatment)
    page.fill("[name=stay_from]", "7")
    page.get_by_role("button", name="Check the offer").click()
    page.get_by_role("heading", name="Check your offer").wait_for()
    assert treatment in page.inner_text("main")
    assert fits(page)
    page.get_by_role("button", name="Send the offer").click()
    page.get_by_role("heading", name="We have your offer").wait_for()


def is_closed(page: "Page", path: str) -> bool:
    """Whether a page says that the link has ended, and nothing else."""
    response = page.goto(path)
    assert response is not None
    return (response.status, page.inner_text("main h1"), MEDICAL in page.content()) == (410, OVER, False)


def ask(page: "Page", link: str, question: str) -> None:
    page.goto(link)
    page.fill("#question-form textarea", question)
    click(page, "#question-form button")
    assert question in page.inner_text("#questions + ol, section:has(#questions)")


@pytest.mark.parametrize("has_script", [True, False])
def test_from_the_approved_brief_to_the_chosen_offer(
    open_page: "Callable[..., Page]", asked: Asked, has_script: bool
) -> None:
    def browser(viewport: dict[str, int]) -> "Page":
        return open_page(base_url=asked.url, viewport=viewport, java_script_enabled=has_script)

    mails = deliver_all()
    links = {slug: link_in(to(contact.email, mails)[0].body) for slug, contact in asked.contacts.items()}
    for mail in mails:
        assert [word for word in (MEDICAL, NAME, MESSAGE) if word in str(mail.message())] == []
    pages = {slug: browser(DESK) for slug in CLINICS}
    for slug, page in pages.items():
        open_referral(page, links[slug], asked.contacts[slug].email)

    # One answers at once, one asks first, one declines.
    offer_a_price(pages["first"], links["first"], "9 000", "Canary open surgery")
    ask(pages["second"], links["second"], "Is there a CT of this month?")
    assert asked.case.tasks.open().filter(kind__code="answer-clinic").count() == 1
    decline(pages["third"], links["third"])

    answer = "Yes, of 3 November."
    words = {"body": answer, "known": 1, "form_token": "a" * 20, "by": asked.coordinator}
    referral_services.write(referral=asked.referral("second"), **words)  # type: ignore[arg-type]  # words and who
    assert not asked.case.tasks.open().filter(kind__code="answer-clinic").exists()
    [mail] = [mail for mail in to(asked.contacts["second"].email, deliver_all()) if "/referral/" in str(mail.body)]
    assert answer not in str(mail.message())
    pages["second"].goto(link_in(mail.body))
    assert answer in pages["second"].inner_text("main")
    offer_a_price(pages["second"], links["second"], "7500.50", "Canary ablation")

    desk = browser(DESK)
    sit_down_at_the_desk(desk, asked.coordinator, asked.url)
    show_both_to_the_patient(desk, asked.case)
    deliver_all()

    # She reads both, takes back one consent, and that clinic's next click finds a closed door.
    her = browser(PHONE)
    open_case_of(her, asked.case)
    compare(her, asked.case)
    take_consent_back(her, asked.case, "second")
    assert is_closed(pages["second"], links["second"])
    assert is_closed(pages["second"], f"{links['second']}offer/")
    pages["first"].goto(links["first"])
    assert MEDICAL in pages["first"].inner_text("main"), "the others go on"

    choose(her, asked.case, "Second Clinic")
    assert her.get_by_role("button", name="Yes, I choose this clinic").count() == 0
    choose(her, asked.case, "First Clinic")
    her.get_by_role("button", name="Yes, I choose this clinic").click()
    her.get_by_text("We write the estimate now, and tell you.").wait_for()
    case = Case.objects.get(pk=asked.case.pk)
    chosen = offers.chosen(case)
    assert chosen is not None
    assert (chosen.clinic.slug, case.clinic) == ("first", chosen.clinic)
    assert case.tasks.open().filter(kind__code="build-estimate").count() == 1


def decline(page: "Page", link: str) -> None:
    page.goto(link)
    page.get_by_role("link", name="Decline").click()
    page.check("input[name=reason][value=no_place]")
    page.fill("[name=words]", "From March on.")
    click(page, "#decline-form button[type=submit]")
    page.get_by_role("heading", name="We have your answer").wait_for()


def show_both_to_the_patient(desk: "Page", case: Case) -> None:
    """Read the offers side by side at the desk, and show each with a note."""
    desk.goto(f"/admin/requests/case/{case.pk}/offers/")
    text = desk.inner_text("table.offers-table")
    assert ("First Clinic" in text, "Second Clinic" in text, "Third Clinic" in text) == (True, True, False)
    for name in ("First Clinic", "Second Clinic"):
        card = desk.locator("section", has=desk.get_by_role("heading", name=name))
        card.locator("textarea").last.fill(f"We know {name} well.")
        card.get_by_role("button", name="Save the note and show it to the patient").click()
        desk.wait_for_load_state()
    assert Offer.objects.filter(case=case, superseded_at=None, shown_at=None).count() == 0


def compare(her: "Page", case: Case) -> None:
    her.goto(f"/en/case/{case.reference}/offers/")
    text = her.inner_text("main")
    assert fits(her)
    for words in ("Canary open surgery", "Canary ablation", "We know First Clinic well.", "What a clinic pays us"):
        assert words in text
    assert "Third Clinic" not in text


def take_consent_back(her: "Page", case: Case, slug: str) -> None:
    her.goto(f"/en/case/{case.reference}/brief/")
    click(her, f"form[action$='/{slug}/'] button[name=withdraw]")
    left = {contact.clinic_id for contact in ClinicContact.objects.exclude(clinic__slug=slug)}
    assert briefs.agreed(case).keys() == left


def choose(her: "Page", case: Case, name: str) -> None:
    """Open the page on which a clinic is chosen."""
    her.goto(f"/en/case/{case.reference}/offers/")
    card = her.locator("li.card", has=her.get_by_role("heading", name=name))
    card.get_by_role("link", name="Choose this clinic").click()
    her.wait_for_load_state()
    assert name in her.inner_text("main")


# ── Links that end ───────────────────────────────────────────────────────────────────────────


def test_a_link_that_expired_or_was_revoked_opens_nothing(open_page: "Callable[..., Page]", asked: Asked) -> None:
    mails = deliver_all()
    pages, links = {}, {}
    for slug in ("first", "second"):
        contact = asked.contacts[slug]
        links[slug] = link_in(to(contact.email, mails)[0].body)
        pages[slug] = open_page(base_url=asked.url, viewport=PHONE)
        open_referral(pages[slug], links[slug], contact.email)
    Referral.objects.filter(clinic__slug="first").update(expires_at=timezone.now() - timedelta(minutes=1))
    referral_services.revoke(referral=asked.referral("second"), by=asked.coordinator)
    stranger = open_page(base_url=asked.url, viewport=PHONE)
    for slug, page in pages.items():
        for path in ("", "offer/", "decline/", "answered/"):
            assert is_closed(page, links[slug] + path)
        assert is_closed(stranger, links[slug])
        assert fits(page)
    # The same link works again when the desk renews it; a revoked one never does.
    referral_services.renew(referral=asked.referral("first"), by=asked.coordinator)
    pages["first"].goto(links["first"])
    assert MEDICAL in pages["first"].inner_text("main")
    with pytest.raises(referral_services.ReferralRefused):
        referral_services.renew(referral=asked.referral("second"), by=asked.coordinator)
    assert is_closed(pages["second"], links["second"])


def test_what_is_typed_when_a_link_ends_is_given_back(open_page: "Callable[..., Page]", asked: Asked) -> None:
    link = link_in(to(asked.contacts["first"].email, deliver_all())[0].body)
    page = open_page(base_url=asked.url, viewport=DESK)
    open_referral(page, link, asked.contacts["first"].email)
    page.fill("#question-form textarea", "Is there a CT of this month?")
    referral_services.revoke(referral=asked.referral("first"), by=asked.coordinator)
    click(page, "#question-form button")
    assert page.inner_text("main h1") == OVER
    assert "Is there a CT of this month?" in page.inner_text("main")
    assert not referrals.thread(asked.referral("first")).exists()


def test_a_forged_link_is_no_page(open_page: "Callable[..., Page]", asked: Asked) -> None:
    token = referral_access.token_of(asked.referral("first"))
    page = open_page(base_url=asked.url)
    response = page.goto(f"/en/referral/{token[:-1]}{'A' if token[-1] != 'A' else 'B'}/")
    assert response is not None
    assert (response.status, urlsplit(page.url).path.startswith("/en/referral/")) == (404, True)


# ── Two coordinators at once ─────────────────────────────────────────────────────────────────


def two_at_the_desk(open_page: "Callable[..., Page]", url: str, *users: User) -> "list[Page]":
    pages = []
    for user in users:
        page = open_page(base_url=url, viewport=DESK)
        sit_down_at_the_desk(page, user, url)
        pages.append(page)
    return pages


def test_two_who_send_the_brief_at_once_send_it_once(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    case, olga, contacts = ready_case()
    pages = two_at_the_desk(open_page, live_server.url, olga, make_staff(Role.COORDINATOR, name="Boris"))
    for page in pages:
        page.goto(f"/admin/requests/case/{case.pk}/referrals/new/")
        for contact in contacts.values():
            page.check(f"input[type=radio][value='{contact.pk}']")
        page.get_by_label("Without lines").check()
        page.locator("#refer").get_by_role("button", name="Read it as the clinics do").click()
        page.get_by_role("heading", name="This is what the clinics read").wait_for()
        assert fits(page)
    for page in pages:
        page.get_by_role("button", name="Send it").first.click()
        page.wait_for_load_state()
    assert "The brief is sent to 3 clinics." in pages[0].inner_text("body")
    assert "First Clinic has the brief already: Olga sent it" in pages[1].inner_text("body")
    mails = deliver_all()
    assert [len(to(contact.email, mails)) for contact in contacts.values()] == [1, 1, 1]
    assert Referral.objects.filter(case=case).count() == 3
    case.refresh_from_db()
    assert (case.status, case.owner) == (Status.WITH_CLINICS, olga)


def test_two_who_answer_a_clinic_at_once_lose_no_word(open_page: "Callable[..., Page]", asked: Asked) -> None:
    referral = asked.referral("first")
    clinic_answers.ask(referral=referral, body="Is there a CT?", form_token="q" * 20)
    boris = make_staff(Role.COORDINATOR, name="Boris")
    pages = two_at_the_desk(open_page, asked.url, asked.coordinator, boris)
    for page in pages:
        page.goto(f"/admin/requests/case/{asked.case.pk}/referrals/{referral.pk}/")
        assert "Is there a CT?" in page.inner_text("#thread-title + ol, .desk-thread")
        page.fill("#write textarea", f"Words {pages.index(page)}")
    for page in pages:
        page.get_by_role("button", name="Send it to the clinic").click()
        page.wait_for_load_state()
    shown = pages[1].inner_text("body") + pages[1].locator("#write textarea").input_value()
    assert ("Words 0" in shown, "Words 1" in shown) == (True, True)
    assert not asked.case.tasks.open().filter(kind__code="answer-clinic").exists()


def test_two_notes_under_an_offer_at_once_are_both_read(open_page: "Callable[..., Page]", asked: Asked) -> None:
    offer = make_offer(asked.referral("first"))
    boris = make_staff(Role.COORDINATOR, name="Boris")
    pages = two_at_the_desk(open_page, asked.url, asked.coordinator, boris)
    for page in pages:
        page.goto(f"/admin/requests/case/{asked.case.pk}/offers/")
        page.fill(f"[name=note-{offer.pk}-note]", f"Note {pages.index(page)}")
    for page in pages:
        page.get_by_role("button", name="Save the note", exact=False).last.click()
        page.wait_for_load_state()
    offer.refresh_from_db()
    assert offer.note == "Note 0"
    assert "A colleague changed the note" in pages[1].inner_text("body")
    assert pages[1].locator(f"[name=note-{offer.pk}-note]").input_value() == "Note 1"
