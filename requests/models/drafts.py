"""Drafts of texts that somebody of the desk has begun to write and not sent."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.core.encryption.fields import EncryptedTextField
from portal.core.localisation import desk_formats
from requests.enums import DraftKind
from requests.models.cases import Case, OfCase


class TextDraft(OfCase):
    """A half-written text: one for each case, person and kind."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="text_drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=DraftKind)
    body = EncryptedTextField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta(OfCase.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case", "author", "kind"],
                name="one_draft_of_a_kind",
                violation_error_code="kind",
                violation_error_message="You have a draft of this kind in this case already.",
            )
        ]

    @property
    def stamp(self) -> str:
        """What a page that shows the draft carries, to know it again."""
        return self.saved_at.isoformat()

    @property
    def since(self) -> str:
        """Since when it waits: 14:20, with the day when it is not today's."""
        saved = timezone.localtime(self.saved_at)
        return f"{saved:%H:%M}" if saved.date() == timezone.localdate() else desk_formats.moment(saved)
