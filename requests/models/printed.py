"""PDFs of a case that workers print: the card, the plan of the journey, the record of an acceptance, the way home."""

from django.db import models

from requests.enums import PrintedKind
from requests.models.cases import Case, OfCase


class PrintedPaper(OfCase):
    """One PDF of a case in one language, printed anew when what it says has changed.

    ``object_id`` is the row that it prints, or the case. ``number`` counts how often it was owed, and ``is_owed`` is
    true until a worker has printed that one. ``name`` is the private file, sealed under the key of the case,
    ``sha256`` the hash of its plain bytes, and ``digest`` a hash of what it says, keyed by the case; all are empty
    before the first printing.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="printed")
    kind = models.CharField(max_length=12, choices=PrintedKind)
    object_id = models.UUIDField()
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField(default=0)
    is_owed = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    printed_at = models.DateTimeField(null=True, blank=True)

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "object_id", "language"],
                name="one_printed_paper",
                violation_error_code="kind",
                violation_error_message="This is printed already.",
            )
        ]
