"""The admin of questionnaires: editing beside the English words, publishing under the gate, reading editions."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from conditions.models import Questionnaire, QuestionnaireEdition, QuestionnaireQuestion
from portal.accounts.enums import Role
from tests.accounts.cast import staff_client
from tests.core.test_admin_conflicts import opened
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

LIST = "/admin/conditions/questionnaire/"


@pytest.fixture
def editor() -> Client:
    return staff_client(make_staff(Role.EDITOR))


@pytest.fixture
def core(db: None) -> Questionnaire:
    return Questionnaire.objects.get(code="core")


def publish_page(questionnaire: Questionnaire) -> str:
    return f"{LIST}{questionnaire.pk}/publish/"


def seen(client: Client, questionnaire: Questionnaire, language: str = "en") -> str:
    """Return what the publish page carries of what it shows of a language."""
    page = client.get(publish_page(questionnaire)).content.decode()
    found = re.search(rf'name="{language}-seen" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_the_list_says_what_is_published_and_what_changed_since(editor: Client, core: Questionnaire) -> None:
    page = editor.get(LIST).content.decode()
    assert "Questions to everybody" in page
    assert "Arabic 1, English 1, Russian 1" in page
    assert re.search(r">\s*Russian 1\s*<", page) is None
    QuestionnaireQuestion.objects.filter(code="core-question").update(text_ru="Что спросить?")
    assert re.search(r">\s*Russian 1\s*<", editor.get(LIST).content.decode())


def test_an_editor_translates_a_question_with_the_english_words_beside_it(editor: Client, core: Questionnaire) -> None:
    url = f"{LIST}{core.pk}/change/"
    page = editor.get(f"{url}?lang=ru").content.decode()
    assert "What do you want to ask the doctors?" in page
    typed = opened(editor, core, "?lang=ru")
    [name] = [name for name, value in typed.items() if value == ["О чём вы хотите спросить врачей?"]]
    assert editor.post(f"{url}?lang=ru", typed | {name: "Что спросить у врачей?"}).status_code == 302
    question = QuestionnaireQuestion.objects.get(code="core-question")
    assert (question.text_ru, question.text_en) == ("Что спросить у врачей?", "What do you want to ask the doctors?")


def test_two_questions_have_two_codes(editor: Client, core: Questionnaire) -> None:
    typed = opened(editor, core)
    [name] = [name for name, value in typed.items() if name.endswith("-code") and value == ["core-question"]]
    response = editor.post(f"{LIST}{core.pk}/change/", typed | {name: "core-imaging"})
    assert response.status_code == 200
    assert "Another question has this code. Enter another one." in response.content.decode()


def test_a_new_questionnaire_is_of_a_condition(editor: Client, core: Questionnaire) -> None:
    response = editor.post(f"{LIST}add/", {"condition": ""})
    assert response.status_code == 200
    assert Questionnaire.objects.filter(code="core").count() == 1


def test_an_editor_publishes_with_a_note_and_takes_back(editor: Client, core: Questionnaire) -> None:
    QuestionnaireQuestion.objects.filter(code="core-question").update(text_en="What shall we ask?")
    page = editor.get(publish_page(core)).content.decode()
    assert "The draft says something else" in page
    refused = editor.post(publish_page(core), {"language": "en", "en-seen": seen(editor, core), "en-change_note": ""})
    assert (refused.status_code, "Enter what changed." in refused.content.decode()) == (422, True)
    typed = {"language": "en", "en-seen": seen(editor, core), "en-change_note": "Shorter"}
    assert editor.post(publish_page(core), typed).status_code == 302
    edition = core.editions.get(language="en", number=2)
    assert (edition.change_note, edition.content["questions"][-1]["text"]) == ("Shorter", "What shall we ask?")
    assert editor.post(publish_page(core), {"language": "en", "withdraw": edition.pk}).status_code == 302
    edition.refresh_from_db()
    assert edition.withdrawn_at is not None
    assert LogEntry.objects.filter(object_id=str(edition.pk)).exists()


def test_what_changed_meanwhile_is_not_published_unseen(editor: Client, core: Questionnaire) -> None:
    known = seen(editor, core)
    QuestionnaireQuestion.objects.filter(code="core-question").update(text_en="What shall we ask?")
    typed = {"language": "en", "en-seen": known, "en-change_note": "Kept words"}
    response = editor.post(publish_page(core), typed)
    assert response.status_code == 409
    assert "nothing of yours is done yet" in response.content.decode()
    assert "Kept words" in response.content.decode()
    assert core.editions.filter(language="en").count() == 1
    old = core.editions.get(language="en")
    editor.post(publish_page(core), typed | {"en-seen": seen(editor, core)})
    assert editor.post(publish_page(core), {"language": "en", "withdraw": old.pk}).status_code == 409


def test_a_red_gate_is_told_in_sentences_and_has_no_button(editor: Client, core: Questionnaire) -> None:
    known = seen(editor, core)
    QuestionnaireQuestion.objects.filter(code="core-question").update(decides_en="")
    page = editor.get(publish_page(core)).content.decode()
    assert "Write in this language what doctors decide by: core-question." in page
    assert 'name="en-seen"' not in page
    editor.post(publish_page(core), {"language": "en", "en-seen": known, "en-change_note": "x"})
    assert core.editions.filter(language="en").count() == 1


def test_an_edition_is_read_compared_and_restored(editor: Client, core: Questionnaire) -> None:
    QuestionnaireQuestion.objects.filter(code="core-question").update(text_en="What shall we ask?")
    editor.post(publish_page(core), {"language": "en", "en-seen": seen(editor, core), "en-change_note": "Shorter"})
    first, second = core.editions.filter(language="en").order_by("number")
    edition_page = f"/admin/conditions/questionnaireedition/{second.pk}/compare/"
    page = editor.get(edition_page).content.decode()
    assert "<ins>shall</ins>" in page or "<ins>shall we ask?</ins>" in page
    old = editor.get(f"/admin/conditions/questionnaireedition/{first.pk}/compare/").content.decode()
    assert "What do you want to ask the doctors?" in old
    restore = f"/admin/conditions/questionnaireedition/{first.pk}/restore/"
    assert editor.post(restore, {"public": first.pk}).status_code == 409
    assert editor.post(restore, {"public": second.pk}).status_code == 302
    assert core.editions.get(language="en", number=3).content == first.content


def test_only_editors_publish(core: Questionnaire) -> None:
    for role in (Role.REVIEWER, Role.COORDINATOR):
        client = staff_client(make_staff(role))
        page = client.get(publish_page(core))
        assert page.status_code == 200
        assert "en-change_note" not in page.content.decode()
        typed = {"language": "en", "en-seen": "", "en-change_note": "x"}
        assert client.post(publish_page(core), typed).status_code == 403
    assert QuestionnaireEdition.objects.filter(number=2).count() == 0


def test_the_draft_is_previewed_as_patients_will_see_it(editor: Client, core: Questionnaire) -> None:
    QuestionnaireQuestion.objects.filter(code="core-question").update(text_ar="ماذا نسأل؟")
    place = core.questions.count()
    page = editor.get(publish_page(core)).content.decode()
    assert "/ar/questionnaires/core/preview/" in page
    address = f"/ar/questionnaires/core/preview/?question={place}"
    html = editor.get(address).content.decode()
    assert "ماذا نسأل؟" in html
    assert "<textarea" in html
    assert "<form" not in html.partition("<main")[2].partition("</main>")[0]
    for wrong in ("0", str(place + 1)):
        assert editor.get(f"/ar/questionnaires/core/preview/?question={wrong}").status_code == 404
    assert editor.get("/ar/questionnaires/core/preview/?question=x").status_code == 200
    assert Client().get(address).status_code == 404
