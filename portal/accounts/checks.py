"""System check of accounts for a live site."""

from typing import Any

from django.core import checks
from django.db import DatabaseError, transaction

from portal.accounts.models import User


@checks.register(checks.Tags.security, deploy=True)
def nobody_is_superuser(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """On a live portal nobody has the flag that opens every page: what somebody may do is a role."""
    try:
        # A savepoint: a missing table would otherwise end the transaction that somebody runs this check in.
        with transaction.atomic():
            number = User.objects.filter(is_active=True, is_superuser=True).count()
    except DatabaseError as error:
        reason = str(error).partition("\n")[0]
        hint = "Run the check again when the database answers and its migrations are applied."
        return [checks.Warning(f"Whether somebody is a superuser is unknown: {reason}", hint=hint, id="portal.W002")]
    if not number:
        return []
    hint = "Take the flag off in a shell, and give the role “Administrator” under Staff."
    return [checks.Error(f"Accounts that are superusers: {number}.", hint=hint, id="portal.E007")]
