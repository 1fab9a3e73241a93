"""Secrets of the embedded default: made once, kept in a file that only its owner can read."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def new_key() -> str:
    """Return 32 random bytes in base64 (44 characters)."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def read_or_create(path: Path, make: Callable[[], str] = new_key) -> str:
    """Return the secret in ``path``, which ``make`` makes on first use.

    The file is created with mode 0600 and under a name of its own first, so that of several
    processes that start at once all read the same secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
