"""Translated columns read as plain values, and queries, of them or not, that a process compiles once.

Both are for what is asked most: whole rows with all their languages take longer, and the ORM takes as long to compile
a small query as PostgreSQL to answer it. What is kept is SQL, never an answer. One module, because each that a page of
a condition goes through counts (tests/front/test_condition_path.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, Model, QuerySet
from django.db.models.expressions import RawSQL
from modeltranslation.utils import build_localized_fieldname, get_translation_fields


def untranslated[M: Model](model: type[M]) -> QuerySet[M]:
    """Return the rows of a model without modeltranslation, which takes as long to rewrite a query as to answer it."""
    return QuerySet(model)


def named[M: Model](model: type[M], *fields: str) -> QuerySet[M]:
    """Return the rows of a model with their name in every language, these fields, and nothing else."""
    return untranslated(model).only(*get_translation_fields("name"), *fields)


@cache
def columns(language: str, *fields: str) -> tuple[str, ...]:
    """Return the columns to ask for: each field in the language, and in the one that stands in for it."""
    names = (build_localized_fieldname(field, code) for field in fields for code in (language, settings.LANGUAGE_CODE))
    return tuple(dict.fromkeys(names))


def texts(row: dict[str, Any], language: str, fields: Iterable[str]) -> dict[str, str]:
    """Return the fields of a row of values by name: in the language, else as it stands in."""
    return {field: row[own] or row[stands_in] or "" for field, own, stands_in in _names(language, tuple(fields))}


@cache
def _names(language: str, fields: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [
        (field, build_localized_fieldname(field, language), build_localized_fieldname(field, settings.LANGUAGE_CODE))
        for field in fields
    ]


@dataclass(frozen=True)
class _Parameter:
    name: str
    field: "Field[Any, Any] | None"


def parameter(name: str, field: "Field[Any, Any] | None" = None) -> RawSQL:
    """Return what stands in a filter for an argument of ``CompiledQuery.rows``.

    A ``field`` writes it as the database keeps it; what is no text and no number needs one.
    """
    return RawSQL("%s", (_Parameter(name, field),))


class CompiledQuery:
    """A query of ``values()`` as SQL; what a filter compares with a ``parameter`` is told each time."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self.compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.parameters = self.compiler.as_sql()
        self.names = tuple(queryset.query.selected or ())

    def rows(self, **arguments: Any) -> list[dict[str, Any]]:
        """Return the rows for these arguments, one for each parameter; one query."""
        bound = [_bound(value, arguments) if isinstance(value, _Parameter) else value for value in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, bound)
            rows = self.compiler.results_iter([cursor.fetchall()])
        return [dict(zip(self.names, row, strict=True)) for row in rows]


def _bound(part: _Parameter, arguments: dict[str, Any]) -> Any:
    value = arguments[part.name]
    return part.field.get_db_prep_value(value, connection) if part.field else value
