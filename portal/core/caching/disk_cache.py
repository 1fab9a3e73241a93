"""Cache on the disk for files that can be made again at any time: Django's, in a folder that may be missing."""

import hashlib
import logging
import pickle
import zlib
from collections.abc import Callable
from typing import cast

from django.core.cache import caches

log = logging.getLogger(__name__)

# A folder that cannot be written, and files that were not whole on the disk when the machine lost power.
UNUSABLE = (OSError, EOFError, zlib.error, pickle.UnpicklingError)


def get_or_make(make: Callable[[], bytes], *recipe: object) -> bytes:
    """Return what ``make`` makes; for the same ``recipe`` (whatever decides the content) it is asked once.

    A cache that cannot be used costs nothing but time.
    """
    key = hashlib.sha256("\0".join(map(str, recipe)).encode()).hexdigest()
    try:
        content = caches["disk"].get_or_set(key, make)
    except UNUSABLE as problem:
        log.warning("the cache on the disk cannot be used: %s", type(problem).__name__)
        return make()
    return cast("bytes", content)
