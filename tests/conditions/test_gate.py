"""The publish gate: each demand is red when its thing is missing, and only then."""

import datetime
from collections.abc import Callable

import pytest

from conditions.models import Condition, Edition, Price, Section, Source, Treatment
from conditions.permissions import can_publish
from conditions.services import editions, gate
from conditions.services.citing import uncited
from conditions.services.editions import GateIsRed
from portal.accounts.models import User

pytestmark = pytest.mark.django_db


def red(condition: Condition, language: str = "en") -> list[str]:
    condition.refresh_from_db()
    return [line.code for line in gate.check(condition, language) if not line.ok]


def test_green_when_nothing_is_missing(condition: Condition) -> None:
    lines = gate.check(condition, "en")
    assert [line.code for line in lines] == [
        "text", "author", "dates", "sources", "risks", "untreated", "uncertainty", "prices", "documents", "citations",
        "known_sources", "review_due", "prices_hold",
    ]  # fmt: skip
    assert gate.is_green(lines)


def section(kind: str, body: str) -> None:
    Section.objects.filter(kind=kind).update(body_en=body)


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("text", lambda: Condition.objects.update(summary_en="")),
        ("text", lambda: Treatment.objects.filter(slug="rays").update(name_en="")),
        ("author", lambda: Condition.objects.update(written_by="")),
        ("dates", lambda: Condition.objects.update(written_on=None)),
        ("dates", lambda: Condition.objects.update(next_review_on=None)),
        ("risks", lambda: Treatment.objects.filter(slug="rays").update(risks_en="")),
        ("untreated", lambda: section("untreated", "")),
        ("uncertainty", lambda: section("outlook", "")),
        (
            "prices_hold",
            lambda: Price.objects.filter(procedure__code="tests").update(
                checked_on=datetime.date(2019, 1, 1), valid_until=datetime.date(2020, 1, 1)
            ),
        ),
        ("citations", lambda: section("what", "It lasts 5 days.")),
        ("citations", lambda: section("what", "It lasts 5 days [1]. Or 6 days, some say.")),
        ("citations", lambda: section("outlook", "Nobody knows.")),
        ("citations", lambda: Condition.objects.update(key_facts_en="Seen in 7 people")),
        ("citations", lambda: Treatment.objects.filter(slug="rays").update(risks_en="- Tiredness")),
        ("known_sources", lambda: section("what", "A fever [9].")),
        ("review_due", lambda: Condition.objects.update(next_review_on=datetime.date(2020, 1, 1))),
    ],
)
def test_red_when_something_is_missing(condition: Condition, code: str, spoil: Callable[[], object]) -> None:
    spoil()
    assert red(condition) == [code]


def test_red_below_three_sources(condition: Condition) -> None:
    Source.objects.filter(number=3).delete()
    assert red(condition) == ["sources", "known_sources"]


def test_only_the_language_that_lacks_something_is_red(condition: Condition) -> None:
    Treatment.objects.filter(slug="rays").update(risks_ru="")
    assert red(condition, "en") == []
    assert red(condition, "ru") == ["risks"]


def test_an_unwritten_language_is_red(condition: Condition) -> None:
    assert "text" in red(condition, "fr")


def test_publish_refuses_while_red_and_says_why(condition: Condition) -> None:
    Condition.objects.update(written_by="")
    condition.refresh_from_db()
    with pytest.raises(GateIsRed, match="Name the author") as refused:
        editions.publish(condition=condition, language="en", by=None, change_note="")
    assert [line.code for line in refused.value.lines] == ["author"]
    assert Edition.objects.filter(language="en").count() == 1


def test_a_user_who_is_no_editor_does_not_publish(condition: Condition) -> None:
    user = User.objects.create_user("reader@example.org", is_staff=True)
    assert not can_publish(user)


@pytest.mark.parametrize(
    ("text", "every_block", "expected"),
    [
        ("No number here.", False, []),
        ("After 5 days.", False, ["After 5 days."]),
        ("After 5 days [1].", False, []),
        ("After 5 days. [1]", False, []),
        ("After **5 days** [1, 2]", False, []),
        ("CA19-9 and ICD-10 are names.", False, []),
        ("See [a page](https://example.org/2024).", False, []),
        ("1. First\n2. Second", False, []),
        ("- a [1]\n- b", True, ["b"]),
        ("The risks are:\n\n- a [1]", True, []),
        ("One line\nstill the same [1]", True, []),
        ("بعد 5 أيام [1]؟", False, []),
        ("Через 5 дней [1]»", False, []),
        ("| a | 5 |\n|---|---|\n| b | 6 [1] |", False, ["a | 5"]),
    ],
)
def test_blocks_that_need_a_citation(text: str, every_block: bool, expected: list[str]) -> None:
    assert uncited(text, every_block=every_block) == expected
