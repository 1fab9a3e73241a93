"""Questionnaires: their files, the gate, the editions that patients are asked."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from conditions.models import Condition, Questionnaire, QuestionnaireEdition, QuestionnaireQuestion
from conditions.selectors import questionnaires as selectors
from conditions.services import loading, questionnaire_files, questionnaire_gate, questionnaires
from conditions.services.editions import DraftChanged, EditionIsOld
from conditions.services.export import export_all
from conditions.services.questionnaires import QuestionnaireIsNotReady
from portal.accounts.enums import Role
from portal.core.content.content_files import ContentError
from portal.core.content.loader import state
from tests.conditions import catalogue
from tests.conditions.test_loading import change, load
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent / "questionnaires"
GREY = ["grey-since", "grey-where", "grey-face", "grey-shade", "grey-colour", "grey-pills"]


@pytest.fixture
def asking(folder: Path) -> Path:
    """A copy of the made-up content with questionnaires, which a test may spoil; nothing is loaded."""
    shutil.copytree(FILES, folder / "questionnaires")
    return folder


@pytest.fixture
def grey(asking: Path) -> Questionnaire:
    """The questionnaire of grey fever, loaded and published beside the core."""
    load(asking)
    return Questionnaire.objects.get(code="grey-fever")


def numbers(code: str = "grey-fever") -> dict[str, list[int]]:
    rows = QuestionnaireEdition.objects.filter(questionnaire__code=code).order_by("language", "number")
    by_language: dict[str, list[int]] = {}
    for language, number in rows.values_list("language", "number"):
        by_language.setdefault(language, []).append(number)
    return by_language


# ── Files ────────────────────────────────────────────────────────────────────────────────────


def test_loads_the_core_and_conditions_and_publishes_them(asking: Path) -> None:
    said = [line for line in load(asking) if line.startswith("questionnaire")]
    assert said == [
        "questionnaire core: loaded",
        "questionnaire grey-fever: loaded",
        *(f"questionnaire {code} ({language}): published as edition 1" for code in ("core", "grey-fever") for language in ("en", "ru", "ar")),
    ]  # fmt: skip
    grey = Questionnaire.objects.get(code="grey-fever")
    assert grey.condition == Condition.objects.get()
    assert [question.code for question in grey.questions.all()] == GREY
    shade = grey.questions.get(code="grey-shade")
    assert (shade.minimum, shade.maximum, shade.unit_ru) == (0, 50, "оттенков")
    assert grey.questions.get(code="grey-face").asked_if_answer == "face"
    assert grey.questions.get(code="grey-colour").choices_ar == "light = Light (ar)\ndark = Dark (ar)"
    columns = QuestionnaireQuestion.objects.get(code="core-medicines").columns_en
    assert columns == "name = Medicine\nsince month = Since when"


def test_what_nobody_changed_is_left_alone(asking: Path) -> None:
    load(asking)
    said = load(asking)
    assert "questionnaire grey-fever: unchanged" in said
    assert numbers() == {"en": [1], "ru": [1], "ar": [1]}


def test_what_an_editor_changed_stays(asking: Path) -> None:
    load(asking)
    QuestionnaireQuestion.objects.filter(code="grey-shade").update(text_ru="Насколько серо?")
    change(asking / "questionnaires" / "grey-fever.yaml", "How grey is it?", "How grey?")
    assert (
        "questionnaire grey-fever: was changed in the admin, left as it is; so was its file, --force takes the file"
        in load(asking)
    )
    assert QuestionnaireQuestion.objects.get(code="grey-shade").text_ru == "Насколько серо?"
    load(asking, force=True)
    assert QuestionnaireQuestion.objects.get(code="grey-shade").text_en == "How grey?"
    assert numbers() == {"en": [1, 2], "ru": [1], "ar": [1]}


def test_an_export_brings_the_same_questionnaires(asking: Path, tmp_path: Path) -> None:
    load(asking)
    before = [state(row, ("questions", "sources")) for row in Questionnaire.objects.all()]
    contents = [edition.content for edition in QuestionnaireEdition.objects.order_by("language", "pk")]
    out = tmp_path / "out"
    export_all(out, lambda line: None)
    catalogue.empty()
    load(out)
    after = [state(row, ("questions", "sources")) for row in Questionnaire.objects.all()]
    for left, right in zip(before, after, strict=True):
        assert {**left, "condition": None} == {**right, "condition": None}
    assert [edition.content for edition in QuestionnaireEdition.objects.order_by("language", "pk")] == contents


def test_what_ships_has_no_fault_and_is_published_in_every_live_language() -> None:
    assert list(questionnaire_files.faults(loading.FOLDER / "questionnaires")) == []
    codes = {path.stem for path in questionnaire_files.paths(loading.FOLDER / "questionnaires")}
    current = QuestionnaireEdition.objects.current()
    published = {(edition.questionnaire.code, edition.language) for edition in current}
    assert published == {(code, language) for code in codes for language in ("en", "ru", "ar")}


def test_the_core_maps_the_general_condition_to_ecog() -> None:
    [core] = selectors.current((), "en")
    [question] = [question for question in core.questions if question["code"] == "core-general-condition"]
    assert selectors.answers_of(question) == ["ecog-0", "ecog-1", "ecog-2", "ecog-3", "ecog-4"]
    source = core.source_of(question)
    assert source is not None
    assert "Eastern Cooperative Oncology Group" in source["title"]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("grey-fever", "code: grey-shade", "code: core-medicines", "there is a question “core-medicines” before this one"),
        ("grey-fever", "code: grey-shade", "code: Grey Shade", "“code” must be small letters"),
        ("grey-fever", "kind: month", "kind: year", "“kind” must be one of"),
        ("grey-fever", "    - face\n", "    - nose\n", "“is” must be a list of answers of “grey-where”: hands, face, none"),
        ("grey-fever", "    code: grey-where\n    is", "    code: grey-shade\n    is", "“grey-shade” is no question before this one"),
        ("grey-fever", "min: 0", "min: 60", "“max” must not be less than “min”"),
        ("grey-fever", "source: 1", "source: 2", "“source” must be a number of the list, 1 to 1, not 2"),
        ("grey-fever", "    ru: оттенков\n", "", "“unit” is missing in ru"),
        ("grey-fever", "- code: grey-colour\n  kind: one", "- code: grey-colour\n  kind: text", "“choices” do not go with"),
        ("core", "    kind: month", "    kind: year", "“kind” of a column must be text or month"),
    ],
)  # fmt: skip
def test_a_file_with_a_fault_is_refused_with_its_place(asking: Path, file: str, old: str, new: str, words: str) -> None:
    path = asking / "questionnaires" / f"{file}.yaml"
    change(path, old, new)
    fault = next(questionnaire_files.faults(asking / "questionnaires"))
    assert file in fault
    assert words in fault
    with pytest.raises(ContentError) as refused:
        load(asking)
    assert str(refused.value) == fault


def test_a_condition_asks_six_questions_that_no_other_asks(asking: Path) -> None:
    path = asking / "questionnaires" / "grey-fever.yaml"
    path.write_text(path.read_text().partition("- code: grey-pills")[0])
    [fault] = questionnaire_files.faults(asking / "questionnaires")
    assert "a condition asks at least 6 questions of its own, not 5." in fault


def test_no_two_files_share_a_question(asking: Path) -> None:
    path = asking / "questionnaires" / "grey-fever.yaml"
    path.with_name("red-fever.yaml").write_text(path.read_text())
    [fault] = questionnaire_files.faults(asking / "questionnaires")
    assert "red-fever.yaml, grey-since: grey-fever has a question of this code already." in fault


def test_a_condition_that_is_not_there_is_asked_nothing(asking: Path) -> None:
    path = asking / "questionnaires" / "grey-fever.yaml"
    path.rename(path.with_name("red-fever.yaml"))
    with pytest.raises(ContentError, match="there is no condition “red-fever” to ask about"):
        load(asking)


# ── The gate ─────────────────────────────────────────────────────────────────────────────────


def red(questionnaire: Questionnaire, language: str = "en") -> list[str]:
    return [line.code for line in questionnaire_gate.check(questionnaire, language) if not line.ok]


@pytest.mark.parametrize(
    ("code", "fields", "codes"),
    [
        ("grey-shade", {}, []),
        ("grey-shade", {"text_en": ""}, ["text"]),
        ("grey-shade", {"decides_en": ""}, ["decides"]),
        ("grey-shade", {"source": None}, ["source"]),
        ("grey-shade", {"source": 2}, ["source"]),
        ("grey-colour", {"choices_en": "light = Light"}, ["choices"]),
        ("grey-face", {"asked_if_answer": "nose"}, ["asked_if"]),
        ("grey-face", {"asked_if_answer": ""}, ["asked_if"]),
        ("grey-face", {"asked_if": "grey-colour", "asked_if_answer": "light"}, ["asked_if"]),
        ("grey-pills", {"asked_if": "core-general-condition", "asked_if_answer": "ecog-1"}, []),
        ("grey-pills", {"asked_if": "core-medicines", "asked_if_answer": "name"}, ["asked_if"]),
    ],
)
def test_the_gate_is_red_for_what_is_missing(
    grey: Questionnaire, code: str, fields: dict[str, Any], codes: list[str]
) -> None:
    QuestionnaireQuestion.objects.filter(code=code).update(**fields)
    assert red(grey) == codes
    in_russian = [code for code in codes if code in {"source", "asked_if", "choices"}]
    assert red(grey, "ru") == in_russian


def test_the_gate_names_the_question(grey: Questionnaire) -> None:
    QuestionnaireQuestion.objects.filter(code="grey-colour").update(choices_ru="light = Светлый")
    [line] = [line for line in questionnaire_gate.check(grey, "ru") if not line.ok]
    assert line.message == "Write the answers, or the columns, in this language, at least two answers: grey-colour."
    assert red(grey, "en") == []


def test_a_condition_asks_six_questions_of_its_own_and_the_core_any_number(grey: Questionnaire) -> None:
    QuestionnaireQuestion.objects.filter(code="grey-shade").delete()
    [line] = [line for line in questionnaire_gate.check(grey, "en") if not line.ok]
    assert line.message == "Add questions that only this condition asks: there are 5, and 6 are needed."
    assert red(Questionnaire.objects.get(code="core")) == []


# ── Editions ─────────────────────────────────────────────────────────────────────────────────


def test_an_edition_keeps_its_words_when_the_draft_changes(grey: Questionnaire) -> None:
    edition = grey.editions.get(language="en")
    frozen = edition.content
    QuestionnaireQuestion.objects.filter(code="grey-since").update(text_en="CHANGED?")
    edition.refresh_from_db()
    assert edition.content == frozen
    assert selectors.current(["grey-fever"], "en")[1].questions[0]["text"] == "When did the grey begin?"
    made = questionnaires.publish(questionnaire=grey, language="en", by=None, change_note="Other words")
    assert made.number == 2
    assert selectors.current(["grey-fever"], "en")[1].questions[0]["text"] == "CHANGED?"
    assert selectors.editions_named(["grey-fever/en/1", "core/ru/1", "no", "core/en/9"]).keys() == {
        "grey-fever/en/1",
        "core/ru/1",
    }


def test_a_red_gate_publishes_nothing(grey: Questionnaire) -> None:
    QuestionnaireQuestion.objects.filter(code="grey-since").update(text_en="")
    with pytest.raises(QuestionnaireIsNotReady, match=r"Write the question in this language: grey-since\."):
        questionnaires.publish(questionnaire=grey, language="en", by=None, change_note="")
    assert numbers()["en"] == [1]


def test_two_editors_do_not_publish_over_each_other(grey: Questionnaire) -> None:
    editor = make_staff(Role.EDITOR)
    draft, public = selectors.content(grey, "en"), questionnaires.public_key(grey, "en")
    seen = questionnaires.fingerprint(draft, public)
    QuestionnaireQuestion.objects.filter(code="grey-since").update(text_en="CHANGED?")
    with pytest.raises(DraftChanged):
        questionnaires.publish(questionnaire=grey, language="en", by=editor, change_note="x", seen=seen)
    seen = questionnaires.fingerprint(selectors.content(grey, "en"), public)
    questionnaires.publish(questionnaire=grey, language="en", by=editor, change_note="x", seen=seen)
    assert numbers()["en"] == [1, 2]


def test_what_is_withdrawn_is_asked_no_more_and_what_is_restored_is_asked_again(grey: Questionnaire) -> None:
    editor = make_staff(Role.EDITOR)
    first = grey.editions.get(language="ru")
    QuestionnaireQuestion.objects.filter(code="grey-since").update(text_ru="Когда?")
    second = questionnaires.publish(questionnaire=grey, language="ru", by=editor, change_note="x")
    with pytest.raises(EditionIsOld):
        questionnaires.withdraw(edition=first, by=editor)
    questionnaires.withdraw(edition=second, by=editor)
    assert selectors.current(["grey-fever"], "ru")[1].number == 1
    third = questionnaires.restore(edition=second, by=editor, public=first.pk)
    assert (third.number, third.content) == (3, second.content)
    questionnaires.withdraw(edition=third, by=editor)
    questionnaires.withdraw(edition=first, by=editor)
    assert [part.language for part in selectors.current(["grey-fever"], "ru")] == ["ru", "en"]


def test_a_reader_is_asked_in_her_language_in_one_query(
    grey: Questionnaire, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        parts = selectors.current(["grey-fever"], "ar")
    assert [part.edition for part in parts] == ["core/ar/1", "grey-fever/ar/1"]
    assert [part.edition for part in selectors.current((), "ar")] == ["core/ar/1"]
    assert [part.edition for part in selectors.current(["red-fever"], "zh-hans")] == ["core/en/1"]
