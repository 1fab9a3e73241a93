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
from requests.enums import EventKind, Status
from requests.models import Case, Estimate
from requests.services import changes, desk, estimates
from requests.services.estimates import Basis, ChangedElsewhere, EstimateRefused, FinalTerms
from tests.accounts.cast import staff_client
from tests.factories import make_staff
from tests.requests.reading import posted_from
from tests.requests.states import case_in

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


@pytest.mark.parametrize("status", ["offers_in", "estimate_sent"])
def test_the_case_is_locked_once(coordinator: User, status: str) -> None:
    case, client = case_in(status), staff_client(coordinator)
    page = posted_from(client.get(address(case)).content.decode())
    page |= lines_by_hand(**{"terms-how_we_are_paid": "The clinic pays us."})
    with CaptureQueriesContext(connection) as queries:
        assert client.post(address(case), page).status_code == 302
    locks = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"] and 'FROM "requests_case"' in one["sql"]]
    assert len(locks) == 1
    assert versions(case) == [1]


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
