"""Reads of the desk: the queue, the search, what needs somebody now."""

import re
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Replace

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.primitives import keyed_hashes
from portal.core.localisation.phones import international, national_readings
from requests.enums import Direction, EventKind, Source, Status
from requests.models import Case, Event, Message, Submission
from requests.models.cases import ALPHABET, unowned

# A search for an address or a number, as it may stand in an address line and in a server's log.
HIDDEN = "~:"
BETWEEN_HASHES = "."
SHORTEST_PHONE = 7
LONGEST_PHONE = 20  # 15 digits, and what somebody dials before them
REFERENCE_LENGTH = 8
# What counts in no figure.
NOT_COUNTED = (Status.DUPLICATE, Status.SPAM)
NOT_IN_REFERENCES = re.compile(f"[^{ALPHABET}]")

# Not the @ of an address.
MENTION = re.compile(r"(?<!\S)@([^\W\d_][\w’'-]*)")


def search(cases: QuerySet[Case], term: str) -> QuerySet[Case]:
    """Find cases by a reference or a part of one, a whole e-mail address, or a phone number as it is read out."""
    if term.startswith(HIDDEN):
        return cases.filter(_hashed_as(term.removeprefix(HIDDEN).split(BETWEEN_HASHES)))
    if "@" in term:
        return cases.filter(email_hash=term)
    condition = _hashed_as(_phone_hashes(term))
    if letters := reference_letters(term):
        cases = cases.annotate(letters=Replace("reference", Value("-"), Value("")))
        condition |= Q(letters__contains=letters)
    return cases.filter(condition)


def hidden(term: str) -> str:
    """Return what may be written into an address line for a typed term: keyed hashes if it is personal."""
    if "@" in term:
        return HIDDEN + BETWEEN_HASHES.join(keyed_hashes(term))
    hashes = _phone_hashes(term)
    return HIDDEN + BETWEEN_HASHES.join(hashes) if hashes and not _may_be_reference(term) else term


def reference_letters(term: str) -> str:
    """Return the letters of a typed reference: any case, with or without dashes and the leading MR."""
    return NOT_IN_REFERENCES.sub("", term.upper())


def _may_be_reference(term: str) -> bool:
    """Whether digits may be a part of a reference: at most eight, and none that it does not use."""
    digits = re.sub(r"\W", "", term)
    return len(digits) <= REFERENCE_LENGTH and digits == reference_letters(term)


def _phone_hashes(term: str) -> list[str]:
    """Return the hashes of the phone numbers that a term may be; none when it is no phone number."""
    number_of_digits = len(re.sub(r"\D", "", term))
    if re.search(r"[^\W\d_]", term) or not SHORTEST_PHONE <= number_of_digits <= LONGEST_PHONE:
        return []
    numbers = [international(term), *national_readings(term)]
    return [value for number in numbers if number for value in keyed_hashes(number)]


def _hashed_as(hashes: list[str]) -> Q:
    """Return the condition of a case whose address or phone number has one of the hashes."""
    known = [value for value in hashes if value]
    return Q(email_hash__in=known) | Q(phone_hash__in=known) | Q(national_phone_hash__in=known)


def by_reference(typed: str) -> Case | None:
    """Return the one case of a whole typed reference."""
    letters = reference_letters(typed).removeprefix("MR")
    return Case.objects.filter(reference=f"MR-{letters[:4]}-{letters[4:]}").first() if len(letters) == 8 else None


def of_same_person(email: str, phone: str) -> QuerySet[Case]:
    """Return the cases with the same e-mail address or the same phone number (E.164), newest first."""
    same = Q(pk__in=[])
    if email:
        same |= Q(email_hash=email)
    if phone:
        same |= Q(phone_hash=phone)
    return Case.objects.filter(same)


def of_same_form(case: Case) -> QuerySet[Case]:
    """Return the cases that were started by submitting the same form with another contact, from either side."""
    linked = Event.objects.filter(reference=case.reference, kind=EventKind.SAME_FORM).values("object_id")
    return Case.objects.filter(pk__in=linked).order_by("created_at")


def by_source(since: datetime) -> list[tuple[Source, int]]:
    """Count the cases that came in since a moment by how they reached us, the most first, spam and duplicates left out."""
    cases = Case.objects.filter(created_at__gte=since).exclude(status__in=NOT_COUNTED)
    rows = cases.order_by().values_list("source").annotate(number=Count("pk")).order_by("-number", "source")
    return [(Source(source), number) for source, number in rows]


def colleagues() -> QuerySet[User]:
    """Who a case can be given to."""
    return User.objects.active_in(Role.COORDINATOR, Role.LEAD)


class Mentioned(NamedTuple):
    """Whom a note names with an @, and the names that are nobody's, or of more than one."""

    people: list[User]
    unknown: list[str]


def mentioned(body: str) -> Mentioned:
    """Return the colleagues whom a note names: @Anna, or @Anna Petrova where there are two."""
    names = list(MENTION.finditer(body))
    team = [user for user in colleagues() if user.name.strip()] if names else []
    people: list[User] = []
    unknown = []
    for name in names:
        rest = body[name.start() + 1 :].casefold()
        whole = [user for user in team if rest.startswith(user.name.casefold())]
        first = [user for user in team if user.name.split()[0].casefold() == name[1].casefold()]
        if whole:
            people.append(max(whole, key=lambda user: len(user.name)))
        elif len(first) == 1:
            people += first
        else:
            unknown.append(name[0])
    return Mentioned(list(dict.fromkeys(people)), unknown)


class Unowned(NamedTuple):
    """References of cases that came or whose patient wrote, while nobody owns them."""

    submissions: list[str]
    messages: list[str]


def unowned_between(start: datetime, end: datetime) -> Unowned:
    """Return what came in a period, oldest first, in cases that nobody owns now, ended ones among them."""
    period = {"created_at__gte": start, "created_at__lt": end}
    nobodys = unowned("case__")
    submitted = Submission.objects.filter(nobodys, **period)
    written = Message.objects.filter(nobodys, **period, direction=Direction.FROM_PATIENT)
    querysets = (rows.exclude(case__status=Status.SPAM).order_by("created_at") for rows in (submitted, written))
    return Unowned(*(list(dict.fromkeys(rows.values_list("case__reference", flat=True))) for rows in querysets))
