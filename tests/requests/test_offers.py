"""Offers: recorded, set side by side, shown with a note, chosen; what each step refuses."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail as sent
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from clinics.models import Clinic, ClinicCommission
from conditions.models import ExchangeRate
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.localisation.money import Amount
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import ActorKind, ChoiceWay, ConsentWay, NextTurn, StatedBy, Status
from requests.models import AskedLine, Case, Correction, Event, Offer, Referral
from requests.offer_content import OfferContent, OfferLine
from requests.selectors import offers
from requests.selectors.offer_totals import rates_for
from requests.services import clinic_consents, clock, desk, moves
from requests.services import offers as offer_services
from tests.factories import make_clinic, make_contact, make_offer, make_referral, make_staff
from tests.requests.delivery import deliver_all, mail_text, to
from tests.requests.states import case_in

pytestmark = pytest.mark.django_db

LINE = OfferLine(name="Canary resection", amount_from=Decimal(9000), amount_to=Decimal(12000))


def asked(case: Case, name: str, **columns: Any) -> AskedLine:
    return AskedLine.objects.create(case=case, name=name, name_ru=f"{name}-ru", unit="", unit_ru="", **columns)


def referral_to(case: Case, slug: str, by: User) -> Referral:
    clinic = make_clinic(slug, name_en=slug.title(), name_ru=slug.title())
    return make_referral(case, by=by, contact=make_contact(clinic=clinic, slug=slug, language="en"))


def answer(case: Case, slug: str, by: User, **content: Any) -> Offer:
    """Return the offer of a new clinic, by its link."""
    return record(referral_to(case, slug, by), **content)


def record(referral: Referral, token: str = "", **content: Any) -> Offer:
    said = {"lines": [LINE], **content}
    with transaction.atomic():
        return offer_services.record(
            clock.lock(referral.case),
            clinic=referral.clinic,
            referral=referral,
            brief=referral.brief,
            content=OfferContent(**said),
            language="ru",
            form_token=token or f"{referral.pk}-{Offer.objects.count()}",
        )


@pytest.fixture
def case() -> Case:
    return case_in("with_clinics")


def kinds(case: Case) -> list[str]:
    events = Event.objects.filter(reference=case.reference).order_by("at")
    return [kind for kind in events.values_list("kind", flat=True) if kind.startswith("offer")]


def open_tasks(case: Case) -> list[str]:
    return sorted(case.tasks.open().values_list("kind__code", flat=True))


def said(case: Case, name: str, **options: Any) -> list[str | None]:
    """Return what the cells of a row say, gaps as None."""
    table = offers.comparison(case, "en", for_patient=False, **options)
    row = next(row for row in table.rows if row.name == name)
    return [None if cell is None else cell.text or cell.words for cell in row.cells]


# ── Recorded ─────────────────────────────────────────────────────────────────────────────────


def test_a_newer_offer_of_a_clinic_takes_the_place_of_its_earlier_one(case: Case, coordinator: User) -> None:
    referral = referral_to(case, "first", coordinator)
    first = record(referral)
    second = record(referral, treatment="Canary: another way")
    other = answer(case, "second", coordinator)
    first.refresh_from_db()
    assert (first.version, second.version, first.superseded_at is None) == (1, 2, False)
    assert offers.standing(case) == [second, other]
    assert list(offers.of_case(case)) == [first, second, other]
    assert kinds(case) == ["offer_came"] * 3
    assert open_tasks(case) == ["read-offer"]


def test_the_same_form_counts_once(case: Case, coordinator: User) -> None:
    referral = referral_to(case, "first", coordinator)
    assert record(referral, token="t" * 20) == record(referral, token="t" * 20, treatment="again")
    assert case.offers.count() == 1


def entered(case: Case, clinic: Clinic, by: User, **columns: Any) -> Offer:
    how: dict[str, Any] = {
        "said_by": "Canary Dr Phone",
        "way": ConsentWay.PHONE,
        "said_on": team_today(),
        "known": case.offers.count(),
        "form_token": f"{clinic.pk}-{case.offers.count()}",
        "content": OfferContent(lines=[LINE]),
        "language": "ru",
    }
    return offer_services.enter(case=case, clinic=clinic, by=by, **how | columns)


def test_an_offer_by_phone_says_who_said_it_and_makes_no_task(case: Case, coordinator: User) -> None:
    clinic = referral_to(case, "first", coordinator).clinic
    offer = entered(case, clinic, coordinator)
    assert (offer.entered_by, offer.said_by, offer.way) == (coordinator, "Canary Dr Phone", "phone")
    assert (kinds(case), open_tasks(case)) == (["offer_entered"], [])


def test_an_offer_is_entered_for_a_clinic_that_the_patient_agreed_to(case: Case, coordinator: User) -> None:
    with pytest.raises(offer_services.OfferRefused, match="has not agreed that this clinic"):
        entered(case, make_clinic("stranger"), coordinator)
    clinic = referral_to(case, "first", coordinator).clinic
    with pytest.raises(offer_services.OfferRefused, match="not ahead"):
        entered(case, clinic, coordinator, said_on=team_today() + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        entered(case, clinic, make_staff(Role.FINANCE))
    assert case.offers.count() == 0


@pytest.mark.parametrize("status", ["spam", "closed", "declined_by_us"])
def test_a_case_that_has_ended_takes_none_at_the_desk(coordinator: User, status: str) -> None:
    case = case_in("with_clinics")
    clinic = referral_to(case, "first", coordinator).clinic
    ended = {"closed_at": timezone.now(), "outcome": "home" if status == "closed" else ""}
    Case.objects.filter(pk=case.pk).update(status=status, **ended)
    with pytest.raises(offer_services.OfferRefused, match="has ended"):
        entered(case, clinic, coordinator)


def test_of_two_coordinators_the_second_is_told_of_the_newer_offer(case: Case, coordinator: User) -> None:
    clinic = referral_to(case, "first", coordinator).clinic
    known = case.offers.count()
    first = entered(case, clinic, coordinator, known=known)
    with pytest.raises(offer_services.OfferChanged) as changed:
        entered(case, clinic, make_staff(Role.COORDINATOR), known=known, form_token="other")
    assert changed.value.offer == first
    # A second click is no second coordinator, and who has seen the newer one goes on.
    assert entered(case, clinic, coordinator, known=known, form_token=f"{clinic.pk}-{known}") == first
    assert entered(case, clinic, coordinator).version == 2


# ── Side by side ─────────────────────────────────────────────────────────────────────────────


def test_rows_are_the_asked_lines_in_order_then_what_clinics_add_and_gaps_are_none(
    case: Case, coordinator: User
) -> None:
    removed = asked(case, "Ward", order=3, removed_at=timezone.now())
    scan, operation = asked(case, "Scan", order=2), asked(case, "Operation", order=1)
    answer(
        case,
        "first",
        coordinator,
        lines=[
            OfferLine(asked=operation.pk, amount_from=Decimal(9000), amount_to=Decimal(9000)),
            OfferLine(name="Histology", amount_from=Decimal(100)),
        ],
        stay_from=7,
        stay_to=10,
        doctor="Canary surgeon",
    )
    answer(
        case,
        "second",
        coordinator,
        lines=[
            OfferLine(asked=operation.pk, included="after the council"),
            OfferLine(asked=scan.pk, quantity=2, amount_from=Decimal(200), amount_to=Decimal(300)),
            OfferLine(name=" histology ", is_offered=False),
        ],
        earliest_on=date(2030, 1, 14),
    )
    table = offers.comparison(case, "en", for_patient=False)
    assert [row.name for row in table.rows] == [
        "Treatment that the clinic proposes",
        "Operation",
        "Scan",
        "Histology",
        "How long you stay",
        "The clinic can begin on",
        "Doctor",
        "Included in the whole",
        "What could raise the price",
        "The offer is valid until",
        "Together",
    ]
    assert said(case, "Operation") == ["US$9,000", "price not stated"]
    assert said(case, "Scan") == [None, "US$400 to US$600"]
    assert said(case, "Histology") == ["from US$100", "not offered"]
    assert said(case, "How long you stay") == ["7 to 10 days", None]
    assert said(case, "The clinic can begin on") == [None, "14 January 2030"]
    assert said(case, "Doctor") == ["Canary surgeon", None]
    total = table.rows[-1].cells
    assert [cell and cell.text for cell in total] == ["from US$9,100", "US$400 to US$600"]
    assert [cell and cell.more for cell in total] == [
        ("1 line has no price and is not in this sum.",),
        ("2 lines have no price and are not in this sum.",),
    ]
    # A line that is asked no more stays for who had answered it.
    assert removed.name not in [row.name for row in table.rows]
    answer(case, "third", coordinator, lines=[OfferLine(asked=removed.pk, amount_from=Decimal(50))])
    assert said(case, "Ward") == [None, None, "from US$50"]


def test_names_of_lines_stand_in_the_readers_language_and_in_russian(case: Case, coordinator: User) -> None:
    asked(case, "Operation")
    answer(case, "first", coordinator)
    english, russian, arabic = (offers.comparison(case, code, for_patient=False) for code in ("en", "ru", "ar"))
    assert [(row.name, row.name_ru, row.name_language) for row in english.rows[1:2]] == [
        ("Operation", "Operation-ru", "")
    ]
    assert [(row.name, row.name_ru) for row in russian.rows[1:2]] == [("Operation-ru", "")]
    assert [(row.name, row.name_language) for row in arabic.rows[1:2]] == [("Operation", "en")]


def test_clinics_stand_in_the_order_of_their_answers_whatever_they_cost_or_pay(case: Case, coordinator: User) -> None:
    dear = answer(case, "dear", coordinator, lines=[OfferLine(name="x", amount_from=Decimal(90_000))])
    cheap = answer(case, "cheap", coordinator, lines=[OfferLine(name="x", amount_from=Decimal(10))])
    before = offers.comparison(case, "en", for_patient=False)
    for offer, percent in ((cheap, 50), (dear, 1)):
        ClinicCommission.objects.create(
            clinic=offer.clinic, percent=percent, valid_from=team_today(), entered_by=coordinator
        )
    assert before.offers == (dear, cheap)
    assert offers.comparison(case, "en", for_patient=False) == before


def rate(currency: str, rubles: str, day: date, source: str = "Bank of Russia") -> None:
    ExchangeRate.objects.create(currency=currency, rubles=Decimal(rubles), day=day, source=source)


def test_totals_are_in_one_currency_at_the_rates_of_one_day(case: Case, coordinator: User) -> None:
    answer(case, "a", coordinator, lines=[OfferLine(name="x", amount_from=Decimal(100), currency="EUR")])
    answer(
        case,
        "b",
        coordinator,
        lines=[
            OfferLine(name="x", amount_from=Decimal(100), amount_to=Decimal(100), currency="USD"),
            OfferLine(name="y", amount_from=Decimal(8000), amount_to=Decimal(8000), currency="RUB"),
            OfferLine(name="z", amount_from=Decimal(1), amount_to=Decimal(2), currency="USD"),
        ],
    )
    apart = offers.comparison(case, "en", for_patient=False)
    assert (apart.currencies_differ, apart.rates) == (True, ())
    assert [cell and cell.text for cell in apart.rows[-1].cells] == [
        "from €100",
        "US$101 to US$102; RUB8,000",
    ]
    day = team_today() - timedelta(days=3)
    rate("EUR", "92.7", day)
    # No day yet has both.
    rate("USD", "80", day - timedelta(days=1))
    rate("USD", "10", team_today() + timedelta(days=1))
    rate("EUR", "10", team_today() + timedelta(days=1))
    assert offers.comparison(case, "en", for_patient=False).currencies_differ
    rate("USD", "80", day)
    table = offers.comparison(case, "en", for_patient=False)
    assert table.totals == (
        Amount(Decimal(116), None, "USD"),
        Amount(Decimal(201), Decimal(202), "USD"),
    )
    assert not table.currencies_differ
    shown = " ".join(table.rates)
    assert "1 EUR = 1.1588 USD" in shown
    assert "1 USD = 80 RUB" in shown
    assert shown.count("Bank of Russia") == 2
    cell = table.rows[-1].cells[0]
    assert cell is not None
    assert cell.more[0] == "In the currency of the clinic: from €100."


def test_one_currency_needs_no_rate(case: Case, coordinator: User) -> None:
    answer(case, "a", coordinator)
    answer(case, "b", coordinator)
    table = offers.comparison(case, "en", for_patient=False)
    assert (table.currencies_differ, table.rates) == (False, ())
    assert table.totals == (Amount(Decimal(9000), Decimal(12000), "USD"),) * 2


CURRENCIES = ("USD", "EUR", "RUB", "CNY")
amounts = st.decimals(min_value=0, max_value=10_000_000, places=2)
lines = st.lists(
    st.builds(
        lambda low, more, is_open, currency: Amount(low, None if is_open else low + more, currency),
        amounts,
        amounts,
        st.booleans(),
        st.sampled_from(CURRENCIES),
    ),
    min_size=1,
    max_size=8,
)
rubles = st.decimals(min_value=Decimal("0.01"), max_value=10_000, places=6).filter(bool)


@given(lines=lines, worth=st.fixed_dictionaries(dict.fromkeys(("USD", "EUR", "CNY"), rubles)))
@settings(max_examples=60, deadline=None)
def test_a_converted_total_is_the_naive_sum(lines: list[Amount], worth: dict[str, Decimal]) -> None:
    ExchangeRate.objects.all().delete()
    for currency, value in worth.items():
        rate(currency, str(value), date(2026, 1, 1))
    rates = rates_for(lines)
    used = {line.currency for line in lines}
    if len(used) == 1:
        assert rates is None
        return
    assert rates is not None
    number = {code: sum(line.currency == code for line in lines) for code in CURRENCIES}
    most = [code for code in CURRENCIES if number[code] == max(number.values())]
    assert rates.currency == (most[0] if len(most) == 1 else "USD")
    total = rates.convert(lines)
    assert total is not None
    in_rubles = [float(line.amount_from or 0) * float({"RUB": Decimal(1), **worth}[line.currency]) for line in lines]
    naive = sum(in_rubles) / float({"RUB": Decimal(1), **worth}[rates.currency])
    assert float(total.amount_from or 0) == pytest.approx(naive, rel=1e-9, abs=0.51)
    assert (total.amount_to is None) == any(line.amount_to is None for line in lines)
    assert total.amount_to is None or total.amount_to >= (total.amount_from or 0)


def test_differences_are_facts_in_words(case: Case, coordinator: User) -> None:
    answer(
        case,
        "alpha",
        coordinator,
        lines=[OfferLine(name="x", amount_from=Decimal(9000))],
        earliest_on=date(2030, 1, 14),
        stay_from=3,
        stay_to=5,
    )
    answer(
        case,
        "beta",
        coordinator,
        lines=[OfferLine(name="x", amount_from=Decimal(7000), amount_to=Decimal(8000))],
        earliest_on=date(2030, 1, 2),
        stay_from=6,
        stay_to=8,
        doctor="Canary",
    )
    table = offers.comparison(case, "en", for_patient=False)
    plain = [sentence.replace("\u2068", "").replace("\u2069", "") for sentence in table.differences]
    assert plain == [
        "Beta can begin 12 days earlier than Alpha.",
        "The stay in Beta is at least 1 day longer than in Alpha.",
        "The sum of Beta begins US$2,000 below that of Alpha.",
        "The upper end of the sum of Alpha is not stated.",
        "Alpha does not state what another clinic does: doctor.",
    ]
    # Of one clinic alone there is nothing to compare.
    assert offers.versions(case, table.offers[0].clinic, "en").differences == ()


def test_a_sum_that_leaves_a_line_out_is_compared_with_none(case: Case, coordinator: User) -> None:
    line = asked(case, "Scan")
    full = [OfferLine(asked=line.pk, amount_from=Decimal(500), amount_to=Decimal(500)), LINE]
    answer(case, "alpha", coordinator, lines=full)
    answer(case, "beta", coordinator, lines=[LINE])
    table = offers.comparison(case, "en", for_patient=False)
    assert [sentence for sentence in table.differences if "The sum of" in sentence] == []


# ── Shown, with a note ───────────────────────────────────────────────────────────────────────


def test_the_patient_sees_what_is_shown_and_one_mail_tells_of_a_burst(case: Case, coordinator: User) -> None:
    first, second = answer(case, "a", coordinator), answer(case, "b", coordinator)
    assert offers.comparison(case, "en", for_patient=True).offers == ()
    for offer in (first, first, second):
        offer_services.show(offer=offer, by=coordinator)
    assert offers.comparison(case, "en", for_patient=True).offers == (first, second)
    assert kinds(case)[2:] == ["offer_shown"] * 2
    assert open_tasks(case) == ["choose-offer", "read-offer"]
    deliver_all()
    items = OutboxItem.objects.filter(kind="case.offers")
    assert [item.state for item in items] == ["queued"]
    items.update(not_before=timezone.now())
    mails = [text for text in map(mail_text, to(case.email, deliver_all())) if "Answers of clinics" in text]
    assert len(mails) == 1
    assert "Canary" not in mails[0].replace("Canary Fatima Al-Test", "")


def test_what_is_hidden_before_the_mail_leaves_is_not_told(case: Case, coordinator: User) -> None:
    offer = answer(case, "a", coordinator)
    offer_services.show(offer=offer, by=coordinator)
    for _click in range(2):
        offer_services.hide(offer=offer, by=coordinator)
    OutboxItem.objects.filter(kind="case.offers").update(not_before=timezone.now())
    item = OutboxItem.objects.get(kind="case.offers")
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == "cancelled"
    assert kinds(case)[1:] == ["offer_shown", "offer_hidden"]
    assert open_tasks(case) == ["read-offer"]


def test_a_note_of_two_coordinators_is_not_overwritten_silently(case: Case, coordinator: User) -> None:
    offer = answer(case, "a", coordinator)
    seen = offer_services.note_stamp(offer)
    offer_services.write_note(offer=offer, note="Canary: ask about the ward.", seen=seen, by=coordinator)
    colleague = make_staff(Role.COORDINATOR)
    with pytest.raises(offer_services.OfferChanged) as changed:
        offer_services.write_note(offer=offer, note="Another", seen=seen, by=colleague)
    newest = changed.value.offer
    assert (newest.note, newest.note_by) == ("Canary: ask about the ward.", coordinator)
    # The same again says nothing new.
    offer_services.write_note(offer=offer, note=newest.note, seen=seen, by=colleague)
    offer_services.write_note(offer=offer, note="Another", seen=offer_services.note_stamp(newest), by=colleague)
    offer.refresh_from_db()
    assert (offer.note, offer.note_by) == ("Another", colleague)


def test_an_offer_that_a_newer_one_replaced_is_not_shown(case: Case, coordinator: User) -> None:
    referral = referral_to(case, "a", coordinator)
    first = record(referral)
    offer_services.show(offer=first, by=coordinator)
    newer = record(referral)
    with pytest.raises(offer_services.OfferChanged) as changed:
        offer_services.hide(offer=first, by=coordinator)
    assert changed.value.offer == newer
    assert (offers.shown(case), offers.replaced(case)) == ([], [newer])
    # With nothing left to choose from, she is not asked to.
    assert open_tasks(case) == ["read-offer"]


# ── Chosen ───────────────────────────────────────────────────────────────────────────────────


def shown(case: Case, slug: str, by: User) -> Offer:
    offer = answer(case, slug, by)
    offer_services.show(offer=offer, by=by)
    return offer


def choose(case: Case, offer: Offer) -> None:
    offer_services.choose(case=case, offer=offer, by=ActorKind.PATIENT)


def test_choosing_gives_the_case_its_clinic_and_the_desk_a_task_and_a_mail(case: Case, coordinator: User) -> None:
    Case.objects.filter(pk=case.pk).update(owner=coordinator)
    first, second = shown(case, "a", coordinator), shown(case, "b", coordinator)
    for _click in range(2):
        choose(case, first)
    case.refresh_from_db()
    assert (case.clinic, offers.chosen(case)) == (first.clinic, first)
    assert open_tasks(case) == ["build-estimate", "read-offer"]
    assert case.tasks.get(kind__code="choose-offer").done_at is not None
    choose(case, second)
    case.refresh_from_db()
    assert (case.clinic, offers.chosen(case)) == (second.clinic, second)
    assert kinds(case).count("offer_chosen") == 2
    assert open_tasks(case).count("build-estimate") == 1
    assert Correction.objects.filter(case=case, fact="clinic").count() == 2
    # The mail about the choice of before is not sent any more.
    before, after = OutboxItem.objects.filter(kind="case.chosen").order_by("created_at")
    assert not outbox.deliver(before.pk)
    mails = [text for text in map(mail_text, deliver_all()) if "chose a clinic" in text]
    assert len(mails) == 1
    assert "Canary" not in mails[0]
    assert before.object_id == first.pk
    assert after.object_id == second.pk
    states = OutboxItem.objects.filter(kind="case.chosen").order_by("created_at").values_list("state", flat=True)
    assert list(states) == ["cancelled", "sent"]
    with pytest.raises(offer_services.OfferRefused, match="has chosen"):
        offer_services.hide(offer=second, by=coordinator)


@pytest.mark.parametrize("status", ["estimate_sent", "accepted", "spam", "closed", "in_treatment"])
def test_after_an_estimate_and_at_the_end_nothing_is_chosen(case: Case, coordinator: User, status: str) -> None:
    offer = shown(case, "a", coordinator)
    ended = {"closed_at": timezone.now()} if status in ("spam", "closed") else {}
    Case.objects.filter(pk=case.pk).update(status=status, outcome="home" if status == "closed" else "", **ended)
    with pytest.raises(offer_services.NotNow):
        choose(case, offer)
    assert kinds(case).count("offer_chosen") == 0


def test_an_offer_that_is_hidden_replaced_or_of_a_clinic_without_consent_is_not_chosen(
    case: Case, coordinator: User
) -> None:
    referral = referral_to(case, "a", coordinator)
    offer = record(referral)
    with pytest.raises(offer_services.NotOffered):
        choose(case, offer)
    offer_services.show(offer=offer, by=coordinator)
    clinic_consents.withdraw(case=case, clinic=offer.clinic)
    with pytest.raises(offer_services.NoConsent):
        choose(case, offer)
    record(referral)
    with pytest.raises(offer_services.NotOffered):
        choose(case, offer)
    case.refresh_from_db()
    assert case.clinic is None


def test_a_newer_offer_takes_the_choice_away(case: Case, coordinator: User) -> None:
    referral = referral_to(case, "a", coordinator)
    first = record(referral)
    offer_services.show(offer=first, by=coordinator)
    choose(case, first)
    second = record(referral)
    assert offers.chosen(case) is None
    offer_services.show(offer=second, by=coordinator)
    choose(case, second)
    assert offers.chosen(case) == second


def told_clinics() -> list[tuple[str, str]]:
    """Return to whom the mails about a choice go, and what each says, once the pause is over."""
    before, waiting = len(sent.outbox), OutboxItem.objects.filter(kind="referral.choice", state="queued")
    for pk in list(waiting.values_list("pk", flat=True)):
        OutboxItem.objects.filter(pk=pk).update(not_before=timezone.now())
        outbox.deliver(pk)
    assert not any("Canary" in str(mail.message()) for mail in sent.outbox[before:])
    return [
        (mail.to[0], "another" if "another clinic" in str(mail.subject) else "yours") for mail in sent.outbox[before:]
    ]


def test_a_chosen_clinic_is_told_after_a_while_and_only_what_is_still_true(case: Case, coordinator: User) -> None:
    first, second, _third = (shown(case, slug, coordinator) for slug in ("a", "b", "c"))
    choose(case, first)
    [item] = OutboxItem.objects.filter(kind="referral.choice")
    assert item.not_before > timezone.now() + timedelta(minutes=9)
    # She chooses another within minutes: the first is told nothing, nor is a clinic that was not chosen.
    choose(case, second)
    assert told_clinics() == [("b@example.org", "yours")]
    # Who was told so before is told that it is another's; back and forth within minutes tells nothing again.
    choose(case, first)
    choose(case, second)
    assert told_clinics() == []
    choose(case, first)
    assert sorted(told_clinics()) == [("a@example.org", "yours"), ("b@example.org", "another")]


def test_a_choice_that_does_not_stand_any_more_is_not_told(case: Case, coordinator: User) -> None:
    referral = referral_to(case, "a", coordinator)
    offer = record(referral)
    offer_services.show(offer=offer, by=coordinator)
    choose(case, offer)
    record(referral)
    assert told_clinics() == []
    other = shown(case, "b", coordinator)
    choose(case, other)
    clinic_consents.withdraw(case=case, clinic=other.clinic)
    assert told_clinics() == []


def note(case: Case, offer: Offer, by: User, **said: Any) -> None:
    how = {"stated_by": StatedBy.PATIENT, "way": ChoiceWay.PHONE, "said_on": team_today(), "seen": "", **said}
    offer_services.note_choice(case=case, offer=offer, by=by, **how)


def test_a_choice_that_was_noted_means_what_her_own_does_and_says_who_noted_it(case: Case, coordinator: User) -> None:
    Case.objects.filter(pk=case.pk).update(owner=coordinator)
    first, second = shown(case, "a", coordinator), shown(case, "b", coordinator)
    for _click in range(2):
        note(case, first, coordinator)
    case.refresh_from_db()
    first.refresh_from_db()
    assert (case.clinic, offers.chosen(case)) == (first.clinic, first)
    assert (first.choice_noted_by, first.choice_way, first.choice_said_on) == (coordinator, "phone", team_today())
    assert open_tasks(case) == ["build-estimate", "read-offer"]
    event = Event.objects.get(reference=case.reference, kind="offer_chosen")
    assert (event.actor_kind, event.actor_id) == (ActorKind.STAFF, coordinator.pk)
    # Whoever noted it is not told of it; the clinic is.
    assert not OutboxItem.objects.filter(kind="case.chosen").exists()
    assert told_clinics() == [("a@example.org", "yours")]
    # Her own choice takes its place, and nobody noted that one.
    choose(case, second)
    first.refresh_from_db()
    assert (first.chosen_at, first.choice_noted_by, first.choice_way, first.choice_said_on) == (None, None, "", None)
    assert OutboxItem.objects.filter(kind="case.chosen", recipient_id=coordinator.pk).count() == 1


def test_a_noted_choice_takes_the_refusals_of_her_own_and_overwrites_no_other(case: Case, coordinator: User) -> None:
    referral = referral_to(case, "a", coordinator)
    offer, other = record(referral), shown(case, "b", coordinator)
    with pytest.raises(offer_services.NotOffered):
        note(case, offer, coordinator)
    offer_services.show(offer=offer, by=coordinator)
    for day in (team_today() - timedelta(days=1), team_today() + timedelta(days=1)):
        with pytest.raises(offer_services.OfferRefused, match="between"):
            note(case, offer, coordinator, said_on=day)
    with pytest.raises(PermissionDenied):
        note(case, offer, make_staff(Role.EDITOR))
    choose(case, other)
    with pytest.raises(offer_services.ChoiceChanged) as changed:
        note(case, offer, coordinator)
    assert changed.value.offer == other
    clinic_consents.withdraw(case=case, clinic=offer.clinic)
    with pytest.raises(offer_services.NoConsent):
        note(case, offer, coordinator, seen=str(other.pk))
    record(referral)
    with pytest.raises(offer_services.NotOffered):
        note(case, offer, coordinator, seen=str(other.pk))
    Case.objects.filter(pk=case.pk).update(status="estimate_sent")
    with pytest.raises(offer_services.NotNow):
        note(case, other, coordinator, seen=str(other.pk))
    assert offers.chosen(case) == other


def test_the_move_to_offers_in_needs_an_offer_or_a_clinic(case: Case, coordinator: User) -> None:
    assert moves.missing(case, Status.OFFERS_IN) == ["offer"]
    with pytest.raises(desk.NeedsMissing):
        moves.advance(case=case, to=Status.OFFERS_IN, by=coordinator, turn=NextTurn.US, next_at=timezone.now())
    make_offer(make_referral(case, by=coordinator))
    assert moves.missing(case, Status.OFFERS_IN) == []
    other = case_in("with_clinics", clinic=make_clinic("chosen"))
    assert moves.missing(other, Status.OFFERS_IN) == []
