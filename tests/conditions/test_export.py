"""What is exported is what was loaded."""

from pathlib import Path

import pytest
from django.core.management import call_command

from conditions.models import Condition, Edition, Section
from conditions.services import loading
from conditions.services.export import export_all
from portal.core.content.loader import state
from tests.conditions import catalogue

pytestmark = pytest.mark.django_db


def load(folder: Path) -> list[str]:
    said: list[str] = []
    loading.load_all(said.append, folder=folder)
    return said


def test_an_export_loads_into_the_same_database(folder: Path, tmp_path: Path) -> None:
    load(folder)
    before = state(Condition.objects.get(), loading.CHILDREN)
    pages = {one.language: one.content for one in Edition.objects.current()}
    out = tmp_path / "out"
    export_all(out, lambda line: None)
    catalogue.empty()
    load(out)
    after = state(Condition.objects.get(), loading.CHILDREN)
    for name in before:
        if name not in {"area", "treatments", "prices"}:
            assert after[name] == before[name], name
    assert {one.language: one.content for one in Edition.objects.current()} == pages


def test_what_ships_survives_an_export_and_a_load(tmp_path: Path) -> None:
    pages = {(one.condition.slug, one.language): one.content for one in Edition.objects.current()}
    export_all(tmp_path, lambda line: None)
    catalogue.empty()
    load(tmp_path)
    found = {(one.condition.slug, one.language): one.content for one in Edition.objects.current()}
    assert found.keys() == pages.keys()
    assert [key for key in pages if found[key] != pages[key]] == []


def test_an_editor_s_words_reach_the_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(folder)
    Section.objects.filter(kind="untreated").update(body_ru="Правка редактора [1].")
    call_command("export_content", "--folder", str(folder))
    assert "grey-fever.ru.md: written" in capsys.readouterr().out
    assert "Правка редактора [1]." in (folder / "grey-fever.ru.md").read_text(encoding="utf-8")
    call_command("export_content", "--folder", str(folder))
    assert "written" not in capsys.readouterr().out
