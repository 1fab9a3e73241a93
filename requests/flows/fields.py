"""Form fields for the kinds of questions of a flow."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests.enums import AnswerKind
from requests.flows.definitions import FlowStep
from requests.forms.dates import DateField, MonthField
from requests.forms.fields import CountryField

MAX_TEXT, MAX_SHORT = 4_000, 200
# More choices than these are a list to open.
MAX_RADIOS = 12
YES_NO = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
SPACES = "\u00a0\u202f "


class NumberField(forms.CharField):
    """A number as people write it: with a comma or a point, in the digits of any script; cleaned it is plain text."""

    def __init__(self, *, low: Decimal | None, high: Decimal | None, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(max_length=40, widget=forms.TextInput({"inputmode": "decimal", "dir": "ltr"}), **kwargs)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        plain = typed.translate(dict.fromkeys(map(ord, SPACES))).replace(",", ".").replace("٫", ".")
        try:
            number = Decimal(plain)
        except InvalidOperation:
            raise forms.ValidationError(_("Enter a number, like 12 or 12.5.")) from None
        if not number.is_finite() or number.adjusted() > 12:
            raise forms.ValidationError(_("Enter a number, like 12 or 12.5."))
        if (self.low is not None and number < self.low) or (self.high is not None and number > self.high):
            raise forms.ValidationError(self._range())
        return f"{number.normalize():f}"

    def _range(self) -> str:
        if self.low is None:
            return _("Enter a number of at most %(high)s.") % {"high": self.high}
        if self.high is None:
            return _("Enter a number of at least %(low)s.") % {"low": self.low}
        return _("Enter a number from %(low)s to %(high)s.") % {"low": self.low, "high": self.high}


def answer_field(step: FlowStep, given: Any) -> forms.Field:
    """Return the field of a step, filled with what was answered; rows have one for each cell instead."""
    words = {"label": step.text, "help_text": step.help, "initial": given}
    return _FIELDS[step.kind](step, words)


def month_field(words: dict[str, Any], *, missing: Any = "") -> MonthField:
    """Return a field for a month."""
    wrong = _("Enter a month and a year, like 3 2024. The year alone is fine.")
    return MonthField(missing=missing or wrong, wrong=wrong, **words)


def text_field(
    words: dict[str, Any], *, is_short: bool, autocomplete: str = "off", missing: Any = ""
) -> forms.CharField:
    """Return a field for text, of one line when it ``is_short``."""
    longest = MAX_SHORT if is_short else MAX_TEXT
    errors: dict[str, Any] = {"max_length": _("Write at most %(number)s characters.") % {"number": longest}}
    if missing:
        errors["required"] = missing
    attrs = {"dir": "auto", "autocomplete": autocomplete}
    widget = forms.TextInput(attrs) if is_short else forms.Textarea({**attrs, "rows": 4})
    return forms.CharField(max_length=longest, widget=widget, error_messages=errors, **words)


def _choice(step: FlowStep, words: dict[str, Any]) -> forms.Field:
    choices: list[tuple[str, Any]] = [(choice.code, choice.label) for choice in step.choices]
    if step.kind == AnswerKind.YES_NO:
        choices = list(YES_NO)
    errors: dict[str, Any] = dict.fromkeys(("required", "invalid_choice"), step.missing or _("Select an answer."))
    if len(choices) > MAX_RADIOS:
        empty = ("", _("Select an answer"))
        return forms.ChoiceField(choices=[empty, *choices], error_messages=errors, **words)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, error_messages=errors, **words)


def _many(step: FlowStep, words: dict[str, Any]) -> forms.Field:
    sentence = step.missing or _("Select at least one answer.")
    errors: dict[str, Any] = dict.fromkeys(("required", "invalid_choice", "invalid_list"), sentence)
    choices = [(choice.code, choice.label) for choice in step.choices]
    return forms.MultipleChoiceField(
        choices=choices, widget=forms.CheckboxSelectMultiple, error_messages=errors, **words
    )


def _text(step: FlowStep, words: dict[str, Any]) -> forms.Field:
    missing = step.missing or _("Enter your answer.")
    return text_field(words, is_short=step.is_short, autocomplete=step.autocomplete, missing=missing)


def _number(step: FlowStep, words: dict[str, Any]) -> forms.Field:
    errors: dict[str, Any] = {"required": step.missing or _("Enter a number, like 12 or 12.5.")}
    return NumberField(low=step.low, high=step.high, error_messages=errors, **words)


def _month(step: FlowStep, words: dict[str, Any]) -> forms.Field:
    return month_field(words, missing=step.missing)


def _day(step: FlowStep, words: dict[str, Any]) -> forms.Field:
    words["initial"] = date.fromisoformat(words["initial"]) if words["initial"] else None
    wrong = _("Enter a day that exists, like 27 3 2027.")
    return DateField(missing=step.missing or _("Enter the day."), wrong=wrong, **words)


def _country(step: FlowStep, words: dict[str, Any]) -> forms.Field:
    attrs = {"list": "countries", "autocomplete": step.autocomplete}
    errors: dict[str, Any] = {"required": step.missing or _("Enter the name of a country.")}
    return CountryField(max_length=100, widget=forms.TextInput(attrs), error_messages=errors, **words)


_FIELDS: dict[AnswerKind, Callable[[FlowStep, dict[str, Any]], forms.Field]] = {
    AnswerKind.YES_NO: _choice,
    AnswerKind.ONE: _choice,
    AnswerKind.MANY: _many,
    AnswerKind.TEXT: _text,
    AnswerKind.NUMBER: _number,
    AnswerKind.MONTH: _month,
    AnswerKind.DAY: _day,
    AnswerKind.COUNTRY: _country,
}
