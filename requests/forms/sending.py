"""Forms of the desk about clinics: what they are asked, to whom the brief goes, with which papers; and a word to one."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from clinics.models import ClinicContact
from conditions.models import Procedure
from portal.core.http.forms import TokenForm
from portal.core.localisation import desk_formats, formats
from portal.core.worktime import team_today
from requests.enums import NextTurn, Status, Turn
from requests.forms.desk import LONGEST_HOLD, SeenField, area
from requests.models import AskedLine, Case, Document
from requests.selectors.asked_lines import Line, in_both
from requests.selectors.briefs import RUSSIAN
from requests.selectors.next_date import Following, end_of, usual

NAMES = ("name", "name_ru", "unit", "unit_ru")
# No page knows more; PostgreSQL refuses an OFFSET that is no bigint.
MOST_MESSAGES = 100_000


def _text(length: int, **attrs: str) -> Any:
    return forms.CharField(max_length=length, required=False, widget=UnfoldAdminTextInputWidget(attrs=attrs))


class AskedLineForm(forms.Form):
    """A line of our own; it counts when it has a name. A patient who reads Russian needs one name alone."""

    name = _text(150, dir="auto")
    name_ru = _text(150, lang="ru")
    unit = _text(60, dir="auto")
    unit_ru = _text(60, lang="ru")

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_russian = language == RUSSIAN
        inside = formats.language_inside(language.partition("-")[0], desk_formats.language())
        self.fields["name"].label = pgettext_lazy("desk", "What, in %(language)s") % {"language": inside}
        self.fields["name_ru"].label = pgettext_lazy("desk", "What, in Russian")
        self.fields["unit"].label = pgettext_lazy("desk", "Unit")
        self.fields["unit_ru"].label = pgettext_lazy("desk", "Unit, in Russian")
        if self.is_russian:
            del self.fields["name_ru"], self.fields["unit_ru"]

    def clean(self) -> dict[str, Any]:
        """Both names are there, or the line is empty."""
        data: dict[str, Any] = self.cleaned_data
        if self.is_russian:
            data |= {"name_ru": data.get("name", ""), "unit_ru": data.get("unit", "")}
        elif data.get("name") and not data.get("name_ru"):
            self.add_error(
                "name_ru", pgettext_lazy("desk", "Enter the name in Russian too: that is what the clinics read.")
            )
        if not data.get("name") and any(data.get(name) for name in NAMES):
            self.add_error("name", pgettext_lazy("desk", "Enter what this line is, or empty the line."))
        return data

    @property
    def line(self) -> Line | None:
        """What was typed; None for an empty line."""
        data = self.cleaned_data
        return Line(*(data.get(name, "") for name in NAMES)) if data.get("name") else None


class BaseAskedLines(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """Our own lines; an empty one follows when the last one is filled."""

    def total_form_count(self) -> int:
        number = super().total_form_count()
        return number + bool(self.data.get(f"{self.prefix}-{number - 1}-name"))


AskedLines = forms.formset_factory(AskedLineForm, formset=BaseAskedLines, extra=1)


class SendForm(forms.Form):
    """To whom the brief goes, with which words and papers, and when the desk asks again."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    asks_freely = forms.BooleanField(
        label=pgettext_lazy("desk", "Without lines: each clinic says what it would do"), required=False
    )
    words = forms.CharField(
        label=pgettext_lazy("desk", "Words for the clinics (optional)"),
        help_text=pgettext_lazy("desk", "They stand above the brief. Name nobody here either."),
        max_length=4_000,
        required=False,
        widget=area(3),
    )
    moves_on = forms.BooleanField(
        label=pgettext_lazy("desk", "The case goes on to “With clinics”"), required=False, initial=True
    )
    on = forms.DateField(
        label=pgettext_lazy("desk", "Ask the clinics again on"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={
            "required": pgettext_lazy("desk", "Enter the day on which you ask them again."),
            "invalid": pgettext_lazy("desk", "Enter a date such as 2026-12-31."),
        },
    )

    def __init__(self, case: Case, contacts: dict[Any, list[ClinicContact]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", usual(Turn.CLINICS).at.date())
        if case.status != Status.DOCUMENTS_COMPLETE:
            del self.fields["moves_on"]
        self.contacts = {f"clinic-{clinic.pk}": (clinic, rows) for clinic, rows in contacts.items()}

    def clean_on(self) -> datetime.date:
        """A day that is near enough."""
        day: datetime.date = self.cleaned_data["on"]
        if not team_today() <= day <= team_today() + LONGEST_HOLD:
            raise forms.ValidationError(pgettext_lazy("desk", "Enter today or a day within a year."))
        return day

    @property
    def then(self) -> Following:
        """When the desk asks the clinics again."""
        return Following(NextTurn.CLINICS, end_of(self.cleaned_data["on"]))

    def selected(self, name: str) -> str:
        """Return the key of the contact that is selected for a clinic; what nobody posted is nobody."""
        return str(self.data.get(name, "")) if self.is_bound else ""

    @property
    def chosen(self) -> list[ClinicContact]:
        """The contacts to whom it goes."""
        return [row for name, (_, rows) in self.contacts.items() for row in rows if str(row.pk) == self.selected(name)]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The clinics with their contacts, and who is selected."""
        return [
            {"name": name, "clinic": clinic, "contacts": contacts, "selected": self.selected(name)}
            for name, (clinic, contacts) in self.contacts.items()
        ]


class SendEditor:
    """Everything that the page of a sending asks; ``papers`` are those that can be released."""

    def __init__(
        self,
        case: Case,
        *,
        asked: list[AskedLine],
        procedures: list[Procedure],
        contacts: dict[Any, list[ClinicContact]],
        papers: list[Document],
        seen: str,
        posted: Any = None,
    ) -> None:
        self.case, self.papers, self.posted = case, papers, posted
        self.form = SendForm(case, contacts, posted, initial={"seen": seen})
        own = [{name: getattr(row, name) for name in NAMES} for row in asked if row.procedure_id is None]
        if posted is not None:
            posted = posted.copy()
            posted.setdefault("line-TOTAL_FORMS", "0")
            posted["line-INITIAL_FORMS"] = "0"
        kwargs: dict[str, Any] = {
            "form_kwargs": {"language": case.language},
            "initial": own if posted is None else None,
        }
        self.lines = AskedLines(posted, prefix="line", **kwargs)
        ticked = {row.procedure_id for row in asked} if asked else set(case.procedures.values_list("pk", flat=True))
        codes = set(posted.getlist("procedure")) if posted is not None else None
        self.procedures = [
            (
                in_both(procedure, case.language),
                procedure.pk in ticked if codes is None else procedure.code in codes,
            )
            for procedure in procedures
        ]
        released = set(posted.getlist("paper")) if posted is not None else set()
        self.documents = [(paper, str(paper.pk) in released) for paper in papers]

    def is_valid(self) -> bool:
        """Whether everything that was typed can be sent."""
        return all([self.form.is_valid(), self.lines.is_valid()])

    @property
    def errors(self) -> list[str]:
        """The sentences of what is wrong, each once."""
        forms_of_page = [self.form, *self.lines]
        sentences = [str(error) for form in forms_of_page for errors in form.errors.values() for error in errors]
        return list(dict.fromkeys(sentences)) if self.form.is_bound else []

    @property
    def asked(self) -> list[Line]:
        """The lines that are asked for."""
        ticked = [line for line, is_ticked in self.procedures if is_ticked]
        return ticked + [form.line for form in self.lines if form.line is not None]

    @property
    def released(self) -> list[Document]:
        """The papers that are ticked."""
        return [paper for paper, is_ticked in self.documents if is_ticked]


class AnswerClinicForm(TokenForm):
    """What we write to a clinic; ``known`` is how many messages of the thread the page knew."""

    known = SeenField()
    body = forms.CharField(
        label=pgettext_lazy("desk", "Write to the clinic"),
        help_text=pgettext_lazy(
            "desk", "The clinic reads it behind its link; the mail holds a link only. Name nobody."
        ),
        max_length=10_000,
        widget=area(4),
        error_messages={"required": pgettext_lazy("desk", "Write something first.")},
    )

    def clean_known(self) -> int:
        """No thread is longer."""
        known: int = self.cleaned_data["known"]
        return min(known, MOST_MESSAGES)
