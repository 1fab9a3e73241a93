"""Forms of a clinic behind the link of a referral, beside that of its offer: the mailed code, a question, a no."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from portal.core.http.forms import PublicForm, TokenForm
from requests.enums import ReferralDecline
from requests.forms.decisions import CodeForm


class AccessCodeForm(CodeForm):
    """The code that opens a referral."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["seen"]


class QuestionForm(TokenForm, PublicForm):
    """A question of a clinic to the desk."""

    body = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={
            "required": gettext_lazy("Enter your question."),
            "max_length": gettext_lazy("Write at most 5,000 characters. You can send a second message."),
        },
    )


class DeclineReferralForm(TokenForm, PublicForm):
    """Why a clinic declines."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why do you decline?"),
        choices=ReferralDecline,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Select why you decline.")),
    )
    words = forms.CharField(
        label=gettext_lazy("Tell us more"),
        help_text=gettext_lazy(
            "For instance when there would be a free place, or what the patient could ask elsewhere."
        ),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"max_length": gettext_lazy("Write at most 5,000 characters.")},
    )
