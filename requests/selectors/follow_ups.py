"""Reads of the follow-up: from which day it is counted, what is agreed, what waits for an answer, the warning signs."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.text import capfirst

from conditions.models import Edition
from conditions.selectors import editions
from conditions.selectors.drafts import upgraded
from portal.core.text.markdown import blocks, to_html, without_citations
from requests.enums import Appointment, EventKind, Feeling, HomeState, Purpose, Status
from requests.models import Case, Consent, Event, FollowUp, FollowUpAnswer, Homecoming
from requests.models.follow_ups import DAYS
from requests.selectors import trips

# After these the treatment is over.
AFTER = (Status.RECOVERY, Status.CLOSED)
# The answer to one day is still welcome so long.
ANSWERED_WITHIN = timedelta(days=30)


def discharged_on(case: Case) -> date | None:
    """Return the day, in the patient's zone, on which the case went over to recovery; None where it never did."""
    moved = Event.objects.filter(reference=case.reference, kind=EventKind.MOVED, to_status=Status.RECOVERY)
    at = moved.order_by("-at").values_list("at", flat=True).first()
    return at.astimezone(ZoneInfo(case.zones[0])).date() if at else None


def is_followed(case: Case) -> bool:
    """Whether the treatment of a case is over, and the patient lives."""
    return case.status in AFTER and not case.has_died and not case.is_erased


def homecoming(case: Case) -> Homecoming | None:
    """Return what was told last of the way home."""
    return Homecoming.objects.filter(case=case).first()


def counted_from(case: Case, told: Homecoming | None) -> date | None:
    """Return the day from which the follow-up is counted: the day home as told, else that of the trip, else the discharge.

    None while the patient stays in Russia, and for a case that is not followed.
    """
    discharged = discharged_on(case) if is_followed(case) else None
    if discharged is None or (told is not None and told.state == HomeState.STAYS):
        return None
    if told is not None and told.home_on:
        return told.home_on
    return trips.of(case).home_on or discharged


def consent(case: Case) -> Consent | None:
    """Return the standing consent to questions after coming home."""
    return Consent.objects.filter(case=case, purpose=Purpose.FOLLOW_UP, withdrawn_at=None).first()


def may_ask(case: Case) -> bool:
    """Whether the questions of a case may be asked now: it is over, nobody died, and the consent stands."""
    return is_followed(case) and consent(case) is not None


def can_agree(case: Case) -> bool:
    """Whether there is something left to agree to: the last questions of the case are not past."""
    if not is_followed(case) or discharged_on(case) is None or case.consent_withdrawn_at is not None:
        return False
    told = homecoming(case)
    if told is not None and told.state == HomeState.STAYS:
        return True
    start = counted_from(case, told)
    return start is not None and start + timedelta(days=DAYS[-1]) > timezone.now().date()


def waiting(case: Case) -> FollowUp | None:
    """Return the newest questions that were asked and not answered yet, as long as the answer is welcome."""
    if not is_followed(case):
        return None
    asked = FollowUp.objects.filter(case=case, answered_at=None, asked_at__gt=timezone.now() - ANSWERED_WITHIN)
    return asked.order_by("-day").first()


class Sign(NamedTuple):
    """A warning sign: its place in the edition, and its words."""

    place: str
    text: str


@dataclass(frozen=True)
class WarningSigns:
    """The warning signs of an illness in an edition, and the cards that they stand on: (kind, heading, HTML).

    ``edition`` is slug, language and number; all is empty for a case without an illness that has a page.
    """

    edition: str
    language: str
    signs: tuple[Sign, ...]
    cards: tuple[tuple[str, str, str], ...]

    def words(self, places: list[str]) -> list[str]:
        """Return the words of some signs."""
        return [sign.text for sign in self.signs if sign.place in places]


NO_SIGNS = WarningSigns("", "", (), ())


def warning_signs(case: Case, language: str, edition: str = "") -> WarningSigns:
    """Return the warning signs of the illness of a case as its readers have them now, or as ``edition`` has them."""
    row = _edition(case, language, edition)
    if row is None:
        return NO_SIGNS
    callouts = upgraded(row.content)["callouts"]
    signs = tuple(
        Sign(f"{callout['id']}-{number}", capfirst(block.text))
        for callout in callouts
        for number, block in enumerate(_items(callout["text"]), start=1)
    )
    cards = tuple(
        (callout["kind"], callout["heading"], to_html(without_citations(callout["text"]), row.language))
        for callout in callouts
    )
    return WarningSigns(f"{row.content['slug']}/{row.language}/{row.number}", row.language, signs, cards)


def _items(text: str) -> list[Any]:
    return [block for block in blocks(text) if block.kind == "item"]


def _edition(case: Case, language: str, edition: str) -> Edition | None:
    """Return an edition of the illness of a case: the one that was read, else the newest in a language or in English."""
    published = editions.page(case.condition.slug, language) if case.condition else None
    if published is None:
        return None
    slug, read_in, number = [*edition.split("/"), "", "", ""][:3]
    if (slug, read_in) == (published.slug, published.language) and number.isdecimal():
        read = Edition.objects.filter(condition=published.condition_id, language=read_in, number=number).first()
        if read is not None:
            return read
    return Edition.objects.get(pk=published.edition_id)


class Answered(NamedTuple):
    """An answer in plain values; ``number`` counts the answers to these questions."""

    number: int
    feeling: Feeling
    signs: list[str]
    places: list[str]
    is_unsure: bool
    has_other_sign: bool
    appointment: Appointment
    words: str
    answer: FollowUpAnswer

    @property
    def is_alarming(self) -> bool:
        """Whether it names a warning sign."""
        return bool(self.signs) or self.has_other_sign

    @property
    def needs_us(self) -> bool:
        """Whether somebody of the desk has to answer it."""
        return self.is_alarming or self.is_unsure or self.feeling == Feeling.WORSE or bool(self.words)


def answered(answer: FollowUpAnswer) -> Answered:
    """Return what an answer says."""
    content = json.loads(answer.content)
    return Answered(
        answer.number,
        Feeling(content["feeling"]),
        content["signs"],
        content["places"],
        content["is_unsure"],
        content["has_other_sign"],
        Appointment(content["appointment"]),
        content["words"],
        answer,
    )


def newest(follow_up: FollowUp) -> Answered | None:
    """Return the newest answer to the questions of a day."""
    answer = follow_up.answers.select_related("case").order_by("-number").first()
    return answered(answer) if answer else None


def of_case(case: Case) -> list[tuple[FollowUp, list[Answered]]]:
    """Return the questions of a case with all answers, the newest first, for the desk."""
    rows = FollowUp.objects.filter(case__in=case.whole()).prefetch_related("answers__case").order_by("day")
    return [(row, [answered(answer) for answer in reversed(row.answers.all())]) for row in rows]
