"""The checklist of papers: a part of the draft that an edition freezes and the gate reads."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.safestring import SafeString
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from conditions.models import Condition, DocumentNeed, Edition
from conditions.readability import lint_checklist
from conditions.selectors import documents, drafts, history, parts
from conditions.selectors.documents import NeededDocument
from conditions.services import editions, gate, loading
from conditions.services.export import export_all
from portal.accounts.enums import Role
from portal.core.content.content_files import ContentError
from portal.core.content.loader import state
from tests.accounts.cast import staff_client
from tests.conditions import catalogue
from tests.conditions.test_loading import change, load
from tests.core.test_admin_conflicts import opened, page_of
from tests.factories import make_staff, rewrite

pytestmark = pytest.mark.django_db

CODES = ["ash-report", "blood-test", "scan", "earlier-letters", "medicines"]


def rows() -> list[tuple[Any, ...]]:
    columns = ("code", "order", "is_required", "max_age_days", "name_en", "name_ru", "reason_ar", "how_to_en")
    return list(DocumentNeed.objects.order_by("order").values_list(*columns))


def without_list(edition: Edition) -> None:
    """Make an edition what the release before has frozen."""
    rewrite(edition, schema=3)
    content = {name: value for name, value in edition.content.items() if name != "document_needs"}
    Edition.objects.filter(pk=edition.pk).update(content=content)


# ── Files ────────────────────────────────────────────────────────────────────────────────────


def test_loads_the_list_in_its_order(folder: Path) -> None:
    load(folder)
    assert [row[:4] for row in rows()] == [
        ("ash-report", 1, True, 90),
        ("blood-test", 2, True, 14),
        ("scan", 3, True, None),
        ("earlier-letters", 4, False, None),
        ("medicines", 5, True, None),
    ]
    assert rows()[0][4:] == (
        "Report on the ash",
        "Заключение о пепле",
        "يبيّن أي الأشعة قد تنفع [3].",
        "Glass slides can be sent too. Ask for a copy.",
    )
    assert rows()[1][7] == ""


def test_an_export_brings_the_same_list(folder: Path, tmp_path: Path) -> None:
    load(folder)
    before = rows()
    out = tmp_path / "out"
    export_all(out, lambda line: None)
    catalogue.empty()
    load(out)
    assert rows() == before


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("grey-fever.ru.md", "  medicines:\n", "  pills:\n", "documents: not in both this file and the YAML: medicines, pills"),
        ("grey-fever.yaml", "max_age_days: 90", "max_age_days: 0", "document_needs 1: max_age_days:"),
        ("grey-fever.yaml", "required: false", "required: perhaps", "document_needs 4: “required” must be true or false"),
        ("grey-fever.yaml", "code: scan, ", "code: scan, days: 3, ", "document_needs 3: unknown name days"),
        ("grey-fever.ru.md", "    how_to: Стёкла тоже можно прислать. Попросите копию.\n", "", "documents, ash-report: “how_to” is missing"),
        ("grey-fever.ru.md", "    name: Прежние выписки\n", "", "documents, earlier-letters: “name” is missing"),
        ("grey-fever.en.md", "can work [3].", "can work [7].", "documents, ash-report: cites 7"),
        ("grey-fever.en.md", "    reason: It shows which", "    why: It shows which", "documents, ash-report: unknown name why"),
    ],
)  # fmt: skip
def test_refuses_and_names_the_place(folder: Path, file: str, old: str, new: str, words: str) -> None:
    change(folder / file, old, new)
    with pytest.raises(ContentError) as refused:
        load(folder)
    assert file in str(refused.value)
    assert words in str(refused.value)


def test_a_condition_that_was_loaded_before_there_were_lists_still_counts_as_unchanged(folder: Path) -> None:
    without = (folder / "grey-fever.yaml").read_text().partition("document_needs:")
    yaml = without[0] + "sources:" + without[2].partition("sources:")[2]
    (folder / "grey-fever.yaml").write_text(yaml)
    for language in ("en", "ru", "ar"):
        path = folder / f"grey-fever.{language}.md"
        text = path.read_text()
        path.write_text(text.partition("documents:")[0] + "change_note:" + text.partition("change_note:")[2])
    load(folder)
    condition = Condition.objects.get()
    assert state(condition, loading.CHILDREN) == state(condition, loading.CHILDREN, loading.LATER)
    DocumentNeed.objects.create(condition=condition, code="scan", name_en="Scan")
    assert "condition grey-fever: was changed in the admin, left as it is" in load(folder)


# ── The gate ─────────────────────────────────────────────────────────────────────────────────


def red(condition: Condition, language: str = "en") -> list[str]:
    return [line.code for line in gate.check(condition, language) if not line.ok]


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"name_en": ""}, ["documents"]),
        ({"reason_en": ""}, ["documents"]),
        ({"reason_en": "It helps."}, ["documents"]),
        ({"reason_en": "It helps 1 in 5 people [1]. Send it."}, []),
        ({"reason_en": "It helps [9]."}, ["known_sources"]),
        ({"how_to_en": "Send 15 slides."}, []),
        ({"how_to_en": "Send 15 slides [9]."}, ["known_sources"]),
    ],
)
def test_each_paper_has_a_name_and_a_reason_with_a_source(
    condition: Condition, fields: dict[str, str], codes: list[str]
) -> None:
    DocumentNeed.objects.filter(code="scan").update(**fields)
    assert red(condition) == codes
    assert red(condition, "ru") == []


def test_the_gate_names_the_paper(condition: Condition) -> None:
    DocumentNeed.objects.filter(code="scan").update(name_ru="")
    [line] = [line for line in gate.check(condition, "ru") if not line.ok]
    assert line.message == "Write in this language the name, and the reason with its source, of: scan."
    DocumentNeed.objects.filter(code="blood-test").update(reason_en="It is warm.")
    [line] = [line for line in gate.check(condition, "en") if not line.ok]
    assert line.message == "Write in this language the name, and the reason with its source, of: Blood test."


def test_a_short_list_is_advised_against_and_stops_nobody(condition: Condition) -> None:
    DocumentNeed.objects.exclude(code="scan").delete()
    assert red(condition) == []
    [finding] = lint_checklist("Checklist", ["Scan"])
    assert (finding.advice, finding.words) == ("A checklist of 1 papers; at least 5 help a patient.", "Scan")
    assert lint_checklist("Checklist", []) == []
    assert lint_checklist("Checklist", CODES) == []
    page = staff_client(make_staff(Role.EDITOR)).get(f"/admin/conditions/condition/{condition.pk}/publish/")
    assert "A checklist of 1 papers; at least 5 help a patient." in page.content.decode()


# ── What an edition holds ────────────────────────────────────────────────────────────────────


def test_an_edition_keeps_its_list_when_the_draft_changes(condition: Condition) -> None:
    edition = Edition.objects.get(language="en")
    frozen = edition.content["document_needs"]
    assert [need["code"] for need in frozen] == CODES
    assert frozen[0] == {
        "code": "ash-report",
        "name": "Report on the ash",
        "is_required": True,
        "max_age_days": 90,
        "reason": {"text": "It shows which rays can work [3]."},
        "how_to": {"text": "Glass slides can be sent too. Ask for a copy."},
    }
    DocumentNeed.objects.filter(code="ash-report").update(name_en="CHANGED", reason_en="CHANGED [1].")
    DocumentNeed.objects.filter(code="scan").delete()
    edition.refresh_from_db()
    assert edition.content["document_needs"] == frozen
    assert [need.name for need in documents.needs(condition, "en")] == [need["name"] for need in frozen]
    editions.publish(condition=condition, language="en", by=None, change_note="Other papers")
    assert [need.name for need in documents.needs(condition, "en")][:2] == ["CHANGED", "Blood test"]


def test_what_was_frozen_before_there_were_lists_is_read_as_having_none(condition: Condition) -> None:
    for edition in Edition.objects.all():
        without_list(edition)
    old = Edition.objects.get(language="en")
    assert "document_needs" not in old.content
    assert drafts.upgraded(old.content)["document_needs"] == []
    assert drafts.upgraded(old.content)["schema"] == drafts.SCHEMA
    assert documents.needs(condition, "en") == []
    new = editions.publish(condition=condition, language="en", by=None, change_note="")
    places = [difference.place for difference in history.differences(old.content, new.content)]
    assert places[:2] == ["document:ash-report:reason", "document:ash-report:how_to"]


def test_a_comparison_names_what_is_different_in_the_list(condition: Condition) -> None:
    old = Edition.objects.get(language="en").content
    DocumentNeed.objects.filter(code="scan").update(max_age_days=30, is_required=False)
    DocumentNeed.objects.filter(code="medicines").update(reason_en="All of them count [1].")
    new = editions.upcoming(condition, "en")
    found = {difference.place_name: difference.stretches for difference in history.differences(old, new)}
    assert list(found) == ["Paper “List of your medicines”, reason", "Paper “Scan of the chest, on a CD”, name"]
    words = "".join(
        stretch.text for stretch in found["Paper “Scan of the chest, on a CD”, name"] if stretch.tag != "del"
    )
    assert words == "Scan of the chest, on a CD (If the patient has it · Not older than 30 days)"


def test_a_changed_paper_is_a_part_that_another_editor_sees(condition: Condition) -> None:
    before = parts.seen(editions.upcoming(condition, "en"), None)
    DocumentNeed.objects.filter(code="scan").update(is_required=False)
    content = editions.upcoming(condition, "en")
    now = parts.seen(content, None)
    assert [place for place in now.hashes if now.hashes[place] != before.hashes[place]] == ["document:scan"]
    with override("ru"):
        assert parts.seen(content, None) == now
    part = parts.parts(content)["document:scan"]
    assert part.name == "Paper “Scan of the chest, on a CD”"
    assert part.text.splitlines() == [
        "If the patient has it",
        "Scan of the chest, on a CD",
        "Doctors look at the pictures themselves [2].",
        "Send the files of the CD, not photographs of films.",
    ]


# ── The selector ─────────────────────────────────────────────────────────────────────────────


def test_the_papers_of_a_case_come_in_the_language_of_its_reader(
    condition: Condition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with override("ru"), django_assert_num_queries(1):
        needs = documents.needs(condition, "ru")
    assert needs[0] == NeededDocument(
        code="ash-report",
        name="Заключение о пепле",
        reason=SafeString(
            'По нему видно, какие лучи помогут<sup class="cite">\u202f['
            '<a href="/ru/conditions/grey-fever/sources/#source-3">3</a>]</sup>.'
        ),
        how_to=SafeString("Стёкла тоже можно прислать. Попросите копию."),
        max_age_days=90,
        is_required=True,
        language="ru",
    )
    assert [need.code for need in needs] == CODES
    assert [need.is_required for need in needs] == [True, True, True, False, True]


def test_a_language_without_an_edition_or_without_a_list_reads_the_english_one(condition: Condition) -> None:
    Edition.objects.filter(language="ar").delete()
    without_list(Edition.objects.get(language="ru"))
    for language in ("ar", "ru"):
        needs = documents.needs(condition, language)
        assert {(need.language, need.name) for need in needs[:1]} == {("en", "Report on the ash")}
    found = documents.checklist(condition.pk, "ru")
    assert found is not None
    assert (found.language, found.languages) == ("en", ("en",))


@pytest.mark.parametrize(
    ("days", "english", "russian"),
    [
        (None, "", ""),
        (1, "Not older than 1 day", "Не старше 1 дня"),
        (14, "Not older than 14 days", "Не старше 14 дней"),
        (30, "Not older than 1 month", "Не старше 1 месяца"),
        (90, "Not older than 3 months", "Не старше 3 месяцев"),
        (365, "Not older than 12 months", "Не старше 12 месяцев"),
        (730, "Not older than 24 months", "Не старше 24 месяцев"),
    ],
)
def test_how_old_a_paper_may_be_is_said_in_words(
    condition: Condition, days: int | None, english: str, russian: str
) -> None:
    DocumentNeed.objects.filter(code="scan").update(max_age_days=days)
    edition = editions.publish(condition=condition, language="en", by=None, change_note="")
    assert edition.content["document_needs"][2]["max_age_days"] == days
    need = documents.needs(condition, "en")[2]
    said = {}
    for language in ("en", "ru"):
        with override(language):
            said[language] = need.max_age
    assert said == {"en": english, "ru": russian}


# ── The desk ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def editor() -> Client:
    return staff_client(make_staff(Role.EDITOR))


def test_an_editor_changes_a_paper_beside_the_other_parts(editor: Client, condition: Condition) -> None:
    typed = opened(editor, condition)
    [name] = [name for name, value in typed.items() if name.endswith("-code") and value == ["scan"]]
    row = name.removesuffix("code")
    typed |= {f"{row}name_en": "Other scan", f"{row}max_age_days": "60"}
    del typed[f"{row}is_required"]
    assert editor.post(page_of(condition), typed).status_code == 302
    need = DocumentNeed.objects.get(code="scan")
    assert (need.name_en, need.max_age_days, need.is_required) == ("Other scan", 60, False)


def test_an_editor_translates_a_paper_with_the_english_words_beside_it(editor: Client, condition: Condition) -> None:
    page = editor.get(f"{page_of(condition)}?lang=ru").content.decode()
    assert "Report on the ash" in page
    typed = opened(editor, condition, "?lang=ru")
    [name] = [name for name, value in typed.items() if value == ["Заключение о пепле"]]
    assert editor.post(f"{page_of(condition)}?lang=ru", typed | {name: "Ответ о пепле"}).status_code == 302
    need = DocumentNeed.objects.get(code="ash-report")
    assert (need.name_ru, need.name_en, need.max_age_days) == ("Ответ о пепле", "Report on the ash", 90)


def test_two_papers_of_a_condition_have_two_codes(editor: Client, condition: Condition) -> None:
    typed = opened(editor, condition)
    [name] = [name for name, value in typed.items() if name.endswith("-code") and value == ["scan"]]
    response = editor.post(page_of(condition), typed | {name: "medicines"})
    assert "Another paper of this condition has this code. Enter another one." in response.content.decode()
    assert DocumentNeed.objects.filter(code="scan").exists()
