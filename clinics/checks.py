"""System checks of the directory for a live site."""

from typing import Any

from django.core import checks
from django.db import DatabaseError, transaction

from clinics.models import CareAssistant, Doctor


@checks.register(checks.Tags.security, deploy=True)
def no_sample_is_public(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A live portal shows nobody who does not exist."""
    try:
        # A savepoint: a missing table would otherwise end the transaction that somebody runs this check in.
        with transaction.atomic():
            shown = {"is_sample": True, "is_published": True}
            doctors, assistants = (model.objects.filter(**shown).count() for model in (Doctor, CareAssistant))
    except DatabaseError as error:
        reason = str(error).partition("\n")[0]
        hint = "Run the check again when the database answers and its migrations are applied."
        return [checks.Warning(f"Whether samples are public is unknown: {reason}", hint=hint, id="portal.W001")]
    if not doctors + assistants:
        return []
    message = f"{doctors + assistants} sample profiles are public (doctors: {doctors}, care assistants: {assistants})."
    hint = (
        "In the admin, filter Doctors and Care assistants by “is sample”, choose all, and take the action “Unpublish”."
    )
    return [checks.Error(message, hint=hint, id="portal.E004")]
