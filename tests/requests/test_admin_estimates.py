"""Building an estimate from the price list, issuing it, reading it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.core.models import OutboxItem
from requests.enums import Flag, PriceOrigin, Status
from requests.models import AccessEvent, Case, Estimate, EstimateLine
from requests.services import effects
from requests.services.estimates import record_pdf
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_price, make_staff, submit
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return staff_client(make_staff(Role.COORDINATOR))


@pytest.fixture
def case() -> Case:
    condition = make_condition()
    chosen = make_price(condition, "test-scan", 380).procedure
    make_price(condition, "test-operation", 2550)
    made = submit(condition=condition, procedures=(chosen,), language="ru")
    Case.objects.filter(pk=made.pk).update(status=Status.TRIAGE)
    return made


def address(case: Case) -> str:
    return f"/admin/requests/case/{case.pk}/estimate/"


def typed(button: str, **changes: Any) -> dict[str, Any]:
    """Return what the page posts with the scan included."""
    fields = {
        "quantity": "1",
        "amount_from": "380.00",
        "amount_to": "",
        "currency": "USD",
        "included": "",
        "excluded": "",
    }
    lines = {f"line-test-scan-{name}": value for name, value in fields.items()}
    lines |= {f"line-test-operation-{name}": value for name, value in {**fields, "amount_from": "2550.00"}.items()}
    terms = {
        "terms-valid_until": str(timezone.now().date() + timedelta(days=30)),
        "terms-how_we_are_paid": "Клиника платит нам.",
        "terms-after": "0",
        "terms-kind": "final",
    }
    return {**lines, "line-test-scan-include": "on", **terms, button: "1", **changes}


def test_the_page_starts_from_the_price_list(client: Client, case: Case) -> None:
    draft = client.get(address(case)).context["draft"]
    rows = [
        (row.source.key, row.form["include"].value(), row.form["amount_from"].value(), row.form["currency"].value())
        for row in (*draft.listed, *draft.own)
    ]
    assert rows == [
        ("test-operation", False, "2550", "USD"),
        ("test-scan", True, "380", "USD"),
        ("own.fee", False, "", "USD"),
        ("own.discount", False, "", "USD"),
    ]


def test_check_shows_the_total_and_keeps_what_was_typed(client: Client, case: Case) -> None:
    changes = {"line-test-operation-include": "on", "line-test-scan-quantity": "2", "line-test-scan-amount_to": "500"}
    response = client.post(address(case), typed("check", **changes))
    assert (response.status_code, response.context["totals"]) == (200, ["from US$3,310"])
    assert "Клиника платит нам." in response.content.decode()
    assert not Estimate.objects.filter(kind="final").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"terms-how_we_are_paid": " "}, "Enter how we are paid. Every estimate says so."),
        ({"terms-valid_until": "2020-01-01"}, "Enter a day after today."),
        ({"line-test-scan-include": ""}, "Include at least one line."),
        ({"line-test-scan-amount_to": "100"}, "Enter an amount that is not below “From”."),
        ({"line-test-scan-currency": "dollars"}, "and 3 fit"),
        ({"line-test-scan-amount_from": "a lot"}, "Enter an amount such as 1200 or 1200.50."),
        ({"free-0-amount_from": "5"}, "Enter what this line is, or empty the line."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_issued(
    client: Client, case: Case, changes: dict[str, str], sentence: str
) -> None:
    response = client.post(address(case), typed("issue", **changes))
    assert (response.status_code, sentence in response.content.decode()) == (422, True)
    assert not Estimate.objects.filter(kind="final").exists()


def test_what_stands_in_a_line_that_is_not_included_does_not_matter(client: Client, case: Case) -> None:
    response = client.post(address(case), typed("check", **{"line-test-operation-amount_from": "a lot"}))
    assert response.status_code == 200


def by_hand(number: int, **changes: str) -> dict[str, Any]:
    line = {"name": f"Line {number}", "name_ru": f"Строка {number}", "amount_from": "10", "quantity": "1", **changes}
    return {f"free-{number}-{name}": value for name, value in line.items()}


def test_an_empty_line_follows_when_all_are_filled(client: Client, case: Case) -> None:
    page: dict[str, Any] = posted_from(client.get(address(case)).content.decode())
    page |= {"terms-how_we_are_paid": "The clinic pays us."}
    for number in range(5):
        assert [page[f"free-{number}-{name}"] for name in ("name", "quantity", "currency")] == [[""], ["1"], ["USD"]]
        assert f"free-{number + 1}-name" not in page
        page = posted_from(client.post(address(case), {**page, **by_hand(number), "check": "1"}).content.decode())
    assert client.post(address(case), {**page, "issue": "1"}).status_code == 302
    names = [line.name for line in Estimate.objects.get(kind="final").lines.all()]
    assert names == ["test-scan-ru", "Line 0", "Line 1", "Line 2", "Line 3", "Line 4"]


def test_the_enter_key_checks_and_does_not_issue(client: Client, case: Case) -> None:
    buttons = re.findall(
        r"<button[^>]* name=\"(check|issue)\"", client.post(address(case), typed("check")).content.decode()
    )
    assert (buttons[0], "issue" in buttons) == ("check", True)


def test_a_deleted_line_is_not_issued_whatever_stands_in_it(client: Client, case: Case) -> None:
    lines = {**by_hand(0), **by_hand(1, amount_from="a lot", DELETE="on"), **by_hand(2)}
    checked = client.post(address(case), typed("check", **lines))
    assert (checked.status_code, checked.context["totals"]) == (200, ["from US$400"])
    assert client.post(address(case), {**posted_from(checked.content.decode()), "issue": "1"}).status_code == 302
    names = [line.name for line in Estimate.objects.get(kind="final").lines.all()]
    assert names == ["test-scan-ru", "Line 0", "Line 2"]


def test_a_page_whose_lines_cannot_be_counted_issues_nothing(client: Client, case: Case) -> None:
    response = client.post(address(case), typed("issue", **{"free-TOTAL_FORMS": "many"}))
    assert (response.status_code, "ManagementForm data is missing" in response.content.decode()) == (422, True)
    assert not Estimate.objects.filter(kind="final").exists()


def test_issuing_freezes_the_lines(client: Client, case: Case) -> None:
    changes = {
        "free-0-name": "Перевод снимков",
        "free-0-name_ru": "Перевод снимков",
        "free-0-amount_from": "50",
        "free-0-amount_to": "80",
        "free-0-quantity": "3",
        "free-0-currency": "eur",
    }
    assert client.post(address(case), typed("issue", **changes)).status_code == 302
    price = case.condition.prices.get(procedure__code="test-scan")  # type: ignore[union-attr]
    price.amount_from = 999
    price.save()
    estimate = Estimate.objects.get(kind="final")
    lines = [
        (one.name, one.quantity, one.amount_from, one.amount_to, one.currency, one.origin)
        for one in estimate.lines.all()
    ]
    assert lines == [
        ("test-scan-ru", 1, 380, None, "USD", PriceOrigin.TYPICAL),
        ("Перевод снимков", 3, 50, 80, "EUR", PriceOrigin.COORDINATOR),
    ]
    case.refresh_from_db()
    assert (estimate.version, estimate.how_we_are_paid, case.status) == (1, "Клиника платит нам.", Status.ESTIMATE_SENT)
    assert OutboxItem.objects.get(kind=effects.ESTIMATE_PDF, object_id=estimate.pk).state == "queued"


def test_a_changed_amount_is_the_coordinators_own(client: Client, case: Case) -> None:
    client.post(address(case), typed("issue", **{"line-test-scan-amount_from": "400"}))
    line = Estimate.objects.get(kind="final").lines.get()
    assert (line.amount_from, line.origin, line.checked_on) == (400, PriceOrigin.COORDINATOR, None)


def test_a_second_click_issues_nothing(client: Client, case: Case) -> None:
    data = typed("issue")
    client.post(address(case), data)
    again = client.post(address(case), data)
    assert "Another version was issued meanwhile" in again.content.decode()
    assert Estimate.objects.filter(kind="final").count() == 1


def test_a_new_version_supersedes(client: Client, case: Case) -> None:
    client.post(address(case), typed("issue"))
    client.post(address(case), typed("issue", **{"terms-after": "1"}))
    rows = Estimate.objects.filter(kind="final").order_by("version")
    assert [(row.version, row.superseded_at is None) for row in rows] == [(1, False), (2, True)]


def test_a_quarantined_case_gets_no_estimate(client: Client) -> None:
    case = submit(flags=(Flag.HONEYPOT,))
    response = client.post(address(case), typed("issue"))
    assert (response.status_code, "Release the case from quarantine first." in response.content.decode()) == (409, True)
    assert not Estimate.objects.filter(kind="final").exists()


def test_the_pdf_is_there_once_it_is_printed(client: Client, case: Case) -> None:
    pdf = f"/admin/requests/case/{case.pk}/estimates/0.pdf"
    assert client.get(pdf).status_code == 404
    estimate = case.estimates.get()
    record_pdf(estimate=estimate, pdf=b"%PDF-canary")
    response = client.get(pdf)
    assert (response.content, response["Content-Type"]) == (b"%PDF-canary", "application/pdf")
    assert AccessEvent.objects.filter(reference=case.reference, kind="estimate", object_id=estimate.pk).count() == 1


def test_finance_reads_estimates_without_names(case: Case) -> None:
    client = staff_client(make_staff(Role.FINANCE))
    estimate = case.estimates.get()
    for path in ("/admin/requests/estimate/", f"/admin/requests/estimate/{estimate.pk}/change/"):
        response = client.get(path)
        text = response.content.decode()
        assert (response.status_code, case.reference in text) == (200, True)
        for word in ("Canary", "canary", "Test illness", "+97150"):
            assert word not in text
    assert client.get(f"/admin/requests/case/{case.pk}/estimates/0.pdf").status_code == 403
    assert client.get(f"/admin/requests/estimate/{estimate.pk}/delete/").status_code == 403


def test_finance_reads_nothing_that_says_what_is_treated(case: Case) -> None:
    estimate = Estimate.objects.create(
        case=case, kind="final", version=1, language="ru", condition_name="Canary illness", included="Canary stay",
        excluded="Canary drugs", reason="Canary reason", how_we_are_paid="By bank", valid_until=timezone.now().date(),
    )  # fmt: skip
    words = {"name": "Canary operation", "name_ru": "Canary operation", "included": "Canary ward"}
    EstimateLine.objects.create(estimate=estimate, amount_from=2550, currency="USD", origin="clinic", **words)
    address = f"/admin/requests/estimate/{estimate.pk}/change/"
    pages = {role: staff_client(make_staff(role)).get(address).content.decode() for role in (Role.FINANCE, Role.LEAD)}
    # Nothing in the table can be focused, and a phone scrolls it.
    assert 'tabindex="0" role="region" aria-label="Estimate lines"' in pages[Role.LEAD]
    assert all(words in pages[Role.LEAD] for words in ("Canary operation", "Canary stay"))
    assert ("Canary" in pages[Role.FINANCE], "2550" in pages[Role.FINANCE], "By bank" in pages[Role.FINANCE]) == (
        False,
        True,
        True,
    )
