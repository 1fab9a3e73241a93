"""The page that asks if a page was clear."""

import pytest
from django.test import Client

from conditions.models import Edition, Feedback
from portal.accounts.enums import Role
from tests.accounts.cast import staff_client
from tests.factories import answers, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("made_up")]

URL = "/en/conditions/grey-fever/feedback/"


def said(**fields: str) -> dict[str, str]:
    token = {"form_token": str(answers()["form_token"])}
    return {"verdict": "mistake", "text": "The fever is blue.", **token, **fields}


def test_feedback_is_kept_and_thanked_for(visitor: Client) -> None:
    response = visitor.post(URL, said(), follow=True)
    assert response.redirect_chain == [(f"{URL}sent/", 302)]
    assert "<h1>Thank you</h1>" in response.content.decode()
    kept = Feedback.objects.get()
    assert (kept.verdict, kept.text, kept.language, kept.flags) == ("mistake", "The fever is blue.", "en", [])
    assert kept.edition == Edition.objects.current().get(condition__slug="grey-fever", language="en")


def test_clear_needs_no_words(visitor: Client) -> None:
    assert visitor.post(URL, said(verdict="clear", text="")).status_code == 302


@pytest.mark.parametrize(
    ("fields", "target", "sentence"),
    [
        ({"verdict": ""}, "id_verdict_0", "Select if the page was clear."),
        ({"verdict": "great"}, "id_verdict_0", "Select if the page was clear."),
        ({"text": " "}, "id_text", "Tell us which words were hard, or what is wrong or missing."),
        ({"text": "x" * 2001}, "id_text", "Write at most 2,000 characters."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    visitor: Client, fields: dict[str, str], target: str, sentence: str
) -> None:
    response = visitor.post(URL, said(**fields))
    page = response.content.decode()
    assert response.status_code == 422
    assert response.context["form"].wrong_fields() == [(target, sentence)]
    assert fields.get("text", "The fever is blue.") in page
    assert not Feedback.objects.exists()


def test_robots_are_noted(visitor: Client) -> None:
    visitor.post(URL, said(website="http://spam.example"))
    visitor.post(URL, {**said(), "form_token": str(answers(age=1)["form_token"])})
    visitor.post(URL, said(form_token="made up"))
    assert sorted(one.flags for one in Feedback.objects.all()) == [["forged"], ["honeypot"], ["too_fast"]]


def test_the_reading_page_sets_no_cookie_and_leads_here(visitor: Client) -> None:
    response = visitor.get("/en/conditions/grey-fever/")
    assert not response.cookies
    assert f'href="{URL}"' in response.content.decode()
    form = visitor.get(URL)
    assert '<meta name="robots" content="noindex">' in form.content.decode()
    assert "no-store" in form["Cache-Control"]


def test_an_english_page_is_judged_in_the_readers_language(visitor: Client) -> None:
    page = visitor.get("/ru/conditions/grey-fever/feedback/").content.decode()
    assert "Всё ли понятно на этой странице?" in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_that_is_not_there_has_none(visitor: Client, method: str) -> None:
    assert getattr(visitor, method)("/en/conditions/no-such/feedback/").status_code == 404
    assert visitor.get("/en/conditions/no-such/feedback/sent/").status_code == 404


def test_an_editor_deals_with_it_and_a_reviewer_only_reads(visitor: Client) -> None:
    visitor.post(URL, said())
    address = f"/admin/conditions/feedback/{Feedback.objects.get().pk}/change/"
    reviewer, editor = staff_client(make_staff(Role.REVIEWER)), staff_client(make_staff(Role.EDITOR))
    assert "The fever is blue." in reviewer.get(address).content.decode()
    assert reviewer.post(address, {"is_handled": "on"}).status_code == 403
    assert "The fever is blue." in editor.get("/admin/conditions/feedback/?state=open").content.decode()
    editor.post(address, {"is_handled": "on"})
    assert Feedback.objects.get().handled_by is not None
    assert "The fever is blue." not in editor.get("/admin/conditions/feedback/?state=open").content.decode()
    editor.post(address, {})
    assert Feedback.objects.get().handled_at is None


def test_coordinators_do_not_see_it() -> None:
    assert staff_client(make_staff(Role.COORDINATOR)).get("/admin/conditions/feedback/").status_code == 403
