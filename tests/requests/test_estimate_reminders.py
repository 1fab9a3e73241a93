"""One mail reminds of an estimate that expires soon."""

from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import Outcome, Status
from requests.models import Case, Estimate, EstimateDecision
from requests.periodic import remind_of_estimates
from requests.services import effects
from tests.factories import make_condition, submit
from tests.requests.test_decisions import issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def estimate(coordinator: User) -> Estimate:
    """One that holds three more days, issued a week ago."""
    estimate = issued(submit(condition=make_condition()), coordinator)
    until, issued_at = team_today() + timedelta(days=3), timezone.now() - timedelta(days=7)
    Estimate.objects.filter(pk=estimate.pk).update(valid_until=until, issued_at=issued_at)
    return Estimate.objects.select_related("case").get(pk=estimate.pk)


def owed() -> list[OutboxItem]:
    return list(OutboxItem.objects.filter(kind=effects.ESTIMATE_REMINDER))


def test_it_is_reminded_of_once(estimate: Estimate) -> None:
    for _hour in range(2):
        remind_of_estimates()
    [item] = owed()
    mail.outbox.clear()
    assert outbox.deliver(item.pk)
    [message] = mail.outbox
    assert "holds a few more days" in message.subject
    assert "Surgery" not in str(message.body)


def test_it_waits_for_the_morning(estimate: Estimate, settings: Settings) -> None:
    settings.QUIET_HOURS = [21, 8]
    remind_of_estimates()
    [item] = owed()
    mail.outbox.clear()
    night = (timezone.now() + timedelta(days=1)).replace(hour=22, minute=0)  # 2 o'clock in Dubai
    with mock.patch("django.utils.timezone.now", return_value=night):
        outbox.deliver(item.pk)
    assert mail.outbox == []
    item.refresh_from_db()
    assert (item.state, item.not_before) == ("queued", night.replace(second=0, microsecond=0) + timedelta(hours=6))


@pytest.mark.parametrize(
    "change",
    [
        {"valid_until": timedelta(days=4)},
        {"valid_until": timedelta(days=-1)},
        {"issued_at": timedelta(hours=-1)},
    ],
)
def test_neither_too_early_nor_too_late_nor_just_issued(estimate: Estimate, change: dict[str, timedelta]) -> None:
    now = {"valid_until": team_today(), "issued_at": timezone.now()}
    Estimate.objects.filter(pk=estimate.pk).update(**{name: now[name] + delta for name, delta in change.items()})
    remind_of_estimates()
    assert owed() == []


@pytest.mark.parametrize(
    "columns",
    [
        {"status": Status.OFFERS_IN},
        {"on_hold_until": team_today() + timedelta(days=9)},
        {"status": Status.CLOSED, "outcome": Outcome.DIED},
        {"status": Status.SPAM},
        {"is_quarantined": True},
    ],
    ids=str,
)
def test_who_does_not_decide_now_is_not_reminded(estimate: Estimate, columns: dict[str, object]) -> None:
    remind_of_estimates()
    [item] = owed()
    Case.objects.filter(pk=estimate.case_id).update(waiting_since=None, answer_by=None, **columns)
    mail.outbox.clear()
    outbox.deliver(item.pk)
    assert mail.outbox == [], "what changed since it was owed counts"
    OutboxItem.objects.filter(pk=item.pk).delete()
    remind_of_estimates()
    assert owed() == []


def test_who_has_decided_is_not_reminded(estimate: Estimate) -> None:
    EstimateDecision.objects.create(
        case=estimate.case, estimate=estimate, kind="declined", language="en", reason="other", wants_another=True
    )
    remind_of_estimates()
    assert owed() == []
