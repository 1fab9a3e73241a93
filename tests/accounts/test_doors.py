"""The doors of the desk hold: time-out, sessions, a recent second factor, throttles."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.accounts.cast import enrol, staff_client
from tests.accounts.test_invitation import make_administrator
from tests.accounts.way_in import code
from tests.factories import make_staff
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

CASES = "/admin/requests/case/"
BACKGROUND = {"HX-Request": "true"}

QUEUE = "/admin/requests/case/"


def sign_in(user: User, secret: str, client: Client | None = None) -> Client:
    """Sign in over HTTP with password and code."""
    client = client or Client()
    client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.post("/en/accounts/2fa/authenticate/", {"code": code(secret)}).status_code == 302
    return client


def let_time_pass(client: Client, by: timedelta) -> None:
    """Make the session of a browser as old as it will be then."""
    session = client.session
    ends = Session.objects.get(session_key=session.session_key).expire_date - by
    if "staff_active_at" in session:
        session["staff_active_at"] -= int(by.total_seconds())
    session.save()
    Session.objects.filter(session_key=session.session_key).update(expire_date=ends)


# ── Idle ─────────────────────────────────────────────────────────────────────────────────────


def test_staff_is_signed_out_after_half_an_hour_and_comes_back_to_the_same_page() -> None:
    user = make_staff(Role.COORDINATOR)
    secret = enrol(user)
    client = sign_in(user, secret)
    assert client.get("/admin/", follow=True).status_code == 200
    let_time_pass(client, timedelta(minutes=31))
    page = f"{CASES}?status=open"
    asked = client.get(page, follow=True)
    assert asked.request["PATH_INFO"] == "/en/accounts/login/"
    caches["default"].clear()  # the app would show another code by now
    back = {"login": user.email, "password": PASSWORD, "next": page}
    client.post("/en/accounts/login/", back)
    assert client.post("/en/accounts/2fa/authenticate/", {"code": code(secret)})["Location"] == page


def test_activity_puts_the_end_off() -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    for _step in range(3):
        assert client.get("/admin/", follow=True).status_code == 200
        let_time_pass(client, timedelta(minutes=20))
    assert client.get("/admin/", follow=True).status_code == 200


@pytest.mark.parametrize("headers", [BACKGROUND, {"Sec-Fetch-Mode": "cors"}])
def test_what_the_page_asks_by_itself_is_no_activity(headers: dict[str, str]) -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    assert client.get("/admin/", follow=True).status_code == 200
    let_time_pass(client, timedelta(minutes=20))
    assert client.get(QUEUE, headers=headers).status_code == 200
    let_time_pass(client, timedelta(minutes=11))
    assert client.get(QUEUE, headers=headers).status_code == 401
    assert client.get(QUEUE).status_code == 302


def test_what_was_typed_is_shown_to_whoever_was_signed_out() -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    client.get(QUEUE)
    let_time_pass(client, timedelta(minutes=31))
    words = "We can offer a date <b>in May</b>."
    page = client.post(
        f"{CASES}7/answer/",
        {"answer-body": words, "password": "x1y2"},
        headers={"Referer": "http://testserver/admin/requests/case/7/change/"},
    )
    text = page.content.decode()
    assert page.status_code == 403
    assert "We can offer a date &lt;b&gt;in May&lt;/b&gt;." in text
    assert "Nothing was saved." in text
    assert "x1y2" not in text
    assert "/en/accounts/login/?next=%2Fadmin%2Frequests%2Fcase%2F7%2Fchange%2F" in text


def test_a_patient_is_not_timed_out_with_the_staff() -> None:
    assert Client().get("/en/").status_code == 200
    client = Client()
    session = client.session
    session["case_links"] = {}
    session.save()
    expires = Session.objects.get(session_key=session.session_key).expire_date
    assert expires - timezone.now() > timedelta(hours=11)


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────


def test_an_administrator_sees_and_ends_the_sessions_of_anybody() -> None:
    user = make_staff(Role.COORDINATOR)
    secret = enrol(user)
    first = sign_in(user, secret)
    caches["default"].clear()
    second = sign_in(user, secret)
    desk = staff_client(make_administrator())
    address = f"/admin/accounts/user/{user.pk}"
    shown = desk.get(f"{address}/change/")
    assert len(shown.context["sessions"]) == 2
    row = UserSession.objects.get(session_key=first.session.session_key)
    assert "1 session ended." in desk.post(f"{address}/sessions/", {"session": row.pk}, follow=True).content.decode()
    assert (first.get(QUEUE).status_code, second.get(QUEUE).status_code) == (302, 200)
    assert "0 sessions ended." in desk.post(f"{address}/sessions/", {"session": "x"}, follow=True).content.decode()
    assert second.get(QUEUE).status_code == 200
    desk.post(f"{address}/sessions/")
    assert second.get(QUEUE).status_code == 302
    assert "No session is open." in desk.get(f"{address}/change/").content.decode()


def test_a_lead_ends_nobodys_session() -> None:
    user = make_staff(Role.COORDINATOR)
    client = sign_in(user, enrol(user))
    lead = staff_client(make_staff(Role.LEAD))
    assert lead.post(f"/admin/accounts/user/{user.pk}/sessions/").status_code == 403
    assert client.get("/admin/", follow=True).status_code == 200


@pytest.mark.parametrize("change", [{"remove_second_factor": "on"}, {"is_active": ""}, {"is_staff": ""}])
def test_who_loses_a_factor_or_the_account_is_signed_out(change: dict[str, str]) -> None:
    user = make_staff(Role.COORDINATOR)
    client = sign_in(user, enrol(user))
    key = client.session.session_key
    fields = {"email": user.email, "name": "", "language": "en"}
    fields |= {"is_active": "on", "is_staff": "on", **change}
    desk = staff_client(make_administrator())
    desk.post(f"/admin/accounts/user/{user.pk}/change/", fields)
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get(QUEUE).status_code == 302
    assert Authenticator.objects.filter(user=user).exists() == ("remove_second_factor" not in change)


def test_removing_ones_own_app_ends_the_other_sessions() -> None:
    user = make_staff(Role.COORDINATOR)
    secret = enrol(user)
    here = sign_in(user, secret)
    caches["default"].clear()
    elsewhere = sign_in(user, secret)
    caches["default"].clear()
    confirmed = here.post("/en/accounts/2fa/reauthenticate/", {"code": code(secret)})
    assert confirmed.status_code == 302
    assert here.post("/en/accounts/2fa/totp/deactivate/")["Location"] == "/en/accounts/2fa/"
    assert elsewhere.get("/en/accounts/2fa/").status_code == 302
    assert here.get("/en/accounts/2fa/").status_code == 200


# ── A recent second factor ───────────────────────────────────────────────────────────────────

AGO = timedelta(minutes=6)
EXPORT = "/admin/clinics/clinic/export/csv/"


def test_an_export_needs_the_second_factor_of_these_minutes() -> None:
    user = make_staff(Role.EDITOR)
    secret = enrol(user)
    client = staff_client(user, ago=AGO)
    came_from = {"Referer": "http://testserver/admin/clinics/clinic/?q=x"}
    asked = client.get(EXPORT, headers=came_from)
    assert asked["Location"] == "/en/accounts/2fa/reauthenticate/?next=%2Fadmin%2Fclinics%2Fclinic%2F%3Fq%3Dx"
    answer = {"code": code(secret), "next": "/admin/clinics/clinic/?q=x"}
    assert client.post("/en/accounts/2fa/reauthenticate/", answer)["Location"] == "/admin/clinics/clinic/?q=x"
    assert client.get(EXPORT)["Content-Type"].startswith("text/csv")
    assert staff_client(user).get(EXPORT).status_code == 200


@pytest.mark.parametrize("query", ["", "?_changelist_filters=is_active__exact%3D1"])
def test_a_change_to_a_person_waits_for_the_second_factor_and_is_not_lost(query: str) -> None:
    administrator = make_administrator()
    secret = enrol(administrator)
    client = staff_client(administrator, ago=AGO)
    user = make_staff(Role.COORDINATOR)
    address = f"/admin/accounts/user/{user.pk}/change/"
    assert client.get(address).status_code == 200
    fields = {"email": user.email, "name": "Typed once", "language": "en"}
    asked = client.post(address + query, {**fields, "is_active": "on", "is_staff": "on"})
    assert asked["Location"].startswith("/en/accounts/2fa/reauthenticate/")
    user.refresh_from_db()
    assert user.name == ""
    saved = client.post("/en/accounts/2fa/reauthenticate/", {"code": code(secret), "next": address})
    assert (saved.status_code, saved["Location"].partition("?")[0]) == (302, "/admin/accounts/user/")
    user.refresh_from_db()
    assert user.name == "Typed once"


def test_the_password_does_not_stand_in_for_the_second_factor() -> None:
    administrator = make_administrator()
    client = staff_client(administrator, ago=AGO)
    user = make_staff(Role.COORDINATOR)
    address = f"/admin/accounts/user/{user.pk}/change/"
    client.post(address, {"email": user.email, "name": "Stolen", "language": "en"})
    confirmed = client.post("/en/accounts/reauthenticate/", {"password": PASSWORD, "next": address})
    assert confirmed["Location"].startswith("/en/accounts/2fa/reauthenticate/")
    user.refresh_from_db()
    assert user.name == ""


def test_who_has_a_key_and_no_app_is_asked_for_the_key() -> None:
    user = make_staff(Role.EDITOR)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "key", "credential": {}})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "ab" * 20, "used_mask": 0})
    client = staff_client(user, ago=AGO)
    assert client.get(EXPORT)["Location"].startswith("/en/accounts/2fa/webauthn/reauthenticate/")


# ── Throttles ────────────────────────────────────────────────────────────────────────────────


def test_strangers_cannot_flush_the_throttle() -> None:
    cache = caches["default"]
    assert isinstance(cache, DatabaseCache)
    cache.clear()
    for number in range(20):
        cache.set(f"a{number}", "y", timeout=300)
    before, cache._max_entries = cache._max_entries, 5
    try:
        cache.set("last", "y", timeout=300)
        assert [cache.get(f"a{number}") for number in range(20)] == ["y"] * 20
        cache.set("gone", "y", timeout=-1)
        cache.set("gone2", "y", timeout=-1)
        cache.set("later", "y", timeout=300)
    finally:
        cache._max_entries = before
    assert count_rows(cache) == 22
    cache.clear()


def count_rows(cache: Any) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {cache._table}")
        return int(cursor.fetchone()[0])


def test_another_host_or_port_gives_no_more_attempts(settings: Any) -> None:
    caches["default"].clear()
    user = make_staff(Role.COORDINATOR)
    for port in range(5):
        answer = {"login": user.email.upper() if port % 2 else user.email, "password": "wrong"}
        Client().post("/en/accounts/login/", answer, headers={"Host": f"localhost:{9000 + port}"})
    answer = {"login": user.email, "password": PASSWORD}
    page = Client().post("/en/accounts/login/", answer, headers={"Host": "localhost:9999"})
    assert "Too many failed login attempts" in page.content.decode()
    caches["default"].clear()


def test_a_code_works_once() -> None:
    caches["default"].clear()
    user = make_staff(Role.COORDINATOR)
    digits = {"code": code(enrol(user))}
    statuses = []
    for client in (Client(), Client()):
        client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
        statuses.append(client.post("/en/accounts/2fa/authenticate/", digits).status_code)
    assert statuses == [302, 200]


def test_too_many_attempts_get_a_page_of_the_site() -> None:
    caches["default"].clear()
    user = make_staff(Role.COORDINATOR)
    client = Client()
    statuses = [client.post("/en/accounts/login/", {"login": f"{user.email}{n}", "password": "x"}) for n in range(31)]
    assert statuses[-1].status_code == 429
    assert "Wait a minute" in statuses[-1].content.decode()
    caches["default"].clear()
