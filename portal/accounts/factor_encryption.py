"""Encryption of second factors: the secret of an app and the seed of recovery codes, under FIELD_KEYS.

Each value has a data key of its own, wrapped by the key ring:
``sealed:<wrapped key>:<sealed text>``, both in base64.
"""

import base64

from portal.core.encryption import new_wrapped_key, seal, unseal, unwrap

PREFIX = "sealed:"
AAD = "mfa_authenticator.data"


def encrypt(text: str) -> str:
    """Return a secret as it is stored."""
    wrapped = new_wrapped_key()
    sealed = seal(unwrap(wrapped), text.encode(), AAD)
    return f"{PREFIX}{base64.b64encode(wrapped).decode()}:{base64.b64encode(sealed).decode()}"


def decrypt(stored: str) -> str:
    """Return the secret; raises ``DecryptionError``. One that an older version stored in the open is returned as it is."""
    if not stored.startswith(PREFIX):
        return stored
    wrapped, sealed = (base64.b64decode(part) for part in stored.removeprefix(PREFIX).split(":"))
    return unseal(unwrap(wrapped), sealed, AAD).decode()
