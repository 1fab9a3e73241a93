"""The admin opens with a second factor and with nothing less."""

from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.accounts.cast import enrol, staff_client
from tests.accounts.way_in import code
from tests.factories import make_staff
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db

CASES = "/admin/requests/case/"


def test_nobody_gets_in_without_signing_in() -> None:
    response = Client().get(CASES, follow=True)
    assert unquote(response.redirect_chain[-1][0]) == "/en/accounts/login/?next=/admin/requests/case/"
    assert response.status_code == 200


def test_a_password_alone_leads_to_enrolment() -> None:
    user = make_staff(Role.COORDINATOR)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(CASES)
    assert response["Location"] == reverse("mfa_index") + "?next=%2Fadmin%2Frequests%2Fcase%2F"


@pytest.mark.parametrize("methods", [(), ("password",)])
def test_with_a_factor_at_hand_it_must_be_used(methods: tuple[str, ...]) -> None:
    client = staff_client(make_staff(Role.COORDINATOR), methods=methods)
    for address in ("/admin/", CASES, "/admin/core/mail/", "/admin/search/?s=a"):
        assert client.get(address)["Location"].startswith(reverse("mfa_reauthenticate"))


def test_the_records_of_another_user_do_not_count() -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    other = make_staff(Role.LEAD)
    enrol(other)
    session = client.session
    session["_auth_user_id"] = str(other.pk)
    session["_auth_user_hash"] = other.get_session_auth_hash()
    session.save()
    assert client.get(CASES).status_code == 302


def test_password_and_code_open_the_desk() -> None:
    user = make_staff(Role.COORDINATOR)
    secret = enrol(user)
    client = Client()
    first = client.post(
        "/en/accounts/login/?next=/admin/", {"login": user.email, "password": PASSWORD, "next": "/admin/"}
    )
    assert first["Location"].startswith("/en/accounts/2fa/authenticate/")
    second = client.post("/en/accounts/2fa/authenticate/", {"code": code(secret)})
    assert (second.status_code, second["Location"]) == (302, "/admin/")
    assert client.get("/admin/", follow=True).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_enrolment_ends_at_the_desk() -> None:
    user = make_staff(Role.COORDINATOR)
    client = Client()
    client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/en/accounts/2fa/totp/activate/")
    answer = {"code": code(page.context["form"].secret)}
    enrolled = client.post("/en/accounts/2fa/totp/activate/", answer)
    assert enrolled["Location"] == "/en/accounts/2fa/recovery-codes/"
    assert 'href="/admin/"' in client.get("/en/accounts/2fa/recovery-codes/").content.decode()
    assert client.get("/admin/", follow=True).status_code == 200


def test_the_secret_is_drawn_without_a_data_image() -> None:
    user = make_staff(Role.COORDINATOR)
    client = Client()
    client.post("/en/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/en/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/en/accounts/2fa/totp/activate/").content.decode()
    assert ("<svg" in page, "data:image" in page) == (True, False)


def test_who_is_no_staff_is_refused() -> None:
    user = User.objects.create_user("patient@example.org", PASSWORD)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/", follow=True).status_code == 403


def test_staff_pages_are_in_english_for_every_browser() -> None:
    client = staff_client(make_staff(Role.COORDINATOR))
    response = client.get("/admin/requests/case/", headers={"accept-language": "ru"})
    assert ('lang="en"' in response.content.decode(), response["Content-Language"]) == (True, "en")
