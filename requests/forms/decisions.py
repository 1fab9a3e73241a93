"""Forms of decisions about estimates: the mailed code, and why a patient declines."""

import re
import unicodedata
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from portal.core.http.forms import PublicForm, TokenForm
from requests.enums import DeclineReason

ANOTHER, STOP = "another", "stop"


class CodeForm(PublicForm):
    """The code from a mail, in the digits of any script, with any spaces; ``seen`` is the hash of the words on the page.

    ``rules_seen`` is that of the rules about money beside them.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    rules_seen = forms.CharField(required=False, widget=forms.HiddenInput)
    code = forms.CharField(
        label=gettext_lazy("Code from the e-mail"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
        error_messages=dict.fromkeys(
            ("required", "max_length"), gettext_lazy("Enter the 6 digits that we sent you by e-mail.")
        ),
    )

    def clean_code(self) -> str:
        """Six Latin digits."""
        typed = re.sub(r"[\s\W_]", "", self.cleaned_data["code"])
        digits = "".join(str(unicodedata.digit(letter, "")) for letter in typed)
        if len(typed) != 6 or len(digits) != 6:
            raise forms.ValidationError(gettext_lazy("Enter the 6 digits that we sent you by e-mail."))
        return digits


class DeclineForm(TokenForm, PublicForm):
    """Why a patient declines an estimate, and what follows; a supplement asks for the reason alone."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you decline it?"),
        choices=DeclineReason,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select why you decline it.")),
    )
    words = forms.CharField(
        label=gettext_lazy("Tell us more"),
        help_text=gettext_lazy("For instance what you could pay, or which clinic you would like."),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": gettext_lazy("Write at most 5,000 characters.")},
    )
    follows = forms.ChoiceField(
        label=gettext_lazy("What should happen now?"),
        choices=[
            (ANOTHER, gettext_lazy("Look for another offer for me")),
            (STOP, gettext_lazy("I stop here: close my case")),
        ],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select what should happen now.")),
    )

    def __init__(self, data: QueryDict | None = None, *, is_supplement: bool) -> None:
        super().__init__(data)
        if is_supplement:
            del self.fields["follows"]

    def decision(self) -> dict[str, Any]:
        """Return what a checked form says, as the service takes it."""
        return {
            "reason": DeclineReason(self.cleaned_data["reason"]),
            "words": self.cleaned_data["words"],
            "wants_another": self.cleaned_data.get("follows") == ANOTHER,
            "form_token": self.cleaned_data["form_token"],
        }
