"""Every text of the interface is translated into every live language."""

from tests import translations


def test_no_text_lacks_a_translation() -> None:
    assert translations.problems() == []
