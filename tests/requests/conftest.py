"""Fixtures of the tests of requests."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.factories import make_staff

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def coordinator(db: None) -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Begin in English: a page asked for in another language leaves the thread in it."""
    with override("en"):
        yield


def at(text: str) -> datetime:
    """Return a moment of the team's time."""
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


class AnyMoment(type):
    """Lets every datetime pass for a Clock: Django asks by this name whether a value is a moment."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class Clock(datetime, metaclass=AnyMoment):
    """The time that everything asks Django for; at first a Monday, 10 o'clock in Moscow."""

    moment: datetime

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return cls.moment.astimezone(tz)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    """A clock that stands until the test moves it."""
    Clock.moment = at("2026-11-23T10:00")
    monkeypatch.setattr("django.utils.timezone.datetime", Clock)
    return Clock
