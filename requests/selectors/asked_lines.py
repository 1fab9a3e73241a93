"""Lines that clinics are asked to price: in the patient's language and in Russian, and from which procedures they can be made."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import override

from conditions.models import Procedure
from requests.models import AskedLine, Case
from requests.selectors.briefs import RUSSIAN


@dataclass(frozen=True)
class Line:
    """A line that clinics are asked to price, in the patient's language and in Russian."""

    name: str
    name_ru: str
    unit: str = ""
    unit_ru: str = ""
    procedure: Procedure | None = None


def line_of(row: AskedLine) -> Line:
    """Return what an asked line says."""
    return Line(row.name, row.name_ru, row.unit, row.unit_ru, row.procedure)


def in_both(procedure: Procedure, language: str) -> Line:
    """Return a procedure as a line, in the patient's language and in Russian."""
    with override(language):
        name, unit = str(procedure.name), str(procedure.unit)
    with override(RUSSIAN):
        return Line(name, str(procedure.name), unit, str(procedure.unit), procedure)


def procedures_for(case: Case, asked: Iterable[AskedLine]) -> list[Procedure]:
    """Return the procedures that may be asked for: of the case, with a price for its illness, and those asked for already."""
    keys = {row.procedure_id for row in asked if row.procedure_id}
    keys |= set(case.procedures.values_list("pk", flat=True))
    if case.condition is not None:
        keys |= set(case.condition.prices.values_list("procedure", flat=True))
    return list(Procedure.objects.filter(pk__in=keys))
