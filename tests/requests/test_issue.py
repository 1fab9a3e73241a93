"""Issuing an estimate: one lock of its case, and nothing over what its writer did not know of."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import EstimateKind, EventKind, PriceOrigin, Status
from requests.models import Case, Estimate
from requests.services import changes, desk, estimates, next_dates
from requests.services.estimates import Basis, ChangedElsewhere, EstimateRefused, FinalTerms
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_price, make_procedure, make_staff, submit
from tests.requests.reading import posted_from
from tests.requests.states import ANSWERED, case_in

pytestmark = pytest.mark.django_db

IN_ANOTHER_WINDOW = "That was in another window of yours."


@pytest.fixture
def colleague() -> User:
    return make_staff(Role.COORDINATOR, name="Anna")


def issue(case: Case, by: User, basis: Basis | None, reason: str = "") -> Estimate:
    terms = FinalTerms(timezone.now().date() + timedelta(days=30), "The clinic pays us.", reason=reason)
    line = estimates.line_by_hand(name="Line", name_ru="Строка", amount_from=Decimal(100), currency="USD", quantity=1)
    return estimates.issue(case=case, lines=[line], terms=terms, by=by, basis=basis)


def address(case: Case) -> str:
    return f"/admin/requests/case/{case.pk}/estimate/"


def versions(case: Case) -> list[int]:
    return list(case.estimates.order_by("version").values_list("version", flat=True))


def lines_by_hand(**changes: Any) -> dict[str, Any]:
    return {"free-0-name": "Line", "free-0-name_ru": "Строка", "free-0-amount_from": "100", "issue": "1", **changes}


@pytest.mark.postgresql(reason="SQLite locks the whole database, no row")
@pytest.mark.parametrize("status", ["offers_in", "estimate_sent"])
def test_the_case_is_locked_once_and_once_more_for_its_next_date(coordinator: User, status: str) -> None:
    case, client = case_in(status, owner=coordinator), staff_client(coordinator)
    Case.objects.filter(pk=case.pk).update(**ANSWERED)
    assert next_dates.ensure(case=case, by=coordinator)
    page = posted_from(client.get(address(case)).content.decode())
    page |= lines_by_hand(**{"terms-how_we_are_paid": "The clinic pays us."})
    with CaptureQueriesContext(connection) as queries:
        assert client.post(address(case), page).status_code == 302
    locks = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"] and 'FROM "requests_case"' in one["sql"]]
    assert len(locks) == 2
    assert versions(case) == [1]


def test_an_estimate_has_a_line(coordinator: User) -> None:
    case = case_in("offers_in")
    terms = FinalTerms(timezone.now().date() + timedelta(days=30), "The clinic pays us.")
    with pytest.raises(EstimateRefused, match=r"^Include at least one line\.$"):
        estimates.issue(case=case, lines=[], terms=terms, by=coordinator)
    case.refresh_from_db()
    assert (versions(case), case.status) == ([], "offers_in")


def test_whoever_knows_everything_issues(coordinator: User, colleague: User) -> None:
    case = case_in("triage")
    assert issue(case, coordinator, Basis.of(case, known=0)).version == 1
    case.refresh_from_db()
    assert issue(case, colleague, Basis.of(case, known=2)).version == 2


def test_a_version_of_a_colleague_is_not_passed_over(coordinator: User, colleague: User) -> None:
    case = case_in("offers_in")
    basis = Basis.of(case, known=0)
    issue(case, colleague, basis)
    with pytest.raises(changes.ChangedMeanwhile) as found:
        issue(case, coordinator, basis)
    assert {event.kind for event in found.value.events} == {EventKind.ESTIMATE_ISSUED, EventKind.MOVED}
    assert versions(case) == [1]


def test_a_version_of_ones_own_other_window_is_not_passed_over(coordinator: User) -> None:
    case = case_in("offers_in")
    basis = Basis.of(case, known=0)
    issue(case, coordinator, basis)
    with pytest.raises(ChangedElsewhere, match=r"^Another version was issued meanwhile\. .* another window of yours"):
        issue(case, coordinator, basis)
    assert versions(case) == [1]


def test_a_whole_estimate_never_becomes_a_supplement_because_the_case_moved(coordinator: User) -> None:
    case = case_in("estimate_sent")
    basis = Basis.of(case, known=0)
    desk.move(case=case, to=Status.ACCEPTED, by=coordinator)
    with pytest.raises(ChangedElsewhere, match=r"^The case has moved meanwhile\. .* another window of yours"):
        issue(case, coordinator, basis, reason="Nights")
    assert versions(case) == []


def test_where_none_is_issued_any_more_the_case_says_so(coordinator: User) -> None:
    case = case_in("triage")
    basis = Basis.of(case, known=0)
    desk.move(case=case, to=Status.WAITING_DOCUMENTS, by=coordinator)
    with pytest.raises(EstimateRefused, match="while the case is in “Waiting for documents”"):
        issue(case, coordinator, basis)
    assert versions(case) == []


@pytest.mark.parametrize("who", ["own", "colleague"])
def test_the_desk_says_who_issued_keeps_what_was_typed_and_issues_at_the_second_click(
    coordinator: User, colleague: User, who: str
) -> None:
    case, client = case_in("offers_in"), staff_client(coordinator)
    page = posted_from(client.get(address(case)).content.decode())
    page |= lines_by_hand(**{"free-0-name": "Canary of a line", "terms-how_we_are_paid": "Canary of a fee"})
    issue(case, coordinator if who == "own" else colleague, Basis.of(case, known=0))
    asked = client.post(address(case), page)
    text = asked.content.decode()
    said = IN_ANOTHER_WINDOW if who == "own" else "Anna issued an estimate under a minute ago"
    assert (asked.status_code, said in text, versions(case)) == (409, True, [1])
    again = posted_from(text)
    kept = [again[name] for name in ("free-0-name", "free-0-amount_from", "terms-how_we_are_paid", "terms-after")]
    assert kept == [["Canary of a line"], ["100"], ["Canary of a fee"], ["1"]]
    assert client.post(address(case), again | {"issue": "1"}).status_code == 302
    assert versions(case) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_issues(coordinator: User) -> None:
    case = case_in("offers_in")
    basis = Basis.of(case, known=0)

    def click(_number: int) -> str:
        try:
            issue(case, coordinator, basis)
        except ChangedElsewhere as refusal:
            return str(refusal)
        finally:
            connection.close()
        return "issued"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(click, range(4)))
    assert said == [f"Another version was issued meanwhile. {IN_ANOTHER_WINDOW}"] * 3 + ["issued"]
    assert versions(case) == [1]


def offering(status: str = "triage") -> Case:
    """Return a case whose patient chose a scan, for 20 days at this price, and an operation without a price."""
    condition, today = make_condition(), timezone.now().date()
    scan = make_price(condition, "test-scan", 380, valid_until=today + timedelta(days=20)).procedure
    make_price(condition, "test-course", 1000)
    case = submit(condition=condition, procedures=(scan, make_procedure("test-transplant")))
    Case.objects.filter(pk=case.pk).update(status=status)
    return case


def test_an_estimate_begins_with_the_price_list_and_what_was_chosen_without_a_price() -> None:
    case = offering()
    offered = estimates.procedures_to_offer(case)
    assert [one.procedure.code for one in offered] == ["test-course", "test-scan", "test-transplant"]
    assert [one.terms is None for one in offered] == [False, False, True]
    ids = {one.procedure.code: one.procedure.pk for one in offered}
    chosen = {ids["test-scan"], ids["test-transplant"]}
    assert estimates.procedures_to_include(case, EstimateKind.FINAL) == chosen
    assert estimates.procedures_to_include(case, EstimateKind.SUPPLEMENT) == set()


def test_an_estimate_holds_no_longer_than_its_first_price() -> None:
    offered, today = estimates.procedures_to_offer(offering()), timezone.now().date()
    assert estimates.usual_end(offered) == today + timedelta(days=20)
    assert estimates.usual_end(offered[:1]) == estimates.usual_end([]) == today + timedelta(days=30)


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, PriceOrigin.TYPICAL),
        ({"quantity": 3, "included": "Two nights"}, PriceOrigin.TYPICAL),
        ({"amount_from": Decimal(400)}, PriceOrigin.COORDINATOR),
        ({"amount_to": Decimal(380)}, PriceOrigin.COORDINATOR),
        ({"currency": "EUR"}, PriceOrigin.COORDINATOR),
    ],
)
def test_a_changed_amount_is_the_coordinators_own(changes: dict[str, Any], origin: PriceOrigin) -> None:
    case = offering()
    scan = estimates.procedures_to_offer(case)[1]
    line = estimates.line_from_price_list(case=case, priced=scan)
    stated = {"amount_from": line.amount_from, "amount_to": line.amount_to, "currency": line.currency, **changes}
    estimates.change_line(line, **stated)
    assert {name: getattr(line, name) for name in stated} == stated
    assert (line.origin, line.checked_on is None) == (origin, origin == PriceOrigin.COORDINATOR)
