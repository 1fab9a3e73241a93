"""Reads of areas of medicine."""

from conditions.models import Area


def areas() -> list[Area]:
    """Return the areas in their order; one query."""
    return list(Area.objects.all())
