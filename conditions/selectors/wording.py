"""Translated columns read as plain values: quicker than whole rows with all their languages."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from modeltranslation.utils import build_localized_fieldname


def columns(language: str, *fields: str) -> set[str]:
    """Return the columns to ask for: each field in the language, and in the one that stands in for it."""
    return {build_localized_fieldname(field, code) for field in fields for code in (language, settings.LANGUAGE_CODE)}


def texts(row: dict[str, Any], language: str, fields: Iterable[str]) -> dict[str, str]:
    """Return the fields of a row of values by name: in the language, else as it stands in."""
    return {
        field: row[build_localized_fieldname(field, language)]
        or row[build_localized_fieldname(field, settings.LANGUAGE_CODE)]
        or ""
        for field in fields
    }
