"""Admin forms of the sources of clinics: what each says against its clinic, without which no clinic is published."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import PaginationInlineFormSet

from clinics.enums import SourceFinding
from clinics.models import Accreditation, Clinic, ClinicSource, OfferedTreatment
from clinics.selectors import sources
from clinics.selectors.sources import source_key
from clinics.services import publishing
from clinics.services.spreadsheets import ClinicSourceSheet
from portal.core.admin.forms import PortalModelForm
from portal.core.admin.spreadsheets import ExchangeAdmin
from portal.core.admin.translated import TranslatedInline


class SourceForm(PortalModelForm):
    """One source: words against the clinic, or none."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if "finding" in data and "against_en" in data:
            says_nothing = data["finding"] == SourceFinding.NOTHING
            if says_nothing and data["against_en"]:
                self.add_error("finding", _("There are words against the clinic below: choose what they say."))
            if not says_nothing and not data["against_en"]:
                self.add_error("against_en", _("Write what it says against the clinic, with the day."))
        return data


class SourceFormSet(PaginationInlineFormSet):  # type: ignore[misc]  # Unfold has no types
    """The sources of one clinic. ``cited_by`` are the form sets of its page; a public clinic cites nothing unread.

    What a clinic that is public already lacked before is due, and stops no other change.
    """

    cited_by: Sequence[Any] = ()

    def clean(self) -> None:
        super().clean()
        addresses = [row["source_url"] for row in _rows(self) if row.get("source_url")]
        if twice := {address for address in addresses if addresses.count(address) > 1}:
            raise ValidationError(
                _("This address stands here twice: %(addresses)s.") % {"addresses": ", ".join(sorted(twice))}
            )
        if not self.instance.is_published:
            return
        cited = {source_key(*citation): citation[0] for formset in self.cited_by for citation in _cited(formset)}
        read = {source_key(row["source"], row.get("source_url", "")) for row in _rows(self) if row.get("source")}
        lacking = {key: publishing.without_words(source) for key, source in cited.items() if key not in read}
        offers = [row for formset in self.cited_by if formset.model is OfferedTreatment for row in _rows(formset)]
        unconfirmed = (row["procedure"] for row in offers if row.get("procedure") and not row.get("basis"))
        lacking |= {procedure: publishing.not_offered(str(procedure)) for procedure in unconfirmed}
        due = self._due_already()
        if faults := [sentence for key, sentence in lacking.items() if key not in due]:
            raise ValidationError(faults)

    def _due_already(self) -> set[Any]:
        if not Clinic.objects.filter(pk=self.instance.pk, is_published=True).exists():
            return set()
        unconfirmed = self.instance.offered_treatments.filter(basis="").select_related("procedure")
        return {*sources.without_words(self.instance), *(offer.procedure for offer in unconfirmed)}


def _rows(formset: Any) -> Iterator[dict[str, Any]]:
    """Yield what the valid rows of a form set say that stay."""
    for form in formset.forms:
        if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE"):
            yield form.cleaned_data


def _cited(formset: Any) -> Iterator[tuple[str, str]]:
    names = ("issuer", "url") if formset.model is Accreditation else ("source", "source_url")
    for row in _rows(formset):
        source, url = (row.get(name) or "" for name in names)
        if source:
            yield source, url


class SourceInline(TranslatedInline):
    """What each source says against the clinic, or that it says nothing."""

    model = ClinicSource
    form = SourceForm
    formset = SourceFormSet
    shared = (("source", "source_url"), ("finding", "checked_on"))


class OfferForm(PortalModelForm):
    """A treatment of a clinic on a page of its own: a public clinic cites nothing unread."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        clinic, source = data.get("clinic"), data.get("source")
        if "basis" in data and not data["basis"]:
            self.add_error("basis", _("Say how the clinic offers it. A study belongs under Research of the clinic."))
        if clinic and source and clinic.is_published and {"source", "source_url", "clinic"} & {*self.changed_data}:
            key = source_key(source, data.get("source_url") or "")
            known = clinic.sources.values_list("source", "source_url")
            if key not in {source_key(*citation) for citation in known}:
                self.add_error("source", publishing.without_words(source))
        return data


@admin.register(ClinicSource)
class ClinicSourceAdmin(ExchangeAdmin):
    """The sources of all clinics beside each other."""

    empty_list = gettext_lazy(
        "What was read about each clinic, and what it says against it. No clinic is published without one."
    )
    sheet_class = ClinicSourceSheet
    form = SourceForm
    list_display = ("source", "clinic", "finding", "checked_on")
    list_select_related = ("clinic",)
    list_filter = ("finding", "clinic")
    search_fields = ("source", "source_url", "clinic__slug", "clinic__name_en", "clinic__name_ru")
    ordering = ("clinic__slug", "source")
    shared = ("clinic", ("source", "source_url"), ("finding", "checked_on"))
