"""Kinds of questions that the tasks in code do not ask, as the questionnaires do: rows, numbers, months."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from django.utils.translation import override

from requests.enums import AnswerKind
from requests.flows import Flow, FlowColumn, FlowKind, FlowStep, words
from requests.flows.forms import MAX_ROWS, AnswerForm
from requests.flows.registry import KINDS
from requests.models import Answer, Case
from requests.workflow import OPEN
from tests.cast import patient_of
from tests.factories import make_answer, submit
from tests.requests.reading import FormPage, posted_from
from tests.requests.test_flows import answer, given, html_of, page

pytestmark = pytest.mark.django_db

COLUMNS = (FlowColumn("name", "Medicine"), FlowColumn("since", "Since", AnswerKind.MONTH))
ROWS = FlowStep("medicines", AnswerKind.ROWS, "Which medicines?", columns=COLUMNS)
NUMBER = FlowStep("weight", AnswerKind.NUMBER, "Weight?", unit="kg", low=Decimal(1), high=Decimal(300))
MONTH = FlowStep("since", AnswerKind.MONTH, "Since when?")


@pytest.fixture
def case() -> Case:
    return submit()


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    """A task of these three questions."""
    steps = (ROWS, NUMBER, MONTH)
    KINDS["trial"] = FlowKind("trial", lambda _case, language: Flow("trial", "Trial", steps, language=language), OPEN)
    yield
    del KINDS["trial"]


def cleaned(step: FlowStep, language: str = "en", **typed: str) -> tuple[Any, dict[str, Any]]:
    """Return what a form makes of something typed, and its errors."""
    data = QueryDict(mutable=True)
    data.update(typed)
    with override(language):
        form = AnswerForm(data, step=step, answer=None, values={})
        form.is_valid()
        return form.given, dict(form.errors)


def test_add_another_gives_one_more_row_and_keeps_what_was_typed(case: Case) -> None:
    client = patient_of(case)
    address = page(case, "trial/medicines/")
    data = posted_from(html_of(client, address)) | {"row_0_name": "Aspirin", "row_0_since_1": "2024"}
    response = client.post(address, data | {"add": "1"})
    assert response.status_code == 200
    shown = FormPage(response.content.decode())
    assert (shown.value("row_0_name"), shown.value("row_0_since_1"), shown.value("row_1_name")) == (
        "Aspirin",
        "2024",
        "",
    )
    assert not Answer.objects.exists()
    data = posted_from(response.content.decode()) | {"row_1_name": "Insulin, 12 units"}
    assert client.post(address, data).status_code == 302
    assert given(case, "trial") == {
        "medicines": [{"name": "Aspirin", "since": "2024"}, {"name": "Insulin, 12 units", "since": ""}]
    }
    # Rows without any word go.
    answer(client, address, row_0_name="", row_0_since_1="")
    assert given(case, "trial") == {"medicines": [{"name": "Insulin, 12 units", "since": ""}]}


def test_rows_without_any_word_are_no_answer(case: Case) -> None:
    response = answer(patient_of(case), page(case, "trial/medicines/"))
    assert response.status_code == 422
    assert FormPage(response.content.decode()).summary == [("id_row_0_name", "Fill in at least one line.")]


@pytest.mark.parametrize("count", ["-1", "9999", "x", "", "999", "٣"])
def test_a_made_up_number_of_rows_is_bounded(count: str) -> None:
    data = QueryDict(mutable=True)
    data.update({"row_count": count})
    assert 1 <= len(AnswerForm(data, step=ROWS, answer=None, values={}).rows) <= MAX_ROWS


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("72", "72"),
        ("72,50", "72.5"),
        ("72.5", "72.5"),
        (" 7 2 ", "72"),
        ("٧٢", "72"),
        ("٧٢٫٥", "72.5"),
        ("1e2", "100"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, number: str) -> None:
    assert cleaned(NUMBER, answer=typed) == (number, {})


@pytest.mark.parametrize("typed", ["", "many", "NaN", "inf", "1e999999999", "-5", "301", "0", "1.2.3", "12 kg"])
def test_what_is_no_number_or_out_of_bounds_is_refused(typed: str) -> None:
    value, errors = cleaned(NUMBER, answer=typed)
    assert value is None
    assert list(errors) == ["answer"]


@pytest.mark.parametrize(
    ("month", "year", "stored"),
    [("3", "2024", "2024-03"), ("mar", "2024", "2024-03"), ("March", "2024", "2024-03"), ("", "2024", "2024")],
)
def test_a_month_is_a_number_or_a_name_and_may_be_left_out(month: str, year: str, stored: str) -> None:
    assert cleaned(MONTH, answer_0=month, answer_1=year) == (stored, {})
    assert cleaned(MONTH, "ar", answer_0="مارس", answer_1="٢٠٢٤") == ("2024-03", {})


@pytest.mark.parametrize(
    ("month", "year"), [("13", "2024"), ("3", ""), ("", ""), ("x", "2024"), ("3", "20240"), ("0", "1")]
)
def test_no_month_is_refused(month: str, year: str) -> None:
    value, errors = cleaned(MONTH, answer_0=month, answer_1=year)
    assert value is None
    assert list(errors) == ["answer"]


@pytest.mark.parametrize(
    ("step", "value", "language", "lines"),
    [
        (MONTH, "2024-03", "en", ["March 2024"]),
        (MONTH, "2024-03", "ru", ["март 2024"]),
        (MONTH, "2024", "ar", ["2024"]),
        (NUMBER, "72.5", "ru", ["72,5\u00a0kg"]),
        (NUMBER, "1000", "en", ["1,000\u00a0kg"]),
        (
            ROWS,
            [{"name": "Aspirin", "since": "2024-03"}, {"name": "Iron"}],
            "en",
            ["\u2068Aspirin\u2069 · \u2068March 2024\u2069", "Iron"],
        ),
    ],
)
def test_an_answer_is_said_in_words_of_a_language(
    case: Case, step: FlowStep, value: Any, language: str, lines: list[str]
) -> None:
    assert words.lines(step, make_answer(case, "trial", step.code, value), language) == lines
