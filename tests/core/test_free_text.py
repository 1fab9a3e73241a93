"""What a person typed, on a page: paragraphs in their own direction, numbers that read from left to right."""

import pytest

from portal.core.templatetags.portal import free_text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("+971 50 123 4567", '<bdi dir="ltr">+971 50 123 4567</bdi>'),
        ("(495) 123-45-67", '<bdi dir="ltr">(495) 123-45-67</bdi>'),
        ("10-15", '<bdi dir="ltr">10-15</bdi>'),
        ("01.02.2026", '<bdi dir="ltr">01.02.2026</bdi>'),
        ("38 °C", '<bdi dir="ltr">38 °C</bdi>'),
        ("37,5°C", '<bdi dir="ltr">37,5°C</bdi>'),
        ("2026", "2026"),
        ("5 15", "5 15"),
        ("<b> & 7", "&lt;b&gt; &amp; 7"),
    ],
)
def test_numbers_are_isolated(typed: str, shown: str) -> None:
    assert free_text(f"اتصلوا على {typed} مساء") == f'<p dir="auto">اتصلوا على {shown} مساء</p>'


def test_paragraphs_and_lines() -> None:
    assert free_text("One\r\ntwo\n\n\nثلاثة\n") == '<p dir="auto">One<br>two</p>\n<p dir="auto">ثلاثة</p>'


def test_a_number_at_the_edge_of_markup_stays_text() -> None:
    assert free_text('<a href="tel:+971501234567">') == (
        '<p dir="auto">&lt;a href=&quot;tel:<bdi dir="ltr">+971501234567</bdi>&quot;&gt;</p>'
    )


def test_a_reference_is_one_word() -> None:
    for reference in ("MR-8FG2-7JWB", "MR-12-34AB", "https://example.org/MR-AB12-34CD/"):
        assert free_text(reference) == f'<p dir="auto">{reference}</p>'
