"""Papers that a clinic may open, as it reads of them: by what they are, since the name of a file may be the patient's."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from requests.models import Document, Referral
from requests.models.documents import series_in
from requests.selectors.documents import IMAGES
from requests.selectors.documents import names as names_of_papers


@dataclass(frozen=True)
class ReleasedPaper:
    """A released paper that is still here; a series of images is one. ``number`` tells papers of one name apart."""

    document: Document
    number: int
    name: str


def released(referral: Referral, language: str) -> list[ReleasedPaper]:
    """Return the papers that were released to a clinic, in the order in which they came."""
    rows = Document.objects.here().filter(pk__in=referral.released.values("document"))
    here = series_in(rows.select_related("case__merged_into", "translation_of").order_by("created_at"))
    names = dict(names_of_papers(referral.case.living, language))
    return [ReleasedPaper(row, number, _name(row, names)) for number, row in enumerate(here, 1)]


def _name(document: Document, names: dict[str, str]) -> str:
    original = document.translation_of or document
    name = names.get(original.need, "")
    if document.kind in IMAGES:
        return name or _("Medical images")
    if document.translation_of is None:
        return name or _("Paper")
    return _("Translation: %(paper)s") % {"paper": name} if name else _("Translation of a paper")
