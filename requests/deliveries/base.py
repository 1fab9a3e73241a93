"""Handlers of the effects of cases: how one is registered, and how it mails the patient or the desk.

Mails to patients carry a link and nothing medical; mails to the desk carry a reference, a country
and a language, no name. The template of a mail is called as its kind.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from portal.accounts.emails import to_staff
from portal.accounts.models import User
from portal.core.delivery import mail, outbox
from portal.core.localisation.zones import after_quiet_hours
from portal.core.models import OutboxItem
from requests.models import Case
from requests.permissions import can_work_cases
from requests.services import desk, effects, links


def _refused(item: OutboxItem) -> None:
    """Tell the desk that the patient's address does not take mail."""
    desk.mark_address_refused(Case.objects.get(reference=item.reference))


def handles(kind: outbox.Kind, label: Any) -> Callable[[outbox.Handler], outbox.Handler]:
    """Register what delivers an effect of a case; a refused mail to the patient marks the address."""
    on_refused = _refused if kind in effects.TO_PATIENT else None
    return outbox.handles(kind, label=label, on_refused=on_refused, case_list="admin:requests_case_changelist")


def to_patient(item: OutboxItem, case: Case, *, can_wait: bool = False, **context: Any) -> None:
    """Mail the patient, with the link that opens the case: the same at every attempt of one mail.

    Raises ``outbox.Withheld`` when no mail of the case may leave, and ``outbox.Later`` for one that ``can_wait``
    until the night of the patient is over.
    """
    effects.check_may_leave(item, case)
    now = timezone.now()
    if can_wait and (morning := after_quiet_hours(now, case.zones[0])) > now:
        raise outbox.Later(morning)
    url = links.address(links.for_mail(item, case))
    mail.send(item, to=case.email, language=case.language, case=case, url=url, **context)


def to_desk(item: OutboxItem, case: Case) -> None:
    """Mail somebody at the desk; a person who left meanwhile gives way to the common address.

    Raises ``outbox.Withheld`` when no mail of the case may leave.
    """
    effects.check_may_leave(item, case)
    url = settings.SITE_URL + reverse("admin:requests_case_change", args=[case.pk])
    to_staff(item, colleague(item), case=case, url=url)


def colleague(item: OutboxItem) -> User | None:
    """Return whom a mail to the desk names, as long as that person works cases."""
    user = User.objects.filter(pk=item.recipient_id or 0).first()
    return user if user is not None and can_work_cases(user) else None
