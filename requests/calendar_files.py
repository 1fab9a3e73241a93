"""Calls and trips as calendar files: iCalendar (RFC 5545, 5546), with nothing about the case or its illness."""

from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Event, vCalAddress, vText

from portal.core.delivery.mail import CalendarFile
from requests.enums import PlanKind
from requests.models import Call, Case, PlanItem, Task
from requests.selectors import trips

PUBLISHED, ASKED, CANCELLED = "PUBLISH", "REQUEST", "CANCEL"
# A calendar is seen by others: what happens in a clinic is an appointment there.
PLAN_TITLES = {
    PlanKind.ARRIVAL: gettext_lazy("Arrival"),
    PlanKind.MEETING: gettext_lazy("Somebody meets you"),
    PlanKind.FLIGHT_HOME: gettext_lazy("Flight home"),
}


def to_save(call: Call) -> bytes:
    """Return the file that a page offers, in the active language."""
    return _file(call, PUBLISHED)


def to_mail(call: Call) -> CalendarFile:
    """Return the invitation that a mail carries, or what takes it back, in the active language."""
    method = ASKED if call.task.is_open else CANCELLED
    return CalendarFile(method, _file(call, method))


def of_trip(case: Case) -> bytes:
    """Return the plan of a trip, the open tasks that the patient sees and the calls, in the active language.

    The titles tell nothing of a treatment, and no place is named.
    """
    calendar = _calendar(PUBLISHED)
    for item in trips.of(case).case.plan_items.select_related("case").order_by(*trips.ORDER):
        calendar.add_component(_of_plan(item, case))
    tasks = Task.objects.filter(case__in=case.whole()).shown().open().dated()
    for task in tasks.select_related("kind", "case", "call"):
        calendar.add_component(_of_call(task.call) if hasattr(task, "call") else _of_task(task, case))
    content: bytes = calendar.to_ical()
    return content


def _file(call: Call, method: str) -> bytes:
    calendar, event = _calendar(method), _of_call(call)
    organizer = vCalAddress(f"mailto:{_sender()}")
    organizer.params["cn"] = vText("MARUS")
    event["organizer"] = organizer
    if method != PUBLISHED:
        event.add("attendee", vCalAddress(f"mailto:{call.task.case.email}"))
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//MARUS//Calls//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _of_call(call: Call) -> Event:
    # It lands in calendars that others read.
    event = _event(f"call-{call.task.public_id}", _("Call from MARUS"), call.get_absolute_url(), call.starts_at)
    event.add("sequence", call.sequence)
    event.add("dtend", call.ends_at.astimezone(UTC))
    event.add("status", "CONFIRMED" if call.task.is_open else "CANCELLED")
    return event


def _of_plan(item: PlanItem, case: Case) -> Event:
    title = str(PLAN_TITLES.get(PlanKind(item.kind), _("Appointment")))
    page = reverse("requests:journey", args=[case.reference])
    event = _event(f"plan-{item.pk}", title, page, item.starts_at or item.on)
    event.add("sequence", item.sequence)
    event.add("status", "CONFIRMED" if item.removed_at is None else "CANCELLED")
    return event


def _of_task(task: Task, case: Case) -> Event:
    assert task.due_at is not None
    title = _("MARUS does something for you by today") if task.for_desk else _("Something to do for MARUS by today")
    day = task.due_at.astimezone(ZoneInfo(task.case.zones[0])).date()
    # A promise of a case that was merged has no page any more.
    page = task.get_absolute_url() if task.case_id == case.pk else reverse("requests:journey", args=[case.reference])
    event = _event(f"task-{task.public_id}", title, page, day)
    event.add("sequence", 0)
    event.add("status", "CONFIRMED")
    return event


def _event(uid: str, title: str, page: str, starts: datetime | date) -> Event:
    """Return an event that begins at a moment, or takes a whole day."""
    event = Event()
    # The same for ever: a calendar knows the event again by it, and the newer one by the sequence.
    event.add("uid", f"{uid}@{_sender().rpartition('@')[2]}")
    event.add("dtstamp", timezone.now().astimezone(UTC))
    if isinstance(starts, datetime):
        event.add("dtstart", starts.astimezone(UTC))
    else:
        event.add("dtstart", starts)
        event.add("dtend", starts + timedelta(days=1))
    event.add("summary", title)
    event.add("description", settings.SITE_URL + page)
    return event


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
