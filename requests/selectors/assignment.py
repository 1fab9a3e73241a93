"""Whom a case is suggested to: who speaks the patient's language, then who knows the area, then who has least to do."""

from dataclasses import dataclass

from django.db.models import BooleanField, Count, Exists, F, OuterRef, Value

from portal.accounts.models import User
from requests.models import Absence, Case, CoordinatorProfile
from requests.models.cases import CURRENT
from requests.selectors.desk import colleagues
from requests.selectors.presence import here


@dataclass(frozen=True)
class Suggestion:
    """A colleague with what speaks for them.

    ``language`` is the one of the patient that they speak, empty for none; ``load`` counts their open cases.
    """

    colleague: User
    language: str
    knows_area: bool
    load: int
    is_here: bool


def suggestions(case: Case) -> list[Suggestion]:
    """Return who could take a case, the best first: its owner and who is away are left out.

    The language that the patient speaks comes before the one in which they read the site.
    """
    people = (
        User.objects.filter(pk__in=colleagues().order_by().values("pk"))
        .exclude(pk=case.owner_id or 0)
        .exclude(pk__in=Absence.objects.away_now().order_by().values("user"))
        .annotate(languages=F("coordinator_profile__languages"), knows_area=_knows_area(case))
        .order_by("pk")
    )
    loads, present = _loads(), here(person.pk for person in people)
    wanted = list(dict.fromkeys([case.speak, case.language]))

    def rank(person: Suggestion) -> tuple[int, bool, int, bool]:
        place = wanted.index(person.language) if person.language else len(wanted)
        return place, not person.knows_area, person.load, not person.is_here

    found = [
        Suggestion(
            colleague=person,
            language=next((code for code in wanted if code in (person.languages or [])), ""),
            knows_area=person.knows_area,
            load=loads.get(person.pk, 0),
            is_here=person.pk in present,
        )
        for person in people
    ]
    return sorted(found, key=rank)


def suggested(case: Case) -> Suggestion | None:
    """Return the best suggestion for a case; None when nobody else can take it."""
    return next(iter(suggestions(case)), None)


def _knows_area(case: Case) -> Exists | Value:
    if case.condition is None:
        return Value(False, output_field=BooleanField())
    return Exists(CoordinatorProfile.objects.filter(user=OuterRef("pk"), areas=case.condition.area_id))


def _loads() -> dict[int | None, int]:
    """Count the open cases of each owner; the index of current cases answers it."""
    owned = Case.objects.filter(CURRENT).open().order_by().values_list("owner")
    return dict(owned.annotate(number=Count(Value(1))))
