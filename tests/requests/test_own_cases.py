"""CASES_OWN_ONLY: coordinators see their own and unowned cases, leads all of them."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from pytest_django.fixtures import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import Status
from requests.models import Case, Estimate
from requests.selectors.queue import numbers
from requests.services import desk
from tests.accounts.cast import staff_client
from tests.factories import make_condition, make_price, make_staff, submit
from tests.factories.requests import EMAIL, NAME
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"


@pytest.fixture
def colleague() -> User:
    return make_staff(Role.COORDINATOR, name="Boris")


@pytest.fixture
def theirs(colleague: User) -> Case:
    case = submit()
    desk.assign(case=case, to=colleague, by=colleague)
    return case


@pytest.fixture
def mine(coordinator: User) -> Case:
    case = submit(email="mine@example.org", name="Mine Own", phone="+971501111111")
    desk.assign(case=case, to=coordinator, by=coordinator)
    return case


@pytest.fixture
def nobodys() -> Case:
    return submit(email="nobodys@example.org", name="Nobody Own", phone="+971502222222")


@pytest.fixture(autouse=True)
def own_only(settings: Settings) -> None:
    settings.CASES_OWN_ONLY = True


def listed(user: User, query: str = "") -> set[str]:
    return {case.reference for case in staff_client(user).get(f"{LIST}{query}").context["cl"].result_list}


def test_the_list_its_numbers_and_the_search_leave_out_those_of_colleagues(
    coordinator: User, colleague: User, theirs: Case, mine: Case, nobodys: Case
) -> None:
    assert listed(coordinator) == {mine.reference, nobodys.reference}
    assert listed(coordinator, f"?q={theirs.reference}") == set()
    assert listed(coordinator, "?whose=nobody") == {nobodys.reference}
    assert (numbers(coordinator, {})["current"], numbers(coordinator, {})["new"]) == (2, 2)
    assert listed(colleague) == {theirs.reference, nobodys.reference}
    lead = make_staff(Role.LEAD)
    assert listed(lead) == {theirs.reference, mine.reference, nobodys.reference}
    assert numbers(lead, {})["current"] == 3
    # Who left owns none, so that everybody sees what lies there.
    colleague.is_active = False
    colleague.save()
    assert theirs.reference in listed(coordinator)


def addresses(case: Case) -> dict[str, str]:
    """Return each address of a case at the desk, with made-up names of its parts."""
    made_up: dict[str, Callable[[], Any]] = {"UUIDConverter": uuid4, "IntConverter": lambda: 0}
    found = {}
    for pattern in admin.site.get_model_admin(Case).get_urls():
        converters = getattr(pattern.pattern, "converters", {})
        if "pk" in converters:
            parts = {name: made_up.get(type(kind).__name__, lambda: "email")() for name, kind in converters.items()}
            found[str(pattern.name)] = reverse(f"admin:{pattern.name}", kwargs=parts | {"pk": case.pk})
    return found | {
        "change": reverse("admin:requests_case_change", args=[case.pk]),
        "history": reverse("admin:requests_case_history", args=[case.pk]),
        "move": reverse("admin:requests_case_move", args=[case.pk, "triage"]),
    }


def test_no_address_of_a_colleagues_case_opens(coordinator: User, theirs: Case) -> None:
    client = staff_client(coordinator)
    closed = addresses(theirs)
    assert len(closed) > 30
    differences = []
    for name, address in closed.items():
        answers = (client.get(address), client.post(address, {"body": "x", "me": "1"}))
        differences += [
            f"{name}: {answer.status_code}"
            for answer in answers
            if answer.status_code not in (403, 404, 405) or NAME in answer.content.decode()
        ]
    assert differences == []
    case = Case.objects.get(pk=theirs.pk)
    assert (case.owner, case.status, case.notes.count()) == (theirs.owner, Status.NEW, 0)


def test_leads_open_every_case_and_without_the_setting_everybody_does(
    coordinator: User, theirs: Case, settings: Settings
) -> None:
    address = addresses(theirs)["change"]
    assert staff_client(make_staff(Role.LEAD)).get(address).status_code == 200
    assert staff_client(coordinator).get(address).status_code == 404
    settings.CASES_OWN_ONLY = False
    assert staff_client(coordinator).get(address).status_code == 200
    assert theirs.reference in listed(coordinator)


def test_who_gives_a_case_away_goes_back_to_the_list(coordinator: User, colleague: User, mine: Case) -> None:
    client = staff_client(coordinator)
    posted = posted_from(client.get(addresses(mine)["change"]).content.decode()) | {"assign-owner": str(colleague.pk)}
    answer = client.post(f"{LIST}{mine.pk}/assign/", posted)
    assert answer["Location"] == LIST
    assert Case.objects.get(pk=mine.pk).owner == colleague
    assert "belongs to Boris" in client.get(LIST).content.decode()


def test_only_a_lead_gives_a_colleagues_case_to_another(
    coordinator: User, colleague: User, theirs: Case, nobodys: Case
) -> None:
    with pytest.raises(PermissionDenied):
        desk.assign(case=theirs, to=coordinator, by=coordinator)
    assert Case.objects.get(pk=theirs.pk).owner == colleague
    desk.assign(case=nobodys, to=coordinator, by=coordinator)
    desk.assign(case=theirs, to=coordinator, by=make_staff(Role.LEAD))
    assert Case.objects.get(pk=theirs.pk).owner == coordinator


def test_several_at_once_touch_no_case_of_a_colleague(coordinator: User, colleague: User, theirs: Case) -> None:
    client = staff_client(coordinator)
    for posted in (
        {"case": str(theirs.pk), "do": "assign", "owner": str(coordinator.pk)},
        {"case": str(theirs.pk), "do": "spam", "sure": "1"},
        {"take": str(theirs.pk)},
    ):
        client.post(f"{LIST}queue/act/", posted)
    case = Case.objects.get(pk=theirs.pk)
    assert (case.owner, case.status) == (colleague, Status.NEW)


def test_the_same_person_in_a_colleagues_case_stays_unseen(coordinator: User, theirs: Case) -> None:
    again = submit()
    desk.assign(case=again, to=coordinator, by=coordinator)
    client = staff_client(coordinator)
    assert theirs.reference not in client.get(addresses(again)["change"]).content.decode()
    with pytest.raises(desk.MoveRefused):
        desk.move(case=again, to=Status.DUPLICATE, by=coordinator, merged_into=theirs)
    assert again.email == theirs.email == EMAIL
    lead = staff_client(make_staff(Role.LEAD))
    assert theirs.reference in lead.get(addresses(again)["change"]).content.decode()


def test_estimates_of_colleagues_are_for_leads_and_finance(coordinator: User, colleague: User) -> None:
    condition = make_condition()
    case = submit(condition=condition, procedures=(make_price(condition, "test-scan", 380).procedure,))
    estimate = Estimate.objects.get(case=case)
    desk.assign(case=case, to=colleague, by=colleague)

    def opened(user: User) -> tuple[bool, int]:
        client = staff_client(user)
        page = client.get("/admin/requests/estimate/").content.decode()
        return case.reference in page, client.get(f"/admin/requests/estimate/{estimate.pk}/change/").status_code

    assert opened(colleague) == opened(make_staff(Role.LEAD)) == opened(make_staff(Role.FINANCE)) == (True, 200)
    assert opened(coordinator) == (False, 404)
