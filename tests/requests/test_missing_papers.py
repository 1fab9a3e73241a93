"""Papers of the checklist that a patient does not have: said, taken back, told to the desk, over when one comes."""

import html
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from conditions.models import Condition
from portal.accounts.enums import Role
from portal.core.http.forms import new_token
from requests.enums import DocumentState, EventKind, Outcome, Status
from requests.models import Case, Document, Event, MissingPaper
from requests.selectors.documents import missing_codes
from requests.services import documents
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.test_documents import file, page

pytestmark = pytest.mark.django_db

NEED = "pathology-report"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def case() -> Case:
    return submit(condition=Condition.objects.get(slug="liver-metastases"))


@pytest.fixture
def her(case: Case) -> Client:
    return patient_of(case)


def say(client: Client, case: Case, need: str = NEED, **more: str) -> Any:
    return client.post(page(case, "missing/"), {"need": need, **more}, follow=True)


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def events(case: Case) -> list[str]:
    kinds = (EventKind.PAPER_MISSING, EventKind.PAPER_NOT_MISSING)
    return list(Event.objects.filter(reference=case.reference, kind__in=kinds).values_list("kind", flat=True))


def test_a_patient_says_what_they_do_not_have_and_takes_it_back(her: Client, case: Case) -> None:
    shown = text(her.get(page(case)))
    assert "I do not have it" in shown
    assert "of them" not in shown
    for _click in range(2):
        response = say(her, case)
    assert response.redirect_chain == [(f"{page(case)}#need-{NEED}", 302)]
    shown = text(response)
    assert "Ready: 0 of 9.</strong> You do not have 1 of them." in shown
    assert "That is fine." in shown
    assert f'id="need-{NEED}"' in shown
    assert f"?need={NEED}#send" not in shown
    assert missing_codes(case) == {NEED}
    for _click in range(2):
        shown = text(say(her, case, has="1"))
    assert "of them" not in shown
    assert f"?need={NEED}#send" in shown
    assert missing_codes(case) == set()
    assert events(case) == [EventKind.PAPER_MISSING, EventKind.PAPER_NOT_MISSING]


def test_a_paper_that_comes_ends_it_and_one_that_is_here_is_not_missing(her: Client, case: Case) -> None:
    say(her, case)
    her.post(f"{page(case)}?form={new_token()}&need=another", {"files": [file()]})
    assert missing_codes(case) == {NEED}
    her.post(f"{page(case)}?form={new_token()}&need={NEED}", {"files": [file()]})
    assert not MissingPaper.objects.exists()
    assert "This paper is here already." in text(say(her, case))
    assert not MissingPaper.objects.exists()
    # Another one is asked for, and there is none.
    Document.objects.update(state=DocumentState.REJECTED)
    say(her, case)
    assert missing_codes(case) == {NEED}


def test_what_the_desk_adds_for_an_item_ends_it_too(her: Client, case: Case) -> None:
    say(her, case)
    olga = make_staff(Role.COORDINATOR)
    document, _is_new = documents.begin(case=case, name="scan.pdf", size=5, need=NEED, by=olga)
    documents.take_part(document=document, offset=0, plain=b"%PDF-")
    assert not MissingPaper.objects.exists()


def test_the_desk_reads_which_ones_they_are(her: Client, case: Case) -> None:
    at_desk = staff_client(make_staff(Role.COORDINATOR))
    address = f"/admin/requests/case/{case.pk}/change/"
    assert "the patient does not have it" not in text(at_desk.get(address))
    say(her, case)
    say(her, case, "blood-tests")
    page = at_desk.get(address)
    assert {item["need"].code for item in page.context["not_ready"] if item["is_missing"]} == {NEED, "blood-tests"}
    assert text(page).count("the patient does not have it") == 2
    assert "Patient does not have a paper" in text(page)


@pytest.mark.parametrize("need", ["", "no-such-paper", "x" * 300, "\x00"])
def test_what_is_not_on_the_list_is_said(her: Client, case: Case, need: str) -> None:
    response = say(her, case, need)
    assert response.status_code == 200
    assert "This paper is not on your list any more." in text(response)
    assert not MissingPaper.objects.exists()


def test_nobody_else_says_it(case: Case) -> None:
    stranger = patient_of(submit(email="other@example.org", phone=""))
    assert say(stranger, case).status_code == 404
    assert say(Client(), case).status_code == 404
    assert not MissingPaper.objects.exists()


@pytest.mark.parametrize(
    "columns", [{"status": Status.SPAM}, {"status": Status.CLOSED, "outcome": Outcome.DIED, "waiting_since": None}]
)
def test_a_case_that_is_over_takes_none(her: Client, case: Case, columns: dict[str, Any]) -> None:
    Case.objects.filter(pk=case.pk).update(answer_by=None, **{"waiting_since": None} | columns)
    assert say(her, case).status_code == 200
    assert not MissingPaper.objects.exists()


def test_what_was_said_in_a_merged_case_holds_in_the_one_that_goes_on(her: Client, case: Case) -> None:
    say(her, case)
    living = submit(email="same@example.org", condition=case.condition)
    Case.objects.filter(pk=case.pk).update(
        status=Status.DUPLICATE, merged_into=living, waiting_since=None, answer_by=None
    )
    assert missing_codes(living) == {NEED}
    client = patient_of(living)
    assert "You do not have 1 of them." in text(client.get(page(living)))
    say(client, living)
    assert MissingPaper.objects.count() == 1
    say(client, living, has="1")
    assert not MissingPaper.objects.exists()
