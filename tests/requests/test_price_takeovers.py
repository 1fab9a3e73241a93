"""Prices that grow: of answered estimates and of offers, taken over into the price lists without the patients."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models.expressions import RawSQL
from django.test import Client

from clinics.models import Clinic, ClinicSource, OfferedTreatment
from clinics.services.publishing import clinic_faults
from conditions.models import Condition, Price, Procedure
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import ContentVersion
from portal.core.worktime import team_today
from requests.enums import ConsentWay, DecisionKind, DeclineReason, LineKind, Outcome, PriceOrigin, Status
from requests.models import AskedLine, Case, Estimate, EstimateDecision, EstimateLine, Offer, PriceTakeover
from requests.offer_content import OfferLine
from requests.selectors import price_takeovers as selectors
from requests.services import price_takeovers
from requests.services.price_takeovers import TakeoverRefused
from tests.accounts.cast import staff_client
from tests.factories import (
    make_clinic,
    make_condition,
    make_contact,
    make_offer,
    make_price,
    make_procedure,
    make_referral,
    make_staff,
    submit,
)
from tests.factories.requests import EMAIL, NAME
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

PAGE = "/admin/requests/pricetakeover/"
UNTIL = team_today() + datetime.timedelta(days=100)
MONTH = f"{team_today():%B %Y}"


@pytest.fixture
def editor() -> User:
    return make_staff(Role.EDITOR)


@pytest.fixture
def condition() -> Condition:
    """A condition that five people have asked about; the first is the canary."""
    condition = make_condition()
    for number in range(selectors.FEWEST):
        who: dict[str, Any] = {"name": f"Somebody {number}", "email": f"somebody{number}@example.org"} if number else {}
        submit(condition=condition, **who)
    return condition


@pytest.fixture
def case(condition: Condition) -> Case:
    return Case.objects.filter(condition=condition).earliest("created_at")


@pytest.fixture
def procedure() -> Procedure:
    return make_procedure("test-surgery", name_en="Surgery")


def estimate(case: Case, by: User, *lines: dict[str, Any], is_yes: bool = True, **columns: Any) -> Estimate:
    """Return an estimate of these lines that the patient has answered."""
    version = Estimate.objects.filter(case=case).count() + 1
    about: dict[str, Any] = {"kind": "final", "version": version, "language": "en", "valid_until": UNTIL, **columns}
    estimate = Estimate.objects.create(case=case, issued_by=by, **about)
    for order, line in enumerate(lines):
        words = {"name": "Canary surgery", "name_ru": "Операция", "currency": "USD", "quantity": 2, "order": order}
        EstimateLine.objects.create(estimate=estimate, **{**words, "origin": PriceOrigin.COORDINATOR, **line})
    answer: dict[str, Any] = {"kind": DecisionKind.ACCEPTED, "email": case.email}
    if not is_yes:
        answer = {"kind": DecisionKind.DECLINED, "reason": DeclineReason.TOO_EXPENSIVE}
    EstimateDecision.objects.create(case=case, estimate=estimate, language="en", text="Words", **answer)
    return estimate


@pytest.fixture
def line(case: Case, procedure: Procedure, coordinator: User) -> EstimateLine:
    return estimate(case, coordinator, priced(procedure)).lines.get()


def priced(procedure: Procedure, **more: Any) -> dict[str, Any]:
    return {"procedure": procedure, "amount_from": Decimal(9000), "amount_to": Decimal(12000), **more}


@pytest.fixture
def offer(case: Case, procedure: Procedure, coordinator: User) -> Offer:
    """An offer of a public clinic for the procedure, and for a line that stands in no list."""
    contact = make_contact()
    asked = AskedLine.objects.create(case=case, procedure=procedure, name="Canary surgery", name_ru="Операция")
    by_hand = AskedLine.objects.create(case=case, name="Canary scan", name_ru="Снимок")
    amount: dict[str, Any] = {"amount_from": Decimal(7000), "amount_to": Decimal(8000), "currency": "EUR"}
    lines = [
        OfferLine(asked=asked.pk, **amount),
        OfferLine(asked=by_hand.pk, **amount),
        OfferLine(name="Bed", **amount),
    ]
    return make_offer(make_referral(case, by=coordinator, contact=contact), lines=lines, raises="Canary complication")


def keys() -> list[str]:
    return [price.key for price in selectors.of_estimates()]


def take(key: str, by: User, seen: str = "", until: datetime.date = UNTIL) -> price_takeovers.Taken:
    return price_takeovers.take(key=key, valid_until=until, seen=seen, by=by)


# ── What is listed ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_yes", [True, False])
def test_lines_of_answered_estimates_are_listed_for_one_unit(
    case: Case, procedure: Procedure, coordinator: User, is_yes: bool
) -> None:
    estimate(case, coordinator, priced(procedure), is_yes=is_yes)
    [price] = selectors.of_estimates()
    assert (price.condition, price.procedure, price.clinic) == (case.condition, procedure, None)
    assert price.amount == (Decimal(9000), Decimal(12000), "USD")


def test_estimates_without_an_answer_and_other_lines_are_not_listed(
    case: Case, procedure: Procedure, coordinator: User
) -> None:
    estimate(case, coordinator, priced(procedure)).decisions.all().delete()
    other = make_procedure("test-other")
    estimate(
        case,
        coordinator,
        *(priced(other, kind=kind) for kind in (LineKind.PACKAGE, LineKind.FEE)),
        priced(other, kind=LineKind.DISCOUNT, amount_to=None),
        priced(other, origin=PriceOrigin.TYPICAL),
        {"procedure": other},
        {"amount_from": Decimal(1)},
    )
    preliminary: dict[str, Any] = {"kind": "preliminary", "version": 0}
    Estimate.objects.filter(case=case, version=0).delete()
    estimate(case, coordinator, priced(other), **preliminary)
    assert keys() == []


@pytest.mark.parametrize(
    "columns",
    [
        {"status": Status.SPAM},
        {"outcome": Outcome.DIED, "status": Status.RECOVERY},
        {"wrapped_key": b""},
        {"is_quarantined": True},
        {"condition": None},
    ],
)
def test_what_no_living_person_stands_behind_is_not_listed(
    line: EstimateLine, offer: Offer, editor: User, columns: dict[str, Any]
) -> None:
    condition = line.estimate.case.condition
    submit(condition=condition, email="sixth@example.org")
    assert (len(selectors.of_estimates()), len(selectors.of_offers())) == (1, 1)
    key = selectors.of_offers()[0].key
    Case.objects.filter(pk=line.estimate.case_id).update(**columns)
    assert (selectors.of_estimates(), selectors.of_offers()) == ([], [])
    for gone in (str(line.pk), key):
        with pytest.raises(TakeoverRefused, match="not in the list any more"):
            take(gone, editor)
    assert not Price.objects.filter(condition=condition).exists()


def test_a_rare_condition_lists_nothing_and_who_comes_twice_is_one_person(line: EstimateLine, offer: Offer) -> None:
    condition = line.estimate.case.condition
    last = Case.objects.filter(condition=condition).latest("created_at")
    Case.objects.filter(pk=last.pk).update(status=Status.SPAM)
    assert (selectors.of_estimates(), selectors.of_offers()) == ([], [])
    again = submit(condition=condition, email=EMAIL)
    assert Case.objects.filter(condition=condition).exclude(status=Status.SPAM).count() == selectors.FEWEST
    assert (again.email, selectors.of_estimates()) == (EMAIL, [])
    submit(condition=condition, email="another@example.org")
    assert len(selectors.of_estimates()) == len(selectors.of_offers()) == 1


def test_old_prices_are_not_listed(line: EstimateLine, offer: Offer) -> None:
    long_ago = line.estimate.issued_at - selectors.OLDEST
    Estimate.objects.filter(pk=line.estimate_id).update(issued_at=long_ago)
    Offer.objects.filter(pk=offer.pk).update(created_at=long_ago)
    assert (selectors.of_estimates(), selectors.of_offers()) == ([], [])


def test_only_lines_of_the_list_of_a_standing_offer_are_listed(offer: Offer, procedure: Procedure) -> None:
    [price] = selectors.of_offers()
    assert (price.procedure, price.clinic, price.origin) == (procedure, offer.clinic, PriceOrigin.OFFER)
    assert price.amount == (Decimal(7000), Decimal(8000), "EUR")
    Offer.objects.filter(pk=offer.pk).update(superseded_at=offer.created_at)
    assert selectors.of_offers() == []


def test_an_offer_by_phone_is_as_old_as_it_was_said(offer: Offer, coordinator: User) -> None:
    said_on = team_today() - datetime.timedelta(days=30)
    by_phone = {"referral": None, "entered_by": coordinator, "way": ConsentWay.PHONE}
    Offer.objects.filter(pk=offer.pk).update(said_on=said_on, **by_phone)
    assert [price.on for price in selectors.of_offers()] == [said_on]
    Offer.objects.filter(pk=offer.pk).update(said_on=team_today() - selectors.OLDEST)
    assert selectors.of_offers() == []


def test_an_offer_that_does_not_open_stops_no_other(offer: Offer, case: Case, coordinator: User) -> None:
    other = make_referral(case, by=coordinator, contact=make_contact("other-clinic"))
    make_offer(other, lines=offer.content.lines)
    assert len(selectors.of_offers()) == 2
    Offer.objects.filter(pk=offer.pk).update(sealed_content=RawSQL("%s", [b"broken"]))
    assert [price.clinic for price in selectors.of_offers()] == [other.clinic]


def test_queries_do_not_grow(
    line: EstimateLine, offer: Offer, coordinator: User, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(3):
        priced_line = priced(make_procedure(f"test-{number}"))
        estimate(line.estimate.case, coordinator, priced_line)
    with django_assert_num_queries(2):
        assert len(selectors.of_estimates()) == 4
    with django_assert_num_queries(4):
        assert len(selectors.of_offers()) == 1


# ── The page ─────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_prices_and_nobody_they_were_made_for(
    line: EstimateLine, offer: Offer, editor: User, procedure: Procedure
) -> None:
    case = line.estimate.case
    assert case.condition is not None
    make_price(case.condition, procedure.code, 100, source="Old list", valid_until=team_today())
    page = staff_client(editor).get(PAGE).content.decode()
    for shown in ("US$9,000 to US$12,000", "€7,000 to €8,000", "US$100", "Surgery", "Test illness", MONTH):
        assert shown in page, shown
    assert (str(offer.clinic) in page, page.count("no price yet")) == (True, 1)
    for hidden in (case.reference, NAME, EMAIL, "Canary", str(case.pk), "Emirates"):
        assert hidden not in page, hidden


def test_the_page_says_when_there_is_nothing(editor: User) -> None:
    page = staff_client(editor).get(PAGE).content.decode()
    assert page.count("There is no price that nobody has looked at.") == 2


@pytest.mark.parametrize("role", [role for role in Role if role != Role.EDITOR])
def test_only_editors_look_at_prices(line: EstimateLine, role: Role) -> None:
    client = staff_client(make_staff(role))
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"key": line.pk, "leave": "1"}).status_code == 403
    with pytest.raises(PermissionDenied):
        price_takeovers.leave(key=str(line.pk), by=make_staff(role))
    assert PriceTakeover.objects.count() == 0


def post(client: Client, key: str, **typed: Any) -> Any:
    """Press a button of a row as the page stands."""
    shown = FormPage(client.get(PAGE).content.decode()).values
    data = {"key": key, "seen": shown["seen"][0], f"{key}-valid_until": shown[f"{key}-valid_until"][0], **typed}
    return client.post(PAGE, data, follow=True)


def test_a_price_of_an_estimate_becomes_the_typical_price(
    line: EstimateLine, editor: User, procedure: Procedure
) -> None:
    case, client = line.estimate.case, staff_client(editor)
    assert case.condition is not None
    make_price(case.condition, procedure.code, 100, source="Old list", included_en="Old words")
    versions = ContentVersion.objects.count()
    answer = post(client, str(line.pk), take="1").content.decode()
    assert "US$9,000 to US$12,000 now, from US$100 before." in answer
    assert "What it includes stands as it was: look through it." in answer
    price = Price.objects.get(condition=case.condition, procedure=procedure)
    assert price.amount == (Decimal(9000), Decimal(12000), "USD")
    assert (price.source, price.source_url) == (f"Answered estimate, {MONTH}", "")
    assert (price.checked_on, price.valid_until) == (line.estimate.issued_on, team_today() + selectors.HOLDS)
    assert (keys(), PriceTakeover.objects.get().is_taken, PriceTakeover.objects.get().by) == ([], True, editor)
    assert ContentVersion.objects.count() > versions, "public pages are made anew"
    history = client.get(f"/admin/conditions/price/{price.pk}/history/").content.decode()
    assert f"Taken over: Answered estimate, {MONTH}." in history


def test_a_first_price_is_told_as_one(line: EstimateLine, editor: User) -> None:
    answer = post(staff_client(editor), str(line.pk), take="1").content.decode()
    assert "US$9,000 to US$12,000 now, no price before." in answer
    assert Price.objects.filter(condition=line.estimate.case.condition).count() == 1


def test_a_price_that_is_left_is_asked_about_no_more(line: EstimateLine, editor: User) -> None:
    answer = post(staff_client(editor), str(line.pk), leave="1").content.decode()
    assert "Left: nobody is asked about this price again." in answer
    assert (keys(), Price.objects.filter(condition=line.estimate.case.condition).count()) == ([], 0)
    assert PriceTakeover.objects.get().is_taken is False


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a day."),
        ("soon", "Enter a date such as 2026-12-31."),
        (team_today().isoformat(), "Choose a day after today, at most a year after the price was made."),
        ("2099-01-01", "Choose a day after today, at most a year after the price was made."),
    ],
)
def test_a_wrong_day_takes_nothing_and_stays(line: EstimateLine, editor: User, typed: str, sentence: str) -> None:
    key = str(line.pk)
    answer = post(staff_client(editor), key, take="1", **{f"{key}-valid_until": typed})
    page = answer.content.decode()
    assert (answer.status_code, sentence in page) == (422, True)
    assert FormPage(page).values[f"{key}-valid_until"] == [typed]
    assert (Price.objects.filter(condition=line.estimate.case.condition).count(), PriceTakeover.objects.count()) == (
        0,
        0,
    )


def test_a_double_click_takes_once(line: EstimateLine, editor: User) -> None:
    client = staff_client(editor)
    typed = {"key": line.pk, "seen": "", f"{line.pk}-valid_until": UNTIL.isoformat(), "take": "1"}
    for said in ("no price before.", "This price is not in the list any more"):
        assert said in client.post(PAGE, typed, follow=True).content.decode()
    assert (PriceTakeover.objects.count(), Price.objects.get(condition=line.estimate.case.condition).valid_until) == (
        1,
        UNTIL,
    )


def test_a_list_that_changed_meanwhile_is_not_overwritten(
    line: EstimateLine, editor: User, procedure: Procedure
) -> None:
    condition = line.estimate.case.condition
    assert condition is not None
    make_price(condition, procedure.code, 500, source="A colleague")
    with pytest.raises(TakeoverRefused, match="changed since you opened the page"):
        take(str(line.pk), editor, seen="")
    assert (Price.objects.get(condition=condition).source, PriceTakeover.objects.count()) == ("A colleague", 0)


@pytest.mark.parametrize("key", ["", "x", "0", "1:2", "x:y", "9" * 40])
def test_a_key_of_no_price_is_told(line: EstimateLine, editor: User, key: str) -> None:
    answer = staff_client(editor).post(PAGE, {"key": key, "take": "1"}, follow=True)
    assert (answer.status_code, "This price is not in the list any more" in answer.content.decode()) == (200, True)
    assert PriceTakeover.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_take_a_price_once(line: EstimateLine, offer: Offer) -> None:
    editors = [make_staff(Role.EDITOR), make_staff(Role.EDITOR)]
    for key in (str(line.pk), selectors.of_offers()[0].key):
        together = Barrier(2)

        def press(by: User, key: str = key, together: Barrier = together) -> str:
            together.wait()
            try:
                return str(take(key, by).is_new)
            except TakeoverRefused:
                return "refused"
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(press, editors)) == ["True", "refused"]
    assert PriceTakeover.objects.count() == 2


# ── Offers ───────────────────────────────────────────────────────────────────────────────────


def test_a_price_of_an_offer_becomes_the_price_of_its_clinic(
    offer: Offer, editor: User, procedure: Procedure, condition: Condition
) -> None:
    [price] = selectors.of_offers()
    client = staff_client(editor)
    answer = post(client, price.key, take="1").content.decode()
    assert "€7,000 to €8,000 now, no price before." in answer
    treatment = OfferedTreatment.objects.get(clinic=offer.clinic, procedure=procedure)
    assert treatment.amount == (Decimal(7000), Decimal(8000), "EUR")
    assert (treatment.source, treatment.basis) == (f"Offer of the clinic, {MONTH}", "letter")
    assert (treatment.checked_on, list(treatment.conditions.all())) == (team_today(), [condition])
    assert selectors.of_offers() == []
    page = Client().get(offer.clinic.get_absolute_url()).content.decode()
    assert ("€7,000 to €8,000" in page, "Canary" in page) == (True, False)


def test_an_offered_treatment_is_renewed_and_keeps_its_conditions(
    offer: Offer, editor: User, procedure: Procedure, condition: Condition
) -> None:
    other = make_condition("test-other")
    known = OfferedTreatment.objects.create(
        clinic=offer.clinic, procedure=procedure, basis="own-page", source="Its page", checked_on=team_today()
    )
    known.conditions.add(other)
    [price] = selectors.of_offers()
    take(price.key, editor, seen=price.seen)
    known.refresh_from_db()
    assert (known.basis, known.amount_from, known.source) == ("letter", 7000, f"Offer of the clinic, {MONTH}")
    assert set(known.conditions.all()) == {other, condition}


def test_the_clinic_can_still_be_published(offer: Offer, editor: User) -> None:
    """A public clinic cites no source of which nobody noted what it says: the offer is noted as one."""
    [price] = selectors.of_offers()
    take(price.key, editor)
    assert clinic_faults(offer.clinic) == []
    assert ClinicSource.objects.get(clinic=offer.clinic, source=f"Offer of the clinic, {MONTH}").finding == "nothing"


def test_an_offer_that_is_left_is_asked_about_no_more_until_a_newer_one_comes(
    offer: Offer, editor: User, coordinator: User
) -> None:
    price_takeovers.leave(key=selectors.of_offers()[0].key, by=editor)
    assert (selectors.of_offers(), OfferedTreatment.objects.filter(clinic=offer.clinic).count()) == ([], 0)
    offer.superseded_at = offer.created_at
    offer.save(update_fields=["superseded_at"])
    assert offer.referral is not None
    make_offer(offer.referral, lines=offer.content.lines)
    assert len(selectors.of_offers()) == 1


def test_what_a_taken_price_cites_stays_true_when_its_case_is_erased(line: EstimateLine, editor: User) -> None:
    take(str(line.pk), editor)
    condition = line.estimate.case.condition
    Estimate.objects.filter(pk=line.estimate_id).delete()
    assert (Price.objects.filter(condition=condition).count(), PriceTakeover.objects.count()) == (1, 0)


def test_other_clinics_are_left_alone(offer: Offer, editor: User) -> None:
    other: Clinic = make_clinic("other-clinic")
    take(selectors.of_offers()[0].key, editor)
    assert not other.offered_treatments.exists()
