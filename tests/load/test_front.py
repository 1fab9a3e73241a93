"""The measurement of nginx measures what it says."""

from tests.load import front


def test_pages_files_and_304_are_measured() -> None:
    found = front.measure(rounds=1, seconds=1)
    assert list(found) == ["page", "static", "not modified", "page / static", "not modified / page"]
    assert min(found.values()) > 0
    assert found["page / static"] == found["page"] / found["static"]
