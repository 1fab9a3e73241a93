"""Calls as calendar files: iCalendar (RFC 5545, 5546), with nothing about the case or its illness."""

from datetime import UTC
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from portal.core.delivery.mail import CalendarFile
from requests.models import Call

PUBLISHED, ASKED, CANCELLED = "PUBLISH", "REQUEST", "CANCEL"


def to_save(call: Call) -> bytes:
    """Return the file that a page offers, in the active language."""
    return _file(call, PUBLISHED)


def to_mail(call: Call) -> CalendarFile:
    """Return the invitation that a mail carries, or what takes it back, in the active language."""
    method = ASKED if call.task.is_open else CANCELLED
    return CalendarFile(method, _file(call, method))


def _file(call: Call, method: str) -> bytes:
    calendar, event, task = Calendar(), Event(), call.task
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    calendar.add("prodid", "-//MARUS//Calls//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    # The same for ever: a calendar knows the call again by it, and the newer one by the sequence.
    event.add("uid", f"call-{task.public_id}@{sender.rpartition('@')[2]}")
    event.add("sequence", call.sequence)
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", call.starts_at.astimezone(UTC))
    event.add("dtend", call.ends_at.astimezone(UTC))
    event.add("status", "CONFIRMED" if task.is_open else "CANCELLED")
    # It lands in calendars that others read.
    event.add("summary", _("Call from MARUS"))
    event.add("description", settings.SITE_URL + call.get_absolute_url())
    organizer = vCalAddress(f"mailto:{sender}")
    organizer.params["cn"] = vText("MARUS")
    event["organizer"] = organizer
    if method != PUBLISHED:
        event.add("attendee", vCalAddress(f"mailto:{task.case.email}"))
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
