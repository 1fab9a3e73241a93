"""What a store says of a file that lies in it."""

from datetime import datetime
from typing import NamedTuple


class StoredFile(NamedTuple):
    """A file by name, with its size in bytes and when it was written, on the clock of the store."""

    name: str
    size: int
    modified_at: datetime
