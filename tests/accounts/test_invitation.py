"""A new colleague gets in: invitation, password, second factor, recovery codes, desk."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from tests.accounts.cast import staff_client
from tests.accounts.way_in import choose_password, enrol_app, link_in, mail_to
from tests.factories import make_staff
from tests.requests.delivery import deliver_all, mail_text

pytestmark = pytest.mark.django_db

ADD = "/admin/accounts/user/add/"
ADDRESS = "new.colleague@example.org"


def make_administrator(**fields: Any) -> User:
    return make_staff(Role.ADMINISTRATOR, email="admin@example.org", **fields)


def add_person(role: str = Role.COORDINATOR, **more: Any) -> User:
    """Have an administrator add somebody in the admin."""
    fields = {"email": ADDRESS, "name": "New Colleague", "language": "en"}
    fields |= {"is_active": "on", "is_staff": "on", "groups": str(Group.objects.get(name=role).pk), **more}
    desk = staff_client(User.objects.filter(email="admin@example.org").first() or make_administrator())
    response = desk.post(ADD, fields)
    assert response.status_code == 302, response.content.decode()
    return User.objects.get(email=fields["email"])


@pytest.mark.parametrize("role", [*Role])
def test_a_new_person_of_every_role_reaches_the_desk(role: str) -> None:
    person = add_person(role)
    browser = Client()
    started = choose_password(browser, link_in(mail_to(person)))
    assert started.request["PATH_INFO"] == "/en/accounts/2fa/"
    assert "/en/accounts/2fa/totp/activate/" in started.content.decode()
    enrolled = enrol_app(browser)
    assert enrolled.request["PATH_INFO"] == "/en/accounts/2fa/recovery-codes/"
    assert len(enrolled.context["unused_codes"]) == 10
    assert 'href="/admin/"' in enrolled.content.decode()
    assert browser.get("/admin/", follow=True).status_code == 200


def test_the_first_administrator_of_an_empty_database_reaches_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a first long password")
    call_command("createsuperuser", email="first@example.org", interactive=False, verbosity=0)
    browser = Client()
    asked = browser.get("/admin/", follow=True)
    form = {"login": "first@example.org", "password": "a first long password", "next": "/admin/"}
    inside = browser.post(asked.request["PATH_INFO"], form, follow=True)
    assert inside.request["PATH_INFO"] == "/en/accounts/2fa/"
    enrol_app(browser, "a first long password")
    assert browser.get("/admin/", follow=True).status_code == 200


def test_who_forgot_the_password_before_the_first_factor_gets_in() -> None:
    person = make_staff(Role.COORDINATOR)
    browser = Client()
    browser.post("/en/accounts/password/reset/", {"email": person.email})
    choose_password(browser, link_in(mail_to(person)))
    enrol_app(browser)
    assert browser.get("/admin/", follow=True).status_code == 200


def test_the_invitation_speaks_of_marus() -> None:
    mail = mail_to(add_person())
    assert mail.subject == "MARUS: choose your password"
    assert mail.from_email.startswith("MARUS <")
    assert "example.com" not in mail_text(mail)
    assert "testserver" not in mail_text(mail)


def test_the_invitation_is_an_outbox_row_without_address_or_token() -> None:
    person = add_person()
    row = OutboxItem.objects.get(kind="account.invitation")
    assert row.recipient_id == person.pk
    stored = " ".join(str(value) for value in vars(row).values())
    link = link_in(mail_to(person))
    assert ADDRESS not in stored
    assert link.split("/")[-2] not in stored


def test_who_may_not_enter_the_desk_is_not_invited() -> None:
    add_person(is_staff="")
    assert not OutboxItem.objects.filter(kind="account.invitation").exists()


def test_an_invitation_is_sent_again_until_the_person_signed_in() -> None:
    person = add_person()
    first = link_in(mail_to(person))
    desk = staff_client(User.objects.get(email="admin@example.org"))
    page = f"/admin/accounts/user/{person.pk}/change/"
    assert "Send the invitation again" in desk.get(page).content.decode()
    again = desk.post(f"/admin/accounts/user/{person.pk}/invite/", follow=True)
    assert "The invitation is on its way." in again.content.decode()
    browser = Client()
    choose_password(browser, link_in(mail_to(person)))
    used = Client().get(first, follow=True).content.decode()
    assert "This link does not work any more" in used
    assert "Send the invitation again" not in desk.get(page).content.decode()
    refused = desk.post(f"/admin/accounts/user/{person.pk}/invite/", follow=True)
    assert "has signed in already" in refused.content.decode()
    assert deliver_all() == []  # nor is a first password told as a change


def test_only_who_may_change_people_sends_invitations() -> None:
    person = add_person()
    lead = staff_client(make_staff(Role.LEAD))
    assert lead.post(f"/admin/accounts/user/{person.pk}/invite/").status_code == 403


def test_an_expired_or_used_link_says_what_to_do(settings: Any) -> None:
    person = add_person()
    link = link_in(mail_to(person))
    settings.PASSWORD_RESET_TIMEOUT = -1
    page = Client().get(link, follow=True).content.decode()
    assert "This link does not work any more" in page
    assert "3 days" in page
    assert 'href="/en/accounts/password/reset/"' in page
    settings.PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
    choose_password(Client(), link)
    assert "This link does not work any more" in Client().get(link, follow=True).content.decode()


def test_a_changed_address_closes_the_old_one() -> None:
    person = make_staff(Role.COORDINATOR, email="old@example.org")
    person.email = "new@example.org"
    person.save()
    assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")) == [
        ("new@example.org", True, True)
    ]


def test_the_migration_frees_stuck_accounts() -> None:
    stuck, fresh, moved = (make_staff(Role.EDITOR, email=f"{name}@example.org") for name in ("stuck", "fresh", "moved"))
    EmailAddress.objects.filter(user=stuck).update(verified=False, primary=False)
    EmailAddress.objects.filter(user=fresh).delete()
    EmailAddress.objects.filter(user=moved).update(email="before@example.org", verified=False)
    import_module("portal.accounts.migrations.0003_verified_addresses").verify(apps, connection.schema_editor())
    for person in (stuck, fresh, moved):
        assert list(EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")) == [
            (person.email, True, True)
        ]


def test_every_page_on_the_way_leads_on() -> None:
    person = add_person()
    browser = Client()
    sign_in = browser.get("/en/accounts/login/").content.decode()
    assert 'href="/en/accounts/password/reset/"' in sign_in
    for address in ("/en/accounts/password/reset/", "/en/accounts/password/reset/done/", "/en/accounts/inactive/"):
        assert 'href="/en/accounts/login/"' in browser.get(address).content.decode(), address
    choose_password(browser, link_in(mail_to(person)))
    assert 'href="/en/accounts/2fa/totp/activate/"' in browser.get("/en/accounts/2fa/").content.decode()
    assert 'href="/en/accounts/2fa/"' in browser.get("/en/accounts/reauthenticate/").content.decode()


def test_nobody_adds_an_address_by_herself() -> None:
    browser = staff_client(make_staff(Role.COORDINATOR))
    assert (
        browser.post("/en/accounts/email/", {"action_add": "", "email": "x@example.org"})["Location"]
        == "/en/accounts/2fa/"
    )
    assert not EmailAddress.objects.filter(email="x@example.org").exists()


def test_a_row_that_waited_too_long_is_not_sent_to_somebody_who_left() -> None:
    person = add_person()
    User.objects.filter(pk=person.pk).update(is_active=False)
    row = OutboxItem.objects.get(kind="account.invitation")
    OutboxItem.objects.filter(pk=row.pk).update(not_before=timezone.now() - timedelta(minutes=1))
    assert outbox.deliver(row.pk) is False
    row.refresh_from_db()
    assert row.state == OutboxItem.State.CANCELLED


def test_a_refused_invitation_is_no_trouble_any_more_once_another_is_sent() -> None:
    person = add_person()
    OutboxItem.objects.filter(kind="account.invitation").update(state=OutboxItem.State.FAILED)
    staff_client(User.objects.get(email="admin@example.org")).post(f"/admin/accounts/user/{person.pk}/invite/")
    assert sorted(OutboxItem.objects.filter(kind="account.invitation").values_list("state", flat=True)) == [
        "cancelled",
        "queued",
    ]
