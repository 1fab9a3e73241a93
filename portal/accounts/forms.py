"""Forms of patients' accounts: the address that a code goes to, and the code."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy

from portal.accounts import mailed_codes
from portal.core.http.forms import PatientEmailField, PublicForm


class AskForCodeForm(PublicForm, RequestLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    """The address that a sign-in code goes to; allauth counts how often it is asked for."""

    email = PatientEmailField(help_text=gettext_lazy("The one that you gave in your request."))


class CodeField(forms.CharField):
    """The digits of a mailed code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=gettext_lazy("Your code"),
            help_text=gettext_lazy("Eight digits, in the newest e-mail from us."),
            max_length=40,
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
            error_messages={
                "required": gettext_lazy("Enter the code."),
                "max_length": gettext_lazy("Enter the eight digits of the code."),
            },
            **kwargs,
        )


class CodeForm(PublicForm):
    """A code that we mailed; ``code`` is its id."""

    code = CodeField()

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        self.code_id = code
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        """Return what was typed when it is the code."""
        typed = str(self.cleaned_data["code"])
        if not mailed_codes.is_code(typed, self.code_id):
            raise forms.ValidationError(
                gettext_lazy("This is not the code. Enter the one in the newest e-mail from us.")
            )
        return typed


class SignInCodeForm(CodeForm, ConfirmLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    """A sign-in code: allauth hands over what its session keeps, which is the id alone."""


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A new passkey: for patients a way in by itself, for staff a second factor beside the password."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, required=False)
    passwordless = forms.BooleanField(required=False)

    def clean_passwordless(self) -> bool:
        """Return what the account needs, whatever the browser sent."""
        return not self.user.is_staff


class NewEmailForm(PublicForm):
    """Another address for an account."""

    email = PatientEmailField(help_text=gettext_lazy("The new one. Nothing changes before you confirmed both."))


class BothCodesForm(PublicForm):
    """The codes that went to the earlier and to the new address of an account."""

    old_code = CodeField()
    new_code = CodeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_code"].label = gettext_lazy("Code from your earlier address")
        self.fields["new_code"].label = gettext_lazy("Code from your new address")
