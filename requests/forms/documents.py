"""Forms of the desk for papers."""

from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from portal.core.http.forms import TokenForm
from portal.core.localisation import desk_formats
from requests.enums import DOCUMENT_STATES, DocumentState
from requests.forms.fields import spoken_languages
from requests.forms.tasks import DueOnField
from requests.models import Case
from requests.selectors.documents import names

# What a colleague says of a paper; before, it is new or in review, and a translation makes it translated, by itself.
VERDICTS = (DocumentState.ACCEPTED, DocumentState.TRANSLATION_NEEDED, DocumentState.REJECTED)
# No item of a checklist has this code: it is no slug.
OTHER = "*"


class JudgeForm(TokenForm):
    """Whether a paper can be used, which a button says; what is wrong with one that cannot, and until when."""

    state = forms.ChoiceField(
        choices=[(state, DOCUMENT_STATES[state]) for state in VERDICTS],
        error_messages={"required": _("Select what is true of the paper.")},
    )
    reason = forms.CharField(
        label=_("What is wrong with it (for the patient)"),
        help_text=_("They are asked to send it again, with these words. Write in their language."),
        required=False,
        max_length=1_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
    )
    due_on = DueOnField()

    def clean(self) -> dict[str, Any]:
        """A paper that is rejected says why."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("state") == DocumentState.REJECTED and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Say what is wrong with the paper: the patient reads it."))
        return cleaned


class FilingForm(forms.Form):
    """What a paper is, and in which language it is written."""

    need = forms.ChoiceField(label=_("What it is"), required=False, widget=UnfoldAdminSelectWidget())
    language = forms.ChoiceField(label=_("Written in"), required=False, widget=UnfoldAdminSelectWidget())

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unknown = pgettext_lazy("language", "Not said")
        self.fields["need"].choices = [("", _("Nothing of the list")), *names(case, get_language() or "")]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["language"].choices = [("", unknown), *spoken_languages(desk_formats.language())]  # type: ignore[attr-defined]  # a ChoiceField


class TranslationForm(forms.Form):
    """In which language a translation is."""

    language = forms.ChoiceField(label=_("Translated into"), required=False, widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unknown = pgettext_lazy("language", "Not said")
        self.fields["language"].choices = [("", unknown), *spoken_languages(desk_formats.language())]  # type: ignore[attr-defined]  # a ChoiceField


class AskPaperForm(TokenForm):
    """A paper that the patient is asked for: an item of the checklist, or free words."""

    need = forms.ChoiceField(
        label=_("Which paper"),
        widget=UnfoldAdminSelectWidget(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Select which paper.")),
    )
    details = forms.CharField(
        label=_("Why, and which one exactly (for the patient)"),
        help_text=_("The name of the paper stands above it, in their language. Write in their language."),
        required=False,
        max_length=1_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
    )
    due_on = DueOnField()

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = names(case, get_language() or "")
        self.fields["need"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            ("", _("Select a paper")),
            *listed,
            (OTHER, _("Another paper, in your words")),
        ]

    def clean_need(self) -> str:
        """What is not of the list has no code."""
        need: str = self.cleaned_data["need"]
        return "" if need == OTHER else need

    def clean(self) -> dict[str, Any]:
        """A paper that is not of the list says which it is."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("need") == "" and not cleaned.get("details", "").strip():
            self.add_error("details", _("Say which paper it is."))
        return cleaned


class ReleaseForm(forms.Form):
    """Why a paper may be opened that the virus scanner cannot vouch for."""

    reason = forms.CharField(
        label=_("Why may it be opened all the same?"),
        help_text=_("Colleagues read it beside the paper. The patient does not."),
        max_length=1_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": _("Say why the paper may be opened all the same.")},
    )
