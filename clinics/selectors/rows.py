"""Inverted index of the rows of a list: which rows have which value, read from the database all at once."""

from collections.abc import Mapping
from typing import Any

from django.db.models import StringAgg, TextField, Value
from django.db.models.functions import Cast

# Rows by value.
type Rows = dict[str, set[int]]


def joined_keys(of: str) -> StringAgg:
    """Return the aggregate of a column of primary keys that ``rows_in`` reads.

    The database joins the keys of each value: to read hundreds of thousands of rows takes many times as long.
    """
    return StringAgg(Cast(of, TextField()), Value(","))


def rows_in(row_of: Mapping[int, int], keys: str) -> set[int]:
    """Return the rows of joined keys, of those that are published."""
    return {row_of[pk] for pk in map(int, keys.split(",")) if pk in row_of}


def rows_by_value(row_of: Mapping[int, int], queryset: Any, value: str, of: str) -> Rows:
    """Return the rows by a value; ``of`` names the column of their primary keys."""
    grouped = queryset.order_by().values_list(value).annotate(joined=joined_keys(of))
    return {facet_value: rows_in(row_of, keys) for facet_value, keys in grouped}


def rows_by_link(row_of: Mapping[int, int], relation: Any, value: str, of: str) -> Rows:
    """Return the rows that are published by a value of a many-to-many relation."""
    return rows_by_value(row_of, relation.through.objects, value, of)
