"""Offers in a real browser: compared and chosen on a phone, in English and Arabic; entered and shown at the desk without a script."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from clinics.models import Clinic
from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.models import AskedLine, Case, Offer
from requests.selectors import offers
from requests.services import offers as offer_services
from tests.accounts.cast import staff_client
from tests.browser.test_briefs import PHONE, her_page, sound
from tests.factories import make_contact, make_offer, make_referral, make_staff, submit

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shown(case: Case, slug: str, by: User) -> Offer:
    contact = make_contact(clinic=Clinic.objects.get(slug=slug), slug=slug)
    offer = make_offer(make_referral(case, by=by, contact=contact), doctor="" if slug == "emc" else "Образцов И. И.")
    seen = offer_services.note_stamp(offer)
    offer_services.write_note(offer=offer, note="The ward is extra.", seen=seen, by=by)
    offer_services.show(offer=offer, by=by)
    return offer


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("ar", "light")])
def test_she_compares_and_chooses_with_one_button_and_a_page(
    language: str, scheme: str, open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    page = open_page(base_url=live_server.url, viewport=PHONE, color_scheme=scheme)
    case, coordinator = submit(language=language), make_staff(Role.COORDINATOR, name="Olga")
    Case.objects.filter(pk=case.pk).update(status="with_clinics")
    shown(case, "emc", coordinator)
    second = shown(case, "blokhin", coordinator)
    her_page(page, case, language)
    page.goto(f"/{language}/case/{case.reference}/offers/")
    assert sound(page)
    # On a phone each line is a card, in which the clinics stand one below the other.
    cells = [box for row in (0, 1) if (box := page.locator(".offers tbody td").nth(row).bounding_box())]
    assert cells[0]["y"] + cells[0]["height"] <= cells[1]["y"]
    page.locator(f"a[href$='/offers/{second.pk}/']").click()
    assert sound(page)
    assert offers.chosen(case) is None
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    assert offers.chosen(case) == second
    assert page.locator(".panel--success").is_visible()
    assert sound(page)


def test_the_desk_enters_shows_and_prints_without_a_script(
    open_page: "Callable[..., Page]", live_server: "LiveServer"
) -> None:
    page = open_page(base_url=live_server.url, viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    case, coordinator = submit(), make_staff(Role.COORDINATOR, name="Olga")
    Case.objects.filter(pk=case.pk).update(status="with_clinics")
    AskedLine.objects.create(case=case, name="Operation", name_ru="Операция", unit="", unit_ru="")
    shown(case, "emc", coordinator)
    clinic = Clinic.objects.get(slug="blokhin")
    make_referral(case, by=coordinator, contact=make_contact(clinic=clinic, slug="blokhin"))
    cookie = next(iter(staff_client(coordinator).cookies.values()))
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(f"/admin/requests/case/{case.pk}/change/")
    page.get_by_role("link", name="Enter an offer").click()
    page.get_by_label("Clinic", exact=True).select_option(str(clinic.pk))
    page.get_by_label("Who said it").fill("Canary Dr Phone")
    page.get_by_label("Price for one, from").first.fill("12 000")
    page.get_by_role("button", name="More lines").click()
    page.locator("#id_added-5-name").fill("Гистология")
    page.get_by_role("button", name="Save the offer").last.click()
    offer = Offer.objects.get(clinic=clinic)
    assert [line.name for line in offer.content.lines] == ["", "Гистология"]
    card = page.locator("section", has=page.locator(f"#offer-{offer.pk}"))
    card.get_by_label("Your note to the patient").fill("They have a bed in May.")
    card.get_by_role("button", name="Save the note and show it to the patient").click()
    assert [row.pk for row in offers.shown(case)][-1] == offer.pk
    page.emulate_media(media="print")
    assert page.locator(".offers-table").is_visible()
    assert page.locator("#nav-sidebar, .desk-not-printed").first.is_hidden()
