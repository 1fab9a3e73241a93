"""Pages of offers: at the desk side by side, entered and shown; on the patient's page compared and chosen."""

import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import ActorKind
from requests.models import AccessEvent, AskedLine, Brief, Case, Event, Message, Offer
from requests.offer_content import OfferLine
from requests.selectors import offers
from requests.services import clinic_consents
from requests.services import offers as offer_services
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_brief, make_clinic, make_contact, make_offer, make_referral, make_staff
from tests.requests.reading import FormPage
from tests.requests.states import case_in

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    """Return a page as it reads, without the marks that isolate names."""
    marks = r"</?bdi[^>]*>|[\u2066-\u2069]"
    return re.sub(marks, "", html.unescape(response.content.decode()))


@pytest.fixture
def case() -> Case:
    return case_in("with_clinics")


@pytest.fixture
def desk_client(coordinator: User) -> Client:
    return staff_client(coordinator)


def offer_of(case: Case, slug: str, by: User, *, is_shown: bool = True, **content: Any) -> Offer:
    clinic = make_clinic(slug, name_en=slug.title(), name_ru=slug.title(), is_published=True)
    offer = make_offer(make_referral(case, by=by, contact=make_contact(clinic=clinic, slug=slug)), **content)
    if is_shown:
        offer_services.show(offer=offer, by=by)
        offer.refresh_from_db()
    return offer


def page(case: Case, rest: str = "") -> str:
    return f"/en/case/{case.reference}/offers/{rest}"


def at_desk(case: Case, name: str, *rest: Any) -> str:
    return reverse(f"admin:requests_case_{name}", args=[case.pk, *rest])


# ── The patient ──────────────────────────────────────────────────────────────────────────────


def test_she_reads_what_is_shown_with_gaps_notes_and_no_rank(case: Case, coordinator: User) -> None:
    first = offer_of(case, "alpha", coordinator)
    second = offer_of(case, "beta", coordinator, doctor="", stay_from=3, stay_to=5)
    offer_of(case, "gamma", coordinator, is_shown=False, treatment="Canary hidden")
    offer_services.write_note(
        offer=first, note="Canary note: blood is extra.", seen=offer_services.note_stamp(first), by=coordinator
    )
    her = patient_of(case)
    answered = her.get(page(case))
    shown = text(answered)
    assert answered.status_code == 200
    assert shown.index("Alpha") < shown.index("Beta")
    assert "not stated" in shown
    assert "does not state what another clinic does" in shown
    assert "Canary note: blood is extra." in shown
    assert "Olga, MARUS, writes to you:" in shown
    assert "What a clinic pays us plays no role." in shown
    assert "/en/how-we-earn/" in answered.content.decode()
    assert "Gamma" not in shown
    assert "Canary hidden" not in shown
    # What a clinic wrote is marked as its language.
    assert '<span class="offer-words" lang="ru" dir="auto">Canary surgeon</span>' in answered.content.decode()
    reads = AccessEvent.objects.filter(reference=case.reference, kind="offer")
    assert [read.actor_kind for read in reads] == ["patient"]
    assert "2 clinics answered." in text(her.get(f"/en/case/{case.reference}/"))
    assert str(second.pk) in answered.content.decode()


def test_she_chooses_with_a_page_that_says_what_it_means(case: Case, coordinator: User) -> None:
    first, second = offer_of(case, "alpha", coordinator), offer_of(case, "beta", coordinator)
    her = patient_of(case)
    task = case.tasks.get(kind__code="choose-offer")
    assert her.get(f"/en/case/{case.reference}/tasks/{task.public_id}/").url == page(case)
    asked = her.get(page(case, f"{first.pk}/"))
    assert "You order and pay nothing yet." in text(asked)
    assert offers.chosen(case) is None
    for _click in range(2):
        assert her.post(page(case, f"{first.pk}/")).status_code == 302
    assert offers.chosen(case) == first
    assert "You chose Alpha" in text(her.get(page(case)))
    assert "takes the place of Alpha" in text(her.get(page(case, f"{second.pk}/")))
    her.post(page(case, f"{second.pk}/"))
    case.refresh_from_db()
    assert case.clinic == second.clinic
    assert Event.objects.filter(reference=case.reference, kind="offer_chosen").count() == 2


def test_a_choice_after_the_estimate_is_refused_with_a_sentence(case: Case, coordinator: User) -> None:
    offer = offer_of(case, "alpha", coordinator)
    her = patient_of(case)
    Case.objects.filter(pk=case.pk).update(status="estimate_sent")
    refused = her.post(page(case, f"{offer.pk}/"))
    assert (refused.status_code, offers.chosen(case)) == (409, None)
    assert "Nothing is chosen: your case has gone on" in text(refused)
    assert "Choose this clinic" not in text(refused)


def test_a_choice_of_what_changed_meanwhile_is_refused_with_a_sentence(case: Case, coordinator: User) -> None:
    offer = offer_of(case, "alpha", coordinator)
    offer_of(case, "beta", coordinator)
    her = patient_of(case)
    offer_services.hide(offer=offer, by=coordinator)
    refused = her.post(page(case, f"{offer.pk}/"))
    assert (refused.status_code, offers.chosen(case)) == (409, None)
    assert "This offer has changed since you opened the page." in text(refused)


def test_without_consent_for_the_clinic_she_agrees_first(case: Case, coordinator: User) -> None:
    offer = offer_of(case, "alpha", coordinator)
    clinic_consents.withdraw(case=case, clinic=offer.clinic)
    her = patient_of(case)
    asked = text(her.get(page(case, f"{offer.pk}/")))
    assert "Agree again first, then choose it." in asked
    assert "Yes, I choose this clinic" not in asked
    refused = her.post(page(case, f"{offer.pk}/"), follow=True)
    assert "Nothing is chosen: you have taken back" in text(refused)
    assert offers.chosen(case) is None


def test_a_question_names_the_offer(case: Case, coordinator: User) -> None:
    offer = offer_of(case, "alpha", coordinator)
    hidden = offer_of(case, "beta", coordinator, is_shown=False)
    her = patient_of(case)
    messages = f"/en/case/{case.reference}/messages/"
    assert "About the offer of Alpha:" in text(her.get(f"{messages}?offer={offer.pk}"))
    assert "None of the offers suits me." in text(her.get(f"{messages}?offer=none"))
    assert "Beta" not in text(her.get(f"{messages}?offer={hidden.pk}"))
    form = FormPage(text(her.get(f"{messages}?offer={offer.pk}"))).values
    her.post(messages, {"form_token": form["form_token"][0], "body": f"{form['body'][0].strip()} how many days?"})
    assert Message.objects.get(case=case).body == "About the offer of Alpha: how many days?"


def test_spam_and_a_death_show_no_offer(coordinator: User) -> None:
    spam, dead = case_in("with_clinics"), case_in("with_clinics")
    browsers = {}
    for each in (spam, dead):
        offer_of(each, f"clinic-{each.reference.lower()}", coordinator)
        browsers[each.pk] = patient_of(each)
    Case.objects.filter(pk=spam.pk).update(status="spam", closed_at=timezone.now())
    Case.objects.filter(pk=dead.pk).update(status="closed", outcome="died", closed_at=timezone.now())
    for each in (spam, dead):
        answered = browsers[each.pk].get(page(each))
        assert (answered.status_code, "Canary" in text(answered)) == (200, False)


def test_nobody_else_reads_or_chooses(case: Case, coordinator: User) -> None:
    offer = offer_of(case, "alpha", coordinator)
    other = case_in("with_clinics")
    stranger = patient_of(other)
    for response in (stranger.get(page(case)), stranger.post(page(case, f"{offer.pk}/"))):
        assert (response.status_code, "Canary" in text(response)) == (404, False)
    # Of one's own case, but not one's own offer.
    assert stranger.post(page(other, f"{offer.pk}/")).status_code == 404
    assert offers.chosen(case) is None


# ── The desk ─────────────────────────────────────────────────────────────────────────────────


def test_the_desk_compares_notes_and_shows(case: Case, coordinator: User, desk_client: Client) -> None:
    offer = offer_of(case, "alpha", coordinator, is_shown=False)
    shown = desk_client.get(at_desk(case, "offers"))
    assert "By the link of Contact Sample." in text(shown)
    assert f"?from=offer%3A{offer.pk}" in shown.content.decode()
    form = {f"note-{offer.pk}-seen": offer_services.note_stamp(offer), f"note-{offer.pk}-note": "Canary note"}
    assert desk_client.post(at_desk(case, "change_offer", offer.pk), form | {"show": "1"}).status_code == 302
    offer.refresh_from_db()
    assert (offer.note, offer.note_by, offer.shown_at is None) == ("Canary note", coordinator, False)
    assert "shown to the patient" in text(desk_client.get(at_desk(case, "offers")))
    # A colleague who had the page open is told, and what was typed stands there.
    colleague = staff_client(make_staff(Role.COORDINATOR))
    changed = colleague.post(at_desk(case, "change_offer", offer.pk), form | {f"note-{offer.pk}-note": "Mine"})
    assert changed.status_code == 409
    assert "A colleague changed the note under Alpha meanwhile: “Canary note”." in text(changed)
    again = FormPage(text(changed)).values
    assert again[f"note-{offer.pk}-note"] == ["Mine"]
    mine = {name: again[name][0] for name in form}
    assert colleague.post(at_desk(case, "change_offer", offer.pk), mine | {"hide": "1"}).status_code == 302
    offer.refresh_from_db()
    assert (offer.note, offer.shown_at) == ("Mine", None)
    assert AccessEvent.objects.filter(reference=case.reference, kind="offer", actor_kind="staff").count() >= 3


def test_a_choice_by_phone_is_noted_and_she_reads_who_noted_it(
    case: Case, coordinator: User, desk_client: Client
) -> None:
    first, second = offer_of(case, "first", coordinator), offer_of(case, "second", coordinator)
    where = at_desk(case, "note_choice", first.pk)
    assert where in text(desk_client.get(at_desk(case, "offers")))
    opened_page = FormPage(desk_client.get(where).content.decode())
    said = {name: opened_page.value(name) for name in ("seen", "said_on")} | {"stated_by": "patient", "way": "message"}
    # She chooses another while the coordinator types.
    offer_services.choose(case=case, offer=second, by=ActorKind.PATIENT)
    refused = desk_client.post(where, said)
    assert (refused.status_code, "Meanwhile Second was chosen" in text(refused)) == (422, True)
    again = FormPage(refused.content.decode())
    assert (again.value("way"), again.value("seen")) == ("message", str(second.pk))
    assert desk_client.post(where, said | {"seen": again.value("seen")}).status_code == 302
    assert offers.chosen(case) == first
    assert "The choice was noted by" in text(desk_client.get(at_desk(case, "offers")))
    client = patient_of(case)
    hers = text(client.get(page(case)))
    for words in ("We have noted that you chose First.", "in a message", str(coordinator), "This is not what I said"):
        assert words in hers
    begun = text(client.get(f"/en/case/{case.reference}/messages/?offer={first.pk}&wrong=1"))
    assert "I did not choose First. What I said is:" in begun


def test_an_offer_on_an_older_brief_says_so(case: Case, coordinator: User, desk_client: Client) -> None:
    offer_of(case, "first", coordinator)
    client = patient_of(case)
    assert "newer one" not in text(client.get(page(case)))
    Brief.objects.filter(case=case).update(state="superseded", superseded_at=timezone.now())
    make_brief(case, number=7)
    assert "you approved a newer one since" in text(client.get(page(case)))
    assert "Answered on the brief of" in text(desk_client.get(at_desk(case, "offers")))


def test_versions_of_a_clinic_stand_side_by_side(case: Case, coordinator: User, desk_client: Client) -> None:
    first = offer_of(case, "alpha", coordinator)
    assert first.referral is not None
    Offer.objects.filter(pk=first.pk).update(superseded_at=timezone.now())
    make_offer(first.referral, doctor="Canary another surgeon")
    shown = text(desk_client.get(at_desk(case, "offers") + "?clinic=alpha"))
    assert "All that Alpha answered" in shown
    assert shown.index("Canary surgeon") < shown.index("Canary another surgeon")


@pytest.fixture
def typed(case: Case, coordinator: User, desk_client: Client) -> dict[str, Any]:
    """Return what a coordinator types for a clinic that answered by phone."""
    clinic = make_referral(case, by=coordinator).clinic
    line = AskedLine.objects.create(case=case, name="Operation", name_ru="Операция", unit="", unit_ru="")
    opened = FormPage(text(desk_client.get(at_desk(case, "enter_offer")))).values
    return {name: values[0] for name, values in opened.items() if values} | {
        "clinic": clinic.pk,
        "said_by": "Canary Dr Phone",
        f"line-{line.pk}-amount_from": "12 000,50",
        f"line-{line.pk}-amount_to": "13,000",
        "added-0-name": "Histology",
        "added-0-amount_from": "150",
        "stay_from": "7",
    }


def test_an_offer_by_phone_is_entered_once(case: Case, desk_client: Client, typed: dict[str, Any]) -> None:
    for _click in range(2):
        assert desk_client.post(at_desk(case, "enter_offer"), typed).status_code == 302
    offer = case.offers.get()
    assert (offer.said_by, offer.language, offer.content.stay_from) == ("Canary Dr Phone", "ru", 7)
    assert [(line.name, line.amount_from, line.amount_to) for line in offer.content.lines] == [
        ("", Decimal("12000.50"), Decimal(13000)),
        ("Histology", Decimal(150), None),
    ]
    assert "Said by Canary Dr Phone (by phone" in text(desk_client.get(at_desk(case, "offers")))


def test_nothing_typed_is_lost_by_an_error_or_more_lines(
    case: Case, desk_client: Client, typed: dict[str, Any]
) -> None:
    wrong = typed | {"stay_from": "9", "stay_to": "4", "added-1-amount_from": "20", "said_by": "", "valid_until": "x"}
    refused = desk_client.post(at_desk(case, "enter_offer"), wrong)
    assert (refused.status_code, case.offers.count()) == (422, 0)
    for sentence in (
        "Enter days that are not below “from”.",
        "Enter what this line is, or empty the line.",
        "Enter who at the clinic said it.",
        "Enter a date such as 2026-12-31.",
    ):
        assert sentence in text(refused)
    more = desk_client.post(at_desk(case, "enter_offer"), typed | {"more": "1"})
    again = FormPage(text(more)).values
    assert more.status_code == 200
    assert {name: again[name][0] for name in typed if again.get(name)}.items() >= {
        "said_by": "Canary Dr Phone",
        "added-0-name": "Histology",
        "stay_from": "7",
    }.items()
    assert "added-5-name" in again
    assert case.offers.count() == 0


def test_an_empty_offer_says_what_it_lacks(case: Case, desk_client: Client, typed: dict[str, Any]) -> None:
    empty = {name: "" if "amount" in name or "name" in name else value for name, value in typed.items()}
    refused = desk_client.post(at_desk(case, "enter_offer"), empty)
    assert "Enter the price of a line, or which treatment you propose." in text(refused)
    assert case.offers.count() == 0


def test_the_second_coordinator_sees_that_an_offer_came_meanwhile(
    case: Case, desk_client: Client, typed: dict[str, Any]
) -> None:
    colleague = staff_client(make_staff(Role.COORDINATOR))
    opened = FormPage(text(colleague.get(at_desk(case, "enter_offer")))).values
    theirs = typed | {"form_token": opened["form_token"][0], "added-0-name": "Scan"}
    desk_client.post(at_desk(case, "enter_offer"), typed)
    told = colleague.post(at_desk(case, "enter_offer"), theirs)
    assert (told.status_code, case.offers.count()) == (409, 1)
    assert "came while you had the page open" in text(told)
    again = FormPage(text(told)).values
    assert again["added-0-name"] == ["Scan"]
    saved = colleague.post(at_desk(case, "enter_offer"), theirs | {"known": again["known"][0]})
    assert (saved.status_code, case.offers.count()) == (302, 2)


def test_a_line_that_a_clinic_does_not_offer_has_no_price(
    case: Case, desk_client: Client, typed: dict[str, Any]
) -> None:
    line = AskedLine.objects.get(case=case)
    both = typed | {f"line-{line.pk}-is_not_offered": "on"}
    assert "Take the price out, or the tick" in text(desk_client.post(at_desk(case, "enter_offer"), both))
    without = both | {f"line-{line.pk}-amount_from": "", f"line-{line.pk}-amount_to": ""}
    assert desk_client.post(at_desk(case, "enter_offer"), without).status_code == 302
    assert case.offers.get().content.lines[0] == OfferLine(asked=line.pk, is_offered=False)
