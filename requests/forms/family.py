"""Forms of the family links of a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.http.forms import PatientEmailField, PublicForm, TokenForm


class FamilyLinkForm(TokenForm, PublicForm):
    """A new link: whom it is for, and how much it shows."""

    name = forms.CharField(
        label=gettext_lazy("Who is this link for?"),
        help_text=gettext_lazy("A name that you know them by. They do not see it; our coordinators do."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
        error_messages={
            "required": gettext_lazy("Enter who this link is for."),
            "max_length": gettext_lazy("Enter a name of at most 60 characters."),
        },
    )
    shows_medical = forms.BooleanField(
        label=gettext_lazy("Show medical details too"),
        help_text=gettext_lazy("That is the illness, the estimates, the clinic and your package."),
        required=False,
    )


class MailFamilyForm(PublicForm):
    """Where a link is mailed to."""

    email = PatientEmailField(help_text=gettext_lazy("We send one e-mail, and use the address for nothing else."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.label = _("Their e-mail address")
        field.error_messages["required"] = _("Enter their e-mail address.")
        field.widget.attrs["autocomplete"] = "off"
