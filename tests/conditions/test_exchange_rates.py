"""Exchange rates: several of one day at once, what is wrong with them, and which are old."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from clinics.selectors import upkeep
from conditions.models import ExchangeRate
from conditions.selectors import exchange_rates
from portal.accounts.enums import Role
from portal.core.worktime import team_today
from tests.accounts.cast import staff_client
from tests.factories import make_staff
from tests.requests.reading import FormPage

pytestmark = pytest.mark.django_db

LIST = "/admin/conditions/exchangerate/"
PAGE = f"{LIST}day/"


@pytest.fixture
def editor() -> Client:
    return staff_client(make_staff(Role.EDITOR))


def typed(*rates: tuple[str, str], **shared: Any) -> dict[str, Any]:
    rows = {f"rates-{number}-currency": currency for number, (currency, _rubles) in enumerate(rates)}
    rows |= {f"rates-{number}-rubles": rubles for number, (_currency, rubles) in enumerate(rates)}
    about = {"day": team_today().isoformat(), "source": "Bank of Russia", **shared}
    return {**about, **rows, "rates-TOTAL_FORMS": len(rates), "rates-INITIAL_FORMS": len(rates)}


def stored() -> dict[str, Decimal]:
    return dict(ExchangeRate.objects.values_list("currency", "rubles"))


def make_rate(currency: str, days_ago: int = 0, rubles: str = "90") -> ExchangeRate:
    day = team_today() - datetime.timedelta(days=days_ago)
    return ExchangeRate.objects.create(currency=currency, rubles=rubles, day=day, source="Bank of Russia")


def test_the_page_names_the_currencies_of_the_last_time(editor: Client) -> None:
    make_rate("AED", 3)
    page = FormPage(editor.get(PAGE).content.decode()).values
    rows = [page[f"rates-{number}-currency"] for number in range(6)]
    assert rows == [["USD"], ["EUR"], ["AED"], [""], [""], [""]]
    assert (page["source"], page["rates-0-rubles"]) == (["Bank of Russia"], [""])
    assert f'href="{PAGE}"' in editor.get(LIST).content.decode()


def test_several_rates_of_a_day_are_saved_at_once(editor: Client) -> None:
    answer = editor.post(PAGE, typed(("USD", "92,15"), ("eur", "1 001.5"), ("AED", ""), ("", "")), follow=True)
    assert stored() == {"USD": Decimal("92.15"), "EUR": Decimal("1001.5")}
    assert "2 rates of" in answer.content.decode()


def test_the_second_click_saves_nothing_and_is_no_error(editor: Client) -> None:
    for _click in range(2):
        assert editor.post(PAGE, typed(("USD", "92.15"))).status_code == 302
    assert stored() == {"USD": Decimal("92.15")}


@pytest.mark.parametrize(
    ("rates", "shared", "sentence"),
    [
        ([("USD", "much")], {}, "Enter a number such as 92.15."),
        ([("USD", "0")], {}, "Enter how many roubles one unit is worth."),
        ([("USD", "-3")], {}, "Enter how many roubles one unit is worth."),
        ([("RUB", "1")], {}, "A rouble needs no rate. Enter another currency."),
        ([("XQQ", "1")], {}, "Enter the code of a currency: USD, EUR, AED."),
        ([("US", "1")], {}, "A currency is three capital letters (ISO 4217)."),
        ([("", "1")], {}, "Enter the currency of this rate."),
        ([("USD", "90"), ("usd", "91")], {}, "This currency stands here twice."),
        ([("CHF", "90")], {}, "This currency has a rate of this day already. Change that one."),
        ([("USD", "")], {}, "Enter a rate for one currency or more."),
        ([("USD", "90")], {"day": "2099-01-01"}, "Enter the day of the rate: tomorrow at the latest."),
        ([("USD", "90")], {"source": ""}, "Source"),
    ],
)
def test_a_wrong_rate_saves_nothing_and_costs_nothing_typed(
    editor: Client, rates: list[tuple[str, str]], shared: dict[str, str], sentence: str
) -> None:
    make_rate("CHF", rubles="100")
    answer = editor.post(PAGE, typed(("EUR", "99.5"), *rates, **shared))
    if sentence == "Enter a rate for one currency or more.":
        answer = editor.post(PAGE, typed(*rates, **shared))
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, "Nothing is saved yet." in page) == (422, True, True)
    assert stored() == ({"CHF": Decimal(100)} if sentence[:12] != "Enter a rate" else stored())
    assert FormPage(page).values[f"rates-{1 if len(rates) > 0 and 'rates-1-rubles' in page else 0}-rubles"]


def test_one_rate_is_changed_on_its_page_and_in_the_future_is_none(editor: Client) -> None:
    rate = make_rate("USD")
    about = {"currency": "usd", "day": rate.day.isoformat(), "source": "Bank of Russia", "source_url": ""}
    editor.post(f"{LIST}{rate.pk}/change/", {**about, "rubles": "93,5"})
    assert stored() == {"USD": Decimal("93.5")}
    future = editor.post(f"{LIST}add/", {**about, "rubles": "93", "day": "2099-01-01"})
    assert "Enter the day of the rate: tomorrow at the latest." in future.content.decode()


def test_a_rate_older_than_30_days_is_due_unless_a_newer_one_stands(editor: Client) -> None:
    old = make_rate("USD", 31)
    make_rate("EUR", 40)
    make_rate("EUR", 2)
    make_rate("AED", 30)
    today = team_today()
    assert exchange_rates.stale(today) == [old]
    due = [row for row in upkeep.stale(today) if row.owner == "conditions_exchangerate"]
    assert [(row.what, row.owner_id, row.days_late(today)) for row in due] == [("exchange rate: USD", old.pk, 1)]
    assert f"{LIST}{old.pk}/change/" in editor.get("/admin/clinics/clinic/due/").content.decode()


@pytest.mark.parametrize(("role", "status"), [(Role.FINANCE, 403), (Role.COORDINATOR, 403), (Role.LEAD, 403)])
def test_only_editors_enter_rates(role: Role, status: int) -> None:
    client = staff_client(make_staff(role))
    assert (client.get(LIST).status_code, client.get(PAGE).status_code) == (200, status)
    assert client.post(PAGE, typed(("USD", "90"))).status_code == status
    assert stored() == {}
