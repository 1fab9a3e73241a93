"""Parts of a brief that differ between two versions, by the names that the brief gives them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from requests.brief_content import BriefContent
from requests.enums import BriefPart

FACTS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (_("Age"), ("years",)),
    (_("Sex"), ("sex",)),
    (_("Country"), ("country",)),
    (_("Illness"), ("condition", "icd10")),
    (_("General condition"), ("ecog",)),
    (_("Course of the illness"), ("history",)),
    (_("Further sections"), ("sections",)),
    (_("Papers of the patient"), ("papers",)),
)


def changed(before: BriefContent, after: BriefContent) -> list[str]:
    """Return the names of the parts that say something else, in the language that is active."""
    names = [
        str(name)
        for name, columns in FACTS
        if any(getattr(before, column) != getattr(after, column) for column in columns)
    ]
    return names + [str(part.label) for part in BriefPart if before.part(part) != after.part(part)]
