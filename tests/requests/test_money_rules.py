"""The operator's rules about money: one page in each language, and what patients get of them."""

import pytest

from portal.accounts.enums import Role
from requests.models import MoneyRules
from requests.selectors.money_rules import ONLY, Rules, Words, rules
from tests.accounts.cast import staff_client
from tests.factories import make_staff
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/moneyrules/"
PAGE = f"{LIST}{ONLY}/change/"


def test_without_rules_nothing_is_said() -> None:
    nothing = Words("", "en")
    assert rules("ar") == Rules(nothing, nothing, nothing)
    assert not rules("ar").deposit


def test_a_text_that_is_missing_is_read_in_english() -> None:
    MoneyRules.objects.create(pk=ONLY, deposit_en="A deposit", deposit_ar="عربون", refund_en="In 10 days")
    assert (rules("ar").deposit, rules("ar").refund) == (Words("عربون", "ar"), Words("In 10 days", "en"))
    assert str(rules("ru").deposit) == "A deposit"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.FINANCE])
def test_the_list_is_the_page_and_languages_stand_side_by_side(role: Role) -> None:
    client = staff_client(make_staff(role))
    assert client.get(LIST).headers["Location"] == PAGE
    typed = {"how_we_are_paid_en": "Paid by clinics", "deposit_en": "None", "refund_en": ""}
    assert client.post(PAGE, {**posted_from(client.get(PAGE).content.decode()), **typed}).status_code == 302
    russian = client.get(f"{PAGE}?lang=ru").content.decode()
    assert "Paid by clinics" in russian
    client.post(f"{PAGE}?lang=ru", {**posted_from(russian), "deposit_ru": "Без задатка"})
    assert (rules("en").how_we_are_paid.text, rules("ru").deposit.text) == ("Paid by clinics", "Без задатка")
    assert MoneyRules.objects.count() == 1


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD])
def test_the_desk_reads_the_rules_and_changes_nothing(role: Role) -> None:
    MoneyRules.objects.create(pk=ONLY, refund_en="In 10 days")
    client = staff_client(make_staff(role))
    assert "In 10 days" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"refund_en": "Never"}).status_code == 403
    assert rules("en").refund.text == "In 10 days"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.FINANCE])
def test_there_is_one_row_for_good(role: Role) -> None:
    client = staff_client(make_staff(role))
    client.get(LIST)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{PAGE.replace('change', 'delete')}", {"post": "yes"}).status_code == 403
    assert MoneyRules.objects.count() == 1
