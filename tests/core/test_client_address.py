"""One rule for the address of a visitor, whoever asks: the portal's own limits, allauth's throttles, the list of sessions."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.core.http.client_address import client_address
from tests.factories import make_staff
from tests.factories.people import PASSWORD

PROXY = "127.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "198.51.100.7", PROXY),
        (1, "", PROXY),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.7, 192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.7, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        # Fewer proxies than are trusted wrote into the header.
        (2, "192.0.2.1", "192.0.2.1"),
        (3, "192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (1, "192.0.2.1:50123", "192.0.2.1"),
        (1, "[2001:DB8::1]:50123", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "unknown", PROXY),
        (1, "_hidden, <script>", PROXY),
    ],
)
def test_the_address_is_what_the_trusted_proxies_wrote(
    settings: Settings, proxies: int, header: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": header})
    assert (client_address(request), get_adapter().get_client_ip(request)) == (address, address)


@pytest.mark.django_db
@pytest.mark.parametrize(("header", "address"), [("192.0.2.1", "192.0.2.1"), ("unknown", PROXY), ("", PROXY)])
def test_nobody_is_kept_from_signing_in_by_a_header(settings: Settings, header: str, address: str) -> None:
    settings.TRUSTED_PROXIES = 2
    user = make_staff(Role.EDITOR)
    answer = {"login": user.email, "password": PASSWORD}
    response = Client().post("/en/accounts/login/", answer, headers={"X-Forwarded-For": header})
    assert response.status_code == 302
    assert UserSession.objects.get(user=user).ip == address
