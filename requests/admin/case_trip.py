"""The trip of a case on its page at the desk."""

from typing import Any

from requests.enums import Status
from requests.models import Case
from requests.selectors import trips
from requests.workflow import ACCEPTED_ON


def context(case: Case) -> dict[str, Any]:
    """Return the trip, ``None`` where nobody goes yet and nothing is planned, and the lines of its plan."""
    trip = trips.of(case)
    is_ahead = case.status in ACCEPTED_ON and case.status != Status.RECOVERY
    is_shown = is_ahead or trip.is_planned
    return {"trip": trip if is_shown else None, "trip_plan": trips.plan(trip) if is_shown else []}
