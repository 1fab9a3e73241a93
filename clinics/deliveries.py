"""Handlers that deliver the effects of the directory."""

from django.utils.translation import gettext_lazy as _

from clinics import imaging
from clinics.services import photos
from portal.core.delivery import outbox
from portal.core.models import OutboxItem

# Ten hours of an outage; or half an hour of a file that kills whoever opens it.
LAST_TRY = 30


@outbox.handles(photos.VARIANTS, label=_("Photograph prepared for visitors"))
def photo_variants(item: OutboxItem) -> None:
    """Make the variants of an upload; what cannot be shown says so in the admin and is not tried again."""
    original = item.object_id.hex
    if item.attempts > LAST_TRY:
        photos.give_up(original=original, problem=imaging.GIVEN_UP)
        return
    try:
        photos.prepare(original=original)
    except imaging.NotShowable as refusal:
        photos.give_up(original=original, problem=str(refusal))
