"""The form of an offer as a clinic fills it in behind its link."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.core.http.forms import new_token
from requests.forms.dates import DateField
from requests.forms.desk import SeenField
from requests.forms.offers import OfferEditor, OfferForm, OfferLineForm
from requests.models import Brief

# Most clinics write prices in it; each line says its own.
CURRENCY = "RUB"
DAYS = ("earliest_on", "valid_until")


class BriefField(forms.UUIDField):
    """Key of the brief that a page showed; what is no key names none."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False)

    def clean(self, value: Any) -> UUID | None:
        key: UUID | None = None
        with suppress(forms.ValidationError):
            key = super().clean(value)
        return key


class ClinicOfferForm(OfferForm):
    """What holds for a whole offer, with days in three boxes.

    ``known`` is the version of the clinic's offer that the page knew, ``read`` the brief that stood when it was opened.
    """

    known = SeenField()
    read = BriefField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in DAYS:
            self.fields[name] = DateField(
                label=self.fields[name].label,
                required=False,
                missing="",
                wrong=_("Enter a day such as 5 March 2027, or leave the boxes empty."),
            )


class ClinicOfferEditor(OfferEditor):
    """All forms on the page of an offer, and what is typed in them for the page before the sending."""

    whole = ClinicOfferForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in self.lines:
            if "quantity" not in line.initial:
                line.initial["currency"] = CURRENCY

    def knows(self, version: int, brief: Brief | None) -> None:
        """Say which version of the clinic's offer, and which brief, a page knows that was not posted."""
        self.form.initial.update(known=version, read=brief.pk if brief else "")

    def may_be_sent_again(self, version: int) -> None:
        """Let what was typed be sent in the place of a newer version, which the page shows by now."""
        self.form.put_answer("known", str(version))
        self.form.put_answer("form_token", new_token())

    @property
    def lines(self) -> list[OfferLineForm]:
        """The lines in the order of the page."""
        return [*self.asked, *self.added]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong on the page; nothing before it is sent."""
        return self.wrong_fields() if self.is_bound else []

    @property
    def has_added(self) -> bool:
        """Whether the lines that the clinic adds stand open: it is asked nothing, or one says something."""
        return not self.asked or any(not line.is_empty for line in self.added)

    def hidden(self, data: QueryDict) -> list[tuple[str, str]]:
        """Return the controls of the page and what was typed in them, which boxes of a day are part of."""
        names = {form.add_prefix(name) for form in self.forms for name in form.fields}
        boxes = {f"{name}_{place}" for name in DAYS for place in range(3)}
        return [(key, str(data[key])) for key in data if key in names | boxes]
