"""The mail with a code for a patient's account."""

from uuid import UUID

from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem

CODE = outbox.kind("account.code")


def owe(user: User, code_id: str, *, language: str) -> None:
    """Owe a patient the mail with a code, in the language that she reads now."""
    # The row has no column for a language; the key names it, as it names the period of a digest.
    key = f"{CODE}:{code_id}:{language}"
    outbox.add([outbox.new(CODE, UUID(code_id), dedupe_key=key, recipient_id=user.pk)])


def language_of(item: OutboxItem) -> str:
    """Return the language that a row of ``owe`` is written in."""
    return item.dedupe_key.rpartition(":")[2]
