"""The table that builds an estimate: what it starts from, what we add ourselves, names in both languages, its preview."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clinics.models import ClinicContact
from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import AccessKind, EstimateKind, LineKind, PriceOrigin, Status
from requests.models import (
    AccessEvent,
    AskedLine,
    Case,
    Estimate,
    EstimateLine,
    MoneyRules,
    Offer,
    SupportPackage,
    TaskKind,
)
from requests.offer_content import OfferLine
from requests.selectors.money_rules import ONLY
from requests.services import estimate_sources, estimates
from requests.services.estimates import FinalTerms
from tests.accounts.cast import staff_client
from tests.factories import (
    make_condition,
    make_contact,
    make_offer,
    make_price,
    make_procedure,
    make_referral,
    make_staff,
    submit,
)
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

PAID = "تدفع لنا العيادة."


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


@pytest.fixture
def contact() -> ClinicContact:
    return make_contact()


@pytest.fixture
def case(contact: ClinicContact) -> Case:
    """A case in Arabic whose clinic may be asked, beside the operator's sentence about money."""
    MoneyRules.objects.create(pk=ONLY, how_we_are_paid_en="The clinic pays us.", how_we_are_paid_ar=PAID)
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    made = submit(condition=condition, language="ar")
    Case.objects.filter(pk=made.pk).update(status=Status.OFFERS_IN, clinic=contact.clinic)
    made.refresh_from_db()
    return made


def address(case: Case, source: str = "") -> str:
    return f"/admin/requests/case/{case.pk}/estimate/" + (f"?from={source}" if source else "")


def offered(case: Case, by: User, contact: ClinicContact, **content: Any) -> Offer:
    """Return an offer of two asked lines: one with a price, one without."""
    scan = make_procedure("test-scan")
    asked = [
        AskedLine.objects.create(case=case, procedure=scan, name="فحص", name_ru="Снимок", order=0),
        AskedLine.objects.create(case=case, name="علاج", name_ru="Лечение", order=1),
    ]
    lines = [OfferLine(asked=asked[0].pk, amount_from=Decimal(400), quantity=2), OfferLine(asked=asked[1].pk)]
    said_on = timezone.localdate() - datetime.timedelta(days=3)
    entered = {"entered_by": by, "way": "phone", "said_on": said_on}
    return make_offer(make_referral(case, by=by, contact=contact), columns=entered, lines=lines, **content)


def opened(client: Client, where: str) -> dict[str, Any]:
    """Return what the page posts as it opens, so that nothing but a button is pressed."""
    response = client.get(where)
    assert response.status_code == 200
    return posted_from(response.content.decode())


def lines_of(case: Case) -> list[tuple[Any, ...]]:
    """Return the lines of the last version: kind, names, amount from, whose price."""
    last = case.estimates.order_by("-version").first()
    assert last is not None
    return [
        (line.kind, line.name, line.name_ru, line.amount_from, line.origin, line.procedure and line.procedure.code)
        for line in last.lines.all()
    ]


def test_an_offer_is_issued_as_it_stands(client: Client, case: Case, contact: ClinicContact, coordinator: User) -> None:
    offer = offered(case, coordinator, contact, stay_from=7, stay_to=10, raises="Blood", included="Ward")
    Offer.objects.filter(pk=offer.pk).update(language="ar")
    where = address(case, f"offer:{offer.pk}")
    assert client.post(where, opened(client, where) | {"issue": "1"}).status_code == 302
    assert lines_of(case) == [(LineKind.TREATMENT, "فحص", "Снимок", 400, PriceOrigin.OFFER, "test-scan")]
    estimate = case.estimates.get(version=1)
    assert (estimate.how_we_are_paid, estimate.excluded) == (PAID, "Blood")
    assert ("Ward" in estimate.included, "من 7 إلى 10" in estimate.included) == (True, True)
    assert (estimate.lines.get().checked_on, estimate.lines.get().quantity) == (offer.said_on, 2)
    assert AccessEvent.objects.filter(reference=case.reference, kind=AccessKind.OFFER, object_id=offer.pk).exists()


@pytest.mark.parametrize(
    ("low", "high", "days"), [(7, None, "7 or more."), (7, 7, "7."), (7, 10, "7 to 10."), (None, None, "")]
)
def test_the_stay_is_said_in_words(
    case: Case, contact: ClinicContact, coordinator: User, low: int | None, high: int | None, days: str
) -> None:
    Case.objects.filter(pk=case.pk).update(language="en")
    case.refresh_from_db()
    offer = offered(case, coordinator, contact, stay_from=low, stay_to=high)
    source = estimate_sources.of(case, EstimateKind.FINAL, f"offer:{offer.pk}")
    assert source.words["included"] == (f"Days in hospital: {days}" if days else "")


def test_what_a_clinic_wrote_in_another_language_is_shown_and_not_printed(
    client: Client, case: Case, contact: ClinicContact, coordinator: User
) -> None:
    offer = offered(case, coordinator, contact, raises="Переливание крови")
    Offer.objects.filter(pk=offer.pk).update(language="ru")
    page = client.get(address(case, f"offer:{offer.pk}"))
    assert "Переливание крови" in page.content.decode()
    assert posted_from(page.content.decode())["terms-excluded"] == [""]


def test_the_offer_of_another_clinic_than_the_case_names_is_said(client: Client, case: Case, coordinator: User) -> None:
    other = offered(case, coordinator, make_contact("another-clinic"))
    text = client.get(address(case, f"offer:{other.pk}")).content.decode()
    assert "The case and the estimate name" in text


@pytest.mark.parametrize("source", ["offer:x", f"offer:{uuid4()}", "version:9", "version:99999", "version:٣", "what"])
def test_a_source_that_is_not_there_is_said_and_the_price_list_stands(client: Client, case: Case, source: str) -> None:
    response = client.get(address(case, source), follow=True)
    assert "There is no such offer or version" in response.content.decode()
    assert [row.source.key for row in response.context["draft"].listed] == ["test-scan"]


def test_an_offer_of_another_case_is_no_source(
    client: Client, case: Case, contact: ClinicContact, coordinator: User
) -> None:
    other = submit(language="ar")
    offer = offered(other, coordinator, contact)
    assert "There is no such offer" in client.get(address(case, f"offer:{offer.pk}")).content.decode()


def issue_version(case: Case, by: User, *lines: EstimateLine, **terms: str) -> Estimate:
    until = timezone.now().date() + datetime.timedelta(days=5)
    whole = FinalTerms(until, "Paid so.", **terms)
    return estimates.issue(case=case, lines=lines, terms=whole, by=by)


def test_a_new_version_starts_from_the_last(client: Client, case: Case, coordinator: User) -> None:
    scan = make_procedure("test-scan")
    issue_version(
        case,
        coordinator,
        EstimateLine(
            name="فحص", name_ru="Снимок", procedure=scan, amount_from=Decimal(350), currency="USD", origin="typical"
        ),
        EstimateLine(
            name="رسوم", name_ru="Сбор", kind="fee", amount_from=Decimal(50), currency="USD", origin="operator"
        ),
        EstimateLine(
            name="خصم", name_ru="Скидка", kind="discount", amount_from=Decimal(20), currency="USD", origin="operator"
        ),
        included="Ward",
    )
    response = client.get(address(case, "version:1"))
    assert response.context["totals"] == ["from US$380"]
    # The price list has changed since.
    assert "today from US$380" in response.content.decode()
    page = posted_from(response.content.decode())
    assert (
        client.post(address(case, "version:1"), page | {"line-version.1-amount_from": "60", "issue": "1"}).status_code
        == 302
    )
    assert lines_of(case) == [
        (LineKind.TREATMENT, "فحص", "Снимок", 350, PriceOrigin.TYPICAL, "test-scan"),
        (LineKind.FEE, "رسوم", "Сбор", 60, PriceOrigin.OPERATOR, None),
        (LineKind.DISCOUNT, "خصم", "Скидка", 20, PriceOrigin.OPERATOR, None),
    ]
    second = case.estimates.get(version=2)
    assert (second.included, second.how_we_are_paid) == ("Ward", "Paid so.")
    assert second.valid_until == timezone.now().date() + datetime.timedelta(days=30)
    assert [str(total.amount_from) for total in second.totals()] == ["390.00"]


def test_what_we_add_ourselves_comes_last(client: Client, case: Case) -> None:
    package = SupportPackage.objects.create(slug="test", name_en="Help", name_ru="Помощь", name_ar="مساعدة")
    Case.objects.filter(pk=case.pk).update(package=package)
    page = opened(client, address(case))
    own = {"own.package": "100", "own.fee": "30", "own.discount": "10"}
    for key, amount in own.items():
        page |= {f"line-{key}-include": "on", f"line-{key}-amount_from": amount}
    page |= {"line-test-scan-include": "on"}
    checked = client.post(address(case), page | {"check": "1"})
    assert checked.context["totals"] == ["from US$500"]
    assert client.post(address(case), page | {"issue": "1"}).status_code == 302
    assert [row[:1] + row[3:5] for row in lines_of(case)] == [
        ("treatment", 380, "typical"),
        ("package", 100, "operator"),
        ("fee", 30, "operator"),
        ("discount", 10, "operator"),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"line-own.discount-include": "on", "line-own.discount-amount_from": "381"},
            "The discount is more than everything else in USD comes to. Lower it.",
        ),
        (
            {
                "line-own.discount-include": "on",
                "line-own.discount-amount_from": "1",
                "line-own.discount-currency": "EUR",
            },
            "The discount is more than everything else in EUR comes to. Lower it.",
        ),
        ({"line-own.discount-include": "on"}, "Enter how much is taken off."),
        ({"line-own.fee-amount_from": "30"}, "or empty its amount."),
        ({"line-own.fee-include": "on", "line-own.fee-name_ru": ""}, "Enter the name in both languages"),
        ({"free-0-name": "ترجمة"}, "Enter the name in Russian"),
        ({"free-TOTAL_FORMS": "900"}, "at most 60"),
    ],
)
def test_what_is_wrong_is_said(client: Client, case: Case, changes: dict[str, str], sentence: str) -> None:
    page = opened(client, address(case)) | {"line-test-scan-include": "on", "issue": "1", **changes}
    response = client.post(address(case), page)
    assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert not case.estimates.filter(version=1).exists()


def test_a_service_refuses_a_discount_that_is_too_high(case: Case, coordinator: User) -> None:
    lines = [
        EstimateLine(name="A", name_ru="А", amount_from=Decimal(5), currency="USD", origin="coordinator"),
        EstimateLine(name="B", name_ru="Б", kind="discount", amount_from=Decimal(6), currency="USD", origin="operator"),
    ]
    with pytest.raises(estimates.EstimateRefused, match="Lower it"):
        issue_version(case, coordinator, *lines)


@pytest.mark.parametrize("typed", [{"free-0-name": "Расшифровка"}, {"free-0-name_ru": "Расшифровка"}])
def test_one_name_of_the_list_of_procedures_fills_the_other(client: Client, case: Case, typed: dict[str, str]) -> None:
    names = {"name_en": "Reading", "name_ru": "Расшифровка", "name_ar": "قراءة", "unit_ar": "مرة", "unit_ru": "раз"}
    make_procedure("test-reading", **names)
    page = opened(client, address(case)) | {"free-0-amount_from": "20", **typed}
    page = posted_from(client.post(address(case), page | {"check": "1"}).content.decode())
    filled = [page[f"free-0-{name}"] for name in ("name", "name_ru", "unit", "unit_ru")]
    assert filled == [["قراءة"], ["Расшифровка"], ["مرة"], ["раз"]]
    assert client.post(address(case), page | {"issue": "1"}).status_code == 302
    assert lines_of(case) == [(LineKind.TREATMENT, "قراءة", "Расшифровка", 20, PriceOrigin.COORDINATOR, "test-reading")]


def test_a_line_is_added_without_a_script(client: Client, case: Case) -> None:
    page = opened(client, address(case))
    for number in (2, 3):
        page = posted_from(client.post(address(case), page | {"add": "1"}).content.decode())
        assert (page["free-TOTAL_FORMS"], f"free-{number - 1}-name" in page) == ([str(number)], True)


def test_the_preview_is_the_document_in_her_language(client: Client, case: Case) -> None:
    page = opened(client, address(case)) | {"line-test-scan-include": "on", "check": "1"}
    text = client.post(address(case), page).content.decode()
    article = text[text.index("<article") : text.index("</article>")]
    assert 'lang="ar" dir="rtl"' in article
    assert (PAID in article, "test-scan-ar" in article, case.reference in article) == (True, True, True)
    assert not Estimate.objects.filter(version=1).exists()


@pytest.mark.parametrize(("days", "is_marked"), [(90, False), (91, True)])
def test_a_price_says_how_old_it_is(client: Client, case: Case, days: int, *, is_marked: bool) -> None:
    price = case.condition.prices.get()  # type: ignore[union-attr]
    price.checked_on = timezone.localdate() - datetime.timedelta(days=days)
    price.save()
    text = client.get(address(case)).content.decode()
    assert f"{days} days old" in text
    assert (f'desk-mark-warning">{days} days old' in text) is is_marked


def test_the_case_page_leads_to_what_is_usual(
    client: Client, case: Case, contact: ClinicContact, coordinator: User
) -> None:
    page = f"/admin/requests/case/{case.pk}/change/"
    offer = offered(case, coordinator, contact)
    assert f'href="{address(case)}"' in client.get(page).content.decode()
    Offer.objects.filter(pk=offer.pk).update(chosen_at=timezone.now(), shown_at=timezone.now())
    assert f'href="{address(case)}?from=offer%3A{offer.pk}"' in client.get(page).content.decode()
    line = EstimateLine(name="A", name_ru="А", amount_from=Decimal(5), currency="USD", origin="coordinator")
    issue_version(case, coordinator, line)
    assert f'href="{address(case)}?from=version%3A1"' in client.get(page).content.decode()


def test_an_estimate_does_the_task_to_build_it(case: Case, coordinator: User) -> None:
    task = case.tasks.create(kind=TaskKind.objects.get(code="build-estimate"), for_desk=True)
    line = EstimateLine(name="A", name_ru="А", amount_from=Decimal(5), currency="USD", origin="coordinator")
    issue_version(case, coordinator, line)
    task.refresh_from_db()
    assert not task.is_open


def test_nobody_but_the_desk_builds(case: Case) -> None:
    assert staff_client(make_staff(Role.FINANCE)).get(address(case, "version:1")).status_code == 403
