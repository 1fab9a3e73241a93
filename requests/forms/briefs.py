"""Forms of a brief at the desk: its facts, its texts in two languages, the history and the added sections."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from clinics.models import Clinic
from portal.core.localisation import desk_formats, formats
from requests.brief_content import OLDEST, BriefContent, FreeSection, HistoryEntry, Pair
from requests.enums import BriefPart, Ecog, Sex
from requests.forms.desk import area
from requests.models import Brief

LONGEST = 10_000
YEAR_FIRST = re.compile(r"(\d{4})(?:\s*[-./]\s*(\d{1,2}))?")
MONTH_FIRST = re.compile(r"(\d{1,2})\s*[-./]\s*(\d{4})")


def _line(length: int, **attrs: str) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"dir": "auto", **attrs})
    return forms.CharField(required=False, max_length=length, widget=widget)


def _text(rows: int) -> forms.CharField:
    return forms.CharField(required=False, max_length=LONGEST, widget=area(rows))


class _InTwoLanguages(forms.Form):
    """A form whose texts stand in two languages; ``names`` are their names, the patient's first."""

    # What each text is called, without its language.
    text_labels: ClassVar[dict[str, Promise]]

    def __init__(self, *args: Any, names: tuple[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name.endswith(("_own", "_other")):
                language = names[name.endswith("_other")]
                field.label = f"{self.text_labels[name.rpartition('_')[0]]}, {language}"

    def pair(self, name: str) -> Pair:
        """Return a text that was typed, in both languages."""
        return Pair(self.cleaned_data.get(f"{name}_own", ""), self.cleaned_data.get(f"{name}_other", ""))


class BriefForm(_InTwoLanguages):
    """Facts and texts of a brief."""

    text_labels: ClassVar[dict[str, Promise]] = {
        "condition": gettext_lazy("Illness"),
        **{part.value: part.label for part in BriefPart},
    }

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    years = forms.IntegerField(
        label=gettext_lazy("Age in years"),
        help_text=gettext_lazy("90 stands for 90 or older: so few are that an age would say who it is."),
        required=False,
        min_value=0,
        max_value=OLDEST,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": gettext_lazy("Enter the age as a number."),
            "min_value": gettext_lazy("Enter the age as a number from 0 to 90."),
            "max_value": gettext_lazy("Enter 90 for whoever is 90 or older."),
        },
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"), required=False, choices=Sex.choices, widget=UnfoldAdminRadioSelectWidget()
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False, widget=UnfoldAdminSelectWidget())
    condition_own = _line(200)
    condition_other = _line(200)
    icd10 = _line(10, dir="ltr")
    ecog = forms.ChoiceField(
        label=gettext_lazy("General condition"),
        required=False,
        choices=[("", gettext_lazy("not known")), *Ecog.choices],
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = desk_formats.language()
        self.fields["icd10"].label = _("ICD-10 code")
        self.fields["country"].choices = [("", _("not known")), *formats.countries(language).items()]  # type: ignore[attr-defined]  # a choice field

    def clean_revision(self) -> int:
        """A page without a number saw none."""
        return self.cleaned_data["revision"] or 0

    def parts(self) -> list[tuple[Any, Any]]:
        """Return the two fields of each part, for the page."""
        return [(self[f"{part}_own"], self[f"{part}_other"]) for part in BriefPart]


for _part in BriefPart:
    for _side in ("own", "other"):
        BriefForm.base_fields[f"{_part}_{_side}"] = _text(4)


class HistoryForm(_InTwoLanguages):
    """An entry of the history; an emptied one is left out."""

    text_labels: ClassVar[dict[str, Promise]] = {"what": gettext_lazy("What happened")}

    when = forms.CharField(
        label=gettext_lazy("When"),
        help_text=gettext_lazy("Year and month, such as 2024-03, or the year alone."),
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget(attrs={"dir": "ltr"}),
    )
    what_own = _text(2)
    what_other = _text(2)

    def clean_when(self) -> str:
        """A month or a year that is not ahead."""
        typed = self.cleaned_data["when"].strip()
        if not typed:
            return ""
        if match := YEAR_FIRST.fullmatch(typed):
            year, month = match.groups()
        elif match := MONTH_FIRST.fullmatch(typed):
            month, year = match.groups()
        else:
            raise forms.ValidationError(_("Enter year and month, such as 2024-03, or the year alone. No day."))
        when = f"{year}-{int(month):02}" if month else year
        today = timezone.localdate()
        is_month = not month or 1 <= int(month) <= 12
        if not is_month or not int(year) >= 1900 or when > f"{today:%Y-%m}"[: len(when)]:
            raise forms.ValidationError(_("Enter a month from 1900 until now."))
        return when

    def clean(self) -> dict[str, Any]:
        """What happened has a time, and a time something that happened."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        what = self.pair("what")
        if not what.is_empty and "when" not in self.errors and not data.get("when"):
            self.add_error("when", _("Enter when it happened, or empty the entry."))
        if data.get("when") and what.is_empty:
            self.add_error("what_own", _("Enter what happened, or empty the entry."))
        return data


class FreeSectionForm(_InTwoLanguages):
    """A section that is added; an emptied one is left out."""

    text_labels: ClassVar[dict[str, Promise]] = {"title": gettext_lazy("Heading"), "text": gettext_lazy("Text")}

    title_own = _line(100)
    title_other = _line(100)
    text_own = _text(4)
    text_other = _text(4)

    def clean(self) -> dict[str, Any]:
        """A text has a heading."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.pair("text").is_empty and self.pair("title").is_empty:
            self.add_error("title_own", _("Enter a heading, or empty the section."))
        return data


HistoryFormSet = forms.formset_factory(HistoryForm, extra=3)
FreeSectionFormSet = forms.formset_factory(FreeSectionForm, extra=1)


class BriefEditor:
    """Everything on the page that writes a brief."""

    def __init__(self, brief: Brief, posted: Any = None) -> None:
        language = desk_formats.language()
        codes = (brief.language, brief.other_language)
        names = tuple(formats.language_inside(code.partition("-")[0], language) for code in codes)
        content = brief.content
        kwargs: dict[str, Any] = {"names": names}
        self.papers = content.papers
        self.form = BriefForm(posted, initial=_initial(brief, content), **kwargs)
        history = [{"when": row.when, **_sides("what", row.what)} for row in content.history]
        sections = [{**_sides("title", row.title), **_sides("text", row.text)} for row in content.sections]
        shared: dict[str, Any] = {"form_kwargs": kwargs, "data": None if posted is None else _with_counts(posted)}
        self.history = HistoryFormSet(prefix="history", initial=None if posted else history, **shared)
        self.sections = FreeSectionFormSet(prefix="sections", initial=None if posted else sections, **shared)

    def is_valid(self) -> bool:
        """Whether everything that was typed can be kept."""
        return all([self.form.is_valid(), self.history.is_valid(), self.sections.is_valid()])

    @property
    def errors(self) -> list[str]:
        """The sentences of the summary, each once; none while nothing is posted."""
        forms_of_page = [self.form, *self.history, *self.sections]
        sentences = [str(error) for form in forms_of_page for errors in form.errors.values() for error in errors]
        sentences += [str(error) for rows in (self.history, self.sections) for error in rows.non_form_errors()]
        return list(dict.fromkeys(sentences)) if self.form.is_bound else []

    def content(self, papers: Iterable[Any]) -> BriefContent:
        """Return what was typed, the history in the order of its months, with these papers."""
        data = self.form.cleaned_data
        entries = [
            HistoryEntry(form.cleaned_data["when"], form.pair("what"))
            for form in self.history
            if form.cleaned_data.get("when")
        ]
        sections = [FreeSection(form.pair("title"), form.pair("text")) for form in self.sections if form.has_changed()]
        return BriefContent(
            years=data["years"],
            sex=data["sex"],
            country=data["country"],
            condition=self.form.pair("condition"),
            icd10=data["icd10"],
            ecog=data["ecog"],
            parts={part.value: pair for part in BriefPart if not (pair := self.form.pair(part)).is_empty},
            history=sorted(entries, key=lambda entry: entry.when),
            sections=[section for section in sections if not (section.title.is_empty and section.text.is_empty)],
            papers=list(papers),
        )


def _initial(brief: Brief, content: BriefContent) -> dict[str, Any]:
    facts = {name: getattr(content, name) for name in ("years", "sex", "country", "icd10", "ecog")}
    texts = {key: text for part in BriefPart for key, text in _sides(part, content.part(part)).items()}
    return {"revision": brief.revision, **facts, **_sides("condition", content.condition), **texts}


def _sides(name: str, pair: Pair) -> dict[str, str]:
    return {f"{name}_own": pair.own, f"{name}_other": pair.other}


def _with_counts(posted: Any) -> Any:
    """Return what was posted with how many rows there are, which a page that was cut off may lack."""
    data = posted.copy()
    for prefix in ("history", "sections"):
        data.setdefault(f"{prefix}-TOTAL_FORMS", "0")
        # Every row of the page is read as a new one: there are no old rows to find again.
        data[f"{prefix}-INITIAL_FORMS"] = "0"
    return data


class ClinicForm(forms.Form):
    """A clinic to propose to the patient."""

    clinic: Any = forms.ModelChoiceField(
        Clinic.objects.filter(is_published=True).select_related("city").order_by("name"),
        label=gettext_lazy("Clinic to propose"),
        empty_label=gettext_lazy("Select a clinic"),
        widget=UnfoldAdminSelectWidget(),
        error_messages={
            "required": gettext_lazy("Select a clinic."),
            "invalid_choice": gettext_lazy("Select a clinic of the list."),
        },
    )
