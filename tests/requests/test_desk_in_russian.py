"""The desk of cases in Russian: what its pages and buttons say, and that nothing it stores or mails knows its language."""

import datetime
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from clinics.models import Photo
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core import files
from portal.core.models import OutboxItem
from requests.enums import Fact, Flag, Status
from requests.models import CannedReply, Case, CoordinatorProfile, EndReason, Estimate, Event, TaskKind
from requests.selectors.queue import FIGURES, VIEWS
from requests.services import canned_replies, desk, family, queue, tasks
from requests.services.messages import write_to_desk
from requests.workflow import MOVES
from tests.accounts.cast import staff_client
from tests.accounts.test_desk_language import columns
from tests.factories import make_clinic, make_condition, make_package, make_price, make_staff, submit
from tests.factories.photos import jpeg
from tests.requests.delivery import deliver_all, past_taking_back
from tests.requests.reading import posted_from
from tests.test_desk_in_russian import ADDRESS
from tests.test_desk_in_russian import foreign as foreign_words

pytestmark = pytest.mark.django_db

# The same in Russian: codes of countries, languages and currencies, what is called by its name, a clinic's own name.
KNOWN = {"AE", "ar", "en", "ru", "USD", "CNY", "WhatsApp", "Telegram", "PDF", "SHA", "EMC", "UTC"}
LATIN = re.compile(r"[A-Za-z]{2,}")
LIST = "/admin/requests/case/"
REPLIES = "/admin/requests/cannedreply/"


def colleague(language: str, *roles: Role, name: str = "Ольга Иванова") -> User:
    return make_staff(*(roles or (Role.COORDINATOR,)), email=f"{language}@example.org", name=name, language=language)


@pytest.fixture
def olga() -> User:
    return colleague("ru")


@pytest.fixture
def client(olga: User) -> Client:
    return staff_client(olga)


def make_case(**fields: Any) -> Case:
    """Return a case all of whose data is in Russian, so that Latin letters on its pages are the desk's."""
    said = {
        "name": "Фатима Тестова",
        "message": "Помогите, пожалуйста.",
        "best_time": "вечером",
        "language": "ru",
        "condition": make_condition(f"test-{Case.objects.count()}"),
    }
    return submit(**{**said, **fields})


def busy_case(by: User) -> Case:
    """Return a case with something in each of its cards."""
    condition, clinic = make_condition(), make_clinic()
    procedure = make_price(condition, "test-operation", 2550, source="МАРУС").procedure
    type(procedure).objects.filter(pk=procedure.pk).update(name_ru="Операция")
    case = make_case(
        condition=condition, clinic=clinic, package=make_package(), procedures=(procedure,), shortlist=(clinic,)
    )
    for to in (Status.TRIAGE, Status.WAITING_DOCUMENTS):
        desk.move(case=case, to=to, by=by)
    desk.assign(case=case, to=by, by=by)
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    shared: dict[str, Any] = {"case": case, "by": by}
    papers = TaskKind.objects.get(code="papers")
    tasks.ask(kind=papers, details="Снимки", due_at=tomorrow, form_token="a" * 20, **shared)
    tasks.arrange_call(starts_at=tomorrow, minutes=30, channel="phone", details="", form_token="b" * 20, **shared)
    tasks.withdraw(task=tasks.ask(kind=papers, details="", due_at=None, form_token="c" * 20, **shared), by=by)
    write_to_desk(case=case, body="Снимки есть.", form_token="d" * 20, about=Fact.PHONE, is_urgent=True)
    family.make(case=case, name="Тётя", shows_medical=True, form_token="e" * 20)
    OutboxItem.objects.filter(reference=case.reference).update(state=OutboxItem.State.FAILED, error="SMTP 550")
    return case


def address(case: Case, rest: str = "change/") -> str:
    return f"{LIST}{case.pk}/{rest}"


def page_of(client: Client, where: str, status: int = 200) -> str:
    response = client.get(where)
    assert response.status_code == status, where
    return str(response.content.decode())


def foreign(page: str) -> set[str]:
    """Return the sentences with Latin letters in the main part of a page; the menu is read in another test."""
    main = page.partition("<main")[2].partition("</main>")[0]
    assert main, page
    said = foreign_words(f"<main{re.sub('<kbd>.*?</kbd>', '', main)}")
    return {sentence for sentence in said if set(LATIN.findall(ADDRESS.sub(" ", sentence))) - KNOWN}


# ── Pages ────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_is_in_russian_in_each_view(client: Client, olga: User) -> None:
    busy_case(olga)
    make_case(email="", phone="+79031234567", flags=(Flag.TOO_FAST, Flag.HONEYPOT))
    Case.objects.filter(pk=make_case().pk).update(answer_by=timezone.now() - datetime.timedelta(hours=3))
    queue.renew_figures()
    addresses = [LIST, f"{LIST}queue/keep/", f"{LIST}?status=ended", f"{LIST}?status=all&q=MR-0000-0000"]
    found = {where: foreign(page_of(client, where)) for where in addresses}
    found |= {view.query: foreign(page_of(client, f"{LIST}?{view.query}")) for view in (*VIEWS, *FIGURES)}
    # The figures and the codes of languages in the rows are ISO codes.
    assert {where: sentences for where, sentences in found.items() if sentences} == {}


def test_the_page_of_a_case_is_in_russian_in_each_state(client: Client, olga: User) -> None:
    case = busy_case(olga)
    found: dict[str, set[str]] = {}
    for status in Status:
        outcome = "treated" if status == Status.CLOSED else ""
        merged_into = make_case(email="") if status == Status.DUPLICATE else None
        Case.objects.filter(pk=case.pk).update(status=status, outcome=outcome, merged_into=merged_into)
        found[status] = foreign(page_of(client, address(case)))
        for to in MOVES[status]:
            found[f"{status} {to}"] = foreign(page_of(client, address(case, f"move/{to}/")))
        refused = client.post(address(case, "move/new/"), {"reason": "Так"})
        found[f"{status} no move"] = foreign(refused.content.decode())
        found[f"{status} estimate"] = foreign(page_of(client, address(case, "estimate/")))
        found[f"{status} pack"] = foreign(page_of(client, address(case, "continuity/")))
    assert {state: sentences for state, sentences in found.items() if sentences} == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"is_quarantined": True},
        {"mails_held_until": timezone.now() + datetime.timedelta(days=1)},
        {"status": "travel", "waiting_since": None, "answer_by": None, "on_hold_until": datetime.date(2099, 1, 1)},
        {"email_refused_at": timezone.now(), "for_whom": "someone_else"},
        {"status": "closed", "outcome": "died"},
    ],
)
def test_a_case_that_is_held_quarantined_or_out_of_reach_is_in_russian(client: Client, changes: dict[str, Any]) -> None:
    case = make_case(flags=(Flag.TOO_FAST,))
    make_case()  # of the same address and number
    Case.objects.filter(pk=case.pk).update(**changes)
    assert foreign(page_of(client, address(case))) == set()


def test_forms_and_their_refusals_are_in_russian(client: Client, olga: User) -> None:
    case = busy_case(olga)
    call = case.tasks.get(call__isnull=False)
    places = [f"facts/{fact}/" for fact in Fact]
    places += ["hold/", "tasks/new/", "calls/new/", f"tasks/{call.pk}/move/", "contacts/new/", "patient/", "trip/"]
    places += ["links/end/", "move/closed/", "move/duplicate/", "move/declined_by_us/"]
    found = {}
    for where in [f"{LIST}new/", *(address(case, place) for place in places)]:
        shown = page_of(client, where)
        kept = ("form_token", "known", "seen")
        # Nobody can empty the hidden counts of a formset.
        empty = {name: "" for name in posted_from(shown) if not name.startswith(kept) and not name.endswith("_FORMS")}
        refused = client.post(where, posted_from(shown) | empty, follow=True)
        found[where] = foreign(shown) | foreign(refused.content.decode())
    assert {where: sentences for where, sentences in found.items() if sentences} == {}


def test_an_estimate_is_built_in_russian(client: Client, olga: User) -> None:
    case = busy_case(olga)
    Case.objects.filter(pk=case.pk).update(status=Status.TRIAGE)
    where = address(case, "estimate/")
    page = posted_from(page_of(client, where))
    wrong = page | {"line-test-operation-include": "on", "line-test-operation-amount_to": "1", "check": "1"}
    assert foreign(client.post(where, wrong).content.decode()) == set()
    right = page | {"line-test-operation-include": "on", "terms-how_we_are_paid": "Клиника платит нам."}
    assert foreign(client.post(where, right | {"check": "1"}).content.decode()) == set()
    issued = client.post(where, right | {"issue": "1"}, follow=True)
    assert "Версия 1 выдана." in issued.content.decode()
    assert foreign(issued.content.decode()) == set()
    finance = staff_client(make_staff(Role.FINANCE, language="ru"))
    estimate = Estimate.objects.get(version=1)
    for where in ("/admin/requests/estimate/", f"/admin/requests/estimate/{estimate.pk}/change/"):
        assert foreign(page_of(finance, where)) == set()


def test_what_a_button_did_is_said_in_russian(client: Client, olga: User) -> None:
    case = busy_case(olga)
    other = make_staff(Role.COORDINATOR, name="Анна Белова")
    call, papers = case.tasks.get(call__isnull=False), case.tasks.filter(call=None, withdrawn_at=None).get()
    failed = OutboxItem.objects.filter(reference=case.reference).first()
    link, relative = case.links.first() or desk_link(client, case), case.family_links.get()
    assert failed is not None

    def press(rest: str, **typed: Any) -> None:
        page = posted_from(page_of(client, address(case))) | typed
        response = client.post(address(case, rest), page, follow=True)
        assert (response.status_code, foreign(response.content.decode())) == (200, set()), rest

    press("note/", **{"note-body": "@Анна посмотри, @Некто тоже"})
    press("answer/", **{"answer-body": "Спасибо.", "preview": "1"})
    press("answer/", **{"answer-body": "Спасибо."})
    press(f"messages/{case.messages.get(author=olga).pk}/take-back/")
    press("no-answer-needed/")
    press("contacts/new/", **{"contact-body": "Поговорили", "contact-is_answer": "on"})
    press(f"tasks/{papers.pk}/done/")
    press(f"tasks/{call.pk}/withdraw/")
    press(f"tasks/{call.pk}/withdraw/")
    press(f"links/{link.pk}/revoke/")
    press(f"family/{relative.pk}/revoke/")
    press(f"outbox/{failed.pk}/again/")
    press("links/new/")
    press("links/end/", asked=["name", "first"], way="Видеосвязь")
    press("assign/", **{"assign-owner": other.pk})
    press("brief/begin/")
    brief = case.briefs.get()
    for rest, typed in (("brief/", {"years": "200"}), (f"briefs/{brief.pk}/send/", {})):
        refused = client.post(address(case, rest), {"revision": str(brief.revision), **typed})
        assert (refused.status_code, foreign(refused.content.decode())) == (422, set()), rest
    press(f"briefs/{brief.pk}/take-back/")
    press("brief/clinics/", clinic="")
    press("move/documents_complete/")
    # Nobody has approved the brief, and the page says so.
    refused = client.post(address(case, "move/with_clinics/"), posted_from(page_of(client, address(case))))
    assert (refused.status_code, foreign(refused.content.decode())) == (422, set())
    press("move/duplicate/", merged_into=make_case(email="").reference)
    press("unmerge/")


def desk_link(client: Client, case: Case) -> Any:
    client.post(address(case, "links/new/"))
    return case.links.get()


def test_deeds_of_a_colleague_are_told_in_russian(client: Client) -> None:
    case = make_case()
    known = posted_from(page_of(client, address(case)))
    anna = make_staff(Role.COORDINATOR, name="Анна Белова")
    desk.assign(case=case, to=anna, by=anna)
    desk.move(case=case, to=Status.TRIAGE, by=anna)
    for rest, typed in (("assign/", {"me": "1"}), ("answer/", {"answer-body": "Спасибо."})):
        response = client.post(address(case, rest), known | typed)
        assert (response.status_code, foreign(response.content.decode())) == (409, set())
        assert "Обращение переведено из «Новое» в «Разбор» (Анна Белова" in response.content.decode()


def test_several_cases_at_once_are_done_in_russian(client: Client, olga: User) -> None:
    cases = [make_case(), make_case(email="second@example.org")]
    chosen = {"case": [str(case.pk) for case in cases]}
    tomorrow = str(timezone.localdate() + datetime.timedelta(days=1))
    page = posted_from(page_of(client, LIST))
    for posted in (
        {"do": "assign"}, {"do": "assign", "owner": olga.pk, **chosen}, {"do": "date", "on": tomorrow, **chosen},
        {"do": "date", "on": "", **chosen}, {"do": "spam", **chosen}, {"do": "spam", "sure": "1", **chosen}, {"take": str(cases[0].pk)},
    ):  # fmt: skip
        response = client.post(f"{LIST}queue/act/", {"form_token": page["form_token"], **posted}, follow=True)
        assert (response.status_code, foreign(response.content.decode())) == (200, set()), posted


def test_canned_replies_are_chosen_and_approved_in_russian(client: Client) -> None:
    case = make_case(language="ar")
    editor = staff_client(make_staff(Role.EDITOR, language="ru"))
    reply = CannedReply.objects.get(code="received")
    shown = page_of(client, f"{address(case)}?reply={reply.code}")
    assert 'class="desk-message" lang="ru"' in shown
    assert foreign(shown) == set()
    CannedReply.objects.filter(pk=reply.pk).update(approvals={})
    assert foreign(page_of(client, f"{address(case)}?reply={reply.code}")) == set()
    form = f"{REPLIES}{reply.pk}/change/?lang=ru"
    data = {reply.name_en, reply.body_en.strip()}
    assert foreign(page_of(editor, form)) - data == set()
    posted = {"language": "ru", "fingerprint": reply.fingerprint("ru")}
    approved = editor.post(f"{REPLIES}{reply.pk}/approve/", posted, follow=True)
    assert "утверждён (русский)" in approved.content.decode()
    assert foreign(approved.content.decode()) - data == set()


# ── What is stored and mailed ────────────────────────────────────────────────────────────────


def deeds_of(language: str) -> dict[str, Any]:
    """Do as a coordinator who reads the desk in a language; return what is stored of it."""
    by = colleague(language)
    client, case = staff_client(by), make_case(email=f"patient.{language}@example.org", language="en")

    def press(rest: str, **typed: Any) -> None:
        page = posted_from(page_of(client, address(case))) | typed
        assert client.post(address(case, rest), page).status_code in (200, 302), rest

    day = str(timezone.localdate() + datetime.timedelta(days=2))
    press("answer/", **{"answer-body": "Which papers do you have?", "answer-turn": "patient", "answer-on": day})
    press("note/", **{"note-body": "A note"})
    press("links/end/", asked=["name", "contact"], way="Video")
    press("contacts/new/", **{"contact-body": "Talked"})
    press("facts/place/", country="Казахстан" if language == "ru" else "Kazakhstan", shown=shown(client, case))
    reason = EndReason.objects.filter(ending=Status.DECLINED_BY_US).first()
    assert reason is not None
    press("move/declined_by_us/", reason="Too late", end_reason=reason.pk)
    case.refresh_from_db()
    return {
        "case": (case.status, case.country, case.outcome),
        "notes": [(note.deed, note.body) for note in case.notes.all()],
        "tasks": [(task.kind.code, task.details) for task in case.tasks.all()],
        "messages": [(message.body, message.language) for message in case.messages.all()],
        "contacts": [(contact.channel, contact.body) for contact in case.contacts.all()],
        "events": sorted(Event.objects.filter(reference=case.reference).values_list("kind", flat=True)),
    }


def shown(client: Client, case: Case) -> Any:
    return posted_from(page_of(client, address(case, "facts/place/")))["shown"]


def test_what_the_desk_stores_knows_nothing_of_its_language() -> None:
    english, russian = deeds_of("en"), deeds_of("ru")
    assert russian == english
    assert russian["case"] == ("declined_by_us", "KZ", "")
    assert russian["notes"] == [("", "A note"), ("ways_ended:name,contact", "Video"), ("", "Too late")]
    assert russian["tasks"] == [("follow-up", ""), ("follow-up", "")]


def test_a_reminder_and_a_new_way_in_are_worded_for_each_reader(olga: User) -> None:
    case = make_case()
    client = staff_client(olga)
    then = {"answer-turn": "patient", "answer-on": str(timezone.localdate() + datetime.timedelta(days=2))}
    page = posted_from(page_of(client, address(case))) | {"answer-body": "Спасибо.", **then}
    assert client.post(address(case, "answer/"), page).status_code == 302
    client.post(address(case, "links/end/"), {"asked": ["name", "first"], "way": "Видео"})
    english = page_of(staff_client(colleague("en")), address(case))
    assert "Ask again if the patient has not written." in english
    assert "Checked: Full name and date of birth; When they first wrote, and about what." in english
    russian = page_of(client, address(case))
    assert "Напомните пациенту, если он не ответил." in russian
    assert "Проверено: Полное имя и дата рождения; Когда написали впервые и о чём." in russian


def estimate_of(language: str) -> list[tuple[Any, ...]]:
    client = staff_client(colleague(language))
    condition = make_condition(f"illness-{language}")
    procedure = make_price(condition, "test-operation", 2550, included_en="Room", included_ru="Палата").procedure
    case = make_case(
        condition=condition, procedures=(procedure,), language="ar", clinic=make_clinic(f"clinic-{language}")
    )
    Case.objects.filter(pk=case.pk).update(status=Status.TRIAGE)
    where = address(case, "estimate/")
    by_hand = {"free-0-name": "ترجمة", "free-0-name_ru": "Перевод", "free-0-amount_from": "10.50"}
    typed = {"terms-how_we_are_paid": "The clinic pays us.", "issue": "1", **by_hand}
    assert client.post(where, posted_from(page_of(client, where)) | typed).status_code == 302
    estimate = case.estimates.get(version=1)
    names = (estimate.condition_name, estimate.condition_name_ru, estimate.clinic_name, estimate.clinic_name_ru)
    lines = ("name", "name_ru", "unit", "unit_ru", "included", "excluded", "amount_from", "amount_to", "origin")
    return [names, *(tuple(getattr(line, name) for name in lines) for line in estimate.lines.all())]


def test_an_estimate_holds_the_same_whoever_built_it() -> None:
    english, russian = estimate_of("en"), estimate_of("ru")
    assert russian == english
    assert russian[0][:2] == ("مرض تجريبي", "Проверочная болезнь")
    assert russian[1][:2] == ("test-operation-ar", "test-operation-ru")


def reply_of(language: str) -> dict[str, Any]:
    """Add a canned reply, change its Arabic text, approve it; return its columns."""
    editor = staff_client(colleague(language, Role.EDITOR))
    editor.post(f"{REPLIES}add/", {"name_en": "Hello", "body_en": "Hello {name}", "order": "90", "is_offered": "on"})
    reply = CannedReply.objects.latest("pk")
    form = f"{REPLIES}{reply.pk}/change/?lang=ar"
    editor.post(form, posted_from(page_of(editor, form)) | {"name_ar": "مرحبا", "body_ar": "مرحبا {name}"})
    reply.refresh_from_db()
    canned_replies.approve(
        reply=reply, language="ar", seen=reply.fingerprint("ar"), by=User.objects.get(email=f"{language}@example.org")
    )
    stored = columns(reply)
    return {name: value for name, value in stored.items() if name not in ("id", "code")}


def test_a_canned_reply_is_stored_in_the_same_columns_by_everybody() -> None:
    english, russian = reply_of("en"), reply_of("ru")
    assert russian == english
    assert (russian["name_en"], russian["name_ru"], russian["name_ar"]) == ("Hello", None, "مرحبا")


def package_of(language: str) -> list[dict[str, Any]]:
    """Change a package and what it says about a line; return their columns."""
    editor = staff_client(make_staff(email=f"{language}@example.org", language=language, is_superuser=True))
    package = make_package(f"package-{language}", summary_en="Old words", summary_ru="Старые слова")
    kind = TaskKind.objects.create(code=f"kind-{language}", name_en="Old", name_ru="Старое")
    for row, typed in ((package, {"summary_en": "New words"}), (kind, {"name_en": "New"})):
        where = reverse(f"admin:requests_{row._meta.model_name}_change", args=[row.pk])
        posted = posted_from(page_of(editor, where)) | typed
        assert editor.post(where, posted).status_code == 302
    keys = ("id", "slug", "code")
    return [{name: value for name, value in columns(row).items() if name not in keys} for row in (package, kind)]


def test_a_package_and_a_kind_of_task_are_stored_in_the_same_columns_by_everybody() -> None:
    english, russian = package_of("en"), package_of("ru")
    assert russian == english
    assert (russian[0]["summary_en"], russian[0]["summary_ru"]) == ("New words", "Старые слова")
    assert (russian[1]["name_en"], russian[1]["name_ru"]) == ("New", "Старое")


def test_a_portrait_has_the_english_name_where_a_language_has_none(tmp_path: Any, settings: Any) -> None:
    """And not the Russian one, because a Russian lead chose it."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"
    lead = staff_client(colleague("ru", Role.LEAD))
    profile = CoordinatorProfile.objects.create(user=colleague("en"), name_en="Olga P.", name_ru="Ольга П.")
    where = reverse("admin:requests_coordinatorprofile_change", args=[profile.pk])
    upload = SimpleUploadedFile("olga.jpg", jpeg(), "image/jpeg")
    posted = posted_from(page_of(lead, where)) | {"name_en": "Olga P.", "upload": upload}
    assert lead.post(where, posted).status_code == 302
    photo: Any = Photo.objects.get()
    texts = (photo.alternative_text_en, photo.alternative_text_ru, photo.alternative_text_ar)
    assert texts == ("Olga P.", "Ольга П.", "Olga P.")
    assert files.read(photo.original)


def mails_of(language: str) -> list[tuple[str, str]]:
    """Answer, ask and call in a case of an Arabic reader; return subject and language of her mails."""
    by = colleague(language)
    client = staff_client(by)
    case = make_case(email=f"patient.{language}@example.org", phone="+971501234567", language="ar", country="AE")
    deliver_all()
    day = str(timezone.localdate() + datetime.timedelta(days=2))
    page = posted_from(page_of(client, address(case)))
    called = {"answer-turn": "call", "answer-on": day, "answer-time": "12:00"}
    client.post(address(case, "answer/"), page | {"answer-body": "شكرا", **called})
    papers = str(TaskKind.objects.get(code="papers").pk)
    asked = posted_from(page_of(client, address(case, "tasks/new/"))) | {"kind": papers, "details": "صور"}
    client.post(address(case, "tasks/new/"), asked)
    past_taking_back()
    with translation.override(language):
        sent = [mail for mail in deliver_all() if mail.to == [case.email]]
    return [
        (str(mail.subject).replace(case.reference, ""), str(mail.extra_headers["Content-Language"])) for mail in sent
    ]


def test_mails_to_patients_know_nothing_of_the_language_of_the_desk() -> None:
    english, russian = mails_of("en"), mails_of("ru")
    assert russian == english
    assert {language for _subject, language in russian} == {"ar"}
    assert len(russian) == 3
