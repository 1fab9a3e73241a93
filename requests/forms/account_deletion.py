"""Form of who deletes her account: what becomes of each case."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.core.http.forms import PublicForm
from requests.models import Case

KEEP, ERASE = "keep", "erase"


class DeleteAccountForm(PublicForm):
    """One question for each case."""

    def __init__(self, *args: Any, cases: Iterable[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for case in cases:
            isolated = f"\u2068{case.reference}\u2069"
            self.fields[case.reference] = forms.ChoiceField(
                label=_("What becomes of case {reference}?").format(reference=isolated),
                choices=[(KEEP, _("Keep it: its link goes on opening it")), (ERASE, _("Erase it"))],
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Select whether case {reference} is kept or erased.").format(reference=isolated)
                },
            )

    def to_erase(self) -> set[str]:
        """Return the references of the cases to erase, of a checked form."""
        return {reference for reference, answer in self.cleaned_data.items() if answer == ERASE}
