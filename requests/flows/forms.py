"""Form of one question of a flow, made from its step."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.core.http.forms import PublicForm, TokenForm
from portal.core.localisation import formats
from requests.enums import AnswerKind, AnswerState
from requests.flows import fields
from requests.flows.definitions import FlowStep, Values
from requests.models import Answer

MAX_ROWS = 40


class AnswerForm(TokenForm, PublicForm):
    """One question. Cleaned, ``given`` is the answer as it is stored, ``state`` whether it is one.

    ``seen`` carries the id of the answer that the page showed, so that another device's is not overwritten unseen.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    row_count = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, step: FlowStep, answer: Answer | None, values: Values) -> None:
        super().__init__(data)
        self.step, self.values = step, values
        self.initial["seen"] = str(answer.pk) if answer else ""
        given = answer.given if answer else step.initial
        self.row_total = self._row_total(given)
        self.fields.update(
            self._rows(given) if step.kind == AnswerKind.ROWS else {"answer": fields.answer_field(step, given)}
        )
        for field in self.fields.values():
            field.widget.attrs.pop("maxlength", None)
        pressed = self.data.get("state", "") if self.is_bound else ""
        self.state = AnswerState(pressed) if pressed in step.ways else AnswerState.ANSWERED

    @property
    def rows(self) -> list[list[BoundField]]:
        """The fields of an answer of rows, row by row."""
        columns = [column.code for column in self.step.columns]
        return [[self[_name(number, code)] for code in columns] for number in range(self.row_total)]

    @property
    def options(self) -> list[tuple[Any, tuple[Any, ...]]]:
        """The choices of a question, each with the lines under it."""
        details = {choice.code: choice.details for choice in self.step.choices}
        return [(option, details.get(str(option.data["value"]), ())) for option in self["answer"]]

    @property
    def is_list(self) -> bool:
        """Whether the choices are boxes or circles to tick."""
        return isinstance(self["answer"].field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)

    def full_clean(self) -> None:
        """Who says "I do not know" answers nothing else, but words that were typed for it are not thrown away."""
        super().full_clean()
        if not self.is_bound or self.state == AnswerState.ANSWERED:
            return
        typed = [name for name in self._answer_names() if name in self.changed_data and _has_words(self, name)]
        self._errors = ErrorDict()
        if typed and not self._is_ticked:
            sentence = _("You wrote something here. Press “Save and continue” to keep it, or empty it first.")
            self.add_error(typed[0], sentence)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.state != AnswerState.ANSWERED or self.errors:
            return cleaned
        given = self._given(cleaned)
        if given == []:
            self.add_error(self._answer_names()[0], str(self.step.missing) or _("Fill in at least one line."))
        elif sentence := self.step.check(given, self.values):
            self.add_error(self._answer_names()[0], str(sentence))
        return cleaned | {"given": given}

    @property
    def given(self) -> Any:
        """The answer of a checked form, as it is stored; None for one that is none."""
        return self.cleaned_data.get("given") if self.state == AnswerState.ANSWERED else None

    @property
    def _is_ticked(self) -> bool:
        # What is chosen from a list cannot be emptied again, and the last press counts.
        return self.step.kind in (AnswerKind.YES_NO, AnswerKind.ONE, AnswerKind.MANY)

    def _answer_names(self) -> list[str]:
        return [name for name in self.fields if name not in ("form_token", "seen", "row_count")]

    def _given(self, cleaned: Mapping[str, Any]) -> Any:
        if self.step.kind != AnswerKind.ROWS:
            answer = cleaned["answer"]
            return answer.isoformat() if isinstance(answer, date) else answer
        codes = [column.code for column in self.step.columns]
        rows = [{code: cleaned[_name(number, code)] for code in codes} for number in range(self.row_total)]
        return [row for row in rows if any(row.values())]

    def _row_total(self, given: Any) -> int:
        if self.step.kind != AnswerKind.ROWS:
            return 0
        total = len(given or [])
        if self.is_bound:
            typed = self.data.get("row_count", "")
            total = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else total
            total += "add" in self.data
        self.initial["row_count"] = total = min(max(total, 1), MAX_ROWS)
        if self.is_bound:
            self.put_answer("row_count", str(total))
        return total

    def _rows(self, given: Any) -> dict[str, forms.Field]:
        rows, of_rows = given or [], {}
        for number in range(self.row_total):
            row = rows[number] if number < len(rows) else {}
            for column in self.step.columns:
                words: dict[str, Any] = {"label": column.label, "required": False, "initial": row.get(column.code, "")}
                field: forms.Field = (
                    fields.month_field(words)
                    if column.kind == AnswerKind.MONTH
                    else fields.text_field(words, is_short=True)
                )
                of_rows[_name(number, column.code)] = field
        return of_rows

    @property
    def countries(self) -> list[str]:
        """The names of the countries, for suggestions while typing."""
        if self.step.kind != AnswerKind.COUNTRY:
            return []
        return list(formats.countries(get_language() or "en").values())


def _name(number: int, code: str) -> str:
    return f"row_{number}_{code}"


def _has_words(form: AnswerForm, name: str) -> bool:
    value = form[name].data
    texts: list[Any] = value if isinstance(value, list) else [value]
    return any(str(text or "").strip() for text in texts)
