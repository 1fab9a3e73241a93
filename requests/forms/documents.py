"""Forms of the desk for papers."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from portal.core.http.forms import TokenForm
from requests.enums import DOCUMENT_STATES, DocumentState

# What a colleague says of a paper; before, it is new or in review by itself.
VERDICTS = (
    DocumentState.ACCEPTED,
    DocumentState.REJECTED,
    DocumentState.TRANSLATION_NEEDED,
    DocumentState.TRANSLATED,
)


class JudgeForm(TokenForm):
    """Whether a paper can be used, and what is wrong with one that cannot."""

    state = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(state, DOCUMENT_STATES[state]) for state in VERDICTS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Select what is true of the paper.")},
    )
    reason = forms.CharField(
        label=_("What is wrong with it (for the patient)"),
        help_text=_("With “Rejected” they are asked to send it again, with these words. Write in their language."),
        required=False,
        max_length=1_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """A paper that is rejected says why."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("state") == DocumentState.REJECTED and not cleaned.get("reason", "").strip():
            self.add_error("reason", gettext("Say what is wrong with the paper: the patient reads it."))
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
