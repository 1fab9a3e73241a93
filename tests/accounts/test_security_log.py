"""The security log: every kind of event is written, nothing personal is in it, nobody changes it."""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.enums import SecurityEventKind as Kind
from portal.accounts.models import SecurityEvent, User
from portal.accounts.services import security_log
from tests.accounts.cast import enrol, staff_client
from tests.accounts.test_doors import sign_in
from tests.accounts.test_invitation import add_person, make_administrator
from tests.accounts.way_in import choose_password, code, enrol_app, link_in, mail_to
from tests.factories import make_staff
from tests.factories.people import PASSWORD
from tests.requests.delivery import deliver_all, mail_text, to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    caches["default"].clear()


def kinds(user: User) -> list[str]:
    """Return what the log says of a person, oldest first."""
    return list(SecurityEvent.objects.filter(user_id=user.pk).order_by("at").values_list("kind", flat=True))


def test_the_way_in_is_recorded() -> None:
    person = add_person()
    browser = Client()
    choose_password(browser, link_in(mail_to(person)))
    enrol_app(browser)
    browser.post("/en/accounts/logout/")
    assert kinds(person) == [
        Kind.PERSON_CHANGED, Kind.INVITED, Kind.PASSWORD_CHANGED, Kind.SIGN_IN, Kind.FACTOR_ADDED, Kind.SIGN_OUT,
    ]  # fmt: skip
    invited = SecurityEvent.objects.get(kind=Kind.INVITED)
    assert invited.actor_id == User.objects.get(email="admin@example.org").pk


def test_failures_and_throttling_are_recorded() -> None:
    user = make_staff(Role.COORDINATOR)
    for _attempt in range(7):
        Client().post("/en/accounts/login/", {"login": user.email, "password": "wrong"})
    assert kinds(user) == [Kind.SIGN_IN_FAILED] * 5 + [Kind.THROTTLED]
    Client().post("/en/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})
    assert SecurityEvent.objects.filter(kind=Kind.SIGN_IN_FAILED, user_id=None).count() == 1


def test_second_factors_are_recorded() -> None:
    user = make_staff(Role.COORDINATOR)
    secret = enrol(user)
    client = Client()
    client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    wrong = "000000" if code(secret) != "000000" else "111111"
    client.post("/en/accounts/2fa/authenticate/", {"code": wrong})
    client.post("/en/accounts/2fa/authenticate/", {"code": code(secret)})
    caches["default"].clear()
    client.post("/en/accounts/2fa/reauthenticate/", {"code": code(secret)})
    client.post("/en/accounts/2fa/totp/deactivate/")
    assert kinds(user) == [
        Kind.FACTOR_FAILED, Kind.FACTOR_USED, Kind.SIGN_IN, Kind.FACTOR_USED, Kind.FACTOR_REMOVED,
    ]  # fmt: skip
    notices = to(user.email, deliver_all())
    assert [str(mail.subject) for mail in notices] == ["MARUS: second factor removed"]
    assert "tell an administrator" in mail_text(notices[0])


def test_throttling_at_the_code_names_who_gave_the_password() -> None:
    user = make_staff(Role.COORDINATOR)
    secret = enrol(user)
    wrong = next(digits for digits in ("000000", "111111") if digits != code(secret))
    client = Client()
    client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    for _attempt in range(7):
        client.post("/en/accounts/2fa/authenticate/", {"code": wrong})
    assert kinds(user)[-1] == Kind.THROTTLED
    assert not SecurityEvent.objects.filter(kind=Kind.THROTTLED, user_id=None).exists()


def test_refusals_and_exports_are_recorded() -> None:
    user = make_staff(Role.EDITOR)
    client = staff_client(user)
    assert client.get("/admin/requests/case/").status_code == 403
    assert client.get("/admin/clinics/clinic/export/csv/").status_code == 200
    found = SecurityEvent.objects.filter(user_id=user.pk).order_by("at").values_list("kind", "subject")
    assert list(found) == [
        (Kind.REFUSED, "admin:requests_case_changelist"),
        (Kind.EXPORTED, "clinics_clinic"),
    ]


def test_what_an_administrator_does_is_recorded_with_both_names() -> None:
    user, administrator = make_staff(Role.COORDINATOR), make_administrator()
    sign_in(user, enrol(user))
    fields = {"email": user.email, "name": "", "language": "en", "is_staff": "on"}
    fields |= {"is_active": "on", "remove_second_factor": "on"}
    staff_client(administrator).post(f"/admin/accounts/user/{user.pk}/change/", fields)
    found = SecurityEvent.objects.filter(user_id=user.pk, actor_id=administrator.pk).order_by("at")
    assert [event.kind for event in found] == [Kind.PERSON_CHANGED, Kind.FACTOR_REMOVED, Kind.SESSIONS_ENDED]


def test_it_holds_no_address_and_no_name() -> None:
    person = add_person()
    Client().post("/en/accounts/login/", {"login": person.email, "password": "wrong"})
    Client().post("/en/accounts/password/reset/", {"email": person.email})
    stored = " ".join(str(value) for event in SecurityEvent.objects.all() for value in vars(event).values())
    for word in ("new.colleague", "New Colleague", "127.0.0.1", "admin@"):
        assert word not in stored


def test_administrators_read_it_and_nobody_else() -> None:
    administrator = make_administrator()
    desk = staff_client(administrator)
    user = make_staff(Role.COORDINATOR, email="watched@example.org")
    Client().post("/en/accounts/login/", {"login": user.email, "password": "wrong"})
    page = desk.get("/admin/accounts/securityevent/").content.decode()
    assert "Sign-in failed" in page
    assert "watched@example.org" in page
    for role in set(Role) - {Role.ADMINISTRATOR}:
        assert staff_client(make_staff(role)).get("/admin/accounts/securityevent/").status_code == 403


def test_nobody_changes_it() -> None:
    event = SecurityEvent.objects.create(kind=Kind.SIGN_IN)
    desk = staff_client(make_administrator())
    assert desk.post("/admin/accounts/securityevent/add/", {"kind": "sign_in"}).status_code == 403
    assert desk.post(f"/admin/accounts/securityevent/{event.pk}/delete/", {"post": "yes"}).status_code == 403
    desk.post(f"/admin/accounts/securityevent/{event.pk}/change/", {"kind": "refused"})
    event.refresh_from_db()
    assert event.kind == Kind.SIGN_IN
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()


def test_it_is_kept_for_as_long_as_the_rule_says() -> None:
    now = timezone.now()
    for days in (364, 366):
        SecurityEvent.objects.create(kind=Kind.SIGN_IN, at=now - timedelta(days=days))
    assert security_log.prune(now - timedelta(days=365)) == 1
    assert [(now - event.at).days for event in SecurityEvent.objects.all()] == [364]
