"""Fixtures of the fault tests: a portal with short time-outs and high limits."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import connection

from portal.accounts.enums import Role
from tests.factories import make_staff
from tests.filling import TEMPLATE_DATABASE
from tests.services import Portal, Postgres
from tests.services.stack import Stack

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

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


@contextmanager
def made_quick(portal: Portal) -> Iterator[Portal]:
    """Give a portal short leases and two coordinators at the desk; this process keeps files where it does."""
    portal.env |= QUICK
    before = settings.PRIVATE_FILES_DIR
    settings.PRIVATE_FILES_DIR = portal.folder / "files"
    for number in range(2):
        make_staff(Role.COORDINATOR, email=f"desk{number}@marus.example")
    yield portal
    settings.PRIVATE_FILES_DIR = before
    if os.environ.get("SHOW_LOGS"):
        print(portal.output())


@pytest.fixture
def quick_portal(portal: Portal) -> Iterator[Portal]:
    """The portal's processes, not started, with short leases and two coordinators at the desk."""
    with made_quick(portal):
        yield portal


@pytest.fixture(scope="module")
def quick_stack(shared_stack: Stack) -> Iterator[Stack]:
    """The same for all tests of a module, with Redis and mail server."""
    with made_quick(shared_stack.portal):
        yield shared_stack


@pytest.fixture
def mortal_database(postgres_server: Postgres, django_db_blocker: "DjangoDbBlocker") -> Iterator[str]:
    """The URL of a filled database on a PostgreSQL that this test may kill; the models of this process use it too."""
    address = connection.settings_dict
    before = address["NAME"], address["PORT"]
    url = postgres_server.create_database("portal", template=TEMPLATE_DATABASE)
    # What is committed when it dies is on the disk, as in production.
    postgres_server.execute("ALTER DATABASE portal SET synchronous_commit = on")
    with django_db_blocker.unblock():
        connection.close()
        address["NAME"], address["PORT"] = "portal", postgres_server.port
        yield url
        connection.close()
        address["NAME"], address["PORT"] = before
