"""What the fault tests share: a portal whose clocks are quick and whose limits do not matter."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from portal.accounts.enums import Role
from tests.factories import make_staff
from tests.services import Portal

QUICK = {
    "OUTBOX_LEASE_SECONDS": "5",
    "OUTBOX_OVERDUE_SECONDS": "2",
    "FORM_MIN_SECONDS": "0",
    "REQUEST_LIMIT_EMAIL": "100000",
    "REQUEST_LIMIT_NETWORK": "100000",
    "LOG_LEVEL": "INFO",
    # The more mails of a request, the more moments to die at.
    "NOTICE_MODE": "each",
}


@pytest.fixture
def quick_portal(portal: Portal) -> Iterator[Portal]:
    """The portal's processes, not started, with short leases and two coordinators at the desk."""
    portal.env |= QUICK
    before = settings.PRIVATE_FILES_DIR
    settings.PRIVATE_FILES_DIR = portal.folder / "files"
    for number in range(2):
        make_staff(Role.COORDINATOR, email=f"desk{number}@marus.example")
    yield portal
    settings.PRIVATE_FILES_DIR = before
    if os.environ.get("SHOW_LOGS"):
        print(portal.output())
