"""Sealing of files that are too long to be sealed at once, part by part.

A sealed part is ``salt (32 bytes) | nonce (12) | ciphertext and tag (16)``. The salt makes a key of its own out of the
key of the case (HKDF with SHA-256, RFC 5869), so that a part which is sent a second time never meets its nonce again.
Each part opens by itself, and only at its place: its ``aad`` names the file, its number, and whether it is the last.
"""

import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.core.encryption.primitives import Readable, seal, unseal

PART = 4 * 1024 * 1024
SALT = 32


def seal_part(key: bytes, plain: Readable, aad: str) -> bytes:
    """Seal one part of a file."""
    salt = secrets.token_bytes(SALT)
    return seal(_part_key(key, salt), plain, aad, head=salt)


def open_part(key: bytes, sealed: bytes, aad: str) -> bytes:
    """Open what ``seal_part`` made for the same place; raises ``DecryptionError``."""
    with memoryview(sealed) as view:
        return unseal(_part_key(key, sealed[:SALT]), view[SALT:], aad)


def _part_key(key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, b"part of a file").derive(key)
