"""Public pages take no more statements, Python calls and bytes than they did: what no busy machine blurs.

A bound is what was counted and a tenth more. Whoever makes a page lighter lowers its bound.
"""

from collections.abc import Iterator
from functools import partial

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from tests.load import made_up
from tests.load.calls import Cost, cost, excess
from tests.load.worker import Browser

pytestmark = pytest.mark.django_db

BOUNDS = {
    "/en/conditions/liver-metastases/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/ru/conditions/liver-metastases/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/ar/conditions/liver-metastases/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/en/conditions/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/en/clinics/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/en/doctors/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/en/care-assistants/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/en/packages/": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/en/search/?q=liver": Cost(statements=0, calls=0, own_calls=0, bytes=0),
    "/en/search/?q=glaucma": Cost(statements=0, calls=0, own_calls=0, bytes=0),
}


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A browser of the WSGI application that leaves the connection of the test open, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Browser(get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_page_takes_more_than_it_did(browser: Browser) -> None:
    made_up.fill_some()
    found = []
    for path, most in BOUNDS.items():
        found += excess(path, cost(partial(browser.request, "GET", path)), most)
        assert browser.status == "200 OK", path
    assert not found, "\n".join([*found, "`python -m tests.load.calls PATH` prints what a page calls most."])
