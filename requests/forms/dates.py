"""Days and months as people write them, in boxes of their own."""

import datetime
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language

from portal.core.localisation import formats

# What nobody who writes to us lived through, or plans for, is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 1900, 2100


class DateWidget(forms.MultiWidget):
    """Three boxes for a date: day, month, year."""

    template_name = "portal/date.html"
    use_fieldset = True

    def __init__(self) -> None:
        text = {"inputmode": "numeric"}
        super().__init__([forms.TextInput(text), forms.TextInput(), forms.TextInput(text)])

    def decompress(self, value: Any) -> list[Any]:
        return [value.day, value.month, value.year] if value else ["", "", ""]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""


class DateField(forms.MultiValueField):
    """A date in three boxes; the month is a number or its name, in full or short, in the reader's language or English."""

    widget = DateWidget

    def __init__(self, *, missing: Any, wrong: Any, **kwargs: Any) -> None:
        self.wrong = wrong
        said = dict.fromkeys(("required", "max_length"), wrong)
        parts = [forms.CharField(max_length=20, error_messages=said) for _part in range(3)]
        errors = {"required": missing, "incomplete": wrong}
        super().__init__(parts, error_messages=errors, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> datetime.date | None:
        if not data_list:
            return None
        day, month, year = (text.strip().strip(".") for text in data_list)
        try:
            number = int(month) if month.isdecimal() else _months()[month.casefold()]
            return datetime.date(int(year), number, int(day))
        except (KeyError, ValueError, OverflowError):
            raise forms.ValidationError(self.wrong) from None


def _months() -> dict[str, int]:
    """Return the number of each month by its names."""
    names: dict[str, int] = {}
    locales: list[Locale] = [formats.locale("en"), formats.locale(get_language() or "en")]
    for locale in locales:
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                months = locale.months[use][width].items()
                names |= {name.casefold().strip("."): number for number, name in months}
    return names


class MonthWidget(forms.MultiWidget):
    """Two boxes for a month: month, year."""

    template_name = "portal/month.html"
    use_fieldset = True

    def __init__(self) -> None:
        super().__init__([forms.TextInput(), forms.TextInput({"inputmode": "numeric"})])

    def decompress(self, value: Any) -> list[Any]:
        year, _dash, month = (value or "").partition("-")
        return [str(int(month)) if month else "", year]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""


class MonthField(forms.MultiValueField):
    """A month in two boxes, of which the first may stay empty; cleaned it is ``2024-03`` or ``2024``."""

    widget = MonthWidget

    def __init__(self, *, missing: Any, wrong: Any, **kwargs: Any) -> None:
        self.wrong = wrong
        parts = [forms.CharField(max_length=20, required=False), forms.CharField(max_length=20)]
        errors = {"required": missing, "incomplete": wrong}
        super().__init__(parts, error_messages=errors, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> str:
        if not data_list:
            return ""
        month, year = (text.strip().strip(".") for text in data_list)
        try:
            number = int(month) if month.isdecimal() else _months()[month.casefold()] if month else 1
            day = datetime.date(int(year), number, 1)
        except (KeyError, ValueError, OverflowError):
            raise forms.ValidationError(self.wrong) from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(self.wrong)
        return f"{day:%Y-%m}" if month else f"{day:%Y}"
