"""Comparison of names across scripts and spellings."""

import random

import pytest

from portal.core.text.person_names import Match, compare
from tests.core.person_name_pairs import ASKED_FOR_NOTHING, NOBODY, ONE_PERSON, TWO_PEOPLE


@pytest.mark.parametrize(("written", "known"), ONE_PERSON)
def test_one_person_sets_off_no_question(written: str, known: str) -> None:
    assert compare(written, [known]) in (Match.SAME, Match.PERHAPS)


@pytest.mark.parametrize(("written", "known"), TWO_PEOPLE + ASKED_FOR_NOTHING)
def test_two_people_are_different(written: str, known: str) -> None:
    assert compare(written, [known]) is Match.DIFFERENT


@pytest.mark.parametrize(("written", "known"), NOBODY)
def test_a_header_without_a_name_says_nothing(written: str, known: str) -> None:
    assert compare(written, [known]) is Match.NOT_SAID


def test_most_spellings_are_sure() -> None:
    found = [compare(written, [known]) for written, known in ONE_PERSON]
    assert found.count(Match.SAME) > 0.8 * len(found)


def test_the_best_of_several_names_counts() -> None:
    assert compare("IVANOVA^ANNA", ["Petr Ivanov", "Анна Иванова"]) is Match.SAME
    assert compare("IVANOVA^ANNA", []) is Match.NOT_SAID


def test_whatever_stands_in_a_header_is_compared() -> None:
    chance = random.Random(1)
    letters = "aА王ع^=. -'\x00\ud800김שaaxj0"
    for _ in range(300):
        written = "".join(chance.choices(letters, k=chance.randrange(200)))
        assert isinstance(compare(written, ["Анна Иванова", written[::-1]]), Match)
