"""Quiet hours: mails that can wait leave when the night of their reader is over."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.accounts.enums import Role
from portal.core.delivery import outbox
from portal.core.localisation.zones import after_quiet_hours
from portal.core.models import OutboxItem
from requests.services import links
from requests.services.messages import write_to_patient
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(settings: Settings) -> None:
    settings.QUIET_HOURS = [21, 8]


@pytest.mark.parametrize(
    ("moment", "zone", "until"),
    [
        ("2026-12-01T16:59+00:00", "Asia/Dubai", "2026-12-01T16:59+00:00"),  # 20:59
        ("2026-12-01T17:00+00:00", "Asia/Dubai", "2026-12-02T04:00+00:00"),  # 21:00
        ("2026-12-01T22:30+00:00", "Asia/Dubai", "2026-12-02T04:00+00:00"),  # 02:30
        ("2026-12-02T03:59+00:00", "Asia/Dubai", "2026-12-02T04:00+00:00"),
        ("2026-12-02T04:00+00:00", "Asia/Dubai", "2026-12-02T04:00+00:00"),  # 08:00
        # The clocks go forward in this night: eight in the morning is an hour earlier.
        ("2027-03-14T03:00+00:00", "America/New_York", "2027-03-14T12:00+00:00"),
    ],
)
def test_a_night_ends_at_eight_in_her_zone(moment: str, zone: str, until: str) -> None:
    assert after_quiet_hours(datetime.fromisoformat(moment), zone) == datetime.fromisoformat(until)


def test_without_quiet_hours_nothing_waits(settings: Settings) -> None:
    settings.QUIET_HOURS = []
    night = datetime(2026, 12, 1, 22, 30, tzinfo=UTC)
    assert after_quiet_hours(night, "Asia/Dubai") == night


def midnight_in_dubai() -> datetime:
    """Return a moment to come: rows that are made under a set clock are due by the real one."""
    today = datetime.now(tz=UTC)
    return datetime(today.year, today.month, today.day, 20, tzinfo=UTC) + timedelta(days=1)


def test_our_message_waits_for_the_morning_and_is_not_late(mailoutbox: list[object]) -> None:
    night = midnight_in_dubai()
    morning = night + timedelta(hours=8)
    with mock.patch("django.utils.timezone.now", return_value=night):
        case = submit()
        write_to_patient(case=case, body="Good news.", by=make_staff(Role.COORDINATOR), form_token="t" * 20)
        item = OutboxItem.objects.get(kind="message.out")
        assert not outbox.deliver(item.pk)
        item.refresh_from_db()
        assert (item.state, item.not_before, item.attempts) == (OutboxItem.State.QUEUED, morning, 0)
        assert item not in outbox.due(timezone.now())
    with mock.patch("django.utils.timezone.now", return_value=morning - timedelta(minutes=1)):
        assert item not in outbox.late(timezone.now())
    with mock.patch("django.utils.timezone.now", return_value=morning):
        assert outbox.deliver(item.pk)
    assert len(mailoutbox) == 1


def test_receipt_and_links_go_at_once(mailoutbox: list[object]) -> None:
    with mock.patch("django.utils.timezone.now", return_value=midnight_in_dubai()):
        case = submit()
        links.ask(reference=case.reference, email=EMAIL)
        for kind in ("request.receipt", "case.link"):
            assert outbox.deliver(OutboxItem.objects.get(kind=kind).pk)
    assert len(mailoutbox) == 2
