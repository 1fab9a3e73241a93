"""Answers in words, in a given language: for the page that checks them, for the desk and for what is printed."""

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.core.localisation import formats
from requests.enums import AnswerKind, AnswerState
from requests.flows.definitions import FlowStep
from requests.models import Answer


def lines(step: FlowStep, answer: Answer, language: str) -> list[str]:
    """Return an answer in words, a line for each choice or row; what was typed stands as it was typed."""
    with override(language):
        if answer.state != AnswerState.ANSWERED:
            return [str(answer.state.label)]
        return given_lines(step, answer.given, language)


def given_lines(step: FlowStep, given: Any, language: str) -> list[str]:
    """Return what was answered in words, in the active ``language``."""
    if step.kind in (AnswerKind.MANY, AnswerKind.ROWS):
        return [_row(step, row, language) if step.kind == AnswerKind.ROWS else str(step.label_of(row)) for row in given]
    if step.kind == AnswerKind.TEXT:
        return str(given).splitlines() or [""]
    return [_one_line(step, given, language)]


def _one_line(step: FlowStep, given: str, language: str) -> str:
    match step.kind:
        case AnswerKind.YES_NO:
            words = _("Yes") if given == "yes" else _("No")
        case AnswerKind.NUMBER:
            words = format_decimal(Decimal(given), locale=formats.locale(language), decimal_quantization=False)
            words = f"{words}\u00a0{step.unit}" if step.unit else words
        case AnswerKind.MONTH:
            words = month(given, language)
        case AnswerKind.DAY:
            words = formats.day(date.fromisoformat(given), language)
        case AnswerKind.COUNTRY:
            words = formats.countries(language).get(given, given)
        case _:
            words = str(step.label_of(given))
    return words


def month(text: str, language: str) -> str:
    """Say a month (``2024-03``) or a year (``2024``) in words."""
    year, _dash, number = text.partition("-")
    if not number:
        return year
    names: Any = formats.locale(language).months["stand-alone"]["wide"]
    return f"{names[int(number)]} {year}"


def _row(step: FlowStep, row: dict[str, str], language: str) -> str:
    texts = [(column, row.get(column.code, "")) for column in step.columns]
    cells = [month(text, language) if column.kind == AnswerKind.MONTH else text for column, text in texts if text]
    # Each on its own: a name and a month in two scripts would change places.
    return " · ".join(f"\u2068{cell}\u2069" for cell in cells) if len(cells) > 1 else "".join(cells)
