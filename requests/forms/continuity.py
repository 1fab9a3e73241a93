"""Forms of a continuity pack at the desk: medicines, what to watch for, follow-up dates, the letter."""

from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from portal.core.localisation import desk_formats
from requests.continuity_content import FollowUp, Medicine, Sign
from requests.enums import SignAction
from requests.forms.desk import area
from requests.forms.fields import spoken_languages

MOST_ROWS = 40
RUSSIAN = "ru"

# An id of a paper and its name.
type Choices = list[tuple[str, str]]


def _words(label: Any, sentence: Any, *, length: int = 300, hint: Any = "") -> forms.CharField:
    errors = {"max_length": _("Enter at most %(limit_value)d characters.")}
    widget = area(2)
    field = forms.CharField(label=label, required=False, max_length=length, widget=widget, error_messages=errors)
    field.help_text = hint
    # Only a row that says something has to say all of it.
    field.missing = sentence  # type: ignore[attr-defined]
    return field


class DraftForm(forms.Form):
    """A part of a draft, which is checked when somebody asks for it."""

    def leave_unchecked(self) -> None:
        """Show no errors, whatever is typed."""
        self._errors = ErrorDict()


class RowForm(DraftForm):
    """A row of a pack, which counts when something is typed in it; ``paper`` is the one that it was taken from."""

    # What has to be typed in a row that counts, and what says by itself that it counts.
    demanded: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    paper = forms.ChoiceField(
        label=_("From which paper"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        error_messages={"invalid_choice": _("Select a paper that is here.")},
    )

    def __init__(self, *args: Any, papers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = [("", _("Select a paper")), *papers]  # type: ignore[attr-defined]  # a ChoiceField
        # There is nothing to select.
        if len(papers) == 1:
            self.initial["paper"] = papers[0][0]

    def clean(self) -> dict[str, Any]:
        """A row that says something says all of it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.is_filled:
            self.errors.clear()
            return cleaned
        for name in self.demanded:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].missing)  # type: ignore[attr-defined]  # of _words
        if not cleaned.get("paper") and "paper" not in self.errors:
            self.add_error("paper", _("Select the paper that says so."))
        return cleaned

    @property
    def is_filled(self) -> bool:
        """Whether something is typed in it."""
        return any(self.data.get(self.add_prefix(name), "").strip() for name in self.texts)


class MedicineForm(RowForm):
    """A medicine to take at home."""

    demanded = texts = ("name", "dose", "how")
    name = _words(_("Medicine"), _("Enter the name of the medicine."))
    dose = _words(_("Dose"), _("Enter the dose, as the paper says it."))
    how = _words(_("How, and how long"), _("Enter how and how long it is taken, as the paper says."), length=1_000)
    field_order = ("name", "dose", "how", "paper")

    def row(self) -> Medicine:
        """Return what a checked form says."""
        return Medicine(**{name: self.cleaned_data[name] for name in self.fields})


class SignForm(RowForm):
    """What to watch for at home."""

    demanded = texts = ("what",)
    what = _words(_("What to watch for"), _("Enter what to watch for."), length=1_000)
    action = forms.ChoiceField(
        label=_("What to do then"),
        required=False,
        choices=[("", pgettext_lazy("desk", "Select what to do")), *SignAction.choices],
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ("what", "action", "paper")

    def clean(self) -> dict[str, Any]:
        """Who sees the sign knows what to do."""
        cleaned = super().clean()
        if self.is_filled and not cleaned.get("action"):
            self.add_error("action", _("Select what the patient does then."))
        return cleaned

    def row(self) -> Sign:
        """Return what a checked form says."""
        words = self.cleaned_data
        return Sign(what=words["what"], action=SignAction(words["action"]), paper=words["paper"])


class FollowUpForm(RowForm):
    """An examination at home."""

    ON, BY = "on", "by"
    demanded = ("what",)
    texts = ("on", "what", "where")
    when = forms.ChoiceField(
        label=_("On the day, or by it"),
        required=False,
        choices=[(ON, pgettext_lazy("desk", "On the day")), (BY, pgettext_lazy("desk", "By the day"))],
        widget=UnfoldAdminSelectWidget(),
    )
    on = forms.DateField(
        label=_("Day"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a date such as 2026-12-31.")},
    )
    what = _words(_("What is done"), _("Enter what is done on the day."), length=1_000)
    where = _words(_("Where (optional)"), "")
    field_order = ("when", "on", "what", "where", "paper")

    def clean(self) -> dict[str, Any]:
        """A follow-up has a day."""
        cleaned = super().clean()
        if self.is_filled and not cleaned.get("on") and "on" not in self.errors:
            self.add_error("on", _("Enter the day of the follow-up."))
        return cleaned

    def row(self) -> FollowUp:
        """Return what a checked form says."""
        words = {name: self.cleaned_data[name] for name in ("on", "what", "where", "paper")}
        return FollowUp(is_by=self.cleaned_data["when"] == self.BY, **words)


def _rows(form: type[RowForm]) -> type[forms.BaseFormSet]:  # type: ignore[type-arg]  # generic in the stubs only
    return forms.formset_factory(form, extra=2, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


Medicines, Signs, FollowUps = _rows(MedicineForm), _rows(SignForm), _rows(FollowUpForm)


class LetterForm(DraftForm):
    """The letter to the doctor at home, the paper that says that there are no medicines, and what else goes along."""

    no_medicines = forms.ChoiceField(
        label=_("No medicines, says the paper"),
        help_text=_("Only if the discharge papers prescribe none."),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        error_messages={"invalid_choice": _("Select a paper that is here.")},
    )
    doctor_language = forms.ChoiceField(
        label=_("Language of the doctor at home"),
        help_text=_("Ask the patient which language their doctor reads."),
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    letter = forms.CharField(
        label=_("Letter, in the language of that doctor"),
        required=False,
        max_length=20_000,
        widget=area(8),
        error_messages={"max_length": _("Enter at most %(limit_value)d characters.")},
    )
    letter_ru = forms.CharField(
        label=_("Letter, in Russian"),
        required=False,
        max_length=20_000,
        widget=area(8, lang="ru"),
        error_messages={"max_length": _("Enter at most %(limit_value)d characters.")},
    )
    others = forms.MultipleChoiceField(
        label=_("Other papers that go along"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        error_messages={"invalid_choice": _("One of the other papers is not here any more. Select again.")},
    )

    def __init__(self, *args: Any, papers: Choices, others: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = spoken_languages(desk_formats.language())
        choices: dict[str, list[Any]] = {
            "no_medicines": [("", pgettext_lazy("desk", "There are medicines")), *papers],
            "doctor_language": [("", pgettext_lazy("desk", "Not asked yet")), *languages],
            "others": others,
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]  # a ChoiceField
        if not others:
            del self.fields["others"]

    def clean(self) -> dict[str, Any]:
        """A letter is there in both languages, or in Russian alone for who reads that."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        letter, letter_ru = (bool(cleaned.get(name, "").strip()) for name in ("letter", "letter_ru"))
        language = cleaned.get("doctor_language")
        if (letter or letter_ru) and not language and "doctor_language" not in self.errors:
            self.add_error("doctor_language", _("Select the language that the doctor at home reads."))
        elif language == RUSSIAN and letter:
            self.add_error("letter", _("This doctor reads Russian: write the letter in Russian alone."))
        elif letter_ru and not letter and language != RUSSIAN:
            self.add_error("letter", _("Enter the letter in the language of the doctor at home too."))
        if letter and not letter_ru:
            self.add_error("letter_ru", _("Enter the letter in Russian too."))
        return cleaned
