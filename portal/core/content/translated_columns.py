"""Translated columns read as plain values: quicker than whole rows with all their languages."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from modeltranslation.utils import build_localized_fieldname


def rows[M: Model](model: type[M]) -> QuerySet[M]:
    """Return the rows of a model without modeltranslation, which takes as long to rewrite a query as to answer it."""
    return QuerySet(model)


@cache
def columns(language: str, *fields: str) -> tuple[str, ...]:
    """Return the columns to ask for: each field in the language, and in the one that stands in for it."""
    columns = (
        build_localized_fieldname(field, code) for field in fields for code in (language, settings.LANGUAGE_CODE)
    )
    return tuple(dict.fromkeys(columns))


def texts(row: dict[str, Any], language: str, fields: Iterable[str]) -> dict[str, str]:
    """Return the fields of a row of values by name: in the language, else as it stands in."""
    return {field: row[own] or row[stands_in] or "" for field, own, stands_in in _names(language, tuple(fields))}


@cache
def _names(language: str, fields: tuple[str, ...]) -> list[tuple[str, str, str]]:
    return [
        (field, build_localized_fieldname(field, language), build_localized_fieldname(field, settings.LANGUAGE_CODE))
        for field in fields
    ]
