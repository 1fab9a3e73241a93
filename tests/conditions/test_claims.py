"""Claims that a reader relies on: each stands in its place, in every language, with the source that says so."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from conditions.models import Edition
from conditions.selectors import drafts
from portal.core.text.markdown import blocks

TABLE: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_name("claims.yaml").read_text("utf-8"))

pytestmark = pytest.mark.django_db


def rows() -> list[Any]:
    """Return each row of the table with its illness."""
    return [
        pytest.param(illness, row, id=f"{illness}: {row['claim']}")
        for illness, claims in TABLE.items()
        for row in claims
    ]


@pytest.mark.parametrize(("illness", "row"), rows())
def test_the_claim_stands_in_its_place_with_its_source_in_every_language(illness: str, row: dict[str, Any]) -> None:
    editions = Edition.objects.current().filter(condition__slug=illness)
    assert {edition.language for edition in editions} == set(row) - {"claim", "place", "source"}
    for edition in editions:
        texts = [text for place, text in drafts.running_texts(edition.content) if place == row["place"]]
        found = [block for text in texts for block in blocks(text) if row[edition.language] in block.inlines[0].content]
        assert len(found) == 1, (edition.language, texts)
        numbers = {one["number"]: one["url"] for one in edition.content["sources"]}
        assert row["source"] in [numbers[number] for number in found[0].citations], edition.language


def test_no_figure_for_tamoxifen_comes_from_prevention_in_healthy_women() -> None:
    for edition in Edition.objects.current().filter(condition__slug="breast-cancer"):
        prevention = {
            one["number"] for one in edition.content["sources"] if "reduce breast cancer risk" in one["title"]
        }
        texts = dict(drafts.running_texts(edition.content))
        risks = blocks(texts["treatment:hormone:risks"])
        figures = [block for block in risks if "1,000" in block.text or "1000" in block.text]
        assert figures
        assert all(prevention.isdisjoint(block.citations) for block in figures), edition.language
