"""The first page of the admin and the numbers in its menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.models import User
from requests.permissions import can_work_cases
from requests.selectors import desk


def numbers(request: HttpRequest) -> dict[str, int]:
    """Return the counts of the desk, read once for each page; empty for who works no cases."""
    found: dict[str, int] | None = getattr(request, "_desk_numbers", None)
    if found is None:
        user = request.user
        found = desk.counts(user) if isinstance(user, User) and can_work_cases(user) else {}
        request._desk_numbers = found  # type: ignore[attr-defined]  # kept with the request it belongs to
    return found


def works_cases(request: HttpRequest) -> bool:
    """Whether the menu shows the desk."""
    return isinstance(request.user, User) and can_work_cases(request.user)


def cases_badge(request: HttpRequest) -> str:
    """How many cases are overdue."""
    number = numbers(request).get("overdue", 0)
    return f"{number} overdue" if number else ""


def outbox_badge(request: HttpRequest) -> str:
    """How many mails failed."""
    number = numbers(request).get("failed", 0)
    return f"{number} failed" if number else ""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what needs the reader now to the first page."""
    found = numbers(request)
    context["needs"] = _needs(found) if found else []
    return context


def _needs(found: dict[str, int]) -> list[dict[str, Any]]:
    cases = reverse("admin:requests_case_changelist")
    outbox = reverse("admin:core_outboxitem_changelist")
    rows = (
        ("overdue", "Overdue", "We promised an answer by now.", f"{cases}?needs=overdue", "danger"),
        ("unassigned", "Unassigned", "Open cases that nobody has taken.", f"{cases}?whose=nobody&status=open", ""),
        ("mine", "My cases", "Open cases that you own.", f"{cases}?whose=mine&status=open", ""),
        (
            "quarantined",
            "Quarantined",
            "Their mails wait for your release.",
            f"{cases}?needs=release&status=open",
            "warning",
        ),
        ("failed", "Mails that failed", "Send them again from their case.", f"{outbox}?state__exact=failed", "danger"),
    )
    return [
        {"number": found[key], "name": name, "text": text, "url": url, "tone": tone if found[key] else ""}
        for key, name, text, url, tone in rows
    ]


def quick_filters(request: HttpRequest) -> list[tuple[str, str, int | None, bool]]:
    """Return the filters above the case list: name, address, number, whether it is this one."""
    found = numbers(request)
    rows = (
        ("All", "", None),
        ("Open", "status=open", found.get("open")),
        ("Mine", "whose=mine&status=open", found.get("mine")),
        ("Unassigned", "whose=nobody&status=open", found.get("unassigned")),
        ("Overdue", "needs=overdue", found.get("overdue")),
        ("Quarantined", "needs=release&status=open", found.get("quarantined")),
    )
    here = request.GET.urlencode()
    return [(name, f"?{query}" if query else "?", number, here == query) for name, query, number in rows]
