"""Cases of the same person: suggested, merged into the one that goes on, and taken apart again within a day."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from requests.enums import EventKind, Status
from requests.models import Case, CaseLink, Event, PatientStatement, TaskKind
from requests.selectors.desk import duplicates
from requests.services import account_deletion, clock, desk, endings, family, links, merging, tasks
from requests.services.messages import write_to_desk, write_to_patient
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

PHONE = "+971501234567"


@pytest.fixture
def client(coordinator: User) -> Client:
    return staff_client(coordinator)


def address(case: Case, rest: str = "change/") -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def text(response: Any) -> str:
    return str(response.content.decode())


def merge(case: Case, into: Case, by: User, **fields: Any) -> None:
    details: dict[str, Any] = {"seen": 0, "message": "", "form_token": "t" * 20, "no_answer_needed": False}
    endings.end(case=case, to=Status.DUPLICATE, by=by, merged_into=into, **details | fields)
    for row in (case, into):
        row.refresh_from_db()


def pair() -> tuple[Case, Case]:
    """Return two cases of one person, the newer one first."""
    living = submit(email="layla@example.org", message="Canary words of the first request")
    return submit(email="layla@example.org", message="Canary words of the second request"), living


def suggested(case: Case) -> list[tuple[str, list[str], bool]]:
    return [(found.case.reference, found.same, found.is_relative) for found in duplicates(case)]


# ── Who may be the same person ───────────────────────────────────────────────────────────────


def test_the_same_address_or_number_is_shown_on_both() -> None:
    first = submit(email="a@example.org", phone=PHONE)
    by_mail = submit(email="A@Example.org ", phone="+79161234567")
    by_phone = submit(email="b@example.org", phone=PHONE)
    submit(email="c@example.org", phone="+79169999999")
    assert suggested(first) == [(by_phone.reference, ["phone"], False), (by_mail.reference, ["e-mail"], False)]
    assert suggested(by_mail) == [(first.reference, ["e-mail"], False)]
    assert suggested(by_phone) == [(first.reference, ["phone"], False)]


def test_cases_without_a_number_or_an_address_have_nothing_in_common() -> None:
    for email in ("a@example.org", "b@example.org"):
        case = submit(email=email, phone="", channel="email")
    assert suggested(case) == []


@pytest.mark.parametrize(
    ("name", "born", "days", "is_found"),
    [
        ("Huda Salem", "1960-05-01", 10, True),
        ("HUDA  SALEM", "1960-05-01", 180, True),
        ("Huda Salem", "1960-05-02", 10, False),
        ("Huda Salim", "1960-05-01", 10, False),
        ("Huda Salem", "1960-05-01", 190, False),
    ],
)
def test_the_same_name_and_birth_date_within_six_months(name: str, born: str, days: int, is_found: bool) -> None:
    cases = [submit(email=f"{number}@example.org", phone=f"+7916123456{number}") for number in range(2)]
    for case, named, day in zip(cases, ("Huda Salem", name), ("1960-05-01", born), strict=True):
        case.patient_name = named
        case.save()
        PatientStatement.objects.create(
            case=case, name=named, birth_date=date.fromisoformat(day).isoformat(), stated_by="patient"
        )
    Case.objects.filter(pk=cases[1].pk).update(created_at=timezone.now() - timedelta(days=days))
    found = [found.same for found in duplicates(Case.objects.get(pk=cases[0].pk))]
    assert found == ([["name and birth date"]] if is_found else [])


def test_a_case_for_somebody_else_is_shown_and_not_offered_for_merging(client: Client) -> None:
    own = submit(email="a@example.org")
    hers = submit(email="a@example.org", for_whom="someone_else")
    for case, other in ((own, hers), (hers, own)):
        [found] = duplicates(case)
        assert (found.case, found.is_relative) == (other, True)
        page = text(client.get(address(case)))
        assert other.reference in page
        assert "so they stay two cases" in page
        assert "merged_into=" not in page


# ── Merging ──────────────────────────────────────────────────────────────────────────────────


def test_a_case_is_merged_in_three_clicks(client: Client) -> None:
    case, living = pair()
    page = text(client.get(address(case)))
    # Outside working hours both answers are due at once, and the living case is the next one of the list.
    begins, ends = re.escape(address(case, "move/duplicate/")), f"merged_into={living.reference}"
    [link] = re.findall(rf'href="({begins}\?[^"]*{ends})"', page)
    form = posted_from(text(client.get(unescape(link))))
    assert form["merged_into"] == [living.reference]
    assert client.post(address(case, "move/duplicate/"), form).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.merged_into) == (Status.DUPLICATE, living)
    assert (duplicates(living), duplicates(case)) == ([], [])


def test_the_living_case_shows_what_was_merged_and_no_row_moves(client: Client, coordinator: User) -> None:
    case, living = pair()
    message = write_to_desk(case=case, body="Canary words in the merged case", form_token="m" * 20)
    merge(case, living, coordinator)
    page = text(client.get(address(living)))
    for words in (case.reference, "Canary words in the merged case", "Canary words of the second request"):
        assert words in page
    message.refresh_from_db()
    assert (message.case, case.submissions.count(), living.submissions.count()) == (case, 1, 1)
    assert "Another case merged into this one" in page


def test_what_waits_in_the_merged_case_waits_in_the_living_one(coordinator: User) -> None:
    living = submit(email="layla@example.org")
    write_to_patient(case=living, body="Yes", by=coordinator, form_token="a" * 20)
    case = submit(email="layla@example.org")
    since = case.waiting_since
    merge(case, living, coordinator)
    assert (case.waiting_since, living.waiting_since) == (None, since)
    write_to_patient(case=living, body="Both answered", by=coordinator, form_token="b" * 20, seen=2)
    living.refresh_from_db()
    assert living.waiting_since is None


def test_the_older_of_two_waits_counts(coordinator: User) -> None:
    case, living = pair()
    hour_ago = timezone.now() - timedelta(hours=1)
    Case.objects.filter(pk=case.pk).update(waiting_since=hour_ago)
    case.refresh_from_db()
    merge(case, living, coordinator)
    assert living.waiting_since == hour_ago


def test_a_last_word_answers_before_anything_is_handed_over(coordinator: User) -> None:
    living = submit(email="layla@example.org")
    clock.no_answer_needed(case=living, by=coordinator, seen=1)
    case = submit(email="layla@example.org")
    merge(case, living, coordinator, message="We go on in your first case.", seen=1)
    assert (case.waiting_since, living.waiting_since) == (None, None)


def test_a_living_case_on_hold_comes_back_for_who_waits(coordinator: User) -> None:
    case, living = pair()
    until = timezone.now().date() + timedelta(days=9)
    Case.objects.filter(pk=living.pk).update(
        status=Status.TRAVEL, waiting_since=None, answer_by=None, on_hold_until=until
    )
    merge(case, living, coordinator)
    assert (living.on_hold_until, living.waiting_since is None) == (None, False)


def test_nothing_is_merged_into_itself_a_merged_or_an_erased_case(coordinator: User) -> None:
    case, living = pair()
    third = submit(email="layla@example.org")
    merge(case, living, coordinator)
    for wrong in (third, case):
        with pytest.raises(desk.MoveRefused):
            merge(third, wrong, coordinator)
    Case.objects.filter(pk=living.pk).update(wrapped_key=b"")
    with pytest.raises(desk.MoveRefused, match="erased"):
        merge(third, Case.objects.get(pk=living.pk), coordinator)
    third.refresh_from_db()
    assert third.status == Status.NEW


def test_a_chain_of_merges_leads_to_its_end(coordinator: User) -> None:
    case, middle = pair()
    last = submit(email="layla@example.org")
    merge(case, middle, coordinator)
    merge(middle, last, coordinator)
    case.refresh_from_db()
    assert (case.living, case.merged_into, last.whole()) == (last, middle, [last, middle, case])


def test_two_cases_that_name_each_other_end_nowhere_and_hang_nothing(coordinator: User) -> None:
    case, other = pair()
    Case.objects.filter(pk=case.pk).update(status=Status.DUPLICATE, merged_into=other)
    Case.objects.filter(pk=other.pk).update(status=Status.DUPLICATE, merged_into=case)
    case.refresh_from_db()
    assert {part.pk for part in case.whole()} == {case.pk, other.pk}
    assert case.living.pk in {case.pk, other.pk}


# ── What the patient sees ────────────────────────────────────────────────────────────────────


def test_reference_and_link_of_a_merged_case_lead_to_the_living_one(coordinator: User) -> None:
    case, living = pair()
    write_to_patient(case=case, body="Canary words of ours", by=coordinator, form_token="a" * 20)
    patient = patient_of(case)
    merge(case, living, coordinator)
    for rest in ("", "messages/", "privacy/"):
        assert patient.get(f"/en/case/{case.reference}/{rest}")["Location"] == f"/en/case/{living.reference}/{rest}"
    for rest in ("", "messages/"):
        assert patient.get(f"/en/case/{living.reference}/{rest}").status_code == 200
    assert "Canary words of ours" in text(patient.get(f"/en/case/{living.reference}/messages/"))
    assert case.reference not in text(patient.get("/en/case/"))
    link = links.address(CaseLink.objects.create(case=case)).removeprefix("http://localhost:8000")
    opened = Client()
    response = opened.post(link, follow=True)
    assert response.redirect_chain[-1] == (f"/en/case/{living.reference}/", 302)


def test_the_link_of_the_living_case_knows_the_reference_of_the_merged_one(coordinator: User) -> None:
    case, living = pair()
    patient = patient_of(living)
    merge(case, living, coordinator)
    assert patient.get(f"/en/case/{case.reference}/")["Location"] == f"/en/case/{living.reference}/"
    stranger = patient_of(submit(email="other@example.org"))
    assert stranger.get(f"/en/case/{case.reference}/").status_code == 404


def test_a_message_typed_in_the_merged_case_reaches_the_living_one(coordinator: User) -> None:
    case, living = pair()
    patient = patient_of(case)
    merge(case, living, coordinator)
    response = patient.post(f"/en/case/{case.reference}/messages/", {"body": "Typed before"})
    assert (response.status_code, response["Location"]) == (307, f"/en/case/{living.reference}/messages/")
    patient.post(response["Location"], {"body": "Typed before"})
    assert living.messages.get().body == "Typed before"


def test_the_wish_to_erase_names_every_part(coordinator: User) -> None:
    case, living = pair()
    merge(case, living, coordinator)
    account_deletion._ask_for_erasure(living)
    asked = Event.objects.filter(kind=EventKind.ERASURE_ASKED).values_list("reference", flat=True)
    assert set(asked) == {case.reference, living.reference}


def test_an_erased_part_does_not_break_the_living_case(client: Client, coordinator: User) -> None:
    case, living = pair()
    merge(case, living, coordinator)
    Case.objects.filter(pk=case.pk).update(wrapped_key=b"")
    page = client.get(address(living))
    assert (page.status_code, "Canary words of the second request" in text(page)) == (200, False)


def test_the_estimates_of_a_merged_case_stand_on_the_living_page(client: Client, coordinator: User) -> None:
    case, living = pair()
    fields: dict[str, Any] = {"valid_until": date(2099, 1, 1), "issued_at": timezone.now(), "language": "en"}
    case.estimates.create(kind="final", version=7, pdf_name="x", **fields)
    case.estimates.create(kind="final", version=6, superseded_at=timezone.now(), **fields)
    merge(case, living, coordinator)
    patient = patient_of(living)
    page = text(patient.get(f"/en/case/{living.reference}/"))
    for version in (6, 7):
        assert f"/en/case/{case.reference}/estimates/{version}/" in page
        assert patient.get(f"/en/case/{case.reference}/estimates/{version}/").status_code == 200
    desk_page = text(client.get(address(living)))
    assert f"version 7 · {case.reference}" in desk_page
    assert address(case, "estimates/7.pdf") in desk_page


def test_a_family_link_of_a_merged_case_is_ended_on_the_living_page(coordinator: User) -> None:
    case, living = pair()
    link = family.make(case=case, name="Canary Aunt", shows_medical=True, form_token="f" * 20)
    family.note_opened(link)
    merge(case, living, coordinator)
    patient = patient_of(living)
    listed = text(patient.get(f"/en/case/{living.reference}/family/"))
    own = f"/en/case/{living.reference}/family/{link.pk}/"
    assert (own in listed, "Nobody has opened it yet." in listed) == (True, False)
    page = text(patient.get(own))
    assert ("End this link now" in page, "Renew it" in page) == (True, False)
    assert patient.post(own, {"do": "revoke"})["Location"] == own
    link.refresh_from_db()
    assert link.revoked_at is not None
    stranger = patient_of(submit(email="other@example.org"))
    assert stranger.get(own).status_code == 404


# ── Undo ─────────────────────────────────────────────────────────────────────────────────────


def test_a_merge_is_undone_within_a_day(client: Client, coordinator: User) -> None:
    living = submit(email="layla@example.org")
    write_to_patient(case=living, body="Yes", by=coordinator, form_token="a" * 20)
    case = submit(email="layla@example.org")
    desk.move(case=case, to=Status.TRIAGE, by=coordinator)
    since = case.waiting_since
    merge(case, living, coordinator)
    assert "Undo the merge" in text(client.get(address(case)))
    for _ in range(2):  # the second press says that there is nothing to undo
        assert client.post(address(case, "unmerge/")).status_code == 302
    case.refresh_from_db()
    living.refresh_from_db()
    assert (case.status, case.merged_into, case.closed_at) == (Status.TRIAGE, None, None)
    assert (case.waiting_since, living.waiting_since) == (since, None)
    assert living.whole() == [living]
    assert patient_of(case).get(f"/en/case/{case.reference}/").status_code == 200
    assert Event.objects.filter(reference=living.reference, kind=EventKind.UNMERGED).count() == 1


def test_what_the_merge_withdrew_is_open_again_but_for_calls(client: Client, coordinator: User) -> None:
    case, living = pair()
    asked: dict[str, Any] = {"case": case, "details": "", "by": coordinator}
    kind = TaskKind.objects.get(code="papers")
    papers = tasks.ask(kind=kind, due_at=None, form_token="a" * 20, **asked)
    done_with = tasks.ask(kind=kind, due_at=None, form_token="b" * 20, **asked)
    tasks.withdraw(task=done_with, by=coordinator)
    starts_at = timezone.now() + timedelta(days=1)
    tasks.arrange_call(starts_at=starts_at, minutes=30, channel="phone", form_token="c" * 20, **asked)
    merge(case, living, coordinator)
    assert not case.tasks.open().exists()
    client.post(address(case, "unmerge/"))
    assert list(case.tasks.open()) == [papers]


def test_a_case_that_stands_alone_again_has_a_date(client: Client, coordinator: User) -> None:
    case, living = pair()
    clock.no_answer_needed(case=case, by=coordinator, seen=1)
    merge(case, living, coordinator)
    client.post(address(case, "unmerge/"))
    case.refresh_from_db()
    assert (case.owner, [task.turn for task in case.tasks.open()]) == (coordinator, ["us"])


def test_after_a_day_a_merge_stays(client: Client, coordinator: User) -> None:
    case, living = pair()
    merge(case, living, coordinator)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(hours=25))
    case.refresh_from_db()
    assert "Undo the merge" not in text(client.get(address(case)))
    with pytest.raises(merging.UndoRefused):
        merging.undo(case=case, by=coordinator)


def test_only_the_desk_merges_and_undoes(coordinator: User) -> None:
    case, living = pair()
    editor = make_staff(Role.EDITOR)
    with pytest.raises(PermissionDenied):
        merge(case, living, editor)
    merge(case, living, coordinator)
    with pytest.raises(PermissionDenied):
        merging.undo(case=case, by=editor)
