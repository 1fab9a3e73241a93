"""Figures of outcomes: what is a success, what is not told, and who sees them."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import Outcome
from requests.models import Case, EndReason, FollowUp, FollowUpTally
from requests.selectors import outcomes
from tests.accounts.cast import staff_client
from tests.factories import make_staff
from tests.requests.states import case_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/requests/case/outcomes/"


def ended(number: int, status: str, reason: str = "", **fields: object) -> None:
    """Let some cases end."""
    end_reason = EndReason.objects.get(code=reason) if reason else None
    case = case_in(status, end_reason=end_reason, **fields)
    columns = {"status": status, "outcome": case.outcome, "end_reason": end_reason, "closed_at": timezone.now()}
    for _one in range(number - 1):
        Case.objects.create(**columns, for_whom="me", channel="email", country="AE", language="en", speak="en")


def now_counted() -> dict[str, str]:
    month = outcomes.by_month()[0]
    return {name: number for name, number in zip(outcomes.NAMES, month.numbers, strict=True) if number != "0"}


def test_home_is_a_success_as_treatment_is() -> None:
    ended(5, "closed", outcome=Outcome.TREATED)
    ended(6, "closed", outcome=Outcome.HOME)
    ended(7, "declined_by_us", "home-as-good")
    ended(8, "declined_by_patient", "stays-home")
    ended(9, "declined_by_patient", "too-expensive")
    ended(10, "declined_by_us", "not-ours")
    ended(11, "no_answer", "three-messages")
    ended(12, "closed", outcome=Outcome.DIED)
    ended(5, "spam", "test")
    assert now_counted() == {
        "treated": "5",
        "home": "6",
        "home-as-good": "7",
        "stays-home": "8",
        "declined_by_patient": "9",
        "declined_by_us": "10",
        "no_answer": "11",
        "died": "12",
    }
    month = outcomes.by_month()[0]
    assert (month.ended, month.successes) == ("68", "26")


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (1, "< 5"), (4, "< 5"), (5, "5")])
def test_small_numbers_are_not_told(number: int, shown: str) -> None:
    if number:
        ended(number, "closed", outcome=Outcome.TREATED)
    month = outcomes.by_month()[0]
    assert (month.ended, month.successes, month.numbers[0]) == (shown, shown, shown)


def test_twelve_months_without_a_gap_and_nothing_older() -> None:
    ended(5, "closed", outcome=Outcome.TREATED)
    Case.objects.update(closed_at=timezone.now() - timedelta(days=400))
    months = outcomes.by_month()
    pairs = pairwise(months)
    assert len(months) == 12
    assert all((later.begins_on - timedelta(days=1)).replace(day=1) == month.begins_on for later, month in pairs)
    assert {month.ended for month in months} == {"0"}


def test_the_answers_are_counted_by_day() -> None:
    now = timezone.now()
    for number in range(6):
        answered = now if number < 5 else None
        FollowUp.objects.create(case=case_in("recovery"), day=30, due_at=now, asked_at=now, answered_at=answered)
    FollowUp.objects.create(case=case_in("recovery"), day=7, due_at=now)
    FollowUpTally.objects.create(day=30, feeling="better", number=5)
    FollowUpTally.objects.create(day=30, feeling="worse", number=1)
    assert outcomes.asked() == [
        (7, "0", "0", ["0", "0", "0"]),
        (30, "6", "5", ["5", "0", "< 5"]),
        (90, "0", "0", ["0", "0", "0"]),
    ]


def test_leads_see_them(coordinator: User) -> None:
    ended(5, "declined_by_us", "home-as-good")
    page = staff_client(make_staff(Role.LEAD)).get(PAGE)
    text = page.content.decode()
    assert (page.status_code, "We said: treatment at home is as good" in text, ">5<" in text) == (200, True, True)
    assert 'href="/admin/requests/case/outcomes/"' in text
    mine = staff_client(coordinator)
    assert mine.get(PAGE).status_code == 403
    assert PAGE not in mine.get("/admin/requests/case/").content.decode()
