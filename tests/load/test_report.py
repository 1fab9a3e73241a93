"""Tables of docs/performance.md: written by `make bench`, complete, with the goals of today."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.load import report
from tests.load.bench import Bench
from tests.load.figures import BARE_PAGE, BARE_SUBMISSION, PARTS, WAGTAIL_PAGE, Figure, Goal

DOCUMENT = report.FILE.read_text(encoding="utf-8")
RUN = re.compile(r"\d{1,2} \w+ 20\d\d, commit [0-9a-f]{7,}\+?, (full|quick) sizes; \d+ cores")
VERSIONS = re.compile(r"Python [\d.]+, Django [\d.]+, PostgreSQL [\d.]+(, nginx [\d.]+)?\.$")
PLACE = f"Before.\n\n{report.START}\n\n{report.END}\n\nAfter.\n"


def table(value: float, goal: Goal = BARE_PAGE) -> str:
    return report.table("29 November 2026.", [Figure(goal, value, "a detail")])


def test_the_document_has_every_figure_with_the_goal_of_today() -> None:
    _before, tables, _after = report.split(DOCUMENT)
    told = {part: [(row[0], row[2]) for row in report.rows(tables.get(part, ""))] for part in PARTS}
    assert told == {part: [(goal.name, str(goal)) for goal in goals] for part, goals in PARTS.items()}
    assert list(tables) == list(PARTS)


def test_every_part_can_be_measured() -> None:
    assert [part for part in PARTS if not callable(getattr(Bench, part, None))] == []


def test_the_document_says_of_each_figure_whether_its_goal_is_met() -> None:
    _before, tables, _after = report.split(DOCUMENT)
    for part, goals in PARTS.items():
        for goal, (_name, measured, _goal, state, detail) in zip(goals, report.rows(tables[part]), strict=True):
            figure = Figure(goal, float(measured), detail)
            assert state == ("met" if figure.is_met else "**missed**"), goal.name


@pytest.mark.parametrize("part", PARTS)
def test_the_document_says_when_and_where_a_part_was_measured(part: str) -> None:
    run = report.split(DOCUMENT)[1][part].splitlines()[0]
    assert RUN.match(run), run
    assert VERSIONS.search(run), run


def test_no_figure_grows_old_beside_the_tables() -> None:
    before, _tables, after = report.split(DOCUMENT)
    assert re.findall(r"\d[\d.,]* ?(?:ms|s|kB|MB|%|a second|seconds|milliseconds|minutes)\b", before + after) == []
    assert re.findall(r"\b20\d\d\b", before + after) == []


def test_a_missed_goal_is_said_in_its_row() -> None:
    missed, met = table(0.48), table(0.6)
    assert report.rows(missed) == [[BARE_PAGE.name, "0.48", "≥ 0.6", "**missed**", "a detail"]]
    assert report.rows(met) == [[BARE_PAGE.name, "0.60", "≥ 0.6", "met", "a detail"]]
    [[_name, measured, goal, state, _detail]] = report.rows(table(14.01, Goal("Weight", 14)))
    assert (measured, goal, state) == ("14.01", "≤ 14", "**missed**")


def test_only_the_table_of_a_part_that_ran_is_replaced() -> None:
    first = report.replace(report.replace(PLACE, "submissions", table(0.5, BARE_SUBMISSION)), "pages", table(0.48))
    again = report.replace(first, "pages", table(3.1, WAGTAIL_PAGE))
    before, tables, after = report.split(again)
    assert (before, after) == ("Before.\n\n", "\n\nAfter.\n")
    assert tables == {"pages": table(3.1, WAGTAIL_PAGE), "submissions": table(0.5, BARE_SUBMISSION)}
    assert list(tables) == ["pages", "submissions"], "in the order of the run"


def test_the_same_figures_written_twice_change_nothing() -> None:
    once = report.replace(PLACE, "pages", table(0.48))
    assert report.replace(once, "pages", table(0.48)) == once


def test_without_its_markers_the_document_is_left_alone() -> None:
    with pytest.raises(ValueError, match="has no place for the figures"):
        report.replace("Before.\n", "pages", table(0.48))


def test_a_changed_tree_is_said_beside_its_commit(tmp_path: Path) -> None:
    document, code = tmp_path / "docs" / "performance.md", tmp_path / "code.py"
    document.parent.mkdir()
    document.write_text("figures")
    code.write_text("1")
    author = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    for command in (("init", "-q"), ("add", "."), (*author, "commit", "-q", "-m", "First")):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    document.write_text("newer figures")
    assert re.fullmatch(r"[0-9a-f]{7,}", report.commit(tmp_path))
    code.write_text("2")
    assert re.fullmatch(r"[0-9a-f]{7,}\+", report.commit(tmp_path))
