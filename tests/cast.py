"""The cast: a visitor, a patient, another patient, and staff with and without a second factor."""

import time

from allauth.mfa.models import Authenticator
from django.test import Client

from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.models import Case
from requests.services import links


def patient_of(case: Case) -> Client:
    """Return the browser of somebody who opened the link of a case."""
    client = Client()
    item = OutboxItem.objects.filter(reference=case.reference).first()
    assert item is not None
    response = client.get(links.address(links.for_mail(item, case)).removeprefix("http://localhost:8000"))
    assert response.status_code == 302
    return client


def staff(user: User, *, second_factor: bool = True) -> Client:
    """Return the browser of a member of staff who is signed in."""
    client = Client()
    client.force_login(user)
    if second_factor:
        Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
        session.save()
    return client
