"""The content security policy: one strict policy for everybody, a looser one under /admin/ alone."""

from typing import Any

import pytest
from django.test import Client

from portal.accounts.enums import Role
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit

pytestmark = pytest.mark.django_db

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
ADMIN = STRICT | {
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "frame-src": "'self'",
    "frame-ancestors": "'self'",
}


def policy(response: Any) -> dict[str, str]:
    directives = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in directives}


def test_visitors_get_the_strict_policy_on_every_kind_of_page() -> None:
    visitor = Client()
    paths = [
        *("/", "/robots.txt", "/en/", "/en/conditions/", "/en/conditions/cataract/", "/en/clinics/", "/en/packages/"),
        *("/en/search/", "/en/requests/new/", "/en/case/", "/en/accounts/login/", "/en/unknown/"),
    ]
    assert {path: policy(visitor.get(path)) for path in paths} == dict.fromkeys(paths, STRICT)


def test_a_page_from_memory_has_the_strict_policy_too(pages: Any) -> None:
    visitor = Client()
    assert [policy(visitor.get("/en/")) for _time in range(2)] == [STRICT, STRICT]


def test_patients_get_the_strict_policy() -> None:
    case = submit()
    response = patient_of(case).get(f"/en/case/{case.reference}/")
    assert (response.status_code, policy(response)) == (200, STRICT)


def test_the_admin_alone_gets_the_looser_policy() -> None:
    staff = staff_client(make_staff(Role.COORDINATOR))
    assert [policy(staff.get(path)) for path in ("/admin/", "/en/", "/administration/")] == [ADMIN, STRICT, STRICT]
