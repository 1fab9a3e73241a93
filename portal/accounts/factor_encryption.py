"""Encryption of second factors: the secret of an app and the seed of recovery codes, under FIELD_KEYS.

Each value has a data key of its own, wrapped by the key ring:
``sealed:<wrapped key>:<sealed text>``, both in base64.
"""

import base64
from collections.abc import Callable
from typing import Any

from portal.core.encryption import primitives
from portal.core.encryption.primitives import new_wrapped_key, seal, unseal, unwrap

PREFIX = "sealed:"
AAD = "mfa_authenticator.data"
SECRETS = ("secret", "seed")


def encrypt(text: str) -> str:
    """Return a secret as it is stored."""
    wrapped = new_wrapped_key()
    return _join(wrapped, seal(unwrap(wrapped), text.encode(), AAD))


def decrypt(stored: str) -> str:
    """Return the secret; raises ``DecryptionError``. One that an older version stored in the open is returned as it is."""
    if not stored.startswith(PREFIX):
        return stored
    wrapped, sealed = _split(stored)
    return unseal(unwrap(wrapped), sealed, AAD).decode()


def change_secrets(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return the data of a factor with each stored secret changed; a passkey has none."""
    changed = data | {name: change(data[name]) for name in SECRETS if name in data}
    if "migrated_codes" in data:
        changed["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return changed


def key_ids(data: dict[str, Any]) -> set[str]:
    """Return the ids of the wrapping keys that a factor needs."""
    ids: set[str] = set()

    def note(stored: str) -> str:
        if stored.startswith(PREFIX):
            ids.add(primitives.key_id(_split(stored)[0]))
        return stored

    change_secrets(data, note)
    return ids


def rewrap(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a factor with its data keys under the first wrapping key."""
    return change_secrets(data, _rewrap)


def _rewrap(stored: str) -> str:
    if not stored.startswith(PREFIX):
        return stored
    wrapped, sealed = _split(stored)
    return _join(primitives.rewrap(wrapped), sealed)


def _join(wrapped: bytes, sealed: bytes) -> str:
    return f"{PREFIX}{base64.b64encode(wrapped).decode()}:{base64.b64encode(sealed).decode()}"


def _split(stored: str) -> tuple[bytes, bytes]:
    wrapped, sealed = (base64.b64decode(part) for part in stored.removeprefix(PREFIX).split(":"))
    return wrapped, sealed
