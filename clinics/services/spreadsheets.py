"""Clinics, their sources, and the treatments that they offer, as spreadsheets."""

from collections.abc import Iterator
from functools import cached_property

from django.utils.translation import gettext as _
from modeltranslation.utils import get_translation_fields

from clinics.enums import OfferBasis, SourceFinding
from clinics.models import Clinic, ClinicSource, OfferedTreatment
from clinics.selectors.sources import source_key
from clinics.services import publishing
from conditions.services.spreadsheets import PRICE_COLUMNS, price_faults
from portal.core.spreadsheets.files import Value
from portal.core.spreadsheets.sheets import ModelSheet


class ClinicSheet(ModelSheet):
    """Clinics without their facts."""

    model = Clinic
    columns = (
        *("slug", *get_translation_fields("name"), "kind", "city", "other_cities", "areas", "conditions"),
        *(*get_translation_fields("about"), "website", "is_published"),
    )
    keys = {"slug": "slug"}

    def faults(self, row: Clinic, before: dict[str, Value]) -> Iterator[tuple[bool, str, str]]:
        if row.is_published and before.get("is_published") == "no":
            for sentence in publishing.clinic_faults(row):
                yield True, "is_published", sentence


class ClinicSourceSheet(ModelSheet):
    """What the sources of clinics say against them; one row for each source."""

    model = ClinicSource
    columns = ("clinic", "source", "source_url", "checked_on", "finding", *get_translation_fields("against"))
    keys = {"clinic": "clinic__slug", "source": "source"}

    def faults(self, row: ClinicSource, before: dict[str, Value]) -> Iterator[tuple[bool, str, str]]:
        is_wrong = (row.finding == SourceFinding.NOTHING) == bool(row.against_en)  # type: ignore[attr-defined]  # modeltranslation
        yield (
            is_wrong,
            "against_en",
            _("Write what the source says against the clinic, or nothing where it says nothing."),
        )


class OfferedTreatmentSheet(ModelSheet):
    """What clinics offer, with their own prices."""

    model = OfferedTreatment
    columns = ("clinic", "procedure", "conditions", "basis", *PRICE_COLUMNS, "cases_a_year", "cases_stated_by")
    keys = {"clinic": "clinic__slug", "procedure": "procedure__code"}

    def faults(self, row: OfferedTreatment, before: dict[str, Value]) -> Iterator[tuple[bool, str, str]]:
        yield not row.source, "source", _("Say where it was read that the clinic offers this.")
        yield not row.checked_on, "checked_on", _("Say on which day it was read that the clinic offers this.")
        known = ", ".join(OfferBasis.values)
        yield not row.basis, "basis", _("Say how the clinic offers this: %(known)s.") % {"known": known}
        yield self._cites_unread(row, before), "source", publishing.without_words(row.source)
        yield from price_faults(row)
        has_cases, is_stated = row.cases_a_year is not None, bool(row.cases_stated_by)
        yield is_stated and not has_cases, "cases_a_year", _("Somebody states the cases, but their number is missing.")
        yield has_cases and not is_stated, "cases_stated_by", _("Say who states the cases, and of which year.")

    def _cites_unread(self, row: OfferedTreatment, before: dict[str, Value]) -> bool:
        """Whether a public clinic would newly cite a source of which nobody noted what it says against the clinic."""
        key = source_key(row.source, row.source_url)
        was = source_key(str(before.get("source", "")), str(before.get("source_url", "")))
        return row.clinic.is_published and key != was and (row.clinic_id, key) not in self._read

    @cached_property
    def _read(self) -> set[tuple[int, str]]:
        """The sources of every clinic that somebody read for words against it."""
        rows = ClinicSource.objects.values_list("clinic", "source", "source_url")
        return {(clinic, source_key(source, url)) for clinic, source, url in rows}
