"""Queries that are compiled once in a process and asked again with other arguments.

The ORM takes as long to compile a query of a page as PostgreSQL takes to answer it. What is kept is SQL,
never an answer.
"""

from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

type Row = dict[str, Any]


@dataclass(frozen=True)
class _Parameter:
    name: str


def parameter(name: str) -> RawSQL:
    """Return what stands in a filter for an argument of ``CompiledQuery.rows``."""
    return RawSQL("%s", (_Parameter(name),))


class CompiledQuery:
    """A query of ``values()``, whose filters may hold parameters."""

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        self.compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.parameters = self.compiler.as_sql()
        self.names = tuple(queryset.query.selected or ())

    def rows(self, **arguments: int | str) -> list[Row]:
        """Return the rows for these arguments, one for each parameter; one query."""
        bound = [arguments[value.name] if isinstance(value, _Parameter) else value for value in self.parameters]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, bound)
            found = self.compiler.results_iter([cursor.fetchall()])
        return [dict(zip(self.names, row, strict=True)) for row in found]
