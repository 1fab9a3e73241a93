"""The cast of patients: browsers that opened the link of a case. Staff are in tests/accounts/cast.py."""

from django.test import Client

from portal.core.models import OutboxItem
from requests.models import Case
from requests.services import links


def patient_of(case: Case) -> Client:
    """Return the browser of somebody who opened the link of a case."""
    client = Client()
    item = OutboxItem.objects.filter(reference=case.reference).first()
    assert item is not None
    response = client.post(links.address(links.for_mail(item, case)).removeprefix("http://localhost:8000"))
    assert response.status_code == 302
    return client
