"""Reads of case reviewers: what is shared with them, and the medical part of a case without who it is."""

import re
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import Direction
from requests.models import Case, CaseReview
from requests.selectors.cases import thread, words
from requests.selectors.patients import last_statement

LEFT_OUT = "[…]"
EMAIL = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
# Up to two characters stand between the digits of a number that is typed for people.
BETWEEN = r"[\s().-]{0,2}"
INTERNATIONAL = re.compile(rf"\+\d(?:{BETWEEN}\d){{7,14}}")
# So many digits at the end of a number are the same however its beginning is written.
OWN_DIGITS = 7
SHORTEST_WORD = 3


class Passage(NamedTuple):
    """Something that was written in a case, by the patient or by us."""

    at: datetime
    is_ours: bool
    text: str


class MedicalPart(NamedTuple):
    """What a reviewer reads of a case: no name, no contact, no money."""

    years: int | None
    passages: list[Passage]


def reviewers() -> QuerySet[User]:
    """Return who a case can be shared with."""
    return User.objects.active_in(Role.CASE_REVIEWER)


def shared_with(user: User) -> QuerySet[CaseReview]:
    """Return what is shared with a reviewer now."""
    return CaseReview.objects.filter(reviewer=user, ended_at=None)


def medical_part(case: Case) -> MedicalPart:
    """Return the medical part of a case, with what says who it is left out of its texts."""
    statement = last_statement(case)
    names = [case.name, case.patient_name, statement.name if statement else ""]
    passages = [Passage(at, is_ours=False, text=text) for at, text in words(case)]
    passages += [
        Passage(message.created_at, message.direction == Direction.TO_PATIENT, message.body) for message in thread(case)
    ]
    passages.sort(key=lambda passage: passage.at)
    return MedicalPart(
        years=statement.age_on(timezone.localdate()) if statement else None,
        passages=[passage._replace(text=_anonymous(passage.text, names, case.phone)) for passage in passages],
    )


def _anonymous(text: str, names: list[str], phone: str) -> str:
    """Return a text without addresses, numbers and the words of the names; too much rather than too little."""
    text = INTERNATIONAL.sub(LEFT_OUT, EMAIL.sub(LEFT_OUT, text))
    digits = re.sub(r"\D", "", phone)[-OWN_DIGITS:]
    if len(digits) == OWN_DIGITS:
        text = re.sub(rf"\+?(?:\d{BETWEEN}){{0,8}}{BETWEEN.join(digits)}(?!\d)", LEFT_OUT, text)
    own = {word for name in names for word in re.findall(r"[^\W\d_]+", name) if len(word) >= SHORTEST_WORD}
    if not own:
        return text
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, sorted(own)))})\b", LEFT_OUT, text, flags=re.IGNORECASE)
