"""Questions about health: what a patient is asked, and what the desk reads of the answers."""

import datetime
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from conditions.models import Condition, Questionnaire, QuestionnaireEdition, QuestionnaireQuestion
from conditions.services import loading, questionnaires
from portal.accounts.enums import Role
from portal.core.bulk.bulk_changes import bulk_changes
from requests.enums import AnswerState, Status
from requests.flows import questionnaire
from requests.models import AccessEvent, Answer, Case
from requests.services import flow_answers
from tests import frozen
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.conditions import catalogue
from tests.factories import make_staff, submit
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

FILES = Path(__file__).parent.parent / "conditions" / "questionnaires"


@pytest.fixture
def grey(tmp_path: Path) -> Case:
    """A case of grey fever, whose questionnaire is published beside a short core."""
    frozen.take(catalogue.WHOLE)
    folder = Path(shutil.copytree(catalogue.CONTENT, tmp_path / "content"))
    shutil.copytree(FILES, folder / "questionnaires")
    with bulk_changes(), override("en"):
        loading.load_all(lambda line: None, folder=folder)
    case = submit()
    Case.objects.filter(pk=case.pk).update(
        status=Status.WAITING_DOCUMENTS, condition=Condition.objects.get(slug="grey-fever")
    )
    return Case.objects.select_related("condition").get(pk=case.pk)


def page(case: Case, rest: str = "", language: str = "en") -> str:
    return f"/{language}/case/{case.reference}/tasks/questionnaire/{rest}"


def read(client: Client, address: str) -> str:
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def answer(client: Client, case: Case, code: str, language: str = "en", **typed: Any) -> Any:
    """Fill in the page of a question, and press a button."""
    address = page(case, f"{code}/", language)
    return client.post(address, posted_from(read(client, address)) | typed)


def asked(case: Case, language: str = "en") -> list[str]:
    flow = questionnaire.build(case, language)
    return [step.code for step in flow.asked({row.code: row for row in case.answers.order_by("number")})]


def desk(case: Case, client: Client | None = None) -> str:
    client = client or staff_client(make_staff(Role.COORDINATOR))
    return client.get(f"/admin/requests/case/{case.pk}/change/").content.decode()


def health(html: str) -> str:
    """Return the words of the section about the answers, without markup."""
    section = html.partition('id="health"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


# ── What is asked ────────────────────────────────────────────────────────────────────────────


def test_the_core_comes_first_then_the_part_of_the_condition(grey: Case) -> None:
    assert asked(grey) == [
        "core-medicines-taken",
        "core-general-condition",
        "grey-since",
        "grey-where",
        "grey-shade",
        "grey-colour",
    ]


def test_a_case_without_a_condition_is_asked_the_core_alone(grey: Case) -> None:
    grey.condition = None
    grey.save()
    assert asked(grey) == ["core-medicines-taken", "core-general-condition"]


def test_an_answer_brings_the_questions_that_follow_it(grey: Case) -> None:
    client = patient_of(grey)
    answer(client, grey, "core-medicines-taken", answer="yes")
    assert asked(grey)[1] == "core-medicines"
    assert "grey-pills" in asked(grey)
    answer(client, grey, "grey-where", answer=["hands", "face"])
    assert "grey-face" in asked(grey)
    answer(client, grey, "grey-where", answer=["hands"])
    assert "grey-face" not in asked(grey)
    answer(client, grey, "core-medicines-taken", state="unknown")
    assert "core-medicines" not in asked(grey)


def test_a_question_says_why_it_is_asked_with_its_source(grey: Case) -> None:
    html = read(patient_of(grey), page(grey, "grey-shade/"))
    assert "Why we ask:" in html
    assert "Doctors decide something by grey-shade." in html
    assert '<a href="https://example.org/asking"' in html
    assert "shades" in html


def test_a_language_without_an_edition_reads_english_and_says_so(grey: Case) -> None:
    QuestionnaireEdition.objects.filter(language="ar", questionnaire__code="grey-fever").delete()
    client = patient_of(grey)
    html = read(client, page(grey, "grey-since/", "ar"))
    assert '<div lang="en" dir="auto">' in html
    assert "When did the grey begin?" in html
    html = read(client, page(grey, "core-medicines-taken/", "ar"))
    assert "هل تتناول أدوية؟" in html
    assert '<div lang="en"' not in html


def test_none_of_these_stands_alone(grey: Case) -> None:
    response = answer(patient_of(grey), grey, "grey-where", answer=["hands", "none"])
    assert response.status_code == 422
    assert "Select “Nowhere” alone, or take its tick away." in response.content.decode()
    assert grey.answers.count() == 0


def test_a_number_keeps_to_the_limits_of_its_question(grey: Case) -> None:
    response = answer(patient_of(grey), grey, "grey-shade", answer="60")
    assert "Enter a number from 0 to 50." in response.content.decode()
    assert answer(patient_of(grey), grey, "grey-shade", answer="12,5").status_code == 302
    assert grey.answers.get().given == "12.5"


def test_where_nothing_is_published_there_is_no_such_task(grey: Case) -> None:
    client = patient_of(grey)
    assert "There are 6 questions." in read(client, page(grey))
    QuestionnaireEdition.objects.all().delete()
    assert client.get(page(grey))["Location"] == f"/en/case/{grey.reference}/"
    assert "Questions about health" not in desk(grey)


def test_answers_can_be_given_until_treatment_begins(grey: Case) -> None:
    client = patient_of(grey)
    Case.objects.filter(pk=grey.pk).update(status=Status.IN_TREATMENT)
    assert client.get(page(grey))["Location"] == f"/en/case/{grey.reference}/"


def test_another_condition_keeps_the_answers(grey: Case) -> None:
    client = patient_of(grey)
    answer(client, grey, "core-medicines-taken", answer="no")
    answer(client, grey, "grey-colour", answer="dark")
    Case.objects.filter(pk=grey.pk).update(condition=None)
    assert "1 of 2 answered." in read(client, page(grey))
    said = health(desk(grey))
    assert "1 of 2 answered" in said
    assert "Not asked any more Which grey is it? Dark" in said
    Case.objects.filter(pk=grey.pk).update(condition=grey.condition)
    assert "2 of 6 answered." in read(client, page(grey))


def test_an_answer_names_its_edition_and_keeps_the_words_of_its_choice(grey: Case) -> None:
    client = patient_of(grey)
    answer(client, grey, "grey-colour", answer="dark", language="ar")
    row = grey.answers.get()
    assert (row.edition, row.language) == ("grey-fever/ar/1", "ar")
    QuestionnaireQuestion.objects.filter(code="grey-colour").update(
        choices_en="light = Light\nblack = Black", choices_ar="light = فاتح\nblack = أسود"
    )
    part = Questionnaire.objects.get(code="grey-fever")
    for language in ("en", "ar"):
        questionnaires.publish(questionnaire=part, language=language, by=None, change_note="")
    assert "Dark (ar)" in read(client, page(grey, "check/", "ar"))
    assert "Dark (ar)" in health(desk(grey))


# ── The desk ─────────────────────────────────────────────────────────────────────────────────


def fill_in(client: Client, case: Case, language: str = "en") -> None:
    """Answer every question of a case in its order."""
    typed: dict[str, dict[str, Any]] = {
        "core-medicines-taken": {"answer": "yes"},
        "core-medicines": {"row_0_name": "Ashol", "row_0_since_0": "3", "row_0_since_1": "2024"},
        "core-general-condition": {"answer": "ecog-1"},
        "grey-since": {"answer_0": "", "answer_1": "2023"},
        "grey-where": {"answer": ["face"]},
        "grey-face": {"answer": "رمادي"},
        "grey-shade": {"answer": "7"},
        "grey-colour": {"state": "later"},
        "grey-pills": {"state": "unknown"},
    }
    for code, values in typed.items():
        assert answer(client, case, code, language, **values).status_code == 302, code


def send(client: Client, case: Case, language: str = "en") -> None:
    address = page(case, "check/", language)
    response = client.post(address, posted_from(read(client, address)))
    assert response.status_code == 302


def test_the_desk_reads_answers_in_words_beside_the_question_as_asked(grey: Case) -> None:
    client = patient_of(grey)
    fill_in(client, grey, "ar")
    send(client, grey, "ar")
    said = health(desk(grey))
    assert "9 of 9 answered" in said
    assert "Do you take any medicines now? Asked: هل تتناول أدوية؟ Yes" in said
    assert "\u2068Ashol\u2069 · \u2068March 2024\u2069" in said
    assert "Light work ECOG 1" in said
    assert "رمادي" in said
    assert "7 shades" in said
    assert "Not yet version 1" in said
    assert "changed since" not in said
    assert "Questions about health: sent" in desk(grey)


def test_the_next_step_says_how_far_the_answers_are(grey: Case) -> None:
    assert "Questions about health: not begun." in desk(grey)
    answer(patient_of(grey), grey, "core-medicines-taken", answer="no")
    html = desk(grey)
    assert "Questions about health: 1 of 6 answered, not sent yet." in html
    # The link opens what is folded around its place.
    assert 'href="#all-answers"' in html
    assert re.search(r'<details>(?:(?!</details>).)*id="all-answers"', html, re.DOTALL)


def test_the_desk_sees_what_changed_since_it_looked_and_since_it_was_sent(grey: Case) -> None:
    coordinator = make_staff(Role.COORDINATOR)
    at_desk, client = staff_client(coordinator), patient_of(grey)
    fill_in(client, grey)
    send(client, grey)
    assert "new since you looked" not in health(desk(grey, at_desk))
    hours = datetime.timedelta(hours=2)
    AccessEvent.objects.create(
        reference=grey.reference,
        kind="case",
        actor_kind="staff",
        actor_id=coordinator.pk,
        at=timezone.now() - hours,
    )
    Answer.objects.update(created_at=timezone.now() - 2 * hours)
    grey.answer_sendings.update(sent_at=timezone.now() - 1.5 * hours)
    answer(client, grey, "core-general-condition", answer="ecog-2")
    said = health(desk(grey, at_desk))
    assert "1 new since you looked" in said
    assert "1 changed since it was sent" in said
    assert "I look after myself ECOG 2 · version 2" in said
    assert "Before: Light work" in said
    # A colleague who never opened the case has seen nothing, so nothing is new to them alone.
    assert "new since you looked" not in health(desk(grey))
    assert "1 earlier answer" in said


def test_the_page_of_a_case_asks_as_often_for_many_answers_as_for_one(grey: Case) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    at_desk, client = staff_client(make_staff(Role.COORDINATOR)), patient_of(grey)
    answer(client, grey, "core-medicines-taken", answer="yes")
    desk(grey, at_desk)
    with CaptureQueriesContext(connection) as few:
        desk(grey, at_desk)
    fill_in(client, grey)
    answer(client, grey, "grey-shade", answer="8")
    with CaptureQueriesContext(connection) as many:
        desk(grey, at_desk)
    assert len(many) == len(few)


def test_what_was_answered_in_a_merged_case_is_read_with_its_own_key(grey: Case) -> None:
    kind = questionnaire.KIND
    other = submit()
    Case.objects.filter(pk=other.pk).update(condition=grey.condition)
    other = Case.objects.select_related("condition").get(pk=other.pk)
    step = questionnaire.build(other, "en").step("grey-colour")
    assert step is not None
    flow_answers.save(
        case=other,
        kind=kind,
        step=step,
        state=AnswerState.ANSWERED,
        given="dark",
        seen="",
        form_token="t",
        language="en",
    )
    Case.objects.filter(pk=other.pk).update(status=Status.DUPLICATE, merged_into=grey)
    assert "Which grey is it? Dark" in health(desk(grey))
