"""Canned replies: filled from the case and never from what a patient typed, approved by editors, chosen without a loss."""

import html
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils.translation import override

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.models import CannedReply, Case, CoordinatorProfile, Message, TaskKind, TextDraft
from requests.models.replies import VARIABLES, check_variables
from requests.selectors import replies
from requests.services import canned_replies, desk, tasks
from requests.services.canned_replies import ReplyRefused
from tests.accounts.cast import staff_client
from tests.factories import make_clinic, make_staff, submit
from tests.factories.requests import NAME
from tests.requests.conftest import Clock, at
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db

CODES = [
    "received", "papers-missing", "paper-unreadable", "passed-to-clinic", "offer-in", "estimate-explained",
    "treatment-at-home", "not-treatable", "visa", "payment", "arrival", "after-discharge",
]  # fmt: skip
LIST = "/admin/requests/cannedreply/"


@pytest.fixture
def editor() -> User:
    return make_staff(Role.EDITOR, name="Edit")


def make_reply(body: str = "Hello {name}", **fields: Any) -> CannedReply:
    """Return everybody's reply in English and Arabic, approved."""
    texts = {"body_en": body, "body_ar": body.replace("Hello", "مرحبًا")}
    with override("en"):
        reply = CannedReply.objects.create(**{"name_en": "Test reply", **texts, **fields})
    reply.approvals = {code: reply.fingerprint(code) for code in ("en", "ar")}
    reply.save()
    return reply


def filled(reply: CannedReply, case: Case, language: str = "en") -> str:
    """Return what a reply says, without the marks that keep names apart."""
    return replies.fill(reply, case, language).text.replace("\u2068", "").replace("\u2069", "")


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def page_of(client: Client, case: Case, query: str = "") -> str:
    response = client.get(address(case) + query)
    assert response.status_code == 200
    return str(response.content.decode())


def box(page: str) -> str:
    return FormPage(page).value("answer-body").replace("\r\n", "\n")


def choose(client: Client, case: Case, page: str, reply: CannedReply, **typed: str) -> Any:
    """Press the button of the chooser on a page, with something typed."""
    posted = posted_from(page) | {name.replace("_", "-"): text for name, text in typed.items()} | {"reply": reply.code}
    return client.post(address(case, "reply/"), posted)


# ── Variables ────────────────────────────────────────────────────────────────────────────────


def test_a_case_fills_every_variable_in_the_language_and_time_of_the_patient(
    clock: type[Clock], coordinator: User
) -> None:
    case = submit(clinic=make_clinic(), country="AE")
    CoordinatorProfile.objects.create(user=coordinator, name_en="Olga P.", name_ru="Ольга П.")
    desk.assign(case=case, to=coordinator, by=coordinator)
    kind = TaskKind.objects.get(code="papers")
    tasks.ask(case=case, kind=kind, details="CT of the liver", due_at=None, by=coordinator, form_token="t" * 20)
    case.refresh_from_db()
    body = " | ".join(f"{{{name}}}" for name in VARIABLES)
    reply = make_reply(body, body_ru=body)
    english, russian = (replies.fill(reply, case, code) for code in ("en", "ru"))
    assert (english.gaps, russian.gaps) == ([], [])
    link = f"{settings.SITE_URL}/%s/case/{case.reference}/"
    moment = "Monday 23 November 2026, 19:00 (Dubai time)"
    assert filled(reply, case).split(" | ") == [
        NAME, "CT of the liver", moment, link % "en", "Test Clinic", "Olga P.",
    ]  # fmt: skip
    assert filled(reply, case, "ru").split(" | ")[3:] == [link % "ru", "Проверочная клиника", "Ольга П."]
    assert "понедельник 23 ноября 2026, 19:00 (время города Дубай)" in filled(reply, case, "ru")


def test_what_the_case_does_not_say_is_a_gap_and_is_named() -> None:
    case = submit()
    Case.objects.update(waiting_since=None, answer_by=None)
    case.refresh_from_db()
    reply = make_reply("{papers}, {answer_by}, {clinic}, {coordinator}, [[by hand]], {papers}")
    found = replies.fill(reply, case, "en")
    assert found.text == "[[papers]], [[answer_by]], [[clinic]], [[coordinator]], [[by hand]], [[papers]]"
    assert found.gaps == ["[[papers]]", "[[answer_by]]", "[[clinic]]", "[[coordinator]]", "[[by hand]]"]
    assert [bool(replies.explained(gap)) for gap in found.gaps] == [True, True, True, True, False]


def test_a_time_that_passed_is_no_promise_and_ours_to_do_is_one(clock: type[Clock], coordinator: User) -> None:
    case = submit(country="AE")
    reply = make_reply("{answer_by}")
    clock.moment = at("2026-11-25T10:00")
    assert filled(reply, case) == "[[answer_by]]"
    due = at("2026-11-26T18:00")
    kind = TaskKind.objects.get(code="promise")
    tasks.ask(case=case, kind=kind, details="", due_at=due, by=coordinator, form_token="t" * 20)
    assert filled(reply, case) == "Thursday 26 November 2026, 19:00 (Dubai time)"


def test_what_is_done_or_not_ours_to_ask_is_no_missing_paper(coordinator: User) -> None:
    case = submit()
    for number, code in enumerate(("papers", "papers", "answer")):
        kind = TaskKind.objects.get(code=code)
        words = {"details": f"Words {number}", "due_at": None, "form_token": f"token of {number}"}
        task = tasks.ask(case=case, kind=kind, by=coordinator, **words)  # type: ignore[arg-type]
        if number == 0:
            tasks.finish(task=task, by=coordinator)
    assert filled(make_reply("{papers}"), case) == "Words 1"


def test_a_coordinator_who_left_is_nobodys_coordinator(coordinator: User) -> None:
    case = submit()
    desk.assign(case=case, to=coordinator, by=coordinator)
    case.refresh_from_db()
    reply = make_reply("{coordinator}")
    assert filled(reply, case) == "Olga"
    coordinator.groups.clear()
    assert filled(reply, Case.objects.get(pk=case.pk)) == "[[coordinator]]"


@pytest.mark.parametrize(
    "name", ["{link}", "{papers} {name}", "<b>x</b>", "{0.__class__}", "%(link)s", "{{ case }}", r"\1"]
)
def test_a_hostile_name_stays_a_name(coordinator: User, name: str) -> None:
    case = submit(name=name)
    reply = make_reply("Hello {name}.")
    assert filled(reply, case) == f"Hello {name}."
    page = page_of(staff_client(coordinator), case, f"?reply={reply.code}")
    assert box(page).replace("\u2068", "").replace("\u2069", "") == f"Hello {name}."
    assert "<b>x" not in page


def test_a_hostile_name_is_escaped_in_the_english_twin_too(coordinator: User) -> None:
    case = submit(name="<b>x</b>", language="ar")
    page = page_of(staff_client(coordinator), case, f"?reply={make_reply().code}")
    assert ("&lt;b&gt;x" in page, "<b>x" in page) == (True, False)


@pytest.mark.parametrize(
    "text", ["{nmae}", "{ name }", "{}", "{name", "name}", "{name.__class__}", "{{name}}", "{name!r}"]
)
def test_what_is_no_variable_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="No variable: "):
        check_variables(f"Hello {text}")


def test_every_variable_is_one() -> None:
    check_variables("".join(f"{{{name}}}" for name in VARIABLES) + " [[gap]]")


# ── Content ──────────────────────────────────────────────────────────────────────────────────


def test_the_twelve_come_approved_in_every_live_language() -> None:
    ours = list(CannedReply.objects.filter(owner=None))
    assert [reply.code for reply in ours] == CODES
    assert [reply.code for reply in ours for code in settings.LIVE_LANGUAGES if not reply.is_ready(code)] == []


def test_a_load_leaves_an_editors_words_and_approves_what_it_brings(tmp_path: Path) -> None:
    changed, other = (CannedReply.objects.get(code=code) for code in ("received", "visa"))
    CannedReply.objects.filter(pk=changed.pk).update(body_ru="Слова редактора")
    content = yaml.safe_load(canned_replies.PATH.read_text())
    for row in content["replies"]:
        row["body"]["ru"] += "\nНовое"
    path = tmp_path / "replies.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True))
    canned_replies.load_all(lambda line: None, path=path)
    changed.refresh_from_db()
    other.refresh_from_db()
    assert (changed.text("ru"), changed.is_ready("ru")) == ("Слова редактора", False)
    assert (other.text("ru").endswith("\nНовое"), other.is_ready("ru")) == (True, True)


def test_a_text_that_differs_from_its_twin_is_loaded_and_not_approved(tmp_path: Path) -> None:
    body = {"en": "Hello {name}: [[what]]", "ru": "Привет: [[что]]", "ar": "مرحبًا {name}"}
    rows = [{"code": "new", "name": dict.fromkeys(body, "New"), "body": body}]
    path = tmp_path / "replies.yaml"
    path.write_text(yaml.safe_dump({"replies": rows}, allow_unicode=True))
    canned_replies.load_all(lambda line: None, path=path)
    reply = CannedReply.objects.get(code="new")
    assert [code for code in body if reply.is_ready(code)] == ["en"]
    assert canned_replies.gate(reply, "ru") == ["Use the same variables as the English text."]
    assert canned_replies.gate(reply, "ar") == ["Leave the same [[gaps]] as the English text."]


# ── Approval ─────────────────────────────────────────────────────────────────────────────────


def test_an_editor_approves_what_was_read(editor: User, coordinator: User) -> None:
    reply = make_reply(approvals={})
    CannedReply.objects.update(approvals={})
    seen = reply.fingerprint("ar")
    with pytest.raises(PermissionDenied):
        canned_replies.approve(reply=reply, language="ar", seen=seen, by=coordinator)
    CannedReply.objects.filter(pk=reply.pk).update(body_ar="كلمات أخرى {name}")
    with pytest.raises(ReplyRefused, match="changed the text"):
        canned_replies.approve(reply=reply, language="ar", seen=seen, by=editor)
    reply.refresh_from_db()
    canned_replies.approve(reply=reply, language="ar", seen=reply.fingerprint("ar"), by=editor)
    reply.refresh_from_db()
    assert [reply.is_approved(code) for code in ("en", "ar", "ru")] == [False, True, False]


@pytest.mark.parametrize(("body", "said"), [("", "Write the text"), ("بدون متغير", "same variables")])
def test_the_gate_refuses_what_is_no_twin(editor: User, body: str, said: str) -> None:
    reply = make_reply(body_ar=body)
    with pytest.raises(ReplyRefused, match=said):
        canned_replies.approve(reply=reply, language="ar", seen=reply.fingerprint("ar"), by=editor)


def test_the_page_of_a_reply_approves_and_a_changed_text_loses_it(editor: User) -> None:
    client, reply = staff_client(editor), make_reply()
    CannedReply.objects.update(approvals={})
    form = f"{LIST}{reply.pk}/change/?lang=ar"
    page = client.get(form).content.decode()
    assert "Not approved in Arabic yet" in page
    posted = {"language": "ar", "fingerprint": FormPage(page).values["fingerprint"][0]}
    for _ in range(2):  # pressed twice
        assert client.post(f"{LIST}{reply.pk}/approve/", posted)["Location"] == form
    page = client.get(form).content.decode()
    assert "Approved in Arabic" in page
    posted_form = posted_from(page)
    client.post(form, posted_form)
    reply.refresh_from_db()
    assert reply.is_approved("ar"), "a save without a change costs nothing"
    client.post(form, posted_from(client.get(form).content.decode()) | {"body_ar": "مرحبًا بك {name}"})
    reply.refresh_from_db()
    assert (reply.text("ar"), reply.is_approved("ar")) == ("مرحبًا بك {name}", False)


def test_a_changed_english_text_is_another_twin_for_every_language() -> None:
    reply = make_reply()
    CannedReply.objects.filter(pk=reply.pk).update(body_en="Good day {name}")
    reply.refresh_from_db()
    assert [reply.is_approved(code) for code in ("en", "ar")] == [False, False]


def test_an_unknown_variable_is_refused_in_the_form_and_what_was_typed_stays(editor: User) -> None:
    client, reply = staff_client(editor), make_reply()
    form = f"{LIST}{reply.pk}/change/"
    response = client.post(form, posted_from(client.get(form).content.decode()) | {"body_en": "Hello {nmae}"})
    page = html.unescape(response.content.decode())
    assert (response.status_code, "No variable: {nmae}. Use {name}, {papers}" in page) == (200, True)
    assert FormPage(response.content.decode()).value("body_en") == "Hello {nmae}"
    reply.refresh_from_db()
    assert reply.text("en") == "Hello {name}"


# ── Whose ────────────────────────────────────────────────────────────────────────────────────


def added(client: Client, **fields: str) -> CannedReply:
    page = client.get(f"{LIST}add/").content.decode()
    response = client.post(
        f"{LIST}add/", posted_from(page) | {"name_en": "Own words of mine", "body_en": "Hello {name}", **fields}
    )
    assert response.status_code == 302
    return CannedReply.objects.latest("pk")


def test_a_coordinator_has_own_ones_at_once_and_nobody_else_has_them(coordinator: User, editor: User) -> None:
    client, case = staff_client(coordinator), submit()
    reply = added(client)
    assert (reply.owner, reply.is_ready("en"), reply.is_ready("ar")) == (coordinator, True, False)
    assert f'value="{reply.code}"' in page_of(client, case)
    colleague, lead, boss = make_staff(Role.COORDINATOR), make_staff(Role.LEAD), make_staff(Role.ADMINISTRATOR)
    for other in map(staff_client, (colleague, lead, editor, boss)):
        for response in (
            other.get(f"{LIST}{reply.pk}/change/"),
            other.get(f"{LIST}{reply.pk}/history/"),
            other.post(f"{LIST}{reply.pk}/delete/", {"post": "yes"}),
        ):
            assert (response.status_code in (403, 404, 410), b"Own words of mine" in response.content) == (True, False)
        assert reply.code not in other.get(LIST).content.decode()
        assert "Own words of mine" not in other.get(LIST).content.decode()
    page = page_of(staff_client(colleague), case, f"?reply={reply.code}")
    assert (box(page), "is not there any more" in page, f'value="{reply.code}"' in page) == ("", True, False)
    assert client.post(f"{LIST}{reply.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not CannedReply.objects.filter(pk=reply.pk).exists()


def test_who_writes_for_everybody_says_whose_a_reply_is(editor: User) -> None:
    assert added(staff_client(editor)).owner is None
    both = make_staff(Role.EDITOR, Role.COORDINATOR)
    client = staff_client(both)
    assert (added(client).owner, added(client, is_own="on").owner) == (None, both)


def test_coordinators_read_everybodys_and_change_none(coordinator: User) -> None:
    client, reply = staff_client(coordinator), make_reply()
    form = f"{LIST}{reply.pk}/change/"
    assert "Approved in English" in client.get(form).content.decode()
    assert client.post(form, {"name_en": "Hacked", "body_en": "Hacked", "order": "1"}).status_code == 403
    assert client.post(f"{LIST}{reply.pk}/delete/", {"post": "yes"}).status_code == 403
    posted = {"language": "ar", "fingerprint": reply.fingerprint("ar")}
    assert client.post(f"{LIST}{reply.pk}/approve/", posted).status_code == 403
    reply.refresh_from_db()
    assert reply.text("en") == "Hello {name}"


def test_an_own_one_is_approved_by_nobody(editor: User) -> None:
    both = make_staff(Role.EDITOR, Role.COORDINATOR)
    reply = added(staff_client(both), is_own="on")
    posted = {"language": "en", "fingerprint": reply.fingerprint("en")}
    assert staff_client(editor).post(f"{LIST}{reply.pk}/approve/", posted).status_code == 404


# ── At the desk ──────────────────────────────────────────────────────────────────────────────


def test_a_reply_is_in_the_box_in_the_patients_language_and_its_twin_in_english_below(coordinator: User) -> None:
    client, case, reply = staff_client(coordinator), submit(language="ar"), make_reply("Hello {name}: {papers}")
    page = page_of(client, case, f"?reply={reply.code}")
    assert box(page) == f"مرحبًا \u2068{NAME}\u2069: [[papers]]"
    assert f"Hello \u2068{NAME}\u2069: [[papers]]" in page
    assert "the papers that open tasks ask for" in page
    assert not TextDraft.objects.exists()  # nothing is written by looking


def test_an_english_reader_needs_no_twin(coordinator: User) -> None:
    page = page_of(staff_client(coordinator), submit(), f"?reply={make_reply().code}")
    assert "in English, for you" not in page


def test_what_was_typed_is_kept_and_the_reply_stands_behind_it_once(coordinator: User) -> None:
    client, case, reply = staff_client(coordinator), submit(), make_reply("Regards {link}")
    typed = {"answer_body": "Half an answer", "note_body": "Half a note"}
    first = page_of(client, case)
    for _ in range(2):  # pressed twice
        response = choose(client, case, first, reply, **typed)
    words = replies.fill(reply, case, "en").text
    for _ in range(2):  # and read again
        page = client.get(response["Location"]).content.decode()
        assert box(page) == f"Half an answer\n\n{words}"
    assert {draft.body for draft in TextDraft.objects.all()} == {"Half an answer", "Half a note"}
    # Chosen once more, it still stands there once; another one comes behind.
    page = client.get(choose(client, case, page, reply)["Location"]).content.decode()
    assert box(page) == f"Half an answer\n\n{words}"
    other = make_reply("Bye")
    page = client.get(choose(client, case, page, other)["Location"]).content.decode()
    assert box(page) == f"Half an answer\n\n{words}\n\nBye"


def test_a_draft_that_went_on_is_left_as_it_is(coordinator: User) -> None:
    client, case, reply = staff_client(coordinator), submit(), make_reply("Bring [[what]]")
    location = choose(client, case, page_of(client, case), reply, answer_body="Hello.")["Location"]
    page = client.get(location).content.decode()
    client.post(address(case, "drafts/"), posted_from(page) | {"answer-body": "Hello.\n\nBring the CT"})
    page = client.get(location).content.decode()
    assert (box(page), "Your draft has changed" in page) == ("Hello.\n\nBring the CT", True)


def test_a_reply_named_by_an_address_never_hides_a_draft(coordinator: User) -> None:
    client, case, reply = staff_client(coordinator), submit(), make_reply("Bye")
    client.post(address(case, "drafts/"), posted_from(page_of(client, case)) | {"answer-body": "Half"})
    assert box(page_of(client, case, f"?reply={reply.code}")) == "Half"


def test_the_place_in_the_list_goes_along(coordinator: User) -> None:
    client, case, reply = staff_client(coordinator), submit(), make_reply()
    place = "?_changelist_filters=whose%3Dmine"
    posted = posted_from(page_of(client, case)) | {"reply": reply.code}
    location = client.post(address(case, "reply/") + place, posted)["Location"]
    assert location == f"{address(case)}{place}&reply={reply.code}#id_answer-body"


def test_nothing_chosen_says_so_and_keeps_what_was_typed(coordinator: User) -> None:
    client, case = staff_client(coordinator), submit()
    posted = posted_from(page_of(client, case)) | {"answer-body": "Half", "reply": ""}
    page = client.post(address(case, "reply/"), posted, follow=True).content.decode()
    assert (box(page), "Select a reply." in page) == ("Half", True)


def test_an_unapproved_reply_is_named_and_not_put_in(coordinator: User) -> None:
    client, case, reply = staff_client(coordinator), submit(language="ar"), make_reply()
    CannedReply.objects.filter(pk=reply.pk).update(approvals={"en": reply.fingerprint("en")})
    page = page_of(client, case)
    assert ("Not approved yet in Arabic, or without a text: Test reply." in page, f'value="{reply.code}"' in page) == (
        True,
        False,
    )
    page = client.get(choose(client, case, page, reply)["Location"]).content.decode()
    assert (box(page), "“Test reply” is not approved in Arabic yet" in page) == ("", True)


def test_what_is_offered_no_more_is_not_there(coordinator: User) -> None:
    case, reply = submit(), make_reply(is_offered=False)
    page = page_of(staff_client(coordinator), case, f"?reply={reply.code}")
    assert (box(page), f'value="{reply.code}"' in page) == ("", False)


def test_an_answer_with_a_gap_is_not_sent_and_keeps_its_words(coordinator: User) -> None:
    client, case, reply = staff_client(coordinator), submit(), make_reply("Bring {papers} and [[what else]]")
    page = page_of(client, case, f"?reply={reply.code}")
    response = client.post(address(case, "answer/"), posted_from(page))
    page = response.content.decode()
    assert (response.status_code, Message.objects.count()) == (422, 0)
    assert "Fill in what is left open, or take it out: [[papers]], [[what else]]." in page
    assert box(page) == "Bring [[papers]] and [[what else]]"
    client.post(address(case, "answer/"), posted_from(page) | {"answer-body": "Bring the CT [of May]"})
    assert Message.objects.get().body == "Bring the CT [of May]"
