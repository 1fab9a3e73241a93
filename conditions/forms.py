"""Form of a reader's feedback about a page."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conditions.enums import FeedbackFlag, Verdict
from portal.core.http.forms import GuardedForm


class FeedbackForm(GuardedForm):
    """Was this clear? Without a name, so that anybody dares."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Was this page clear?"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select if the page was clear.")),
    )
    text = forms.CharField(
        label=gettext_lazy("What shall we change?"),
        help_text=gettext_lazy("Copy the words that you mean. Do not write about your own illness here."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": gettext_lazy("Write at most 2,000 characters.")},
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words unless all was clear: "something is wrong" alone helps nobody."""
        data = super().clean() or self.cleaned_data
        needs_words = data.get("verdict") not in (None, "", Verdict.CLEAR)
        if needs_words and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Tell us which words were hard, or what is wrong or missing."))
        return data

    def flags(self) -> list[FeedbackFlag]:
        """Return what looks odd about a checked form."""
        return [FeedbackFlag(signal) for signal in self.spam_signals()]
