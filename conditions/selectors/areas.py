"""Reads of areas of medicine."""

from conditions.models import Area
from conditions.selectors.wording import columns, texts


def areas() -> list[Area]:
    """Return the areas in their order; one query."""
    return list(Area.objects.all())


def costs_note(condition_id: int, language: str) -> str:
    """Return what could raise the costs of a condition, as its area says; empty where it says nothing. One query."""
    row = Area.objects.filter(conditions=condition_id).values(*columns(language, "costs_note")).get()
    return texts(row, language, ["costs_note"])["costs_note"]
