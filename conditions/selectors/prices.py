"""Reads of typical prices."""

from django.db.models import QuerySet

from conditions.models import Price


def typical(condition_id: int) -> QuerySet[Price]:
    """Return the typical prices of a condition with their procedures, in list order; one query."""
    return Price.objects.filter(condition_id=condition_id).select_related("procedure")
