"""400, 403 and 404 inside the desk: pages of the desk for staff with a second factor, and nothing to learn for others."""

from typing import Any

import pytest
from django.test import Client

from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.accounts.cast import staff_client
from tests.factories import make_staff

pytestmark = pytest.mark.django_db

LOST = "/admin/nowhere/"
NO_ROW = "/admin/clinics/clinic/987654/change/"
# Django refuses to say anything about a row by a key that is no key of it.
WRONG = "/admin/clinics/clinic/add/?_to_field=password"


def part_of(response: Any) -> tuple[int, bool]:
    """Return the status of a page and whether it is one of the desk."""
    return response.status_code, "Back to the desk" in response.content.decode()


@pytest.mark.parametrize(("address", "status"), [(LOST, 404), (NO_ROW, 404), (WRONG, 400)])
def test_staff_with_a_second_factor_stays_at_the_desk(address: str, status: int) -> None:
    assert part_of(staff_client(make_staff(Role.EDITOR)).get(address)) == (status, True)


@pytest.mark.parametrize("address", [LOST, NO_ROW, WRONG, "/admin/clinics/clinic/"])
def test_others_learn_nothing_of_what_exists(address: str) -> None:
    staff, password_only = make_staff(Role.EDITOR), make_staff(Role.EDITOR)
    del staff
    visitor = Client().get(address)
    assert (visitor.status_code, visitor["Location"].startswith("/en/accounts/login/")) == (302, True)
    half = staff_client(password_only, methods=("password",)).get(address)
    assert (half.status_code, half["Location"].startswith("/en/accounts/2fa/reauthenticate/")) == (302, True)


@pytest.mark.parametrize("address", ["/admin/logout/nowhere/", "/en/nowhere/"])
def test_the_public_page_is_for_everybody_else(address: str) -> None:
    patient = Client()
    patient.force_login(
        User.objects.create_user("patient@example.org", "x"), backend="django.contrib.auth.backends.ModelBackend"
    )
    for client in (patient, Client()):
        response = client.get(address, follow=True)
        assert (b"desk-card" in response.content, response.status_code in (200, 403, 404)) == (False, True)


def test_a_post_that_leads_nowhere_gives_back_what_was_typed() -> None:
    typed = {"language": "en", "en-change_note": "Words of a\nchange", "csrfmiddlewaretoken": "secret-token"}
    client = staff_client(make_staff(Role.EDITOR))
    response = client.post("/admin/conditions/condition/987654/publish/", typed | {"password": "secret-word"})
    page = response.content.decode()
    assert (response.status_code, "Words of a\nchange" in page, "Change note" in page) == (404, True, True)
    assert ("secret-token" in page, "secret-word" in page) == (False, False)


def test_a_form_without_its_cookie_stays_at_the_desk_for_who_may_be_there() -> None:
    staff = make_staff(Role.EDITOR)
    for methods, is_desk in ((("password", "mfa"), True), (("password",), False)):
        client = Client(enforce_csrf_checks=True)
        client.cookies = staff_client(staff, methods=methods).cookies
        assert part_of(client.post("/admin/clinics/clinic/add/", {})) == (403, is_desk)
