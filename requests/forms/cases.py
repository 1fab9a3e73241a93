"""Forms of the case page: a message, and the wish for a new link."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.http.forms import PatientEmailField, PublicForm, TokenForm
from requests.enums import Fact
from requests.models.cases import ALPHABET


class WordsForm(TokenForm, PublicForm):
    """Words of a patient to the desk."""

    body = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": gettext_lazy("Enter your message."),
            "max_length": gettext_lazy("Write at most 5,000 characters. You can send a second message."),
        },
    )


class MessageForm(WordsForm):
    """A message: about a fact to correct if ``about`` names one, about an estimate if ``ask`` does; urgent while ``can_be_urgent``."""

    about = forms.CharField(required=False, widget=forms.HiddenInput)
    # An estimate, or a line of it, as `selectors.estimates.asked_about` reads it.
    ask = forms.CharField(required=False, widget=forms.HiddenInput)
    is_urgent = forms.BooleanField(
        label=gettext_lazy("This is urgent: tell somebody at once"),
        help_text=gettext_lazy("For trouble during your trip or stay. If a life is in danger, call 112 or 103."),
        required=False,
    )

    def __init__(self, *args: Any, can_be_urgent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_be_urgent:
            del self.fields["is_urgent"]

    def clean_about(self) -> str:
        """A fact that we know, or none."""
        about: str = self.cleaned_data["about"]
        return about if about in Fact else ""


class AnswerTaskForm(WordsForm):
    """The answer to a task."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = _("Your answer")
        self.fields["body"].error_messages["required"] = _("Enter your answer.")


class WishForm(WordsForm):
    """A complaint, or the wish for a refund."""

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = label
        self.fields["body"].error_messages["required"] = _("Enter what happened.")


class WrongBriefForm(WordsForm):
    """What is wrong in a brief."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = _("What is wrong or missing?")
        self.fields["body"].error_messages["required"] = _("Enter what is wrong or missing.")


def as_reference(typed: str) -> str:
    """Return a reference as it is stored, from any spacing, case and dashes."""
    letters = re.sub(r"[^0-9A-Z]", "", typed.upper())
    if len(letters) == 10:  # eight alone may begin with these two as well
        letters = letters.removeprefix("MR")
    return f"MR-{letters[:4]}-{letters[4:]}" if len(letters) == 8 and set(letters) <= set(ALPHABET) else ""


class AskForLinkForm(PublicForm):
    """Reference and e-mail of a case, to have a new link mailed."""

    reference = forms.CharField(
        label=gettext_lazy("Reference of your case"),
        help_text=gettext_lazy("It looks like MR-7K3Q-9F2D and is in every e-mail from us."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "dir": "ltr"}),
        error_messages={
            "required": gettext_lazy("Enter the reference of your case."),
            "max_length": gettext_lazy("Enter a reference like MR-7K3Q-9F2D."),
        },
    )
    email = PatientEmailField(help_text=gettext_lazy("The one that you gave in your request."))

    def clean_reference(self) -> str:
        reference = as_reference(self.cleaned_data["reference"])
        if not reference:
            raise forms.ValidationError(gettext_lazy("Enter a reference like MR-7K3Q-9F2D."))
        return reference
