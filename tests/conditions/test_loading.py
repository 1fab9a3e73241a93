"""Loading of conditions from files."""

from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from unittest.mock import Mock

import pytest

from conditions.models import Area, Condition, DocumentNeed, Edition, Price, Section
from conditions.services import loading
from portal.core.content import loader
from portal.core.content.content_files import ContentError

pytestmark = pytest.mark.django_db

type Change = Callable[[str], str]


def load(folder: Path, *, force: bool = False) -> list[str]:
    said: list[str] = []
    loading.load_all(said.append, folder=folder, force=force)
    return said


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_loads_every_part_and_publishes(folder: Path) -> None:
    said = load(folder)
    assert said == [
        "area oncology: loaded",
        "area dentistry: loaded",
        "procedure tests: loaded",
        "procedure operation: loaded",
        "procedure rays: loaded",
        "condition grey-fever: loaded",
        "condition grey-fever (en): published as edition 1",
        "condition grey-fever (ru): published as edition 1",
        "condition grey-fever (ar): published as edition 1",
    ]
    condition = Condition.objects.get()
    assert (condition.name_en, condition.name_ru, condition.name_ar) == (
        "Grey fever",
        "Серая лихорадка",
        "الحمى الرمادية",
    )
    assert condition.synonyms_en == "ashen fever\ncinder heat"
    assert [one.slug for one in condition.treatments.all()] == ["operation", "rays"]
    assert [one.code for one in condition.treatments.get(slug="operation").procedures.all()] == ["operation"]
    assert condition.treatments.get(slug="operation").risks_en == "- Bleeding [2]\n- Infection [2, 3]"
    assert [one.number for one in condition.sources.all()] == [1, 2, 3]
    assert Price.objects.get(procedure__code="operation").amount_to == Decimal(3000)
    assert Edition.objects.get(language="ru").change_note == "Первая версия"


def test_a_second_time_leaves_what_an_editor_changed(folder: Path) -> None:
    load(folder)
    Condition.objects.update(name_en="Changed by an editor")
    Area.objects.filter(slug="oncology").update(name_en="Also changed")
    said = load(folder)
    assert "condition grey-fever: was changed in the admin, left as it is" in said
    assert "area dentistry: unchanged" in said
    assert Condition.objects.get().name_en == "Changed by an editor"
    assert Area.objects.get(slug="oncology").name_en == "Also changed"
    assert Edition.objects.count() == 3


def test_a_second_time_takes_what_changed_in_a_file_and_says_what(folder: Path) -> None:
    load(folder)
    assert {line.rpartition(": ")[2] for line in load(folder)} == {"unchanged"}
    change(folder / "grey-fever.en.md", "It may turn black [1].", "It may turn silver [1].")
    change(folder / "areas.yaml", "en: Oncology", "en: Cancer care")
    said = load(folder)
    assert "area oncology: loaded again (name_en)" in said
    assert "condition grey-fever: loaded again (sections)" in said
    assert "condition grey-fever (en): published as edition 2" in said
    assert "condition grey-fever (ru): nothing new to publish" in said


def test_a_load_that_was_killed_before_it_published_does_so_the_next_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(folder)
    change(folder / "grey-fever.en.md", "It may turn black [1].", "It may turn silver [1].")
    with monkeypatch.context() as patched:
        patched.setattr(loading, "publish_all", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            load(folder)
    assert Section.objects.filter(body_en__contains="silver").exists()
    assert "condition grey-fever (en): published as edition 2" in load(folder)
    assert {line.rpartition(": ")[2] for line in load(folder)} == {"unchanged"}


def test_a_changed_file_does_not_write_over_an_editor(folder: Path) -> None:
    load(folder)
    section = Section.objects.get(kind="untreated")
    section.body_ru = "Правка редактора [1]."
    section.save()
    change(folder / "grey-fever.en.md", "It may turn black [1].", "It may turn silver [1].")
    said = load(folder)
    assert (
        "condition grey-fever: was changed in the admin, left as it is; so was its file, --force takes the file" in said
    )
    section.refresh_from_db()
    assert section.body_ru == "Правка редактора [1]."


def test_a_condition_may_wait_for_a_language(folder: Path) -> None:
    (folder / "grey-fever.ar.md").unlink()
    said = load(folder)
    assert "condition grey-fever (en): published as edition 1" in said
    assert not any("(ar)" in line for line in said)
    assert set(Edition.objects.values_list("language", flat=True)) == {"en", "ru"}


def test_force_writes_over_it_and_publishes_what_is_new(folder: Path) -> None:
    load(folder)
    change(folder / "grey-fever.en.md", "It may turn black [1].", "It may turn silver [1].")
    said = load(folder, force=True)
    assert "condition grey-fever (en): published as edition 2" in said
    assert "condition grey-fever (ru): nothing new to publish" in said
    assert Section.objects.get(kind="untreated").body_en == "It may turn silver [1]."
    assert Section.objects.count() == 5


def test_a_red_gate_is_said_and_nothing_is_published_in_that_language(folder: Path) -> None:
    change(folder / "grey-fever.ru.md", "Может почернеть [1].", "Может почернеть.")
    said = load(folder)
    assert [line for line in said if "(ru)" in line] == [
        "condition grey-fever (ru): not published: End in a citation: If nothing is done: “Может почернеть.”."
    ]
    assert not Edition.objects.filter(language="ru").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("grey-fever.en.md", "{untreated}", "{untreatd}", "line 81: unknown section id {untreatd}"),
        ("grey-fever.en.md", "[2, 3]", "[2, 7]", "cites 7, but the list of sources ends at 3"),
        ("grey-fever.en.md", "comes from ash [1]", "comes from ash [8]", "front matter, key_facts: cites 8"),
        ("grey-fever.en.md", "### Risks {risks}", "### Risks {risk}", "unknown part {risk}"),
        ("grey-fever.en.md", "A fever with", "### Of ash\n\nA fever with", "a “###” heading belongs into a treatment"),
        ("grey-fever.ru.md", "## Прогноз {outlook}\n\nНикто не знает точно [3].\n", "", "{outlook}: this part is missing; grey-fever.en.md has it"),
        ("grey-fever.ar.md", "  - ما نوع الرماد؟\n", "", "questions: the languages have different numbers"),
        ("grey-fever.en.md", "{treatment:rays}", "{treatment:light}", "not in both this file and the YAML: light, rays"),
        ("grey-fever.en.md", "name: Grey fever\n", "", "“name” is missing"),
        ("grey-fever.en.md", "change_note", "chnge_note", "unknown name chnge_note"),
        ("grey-fever.yaml", 'amount_from: "380"', 'amount_from: "38O"', "prices 1: “amount_from” must be an amount of money"),
        ("grey-fever.yaml", 'amount_from: "380"', 'amount_from: "-1"', "prices 1: “amount_from” must be an amount of money"),
        ("grey-fever.yaml", 'amount_to: "3000"', 'amount_to: "300"', "prices 2: “amount_to” must not be less"),
        ("grey-fever.yaml", "source: Test list, ", "", "prices 1: “source” is missing"),
        ("grey-fever.yaml", "valid_until: 2027-11-23", "valid_until: 2025-11-23", "prices 1: “valid_until” lies before"),
        ("grey-fever.yaml", "valid_until: 2027-11-23", "valid_until: soon", "prices 1: “valid_until” must be a day"),
        ("grey-fever.yaml", "currency: USD", "currency: dollars", "prices 1: currency:"),
        ("grey-fever.yaml", "procedure: tests", "procedure: magic", "there is no procedure “magic”"),
        ("grey-fever.yaml", "area: oncology", "area: magic", "there is no area “magic”"),
        ("areas.yaml", "ru: Онкология, ", "", "entry 1: “name” is missing in ru"),
    ],
)  # fmt: skip
def test_refuses_and_names_the_place(folder: Path, file: str, old: str, new: str, words: str) -> None:
    change(folder / file, old, new)
    with pytest.raises(ContentError) as refused:
        load(folder)
    assert file in str(refused.value)
    assert words in str(refused.value)
    assert not Condition.objects.exists()


def test_a_condition_without_english_is_refused(folder: Path) -> None:
    (folder / "grey-fever.en.md").unlink()
    with pytest.raises(ContentError, match="the file of this language is missing"):
        load(folder)


def test_the_migration_that_takes_prices_elsewhere_out_compares_as_the_loader_does() -> None:
    """Else every condition would look like the work of an editor to the first load after it."""
    migration = import_module("conditions.migrations.0008_no_prices_elsewhere")
    # In its time no condition had a checklist of papers.
    DocumentNeed.objects.all().delete()
    for condition in Condition.objects.all():
        then = migration._digest(migration._state(condition, migration.CHILDREN))
        assert then == loader.digest(loader.state(condition, loading.CHILDREN, loading.LATER))
