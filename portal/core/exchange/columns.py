"""The columns of a spreadsheet: what a cell means for a row, and how a row is shown in it.

A widget's ``clean`` raises ``BadCell``. Whether a row changes is decided by
what its cells show, so that an export which comes back changes nothing.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Model, Prefetch
from import_export.fields import Field
from import_export.widgets import Widget
from modeltranslation.utils import build_localized_fieldname

from portal.core.exchange.cells import Cell, Failed, Formula, plain

# The thousands may be set apart by spaces, also by those that do not break.
NUMBER = re.compile(r"-?(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,](\d{1,2}))?")
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
DIGITS = 10  # before the point of an amount


class BadCell(ValueError):
    """A cell cannot be taken; the message is a sentence for the editor. The library gathers it as a ``ValueError``."""


class Text(Widget):  # type: ignore[misc]  # the library has no types
    """Text as it stands."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
        raise BadCell("Text is wanted here. Format the cell as text and enter it again.")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return plain(str(value)) if value is not None else ""


class Choice(Text):
    """One of a few words, or none."""

    def __init__(self, values: Iterable[str]) -> None:
        super().__init__()
        self.values = list(values)

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> str:
        text = super().clean(value)
        if text and text not in self.values:
            raise BadCell(f"“{text}” is not known here. Known are {', '.join(self.values)}.")
        return text


class YesNo(Widget):  # type: ignore[misc]  # the library has no types
    """``yes`` or ``no``."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> bool:
        text = str(value).casefold()
        if text not in YES | NO:
            raise BadCell("Enter yes or no." if value is None else f"“{value}” is neither yes nor no.")
        return text in YES

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "yes" if value else "no"


class Amount(Widget):  # type: ignore[misc]  # the library has no types
    """An amount of money with up to two decimals, or nothing."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Decimal | None:
        if value is None:
            return None
        number = _number(value, "is no amount. Write it like 1500 or 1500.50.")
        if number < 0:
            raise BadCell("An amount is not below 0.")
        if number >= 10**DIGITS:
            raise BadCell("The amount is too large.")
        return number.quantize(Decimal("0.01"))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class Whole(Widget):  # type: ignore[misc]  # the library has no types
    """A whole number of 0 or more, or nothing."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> int | None:
        if value is None:
            return None
        number = _number(value, "is no whole number.")
        if not 0 <= number < 2**31 or number != int(number):
            raise BadCell(f"“{value}” is no whole number of 0 or more.")
        return int(number)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class Day(Widget):  # type: ignore[misc]  # the library has no types
    """A day: a cell with a date, or text that can be read in one way only."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> date | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            if value.time() != time():
                raise BadCell(f"“{value:%Y-%m-%d %H:%M}” is a moment. Enter a day.")
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, int | float):
            raise BadCell(f"“{value}” is a number. Format the cell as a date, or write the day like 2026-03-01.")
        day = _day(value) if isinstance(value, str) else None
        if day is None:
            raise BadCell(f"“{value}” is no day. Write it like 2026-03-01.")
        return day

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class Lookup(Widget):  # type: ignore[misc]  # the library has no types
    """A row of another table, named by its slug or code."""

    def __init__(self, model: type[Model], key: str = "slug") -> None:
        super().__init__()
        self.model = model
        self.key = key

    @cached_property
    def rows(self) -> dict[str, Model]:
        """All rows by their key, read once for each import."""
        return {getattr(row, self.key): row for row in self.model._default_manager.only("pk", self.key)}

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Model | None:
        text = Text().clean(value)
        return self.find(text) if text else None

    def find(self, text: str) -> Model:
        """Return the row that a text names; raises ``BadCell``."""
        if text not in self.rows:
            raise BadCell(f"There is no {self.model._meta.verbose_name} “{text}”.")
        return self.rows[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(getattr(value, self.key, ""))


class Lookups(Lookup):
    """Rows of another table, separated by commas; their order means nothing."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Any:
        names = [name.strip() for name in Text().clean(value).split(",")]
        return [self.find(name) for name in dict.fromkeys(names) if name]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return ", ".join(sorted(getattr(one, self.key) for one in value or ()))


class Column(Field):  # type: ignore[misc]  # the library has no types
    """A column of the same name as the field that it holds."""

    def __init__(self, name: str, widget: Widget) -> None:
        super().__init__(attribute=name, column_name=name, widget=widget)

    def clean(self, row: dict[str, Cell], **kwargs: Any) -> Any:
        cell = row[self.column_name]
        if isinstance(cell, Formula):
            raise BadCell("The cell holds a formula. Put its value there instead.")
        if isinstance(cell, Failed):
            raise BadCell(f"The cell shows the error {cell.code}.")
        return self.widget.clean(cell)

    def save(self, instance: Model, row: dict[str, Cell], is_m2m: bool = False, **kwargs: Any) -> None:
        value = self.clean(row)
        if self.widget.render(value) != self.export(instance):
            self.put(instance, value)

    def put(self, instance: Model, value: Any) -> None:
        """Set the field on the row, which is saved later."""
        setattr(instance, self.attribute, value)


class Links(Column):
    """A column that names many rows; they are linked once the row itself is saved."""

    def __init__(self, name: str, model: type[Model], key: str = "slug") -> None:
        super().__init__(name, Lookups(model, key))

    def prefetch(self) -> Any:
        """What a queryset reads with its rows for this column."""
        widget = self.widget
        return Prefetch(self.attribute, widget.model._default_manager.only("pk", widget.key).order_by(widget.key))

    def get_value(self, instance: Any) -> Any:
        chosen = _chosen(instance)
        if self.attribute in chosen:
            return chosen[self.attribute]
        return getattr(instance, self.attribute).all() if instance.pk else []

    def put(self, instance: Model, value: Any) -> None:
        _chosen(instance)[self.attribute] = value

    def link(self, instance: Model) -> None:
        """Write what was chosen."""
        if self.attribute in _chosen(instance):
            getattr(instance, self.attribute).set(_chosen(instance).pop(self.attribute))


def per_language(name: str, widget: type[Text] = Text) -> list[Column]:
    """Return a column for each language of a translated field, whether the language is live or not."""
    return [Column(build_localized_fieldname(name, code), widget()) for code in settings.ALL_LANGUAGES]


def _chosen(instance: Any) -> dict[str, list[Model]]:
    chosen: dict[str, list[Model]] = instance.__dict__.setdefault("chosen_links", {})
    return chosen


def _number(value: Cell, otherwise: str) -> Decimal:
    """Return the number in a cell, also one that was entered as text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(repr(value))
        if abs(number) < 10**DIGITS and number != number.quantize(Decimal("0.01")):
            raise BadCell(f"“{value}” has more than two decimals.")
        return number
    text = str(value)
    if not NUMBER.fullmatch(text):
        raise BadCell(f"“{text}” {otherwise}")
    return Decimal(re.sub(r"\s", "", text).replace(",", "."))


def _day(text: str) -> date | None:
    for pattern in (ISO_DAY, DOTTED_DAY):
        if found := pattern.fullmatch(text):
            parts = [int(part) for part in found.groups()]
            year, month, day = parts if pattern is ISO_DAY else reversed(parts)
            try:
                return date(year, month, day)
            except ValueError:
                return None
    return None
