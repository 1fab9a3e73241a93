"""Who owns a case: a colleague who left owns none, and a new owner is told by mail."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.models import Case, Event
from requests.monitoring import unowned_cases, waiting_cases
from requests.selectors.desk import unowned_between
from requests.services import desk, effects
from requests.services.messages import write_to_desk
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit

pytestmark = pytest.mark.django_db

LIST = "/admin/requests/case/"


@pytest.fixture
def anna() -> User:
    return make_staff(Role.COORDINATOR, name="Anna", email="anna@example.org")


@pytest.fixture
def boris() -> User:
    return make_staff(Role.COORDINATOR, name="Boris", email="boris@example.org")


def leave(user: User) -> None:
    user.is_active = False
    user.save()


def end_staff(user: User) -> None:
    user.is_staff = False
    user.save()


def lose_role(user: User) -> None:
    user.groups.clear()


@pytest.fixture(params=[leave, end_staff, lose_role])
def left(request: pytest.FixtureRequest, anna: User) -> Case:
    """A case of Anna, who works cases no more."""
    case = submit()
    desk.assign(case=case, to=anna, by=anna)
    request.param(anna)
    return Case.objects.get(pk=case.pk)


def found(client: Client, query: str) -> list[str]:
    return [case.reference for case in client.get(LIST + query).context["cl"].result_list]


def test_a_case_of_somebody_who_left_counts_as_unassigned_everywhere(left: Case, boris: User) -> None:
    client = staff_client(boris)
    assert found(client, "?whose=nobody") == [left.reference]
    numbers = {view["name"]: view["number"] for view in client.get(LIST).context["views"]}
    assert numbers["Unowned"] == 1
    assert list(Case.objects.unowned()) == [left]
    assert [number for reason, number in waiting_cases() if reason == ["unowned"]] == [1]
    Case.objects.update(created_at=timezone.now() - timedelta(days=9))
    assert unowned_cases() == [left.reference]


def test_the_name_of_who_left_stays_to_be_read(left: Case, boris: User) -> None:
    client = staff_client(boris)
    assert "was Anna" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{left.pk}/change/")
    assert "was with Anna, who left" in page.content.decode()
    assert page.context["assign_form"]["owner"].value() in (None, "", left.owner_id)


@pytest.mark.parametrize(("mode", "recipients"), [("team", [None]), ("each", ["boris"]), ("digest", [])])
def test_the_desk_is_told_what_the_patient_of_somebody_who_left_writes(
    left: Case, boris: User, settings: Settings, mode: str, recipients: list[str | None]
) -> None:
    settings.NOTICE_MODE = mode
    write_to_desk(case=left, body="Are you there?", form_token="t" * 20)
    told = OutboxItem.objects.filter(kind=effects.MESSAGE_IN).values_list("recipient_id", flat=True)
    assert list(told) == [boris.pk if name else None for name in recipients]
    now = timezone.now()
    assert unowned_between(now - timedelta(hours=1), now + timedelta(hours=1)).messages == [left.reference]


def test_a_lead_owns_what_they_took(boris: User) -> None:
    boss = make_staff(Role.LEAD, email="boss@example.org", name="Boss")
    case = submit()
    desk.assign(case=case, to=boss, by=boss)
    assert found(staff_client(boris), "?whose=nobody") == []
    assert effects.owner(Case.objects.get(pk=case.pk)) == boss


def test_a_new_owner_is_told_by_mail(anna: User, boris: User, mailoutbox: Any) -> None:
    case = submit()
    desk.assign(case=case, to=boris, by=anna)
    item = OutboxItem.objects.get(kind=effects.ASSIGNED)
    assert (item.recipient_id, item.object_id) == (boris.pk, case.pk)
    assert outbox.deliver(item.pk)
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([boris.email], f"\u2068{case.reference}\u2069 was given to you")
    assert f"{settings.SITE_URL}/admin/requests/case/{case.pk}/change/" in mail.body


def test_who_takes_a_case_is_not_told_and_nobody_is_told_twice(anna: User, boris: User) -> None:
    case = submit()
    desk.assign(case=case, to=boris, by=boris)
    desk.assign(case=case, to=boris, by=anna)
    desk.assign(case=case, to=None, by=anna)
    assert not OutboxItem.objects.filter(kind=effects.ASSIGNED).exists()
    assert Event.objects.filter(reference=case.reference, kind="assigned").count() == 2


def test_the_mail_does_not_leave_when_the_case_was_given_on(anna: User, boris: User, mailoutbox: Any) -> None:
    case = submit()
    desk.assign(case=case, to=boris, by=anna)
    item = OutboxItem.objects.get(kind=effects.ASSIGNED)
    desk.assign(case=case, to=anna, by=anna)
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert (item.state, mailoutbox) == (OutboxItem.State.CANCELLED, [])
