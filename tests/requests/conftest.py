"""What the tests of requests share."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Begin in English: a page asked for in another language leaves the thread in it."""
    with override("en"):
        yield
