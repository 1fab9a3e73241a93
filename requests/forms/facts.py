"""Form that corrects a fact of a case."""

import json
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinics.models import Clinic
from conditions.models import Condition
from conditions.selectors import editions
from requests.enums import Fact
from requests.facts import COLUMNS, as_text
from requests.forms.person import DeskRowField, PersonForm
from requests.models import Case, SupportPackage


class FactForm(PersonForm):
    """The columns of one fact, and what they held when the page was opened."""

    clinic = DeskRowField(_("Clinic"), _("None chosen"), refusal=_("Select a clinic of the list, or “None chosen”."))
    package = DeskRowField(_("Package"), _("None chosen"), refusal=_("Select a package of the list, or “None chosen”."))
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, case: Case, fact: Fact, data: QueryDict | None = None) -> None:
        self.case = case
        self.held = as_text(case, fact)
        super().__init__(data, initial={**self.held, "shown": json.dumps(self.held)})
        self._offer_rows(case)
        kept = {*COLUMNS[fact], "shown", *(["email_kept"] if fact == Fact.EMAIL else [])}
        for name in self.fields.keys() - kept:
            del self.fields[name]

    def _offer_rows(self, case: Case) -> None:
        """Offer what patients may choose, and what the case has already."""
        rows: dict[str, Any] = {
            "condition": Condition.objects.filter(
                Q(pk__in=editions.with_page(case.language)) | Q(pk=case.condition_id)
            ),
            "clinic": Clinic.objects.filter(Q(is_published=True) | Q(pk=case.clinic_id)),
            "package": SupportPackage.objects.filter(Q(is_published=True) | Q(pk=case.package_id)),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset

    def country_of_phone(self) -> str:
        return self.case.country

    def clean_shown(self) -> dict[str, str]:
        """Return what the columns held when the page was opened; nonsense is what no column ever held."""
        try:
            shown = json.loads(self.cleaned_data["shown"])
        except ValueError:
            return {}
        return shown if isinstance(shown, dict) else {}

    def values(self) -> dict[str, Any]:
        """Return the checked values by column."""
        return {name: self.cleaned_data[name] for name in self.fields if name not in ("shown", "email_kept")}

    def show_anew(self) -> None:
        """Take what the case holds now as seen, and keep what was typed."""
        self.put_answer("shown", self.initial["shown"])
