"""Readers of content files: YAML and Markdown with front matter. What is wrong is said with its place."""

import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from modeltranslation.utils import build_localized_fieldname

type Row = dict[str, Any]


class ContentError(Exception):
    """A content file that cannot be loaded: the file, the place in it and what is wrong."""

    def __init__(self, path: Path, place: str, fault: str) -> None:
        super().__init__(f"{path}, {place}: {fault}" if place else f"{path}: {fault}")


class Entry:
    """One mapping of a content file; it knows its place, so that a fault can name it."""

    def __init__(self, row: Any, path: Path, place: str, known: tuple[str, ...] = ()) -> None:
        self.path = path
        self.place = place
        if not isinstance(row, dict):
            raise self.fault("this must be a mapping of names to values.")
        self.row: Row = row
        if unknown := sorted(set(row) - set(known)) if known else []:
            raise self.fault(f"unknown name {', '.join(unknown)}; known are {', '.join(known)}.")

    def fault(self, sentence: str) -> ContentError:
        """Return the error that names this entry."""
        return ContentError(self.path, self.place, sentence)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without ``default`` it must be there."""
        value = self.row.get(name, default)
        if value is None:
            raise self.fault(f"“{name}” is missing.")
        return str(value).strip()

    def rows(self, name: str) -> list[Any]:
        """Return a list; an absent one is empty."""
        value = self.row.get(name) or []
        if not isinstance(value, list):
            raise self.fault(f"“{name}” must be a list.")
        return value

    def entries(self, name: str, known: tuple[str, ...] = ()) -> list["Entry"]:
        """Return a list of mappings."""
        place = f"{self.place}, " if self.place else ""
        return [Entry(row, self.path, f"{place}{name} {n}", known) for n, row in enumerate(self.rows(name), start=1)]

    def day(self, name: str, *, is_needed: bool = True) -> datetime.date | None:
        """Return a day written as 2026-11-23."""
        value = self.row.get(name)
        if value is None and not is_needed:
            return None
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            raise self.fault(f"“{name}” must be a day such as 2026-11-23, not {value!r}.")
        return value

    def amount(self, name: str) -> Decimal | None:
        """Return an amount of money; an absent one is "on request"."""
        value = self.row.get(name)
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0:
            raise self.fault(f"“{name}” must be an amount of money, not {value!r}.")
        return amount

    def texts(self, name: str, *, is_needed: bool = True) -> dict[str, str]:
        """Return a text in each language as the columns of a translated field.

        Every live language must be there, unless the whole text may be left out and is.
        """
        value = self.row.get(name)
        if not value and not is_needed:
            return {}
        if not isinstance(value, dict):
            raise self.fault(f"“{name}” must have a text for each language.")
        if unknown := set(value) - set(settings.ALL_LANGUAGES):
            raise self.fault(f"“{name}” has the unknown language {', '.join(sorted(unknown))}.")
        if missing := [code for code in settings.LIVE_LANGUAGES if not value.get(code)]:
            raise self.fault(f"“{name}” is missing in {', '.join(missing)}.")
        return columns(name, {code: _joined(text) for code, text in value.items() if text})


def columns(field: str, texts: dict[str, str]) -> dict[str, str]:
    """Return texts by language as the columns of a translated field."""
    return {build_localized_fieldname(field, code): text for code, text in texts.items()}


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except FileNotFoundError as error:
        raise ContentError(path, "", "the file is missing.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContentError(path, "", f"this is no YAML: {error}") from error


def read_list(path: Path, known: tuple[str, ...]) -> list[Entry]:
    """Return the mappings of a YAML file that is one list."""
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise ContentError(path, "", "the file must be a list.")
    return [Entry(row, path, f"entry {n}", known) for n, row in enumerate(rows, start=1)]


def fill(row: Model, **values: object) -> None:
    """Set fields of a row."""
    for name, value in values.items():
        setattr(row, name, value)


def save(row: Model, entry: Entry) -> None:
    """Check the fields of a new row and save it; a value that does not fit is said with its place."""
    try:
        row.clean_fields()
    except ValidationError as error:
        faults = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
        raise entry.fault(faults) from error
    row.save()


def _joined(text: Any) -> str:
    """Return a text; a list becomes one item a line."""
    return "\n".join(str(item).strip() for item in text) if isinstance(text, list) else str(text).strip()
