"""Who gets a case: suggested by language, area, load and presence, with the reason; and a second owner for the journey."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from conditions.models import Area
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from portal.core.worktime import team_today
from requests.enums import EventKind, Status
from requests.models import Absence, Case, CoordinatorProfile, Event
from requests.selectors.assignment import suggestions
from requests.selectors.presence import here
from requests.services import assignment, desk, effects, presence
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_condition, make_staff, submit
from tests.requests.delivery import deliver_all, to
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"


@pytest.fixture
def anna() -> User:
    return make_staff(Role.COORDINATOR, name="Anna", email="anna@example.org")


@pytest.fixture
def boris() -> User:
    return make_staff(Role.COORDINATOR, name="Boris", email="boris@example.org")


@pytest.fixture
def client() -> Client:
    return staff_client(make_staff(Role.LEAD, name="Zoya"))


def knows(user: User, *languages: str, area: Area | None = None) -> None:
    profile = CoordinatorProfile.objects.create(user=user, languages=list(languages))
    profile.areas.set([area] if area else [])


def names(case: Case) -> list[str]:
    return [str(suggestion.colleague) for suggestion in suggestions(case)]


def own(user: User, number: int, status: str = Status.TRIAGE) -> None:
    for _ in range(number):
        case = submit()
        Case.objects.filter(pk=case.pk).update(owner=user, status=status)


def address(case: Case, rest: str = "change/") -> str:
    return f"{LIST}{case.pk}/{rest}"


def opened(client: Client, case: Case) -> dict[str, Any]:
    return posted_from(client.get(address(case)).content.decode())


# ── Suggestion ───────────────────────────────────────────────────────────────────────────────


def test_the_language_comes_before_the_area_and_the_area_before_the_load(anna: User, boris: User) -> None:
    condition = make_condition()
    case = submit(condition=condition, speak="ar", language="en")
    assert names(case) == ["Anna", "Boris"], "nothing speaks for one of them, so it is the order of their accounts"
    own(anna, 2)
    assert names(case) == ["Boris", "Anna"]
    knows(anna, area=condition.area)
    assert names(case) == ["Anna", "Boris"]
    knows(boris, "en")
    assert names(case) == ["Boris", "Anna"], "the language in which the patient reads the site"
    CoordinatorProfile.objects.filter(user=anna).update(languages=["ar"])
    assert names(case) == ["Anna", "Boris"], "the one that the patient speaks"


def test_only_open_cases_are_a_load_and_presence_decides_between_equals(anna: User, boris: User) -> None:
    case = submit()
    own(anna, 3, Status.NO_ANSWER)
    assert [row.load for row in suggestions(case)] == [0, 0]
    presence.meet(case=case, by=boris)
    assert names(case) == ["Boris", "Anna"]
    assert here([anna.pk, boris.pk]) == {boris.pk}


def test_who_is_away_works_no_cases_or_owns_it_is_not_suggested(anna: User, boris: User) -> None:
    case = submit()
    make_staff(Role.EDITOR, name="Editor")
    today = team_today()
    Absence.objects.create(user=anna, substitute=boris, entered_by=anna, begins_on=today, ends_on=today)
    assert names(case) == ["Boris"]
    desk.assign(case=case, to=boris, by=boris)
    assert names(case) == []


def test_the_page_gives_the_reason_and_one_click_gives_the_case(client: Client, anna: User, boris: User) -> None:
    condition = make_condition()
    case = submit(condition=condition, speak="ar")
    knows(anna, "ar", area=condition.area)
    own(anna, 1)
    presence.meet(case=case, by=anna)
    page = client.get(address(case)).text
    assert f"speaks Arabic · {condition.area} · 1 open case · here now" in page
    assert "Give to Anna" in page
    deliver_all()
    for _ in range(2):  # pressed twice
        response = client.post(address(case, "assign/"), opened(client, case) | {"give": str(anna.pk)})
        assert response.status_code == 302
    case.refresh_from_db()
    assert case.owner == anna
    assert len(to("anna@example.org", deliver_all())) == 1
    assert Event.objects.filter(reference=case.reference, kind=EventKind.ASSIGNED).count() == 1
    assert "Give to Anna" not in client.get(address(case)).text


def test_a_stale_suggestion_asks_first(client: Client, anna: User, boris: User) -> None:
    case = submit()
    page = opened(client, case)
    desk.assign(case=case, to=boris, by=boris)
    asked = client.post(address(case, "assign/"), page | {"give": str(anna.pk)})
    assert asked.status_code == 409
    case.refresh_from_db()
    assert case.owner == boris
    assert client.post(address(case, "assign/"), posted_from(asked.text)).status_code == 302
    case.refresh_from_db()
    assert case.owner == anna


def test_nobody_but_a_coordinator_is_given_a_case(client: Client) -> None:
    case = submit()
    editor = make_staff(Role.EDITOR)
    client.post(address(case, "assign/"), opened(client, case) | {"give": str(editor.pk)})
    case.refresh_from_db()
    assert case.owner is None


def test_several_cases_go_each_to_whom_we_suggest(client: Client, anna: User, boris: User) -> None:
    first, second, taken = submit(speak="ar"), submit(speak="kk"), submit()
    knows(anna, "ar")
    knows(boris, "kk")
    desk.assign(case=taken, to=boris, by=boris)
    chosen = {"case": [str(case.pk) for case in (first, second, taken)], "do": "suggested", "next": LIST}
    page = client.post(f"{LIST}queue/act/", chosen, follow=True).text
    owners = {case.pk: case.owner for case in Case.objects.select_related("owner")}
    assert [owners[case.pk] for case in (first, second, taken)] == [anna, boris, boris]
    for words in (f"{first.reference} (Anna)", f"{second.reference} (Boris)", "It is with Boris already."):
        assert words in page


# ── Second owner ─────────────────────────────────────────────────────────────────────────────


def found(user: User) -> list[str]:
    return [row["reference"] for row in staff_client(user).get(f"{LIST}?whose=mine").context["rows"]]


def test_a_case_of_two_is_among_those_of_both_and_the_second_is_told(client: Client, anna: User, boris: User) -> None:
    case = submit()
    desk.assign(case=case, to=anna, by=anna)
    deliver_all()
    response = client.post(address(case, "second-owner/"), opened(client, case) | {"second-owner": str(boris.pk)})
    assert response.status_code == 302
    assert (found(anna), found(boris)) == ([case.reference], [case.reference])
    views = {view["name"]: view["number"] for view in staff_client(boris).get(LIST).context["views"]}
    assert views["Mine"] == 1
    [mail] = deliver_all()
    assert mail.to == ["boris@example.org"]
    assert "Boris" in client.get(address(case)).text
    client.post(address(case, "second-owner/"), opened(client, case) | {"second-owner": ""})
    assert (found(anna), found(boris)) == ([case.reference], [])


def test_what_comes_in_is_told_to_the_owner_and_the_patient_reads_of_the_owner_alone(anna: User, boris: User) -> None:
    case = submit()
    desk.assign(case=case, to=anna, by=anna)
    assignment.set_second_owner(case=case, to=boris, by=anna)
    deliver_all()
    patient = patient_of(case)
    patient.post(f"/en/case/{case.reference}/messages/", {"body": "Are you there?"})
    assert [mail.to for mail in deliver_all()] == [["anna@example.org"]]
    page = patient.get(f"/en/case/{case.reference}/people/").text
    assert "Anna" in page
    assert "Boris" not in page


def test_the_owner_is_no_second_owner_and_others_neither(client: Client, anna: User) -> None:
    case = submit()
    desk.assign(case=case, to=anna, by=anna)
    with pytest.raises(desk.MoveRefused, match="Anna owns this case already"):
        assignment.set_second_owner(case=case, to=anna, by=anna)
    with pytest.raises(PermissionDenied):
        assignment.set_second_owner(case=case, to=make_staff(Role.EDITOR), by=anna)
    with pytest.raises(PermissionDenied):
        assignment.set_second_owner(case=case, to=anna, by=make_staff(Role.EDITOR))
    case.refresh_from_db()
    assert case.second_owner is None


def test_two_who_name_a_second_owner_at_once_learn_of_each_other(client: Client, anna: User, boris: User) -> None:
    case = submit()
    page = opened(client, case)
    assignment.set_second_owner(case=case, to=boris, by=anna)
    asked = client.post(address(case, "second-owner/"), page | {"second-owner": str(anna.pk)})
    assert asked.status_code == 409
    assert "Anna changed the second owner" in asked.text
    case.refresh_from_db()
    assert case.second_owner == boris


def test_a_second_owner_who_is_taken_away_again_gets_no_mail(anna: User, boris: User) -> None:
    case = submit()
    deliver_all()
    assignment.set_second_owner(case=case, to=boris, by=anna)
    assignment.set_second_owner(case=case, to=None, by=anna)
    item = OutboxItem.objects.get(kind=effects.ASSIGNED, recipient_id=boris.pk)
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED


def test_a_lead_writes_down_what_a_colleague_knows_and_patients_do_not_see_it(client: Client, anna: User) -> None:
    area = make_condition().area
    add = "/admin/requests/coordinatorprofile/add/"
    words = {"user": anna.pk, "languages": "Arabic", "name_en": "Anna P.", "hours_en": "", "areas": [area.pk]}
    assert client.post(add, words).status_code == 302
    assert list(CoordinatorProfile.objects.get(user=anna).areas.all()) == [area]
    case = submit()
    desk.assign(case=case, to=anna, by=anna)
    page = patient_of(case).get(f"/en/case/{case.reference}/people/").text
    assert "Anna P." in page
    assert f"{area}" not in page
