"""Everything that the portal writes to people, one function for each message.

Mails to patients carry a link and nothing medical; mails to the desk carry a reference, a country
and a language, no name.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse

from portal.accounts.models import User
from portal.core import mail
from portal.core.models import OutboxItem
from requests.models import Case, Consent


def receipt(item: OutboxItem, case: Case, url: str, *, has_estimate: bool) -> None:
    """We have your request; this is the link to your case and when we answer."""
    _to_patient(item, case, url, "receipt", has_estimate=has_estimate)


def estimate_ready(item: OutboxItem, case: Case, url: str, *, is_preliminary: bool) -> None:
    """Your estimate can be read and saved behind this link."""
    _to_patient(item, case, url, "estimate_ready", is_preliminary=is_preliminary)


def supplement_ready(item: OutboxItem, case: Case, url: str) -> None:
    """Something was added to the estimate that you accepted; read what and why behind this link."""
    _to_patient(item, case, url, "supplement_ready")


def message_waiting(item: OutboxItem, case: Case, url: str) -> None:
    """We wrote to you; read it behind this link."""
    _to_patient(item, case, url, "message_waiting")


def case_link(item: OutboxItem, case: Case, url: str) -> None:
    """Here is the new link that you asked for."""
    _to_patient(item, case, url, "case_link")


def new_case(item: OutboxItem, case: Case, url: str, *, consent: Consent) -> None:
    """We opened a new case for you; your consent of that day holds for it."""
    _to_patient(item, case, url, "new_case", consent=consent)


def notice(item: OutboxItem, case: Case, *, to: User | None) -> None:
    """A request came in (or came again): open it."""
    _to_desk(item, case, to, "notice")


def patient_wrote(item: OutboxItem, case: Case, *, to: User | None) -> None:
    """A patient wrote: open the case."""
    _to_desk(item, case, to, "patient_wrote")


def hold_over(item: OutboxItem, case: Case, *, to: User | None) -> None:
    """A case is back from its hold: open it."""
    _to_desk(item, case, to, "hold_over")


def assigned(item: OutboxItem, case: Case, *, to: User) -> None:
    """A case was given to you: open it."""
    _to_desk(item, case, to, "assigned")


def digest(item: OutboxItem, *, requests: list[str], messages: list[str]) -> None:
    """These requests came in and these patients wrote; nobody has taken them yet."""
    mail.send(
        item,
        to=settings.NOTICE_EMAIL or settings.TEAM_EMAIL,
        language=settings.LANGUAGE_CODE,
        template="digest",
        context={
            "requests": requests,
            "messages": messages,
            "url": settings.SITE_URL + reverse("admin:requests_case_changelist"),
        },
    )


def _to_patient(item: OutboxItem, case: Case, url: str, template: str, **context: Any) -> None:
    context |= {"case": case, "url": url, "team_email": settings.TEAM_EMAIL}
    mail.send(item, to=case.email, language=case.language, template=template, context=context)


def _to_desk(item: OutboxItem, case: Case, to: User | None, template: str) -> None:
    url = settings.SITE_URL + reverse("admin:requests_case_change", args=[case.pk])
    mail.send(
        item,
        to=to.email if to else settings.NOTICE_EMAIL or settings.TEAM_EMAIL,
        language=to.language if to else settings.LANGUAGE_CODE,
        template=template,
        context={"case": case, "url": url, "team_zone": settings.TEAM_TIME_ZONE},
    )
