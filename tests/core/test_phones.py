"""Phone numbers as they are typed and as they are read out."""

import pytest

from portal.core.localisation.phones import international, national_number, national_readings, phone_number


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("8 701 234 56 78", "KZ", "+77012345678"),
        ("701 234 56 78", "KZ", "+77012345678"),
        ("0100 123 4567", "EG", "+201001234567"),
        ("050 123 4567", "AE", "+971501234567"),
        ("00 971 50 123 4567", "AE", "+971501234567"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("050 123 4567", "", None),
    ],
)
def test_a_number_is_stored_in_one_spelling(typed: str, country: str, number: str | None) -> None:
    assert phone_number(typed, country) == number


@pytest.mark.parametrize(
    ("number", "national"),
    [
        ("+77012345678", "7012345678"),
        ("+201001234567", "1001234567"),
        ("+390612345678", "0612345678"),
        ("nonsense", ""),
    ],
)
def test_the_national_number(number: str, national: str) -> None:
    assert national_number(number) == national


@pytest.mark.parametrize(
    "term",
    ["8 701 234 56 78", "701-234-56-78", "8 10 7 701 234 56 78", "011 7 701 2345678", "٧٠١ ٢٣٤ ٥٦ ٧٨", "(701) 2345678"],
)
def test_a_number_read_out_is_found_by_its_end(term: str) -> None:
    assert "7012345678" in national_readings(term)


def test_a_number_that_says_its_country_is_no_national_one() -> None:
    for term in ("+7 701 234 56 78", "007 701 234 56 78", "(+7) 701 234 56 78"):
        assert (international(term), national_readings(term)) == ("+77012345678", [])
