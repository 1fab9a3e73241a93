"""Mail: one message to one person, under a Message-ID that says which outbox row it came from."""

import os
import smtplib
from email import policy
from email.utils import parseaddr
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.core.delivery.outbox import Refused
from portal.core.models import OutboxItem


class CalendarFile(NamedTuple):
    """An appointment as iCalendar (RFC 5545), with the method (RFC 5546) that its content names too."""

    method: str
    content: bytes


def send(item: OutboxItem, *, to: str, language: str, calendar: CalendarFile | None = None, **context: Any) -> None:
    """Render ``emails/<kind of the item>.html`` in ``language`` and send it to one address.

    The template is rendered twice: with ``form`` "txt" its first line is the subject and the rest the
    plain text, with ``form`` "html" it is the HTML. ``calendar`` goes along as an invitation and as a file. A message sent twice for one row carries the same
    Message-ID both times. Raises ``Refused`` when the mail server says no for good (SMTP 5xx), and what
    the mailer raises otherwise.
    """
    with translation.override(language):
        context |= {
            "language": language,
            "is_rtl": translation.get_language_bidi(),
            "site_url": settings.SITE_URL,
            "team_email": settings.TEAM_EMAIL,
            "team_zone": settings.TEAM_TIME_ZONE,
        }
        text, html = (
            render_to_string(f"emails/{item.kind}.html", {**context, "form": form}) for form in ("txt", "html")
        )
    subject, _, body = text.partition("\n")
    message = EmailMultiAlternatives(
        subject=subject,
        body=body,
        to=[to],
        reply_to=[settings.TEAM_EMAIL],
        headers={"Message-ID": message_id(item), "Content-Language": language, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    if calendar is not None:
        words = calendar.content.decode()
        message.attach_alternative(words, f"text/calendar; method={calendar.method}; charset=utf-8")
        # For programs that show no invitation: a file to open.
        message.attach("call.ics", calendar.content, "application/ics")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if all(code >= 500 for code in codes):
            raise Refused(f"SMTP {codes[0]}") from None
        raise
    except smtplib.SMTPResponseException as error:
        # 530 to 535 speak of our own sign-in to the server, 421 and other 4xx of a bad moment.
        if 500 <= error.smtp_code < 600 and not isinstance(error, smtplib.SMTPAuthenticationError):
            raise Refused(f"SMTP {error.smtp_code}") from None
        raise


def message_id(item: OutboxItem) -> str:
    """Return the Message-ID of the mail that an outbox row sends."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<outbox-{item.pk}@{domain}>"


class FileBackend(BaseEmailBackend):
    """Writes each message as one RFC 5322 file ``<time>-<id>.eml``, whole or not at all."""

    def __init__(self, *, folder: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folder = Path(folder)

    def send_messages(self, email_messages: Any) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            parsed = message.message(policy=policy.SMTP)
            data = parsed.as_bytes()
            time = timezone.now().strftime("%Y%m%dT%H%M%S.%fZ")
            name = str(parsed["Message-ID"]).strip("<>").partition("@")[0].removeprefix("outbox-")
            draft = self.folder / f".{time}-{name}.{os.getpid()}"
            draft.write_bytes(data)
            draft.rename(self.folder / f"{time}-{name}.eml")
        return len(email_messages)
