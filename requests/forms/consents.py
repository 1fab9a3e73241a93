"""Consents of a form: a box for each purpose, beside the words that it agrees to."""

from typing import Any

from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.core.http.forms import PublicForm
from requests import consents
from requests.enums import Purpose


class ConsentForm(PublicForm):
    """A form that needs both consents; they stand last. A subclass calls the two methods."""

    fields: dict[str, Any]

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

    def ask_for_consents(self, language: str) -> None:
        """Show the words in force; a ticked box sends back their hash, which says what was read."""
        for purpose in Purpose:
            name = f"consent_{purpose}"
            text, field = consents.current(purpose, language), self.fields.pop(name)
            field.label = text.title
            field.help_text = mark_safe(text.html)  # noqa: S308 – sanitised Markdown of ours
            field.widget.attrs["value"] = text.sha256
            self.fields[name] = field

    def check_consents(self) -> None:
        """Take a tick back that was set beside other words than those in force now."""
        for name in (f"consent_{purpose}" for purpose in Purpose):
            # A page of the release before sends "on".
            in_force = ("on", self.fields[name].widget.attrs["value"])
            if self.cleaned_data.get(name) and self.data.get(name) not in in_force:
                self.put_answer(name, "")
                self.add_error(
                    name, _("These words have changed since you opened the page. Read them and tick the box again.")
                )
