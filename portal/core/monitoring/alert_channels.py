"""Channels of alerts: a webhook and a mail. Neither passes through the outbox."""

from collections.abc import Callable, Iterator
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage

WEBHOOK_SECONDS = 5
SUBJECT_LENGTH = 120

type Send = Callable[[str], None]


def configured() -> Iterator[tuple[str, Send]]:
    """Return name and function of each channel that is set up; the webhook first, for mail may hang."""
    if settings.ALERT_WEBHOOK:
        yield "webhook", post
    if settings.ALERT_EMAIL:
        yield "mail", mail


def post(sentence: str) -> None:
    """POST one sentence as JSON; raises ``httpx.HTTPError`` unless the answer is 2xx."""
    import httpx  # noqa: PLC0415 – a fifteenth of the start of every process

    httpx.post(settings.ALERT_WEBHOOK, json={"text": sentence}, timeout=WEBHOOK_SECONDS).raise_for_status()


def mail(sentence: str) -> None:
    """Mail one sentence; raises what the mailer raises."""
    subject = sentence if len(sentence) <= SUBJECT_LENGTH else sentence[:SUBJECT_LENGTH] + "…"
    EmailMessage(
        subject=f"[{parseaddr(settings.DEFAULT_FROM_EMAIL)[0]}] {subject}",
        body=f"{sentence}\n\n{settings.SITE_URL}/admin/\n",
        to=settings.ALERT_EMAIL,
        headers={"Auto-Submitted": "auto-generated"},
    ).send(using="alerts")
