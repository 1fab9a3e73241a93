"""Encryption of what patients tell us: AES-256-GCM, a key for each case, wrapped by a key ring.

A *sealed* value is ``version (1 byte) | nonce (12) | ciphertext and tag``. A *wrapped* data key is
``length of key id (1) | key id | nonce (12) | ciphertext and tag``, so that the ring may hold
several keys: the first one wraps, all of them unwrap. AES-GCM as in NIST SP 800-38D; nonces are
random, and a data key seals far fewer than the 2**32 values that this allows.
"""

import base64
import hashlib
import hmac
import secrets
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE = 12
VERSION = b"\x01"

# What is sealed or opened without a copy of it.
type Readable = bytes | bytearray | memoryview


class DecryptionError(Exception):
    """A stored value cannot be opened: wrong key, wrong row, changed bytes, or an erased key."""


class KeyErased(DecryptionError):
    """The data key was destroyed: nothing that it encrypted opens again."""


def key_ring() -> dict[str, bytes]:
    """Return the wrapping keys by id, the one in use first; raises ``ImproperlyConfigured``."""
    ring = {}
    for part in settings.FIELD_KEYS.split(","):
        name, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not name or len(key) != 32:
            raise ImproperlyConfigured("FIELD_KEYS is a list of id:key, each key 32 bytes in base64.")
        ring[name] = key
    return ring


def new_wrapped_key() -> bytes:
    """Make a data key of 32 random bytes and return it wrapped under the first key of the ring."""
    return _wrap(secrets.token_bytes(32))


def first_key_id() -> str:
    """Return the id of the key that wraps: the first one of the ring."""
    return next(iter(key_ring()))


def rewrap(wrapped: bytes) -> bytes:
    """Return the same data key wrapped under the first key of the ring."""
    return _wrap(unwrap(wrapped))


def unwrap(wrapped: bytes) -> bytes:
    """Return the data key (32 bytes); raises ``DecryptionError`` when the ring cannot open it."""
    if not wrapped:
        raise KeyErased("The key has been erased.")
    name = key_id(wrapped)
    try:
        key = key_ring()[name]
    except KeyError:
        raise DecryptionError(f"The key ring has no key {name!r}.") from None
    return _open(key, wrapped[1 + wrapped[0] :], b"data-key")


def key_id(wrapped: bytes) -> str:
    """Return the id of the key that a data key is wrapped under."""
    return wrapped[1 : 1 + wrapped[0]].decode()


def seal(key: bytes, plain: Readable, aad: str, *, head: bytes = b"") -> bytes:
    """Encrypt ``plain`` for one place, its additional authenticated data (table, column, row); elsewhere it does not open.

    ``head`` stands before the sealed value as it is.
    """
    return _seal(key, plain, aad.encode(), head=head + VERSION)


def unseal(key: bytes, sealed: Readable, aad: str) -> bytes:
    """Decrypt what ``seal`` made for the same ``aad``, without its head; raises ``DecryptionError``."""
    with memoryview(sealed) as view:
        if view[:1] != VERSION:
            raise DecryptionError("Unknown format of a sealed value.")
        return _open(key, view[1:], aad.encode())


def lookup_keys() -> list[bytes]:
    """Return the keys of hashes, the one that writes first; raises ``ImproperlyConfigured``."""
    try:
        keys = [base64.b64decode(part.strip(), validate=True) for part in settings.LOOKUP_KEY.split(",")]
    except ValueError:
        keys = []
    if not 1 <= len(keys) <= 2 or any(len(key) != 32 for key in keys):
        raise ImproperlyConfigured("LOOKUP_KEY is one key or two, separated by a comma, each 32 bytes in base64.")
    return keys


def keyed_hash(value: str) -> str:
    """Return the hash (64 hex digits) that is stored to find a value by, the same for other case and spacing."""
    return keyed_hashes(value)[0]


def keyed_hashes(value: str) -> list[str]:
    """Return every hash that a value may be stored under: two while the key is being changed."""
    text = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in lookup_keys()]


def is_keyed_hash(text: str) -> bool:
    """Whether a text is a hash that ``keyed_hash`` returned; no address or number looks like one."""
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _wrap(data_key: bytes) -> bytes:
    key = key_ring()[first_key_id()]
    name = first_key_id().encode()
    return bytes([len(name)]) + name + _seal(key, data_key, b"data-key")


# A part of a paper has megabytes: neither of these copies it more often than it must.


def _seal(key: bytes, plain: Readable, aad: bytes, *, head: bytes = b"") -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return b"".join((head, nonce, AESGCM(key).encrypt(nonce, plain, aad)))


def _open(key: bytes, sealed: Readable, aad: bytes) -> bytes:
    try:
        with memoryview(sealed) as view:
            return AESGCM(key).decrypt(view[:NONCE], view[NONCE:], aad)
    except (InvalidTag, ValueError):
        raise DecryptionError("The value does not open in this place with this key.") from None
