"""What a page of the desk reads once: the preference of its reader, and the numbers in its menu."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.accounts.models import User
from requests.models import QueuePreference
from requests.permissions import can_work_cases
from requests.selectors import queue


def preference(request: HttpRequest) -> QueuePreference:
    """Return how the reader looks at the queue, read once for each page."""
    kept: QueuePreference | None = getattr(request, "_queue_preference", None)
    if kept is None:
        kept = queue.preference(request.user)  # type: ignore[arg-type]  # staff, the site made sure
        request._queue_preference = kept  # type: ignore[attr-defined]  # kept with the request it belongs to
    return kept


def asked(request: HttpRequest) -> queue.Asked:
    """Return who asks for a view and when, the same for the list and for its numbers."""
    kept: queue.Asked | None = getattr(request, "_queue_asked", None)
    if kept is None:
        kept = queue.Asked(request.user)  # type: ignore[arg-type]  # staff, the site made sure
        request._queue_asked = kept  # type: ignore[attr-defined]  # kept with the request it belongs to
    return kept


def numbers(request: HttpRequest) -> dict[str, int]:
    """Return the counts of the desk, read once for each page; empty for who works no cases."""
    counts: dict[str, int] | None = getattr(request, "_desk_numbers", None)
    if counts is None:
        user: Any = request.user
        counts = queue.numbers(user, preference(request).filters, asked(request)) if works_cases(request) else {}
        request._desk_numbers = counts  # type: ignore[attr-defined]  # kept with the request it belongs to
    return counts


def works_cases(request: HttpRequest) -> bool:
    """Whether the menu shows the desk."""
    return isinstance(request.user, User) and can_work_cases(request.user)


def outbox_badge(request: HttpRequest) -> str:
    """How many mails failed."""
    number = numbers(request).get("mails", 0)
    return _("%(number)s failed") % {"number": number} if number else ""
