"""Administrators: people and settings, nobody a superuser, and no roles of one's own."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from portal.accounts.enums import Role, SecurityEventKind
from portal.accounts.models import SecurityEvent, User
from portal.core.models import Alert
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit
from tests.requests.reading import posted_from

pytestmark = pytest.mark.django_db

OWN_ROLES = "Nobody changes their own roles: ask another administrator."


def group_keys(*roles: Role) -> list[int]:
    return list(Group.objects.filter(name__in=roles).values_list("pk", flat=True))


def address(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/change/"


def test_createsuperuser_makes_an_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long password of the first")
    call_command("createsuperuser", interactive=False, email="first@example.org", verbosity=0)
    user = User.objects.get(email="first@example.org")
    assert (user.is_staff, user.is_superuser, user.roles) == (True, False, {Role.ADMINISTRATOR})
    client = staff_client(user)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/accounts/user/add/").status_code == 200
    case = submit()
    for closed in ("case/", f"case/{case.pk}/change/", "estimate/", "cannedreply/"):
        assert client.get(f"/admin/requests/{closed}").status_code == 403


def test_an_administrator_gives_roles_to_others_and_the_log_says_so() -> None:
    boss, colleague = make_staff(Role.ADMINISTRATOR), make_staff(Role.COORDINATOR)
    client = staff_client(boss)
    page = client.get(address(colleague)).content.decode()
    assert (OWN_ROLES in page, "is_superuser" in page) == (False, False)
    posted = posted_from(page) | {"groups": group_keys(Role.LEAD, Role.ADMINISTRATOR), "is_superuser": "on"}
    assert client.post(address(colleague), posted).status_code == 302
    changed = User.objects.get(pk=colleague.pk)
    assert (changed.roles, changed.is_superuser) == ({Role.LEAD, Role.ADMINISTRATOR}, False)
    events = SecurityEvent.objects.filter(kind=SecurityEventKind.PERSON_CHANGED, user_id=colleague.pk, actor_id=boss.pk)
    assert events.count() == 1


def test_nobody_changes_what_they_may_do_themselves() -> None:
    boss = make_staff(Role.ADMINISTRATOR, name="Before")
    client = staff_client(boss)
    page = client.get(address(boss)).content.decode()
    assert OWN_ROLES in page
    posted = {"email": boss.email, "name": "After", "language": "en", "groups": group_keys(Role.LEAD)}
    assert client.post(address(boss), posted).status_code == 302
    changed = User.objects.get(pk=boss.pk)
    assert (changed.name, changed.roles) == ("After", {Role.ADMINISTRATOR})
    assert (changed.is_active, changed.is_staff) == (True, True)


def test_a_flag_without_a_role_works_no_cases() -> None:
    flagged = make_staff(is_superuser=True)
    assert staff_client(flagged).get("/admin/requests/case/").status_code == 403


def test_the_deploy_check_names_superusers() -> None:
    def found() -> list[str]:
        return [message.msg for message in run_checks(include_deployment_checks=True) if message.id == "portal.E007"]

    assert found() == []
    flagged = make_staff(is_superuser=True)
    assert found() == ["Accounts that are superusers: 1."]
    flagged.is_active = False
    flagged.save()
    assert found() == []


def test_superusers_of_before_keep_what_they_did() -> None:
    boss, editor = make_staff(is_superuser=True), make_staff(Role.EDITOR)
    Group.objects.filter(name=Role.ADMINISTRATOR).delete()
    migration = importlib.import_module("portal.accounts.migrations.0008_roles")
    migration.give_roles(apps, SimpleNamespace(connection=connection))
    boss, editor = (User.objects.get(pk=user.pk) for user in (boss, editor))
    assert (boss.is_superuser, boss.roles) == (False, {Role.ADMINISTRATOR, Role.LEAD, Role.EDITOR})
    assert editor.roles == {Role.EDITOR}
    assert staff_client(boss).get("/admin/requests/case/").status_code == 200


def test_an_administrator_begins_with_the_health_of_the_portal() -> None:
    Alert.objects.create(kind="case.overdue", subject="MR-AAAA-BBBB")
    page = staff_client(make_staff(Role.ADMINISTRATOR)).get("/admin/").text
    # Nothing beats in this test.
    assert ("Health of the portal" in page, "silent:" in page, "case.overdue" in page) == (True, True, True)
    assert "MR-AAAA-BBBB" not in page
