"""Home page of the admin and the numbers in its menu."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from requests.permissions import can_work_cases
from requests.selectors import desk


def numbers(request: HttpRequest) -> dict[str, int]:
    """Return the counts of the desk, read once for each page; empty for who works no cases."""
    counts: dict[str, int] | None = getattr(request, "_desk_numbers", None)
    if counts is None:
        counts = desk.counts(request.user) if works_cases(request) else {}  # type: ignore[arg-type]  # staff
        request._desk_numbers = counts  # type: ignore[attr-defined]  # kept with the request it belongs to
    return counts


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
    counts = numbers(request)
    context["needs"] = _needs(counts) if counts else []
    if counts:
        month = desk.by_source(timezone.now() - timedelta(days=30))
        context["sources"] = [(source.label, number) for source, number in month]
    return context


def _needs(counts: dict[str, int]) -> list[dict[str, Any]]:
    cases = reverse("admin:requests_case_changelist")
    outbox = reverse("admin:core_outboxitem_changelist")
    rows = (
        ("overdue", "Overdue", "We promised an answer by now.", f"{cases}?needs=overdue", "danger"),
        ("waiting", "Waiting for an answer", "The patient wrote last.", f"{cases}?needs=answer", ""),
        ("unassigned", "Unassigned", "Nobody has taken them.", f"{cases}?whose=nobody", ""),
        ("mine", "My cases", "Those that you own.", f"{cases}?whose=mine", ""),
        (
            "quarantined",
            "Quarantined",
            "They look like a robot’s. Read them, then release or end them.",
            f"{cases}?needs=release",
            "warning",
        ),
        ("failed", "Mails that failed", "Send them again from their case.", f"{outbox}?state__exact=failed", "danger"),
    )
    return [
        {"number": counts[key], "name": name, "text": text, "url": url, "tone": tone if counts[key] else ""}
        for key, name, text, url, tone in rows
    ]


def quick_filters(request: HttpRequest) -> list[tuple[str, str, int | None, bool]]:
    """Return the filters above the case list: name, address, number, whether it is this one."""
    counts = numbers(request)
    rows = (
        ("Open or waiting", "", counts.get("current")),
        ("Overdue", "needs=overdue", counts.get("overdue")),
        ("Waiting for an answer", "needs=answer", counts.get("waiting")),
        ("Mine", "whose=mine", counts.get("mine")),
        ("Unassigned", "whose=nobody", counts.get("unassigned")),
        ("Quarantined", "needs=release", counts.get("quarantined")),
        ("On hold", "needs=hold", counts.get("on_hold")),
        ("All", "status=all", None),
    )
    here = request.GET.urlencode()
    return [(name, f"?{query}" if query else "?", number, here == query) for name, query, number in rows]
