"""Red flags: each stands on the card that it belongs to, in every language, with the source that says so."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from conditions.models import Condition, Edition
from portal.core.text.markdown import citations

TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_name("red_flags.yaml").read_text("utf-8"))

pytestmark = pytest.mark.django_db


def rows() -> list[Any]:
    """Return each row of the table with its illness."""
    return [
        pytest.param(illness, row, id=f"{illness}: {row['flag']}") for illness, flags in TABLE.items() for row in flags
    ]


@pytest.mark.parametrize(("illness", "row"), rows())
def test_the_flag_stands_on_its_card_with_its_source_in_every_language(illness: str, row: dict[str, Any]) -> None:
    editions = Edition.objects.current().filter(condition__slug=illness)
    assert {edition.language for edition in editions} == set(row) - {"flag", "card", "source"}
    for edition in editions:
        lines = [line for line in card(edition, row["card"]) if row[edition.language] in line]
        assert len(lines) == 1, (edition.language, lines)
        numbers = {one["number"]: one["url"] for one in edition.content["sources"]}
        assert row["source"] in [numbers[number] for number in citations(lines[0])], edition.language


def test_the_table_knows_every_illness() -> None:
    assert list(TABLE) == sorted(Condition.objects.values_list("slug", flat=True))


def card(edition: Edition, kind: str) -> list[str]:
    """Return the lines of a card, as Markdown."""
    return [line for one in edition.content["callouts"] if one["kind"] == kind for line in one["text"].splitlines()]
