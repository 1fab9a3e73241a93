"""What a check before the opening says, and what checks are told of the database."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from portal.accounts.enums import Role
from portal.core.models import Attestation
from requests.selectors.money_rules import Rules


class State(TextChoices):
    DONE = "done", pgettext_lazy("desk", "done")
    MISSING = "missing", pgettext_lazy("desk", "missing")
    UNKNOWN = "unknown", pgettext_lazy("desk", "cannot be known from here")


@dataclass(frozen=True)
class Result:
    """The state of one thing, what is known of it, and in one sentence what to do.

    ``fingerprint`` is of what somebody may attest here (``Item.attests``).
    """

    state: State
    todo: str = ""
    known: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class Person:
    """A colleague who may enter the admin."""

    email: str
    roles: frozenset[str]
    has_factor: bool


@dataclass(frozen=True)
class Facts:
    """What the database says, read once for all checks."""

    now: datetime
    today: date
    staff: list[Person]
    superusers: int
    attested: dict[tuple[str, str], Attestation]
    team_days: list[date]
    samples: int
    newest_rate: date | None
    money_rules: Rules
    has_clinic_contact: bool
    working_hours: list[Any]
    retention_rules: list[tuple[str, int, bool]]

    def of(self, kind: Attestation.Kind, fingerprint: str = "") -> Attestation | None:
        """Return the newest attestation of a kind and of what it was said of."""
        return self.attested.get((kind, fingerprint))

    def holding(self, *roles: Role) -> list[Person]:
        """Return who has any of the roles."""
        return [person for person in self.staff if person.roles & set(roles)]


def done(known: object = "") -> Result:
    """Return that something is there."""
    return Result(State.DONE, known=str(known))


def missing(todo: str, known: object = "") -> Result:
    """Return that something is not there, and what to do."""
    return Result(State.MISSING, todo, str(known))
