"""Reads of the desk: the queue, the search, what needs somebody now."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Replace
from django.utils.translation import gettext as _

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.encryption.fields import word_hashes
from portal.core.encryption.primitives import is_keyed_hash, keyed_hashes
from portal.core.localisation.phones import international, national_readings
from requests.enums import Direction, EventKind, ForWhom, Source, Status
from requests.models import AnswerSending, Case, Document, Event, Message, PatientStatement, Submission
from requests.models.cases import ALPHABET, unowned

# A search for an address or a number, as it may stand in an address line and in a server's log.
HIDDEN = "~:"
BETWEEN_HASHES = "."
# A search for a name: for each word its hashes, and the references that have its letters.
HIDDEN_NAME = "~n:"
BETWEEN_WORDS = "_"
BETWEEN_PARTS = ":"
MOST_REFERENCES = 20
LONGEST_NAME = 200
HALF_A_YEAR = timedelta(days=183)
SHORTEST_PHONE = 7
LONGEST_PHONE = 20  # 15 digits, and what somebody dials before them
REFERENCE_LENGTH = 8
# What counts in no figure.
NOT_COUNTED = (Status.DUPLICATE, Status.SPAM)
NOT_IN_REFERENCES = re.compile(f"[^{ALPHABET}]")

# Not the @ of an address.
MENTION = re.compile(r"(?<!\S)@([^\W\d_][\w’'-]*)")


def search(cases: QuerySet[Case], term: str) -> QuerySet[Case]:
    """Find cases by a reference or a part of one, whole words of a name, a whole e-mail address, or a phone number as it is read out."""
    if term.startswith(HIDDEN_NAME):
        words, *references = term.removeprefix(HIDDEN_NAME).split(BETWEEN_PARTS)
        hashes = [word.split(BETWEEN_HASHES) for word in words.split(BETWEEN_WORDS)]
        return cases.filter(_named(hashes) | Q(reference__in=references))
    if term.startswith(HIDDEN):
        return cases.filter(_hashed_as(term.removeprefix(HIDDEN).split(BETWEEN_HASHES)))
    if "@" in term:
        return cases.filter(email_hash=term)
    condition = _hashed_as(_phone_hashes(term))
    letters = reference_letters(term)
    if _may_be_name(term):
        condition |= _named(word_hashes(term[:LONGEST_NAME]))
        # A name is not found by those of its letters that a reference may have.
        letters = letters if letters == re.sub(r"\W", "", term.upper()) else ""
    if letters:
        cases = cases.annotate(letters=Replace("reference", Value("-"), Value("")))
        condition |= Q(letters__contains=letters)
    return cases.filter(condition)


def hidden(term: str) -> str:
    """Return what may be written into an address line for a typed term: keyed hashes if it is personal."""
    if "@" in term:
        return HIDDEN + BETWEEN_HASHES.join(keyed_hashes(term))
    if _may_be_name(term):
        return HIDDEN_NAME + BETWEEN_PARTS.join(_hidden_name(term[:LONGEST_NAME]))
    hashes = _phone_hashes(term)
    return HIDDEN + BETWEEN_HASHES.join(hashes) if hashes and not _may_be_reference(term) else term


def _hidden_name(term: str) -> list[str]:
    """Return the hashes of words, and the references that have the letters of a term: a hash says nothing of parts."""
    words = word_hashes(term)
    others = search(Case.objects.all(), term).exclude(_named(words)).values_list("reference", flat=True)
    return [BETWEEN_WORDS.join(BETWEEN_HASHES.join(hashes) for hashes in words), *others[:MOST_REFERENCES]]


def reference_letters(term: str) -> str:
    """Return the letters of a typed reference: any case, with or without dashes and the leading MR."""
    return NOT_IN_REFERENCES.sub("", term.upper())


def _may_be_reference(term: str) -> bool:
    """Whether digits may be a part of a reference: at most eight, and none that it does not use."""
    digits = re.sub(r"\W", "", term)
    return len(digits) <= REFERENCE_LENGTH and digits == reference_letters(term)


def _may_be_name(term: str) -> bool:
    """Whether a term is words without a digit."""
    return bool(re.search(r"[^\W\d_]", term)) and not re.search(r"\d", term)


def _named(words: list[list[str]]) -> Q:
    """Return the condition of a case that has each word, under one of its hashes, in the names of who wrote and of the patient."""
    condition = Q() if words else Q(pk__in=[])
    for hashes in words:
        has_word = Q(pk__in=[])
        for value in filter(is_keyed_hash, hashes):
            has_word |= Q(name_hashes__contains=value) | Q(patient_name_hashes__contains=value)
        condition &= has_word
    return condition


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


class Duplicate(NamedTuple):
    """A case that may be of the same person, by what; ``is_relative`` when one of the two is for somebody else."""

    case: Case
    same: list[str]
    is_relative: bool


def duplicates(case: Case, cases: QuerySet[Case] | None = None) -> list[Duplicate]:
    """Return the cases that may be of the same person, newest first: a person decides, nothing is merged by itself.

    The same e-mail address or phone number, however it was written, or the same name and birth date of
    the patient in a case that came within six months. Without ``cases`` it looks among all of them.
    """
    if case.is_erased:
        return []
    # Not what it is merged with already, from whichever of them one looks.
    cases = Case.objects.all() if cases is None else cases
    others = cases.exclude(pk__in=[part.pk for part in case.living.whole()]).exclude(status__in=NOT_COUNTED)
    same: dict[UUID, list[str]] = {}
    for label, found in _same(case, others).items():
        for key in found:
            same.setdefault(key, []).append(label)
    rows = others.filter(pk__in=same).order_by("-created_at")
    is_mine = case.for_whom == ForWhom.ME
    return [Duplicate(row, same[row.pk], not is_mine or row.for_whom != ForWhom.ME) for row in rows]


def _same(case: Case, others: QuerySet[Case]) -> dict[str, list[UUID]]:
    """Return the keys of other cases by what they have in common with this one."""
    phone = Q(phone_hash=case.phone_hash) | Q(national_phone_hash=case.national_phone_hash)
    return {
        _("e-mail"): list(others.filter(email_hash=case.email_hash).values_list("pk", flat=True))
        if case.email_hash
        else [],
        _("phone"): list(others.filter(phone).values_list("pk", flat=True)) if case.phone_hash else [],
        _("name and birth date"): _of_same_birth(case, others),
    }


def _of_same_birth(case: Case, others: QuerySet[Case]) -> list[UUID]:
    """Return the keys of cases within six months whose patient has the same name and birth date."""
    own = case.statements.last()
    if own is None or not case.patient_name_hashes:
        return []
    period = (case.created_at - HALF_A_YEAR, case.created_at + HALF_A_YEAR)
    named = others.filter(patient_name_hashes=case.patient_name_hashes, created_at__range=period)
    # A birth date has no hash, so it is opened: for the few of the very same name.
    statements = PatientStatement.objects.filter(case__in=named).exclude(case__wrapped_key=b"").select_related("case")
    return [row.case_id for row in statements if row.birth_date == own.birth_date]


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
    """References of cases that came, whose patient wrote or sent papers or answers, while nobody owns them."""

    submissions: list[str]
    messages: list[str]
    documents: list[str]
    answers: list[str]


def unowned_between(start: datetime, end: datetime) -> Unowned:
    """Return what came in a period, oldest first, in cases that nobody owns now, ended ones among them."""
    period = {"created_at__gte": start, "created_at__lt": end}
    nobodys = unowned("case__")
    submitted = Submission.objects.filter(nobodys, **period)
    written = Message.objects.filter(nobodys, **period, direction=Direction.FROM_PATIENT)
    papers = Document.objects.here().filter(nobodys, added_by=None, received_at__gte=start, received_at__lt=end)
    answered = AnswerSending.objects.filter(nobodys, sent_at__gte=start, sent_at__lt=end)
    ordered = (
        submitted.order_by("created_at"),
        written.order_by("created_at"),
        papers.order_by("received_at"),
        answered.order_by("sent_at"),
    )
    querysets = (rows.exclude(case__status=Status.SPAM) for rows in ordered)
    return Unowned(*(list(dict.fromkeys(rows.values_list("case__reference", flat=True))) for rows in querysets))
