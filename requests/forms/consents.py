"""Consents of a form: a box for each purpose, beside the words that it agrees to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.http.forms import PublicForm
from requests import consents
from requests.enums import NEEDED_PURPOSES, Purpose


class ConsentsForm(PublicForm):
    """A form that asks for consents, which stand last. A subclass has a field for each, and calls the two methods."""

    fields: dict[str, Any]
    purposes: tuple[Purpose, ...]

    def ask_for_consents(self, language: str) -> None:
        """Show the words in force; a ticked box sends back their hash, which says what was read."""
        for purpose in self.purposes:
            name = f"consent_{purpose}"
            text, field = consents.current(purpose, language), self.fields.pop(name)
            field.label = text.title
            field.help_text = mark_safe(text.html)  # noqa: S308 – sanitised Markdown of ours
            field.widget.attrs["value"] = text.sha256
            self.fields[name] = field

    def check_consents(self) -> None:
        """Take a tick back that was set beside other words than those in force now."""
        for name in (f"consent_{purpose}" for purpose in self.purposes):
            # A page of the release before sends "on".
            in_force = ("on", self.fields[name].widget.attrs["value"])
            if self.cleaned_data.get(name) and self.data.get(name) not in in_force:
                self.put_answer(name, "")
                self.add_error(
                    name, _("These words have changed since you opened the page. Read them and tick the box again.")
                )


class ConsentAgainForm(ConsentsForm):
    """The consents that were taken back, given again; those that stand are not asked for."""

    consent_processing = forms.BooleanField(error_messages={"required": gettext_lazy("Tick the box to agree again.")})
    consent_health = forms.BooleanField(error_messages={"required": gettext_lazy("Tick the box to agree again.")})

    def __init__(self, data: QueryDict | None, *, purposes: Sequence[Purpose], language: str) -> None:
        super().__init__(data)
        self.purposes = tuple(purposes)
        for purpose in NEEDED_PURPOSES:
            if purpose not in purposes:
                del self.fields[f"consent_{purpose}"]
        self.ask_for_consents(language)

    def clean(self) -> dict[str, Any]:
        """What was ticked beside the words in force."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.check_consents()
        return cleaned


class ConsentForm(ConsentsForm):
    """A form that needs the two consents without which no case is worked on."""

    purposes = NEEDED_PURPOSES

    consent_processing = forms.BooleanField(
        error_messages={
            "required": gettext_lazy("Tick the box to let us use your personal data. Without it we cannot answer.")
        }
    )
    consent_health = forms.BooleanField(
        error_messages={
            "required": gettext_lazy(
                "Tick the box to let us use what you tell about health. Without it we cannot answer."
            )
        }
    )
