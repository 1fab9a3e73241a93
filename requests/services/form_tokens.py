"""What a row keeps of the form that made it, so that a double click or a reload counts once."""

import hashlib


def key(*parts: object) -> str:
    """Return the hash of whose form it was, of its token, and of what would make it another one."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()
