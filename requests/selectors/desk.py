"""What coordinators see: the queue, the search, what needs somebody now."""

import re

import phonenumbers
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Replace

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption import keyed_hash
from portal.core.models import OutboxItem
from requests.models import Case
from requests.models.cases import ALPHABET, CURRENT, CaseQuerySet, on_hold, overdue
from requests.workflow import OPEN

# A search for an address or a number, as it may stand in an address line and in a server's log.
HIDDEN = "~:"
NOT_IN_REFERENCES = re.compile(f"[^{ALPHABET}]")


def search(cases: QuerySet[Case], term: str) -> QuerySet[Case]:
    """Find cases by a reference or a part of one, an exact e-mail address or an exact phone number."""
    if term.startswith(HIDDEN):
        digest = term.removeprefix(HIDDEN)
        return cases.filter(Q(email_hash=digest) | Q(phone_hash=digest)) if digest else cases.none()
    found = Q(pk__in=[])
    if "@" in term:
        return cases.filter(email_hash=keyed_hash(term))
    if phone := as_phone(term):
        found |= Q(phone_hash=keyed_hash(phone))
    if letters := reference_letters(term):
        cases = cases.annotate(letters=Replace("reference", Value("-"), Value("")))
        found |= Q(letters__contains=letters)
    return cases.filter(found)


def hidden(term: str) -> str:
    """Return what may be written into an address line for a typed term: its keyed hash if it is personal."""
    if "@" in term:
        return HIDDEN + keyed_hash(term)
    phone = as_phone(term)
    return HIDDEN + keyed_hash(phone) if phone and len(phone) > 9 else term


def reference_letters(term: str) -> str:
    """Return the letters of a typed reference: any case, with or without dashes and the leading MR."""
    return NOT_IN_REFERENCES.sub("", term.upper())


def as_phone(term: str) -> str:
    """Return a phone number as cases store it (E.164), or nothing when it is not one."""
    digits = re.sub(r"\D", "", term)
    if len(digits) < 7 or re.search(r"[A-Za-z]", term):
        return ""
    try:
        number = phonenumbers.parse("+" + digits.removeprefix("00"), None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def by_reference(typed: str) -> Case | None:
    """Return the one case of a whole typed reference."""
    letters = reference_letters(typed).removeprefix("MR")
    return Case.objects.filter(reference=f"MR-{letters[:4]}-{letters[4:]}").first() if len(letters) == 8 else None


def colleagues() -> CaseQuerySet | QuerySet[User]:
    """Who a case can be given to."""
    return User.objects.active_in(Role.COORDINATOR, Role.LEAD)


def counts(user: User) -> dict[str, int]:
    """Count what needs somebody now, in one query: current cases by reason, and mails that failed.

    Each number is that of the rows which the list shows behind it.
    """
    here = ~on_hold()
    found = Case.objects.filter(CURRENT).aggregate(
        current=Count("pk", filter=here),
        waiting=Count("pk", filter=here & Q(waiting_since__isnull=False)),
        overdue=Count("pk", filter=here & overdue()),
        unassigned=Count("pk", filter=here & Q(owner=None)),
        mine=Count("pk", filter=here & Q(owner=user)),
        quarantined=Count("pk", filter=Q(is_quarantined=True, status__in=OPEN)),
        on_hold=Count("pk", filter=on_hold()),
    )
    return {**found, "failed": OutboxItem.objects.filter(state=OutboxItem.State.FAILED).count()}
