"""Public pages take no more statements, Python calls and bytes than they did: what no busy machine blurs.

A bound is what was counted and a tenth more, but for statements, which are as many as there were.
Whoever makes a page lighter lowers its bound.
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
    "/en/conditions/liver-metastases/": Cost(statements=6, calls=9_810, own_calls=162, bytes=12_200),
    "/ru/conditions/liver-metastases/": Cost(statements=6, calls=9_820, own_calls=162, bytes=15_400),
    "/ar/conditions/liver-metastases/": Cost(statements=6, calls=9_880, own_calls=162, bytes=13_900),
    "/en/conditions/": Cost(statements=2, calls=75_000, own_calls=18_400, bytes=8_320),
    "/en/clinics/": Cost(statements=4, calls=30_100, own_calls=1_180, bytes=18_800),
    "/en/doctors/": Cost(statements=4, calls=28_300, own_calls=1_210, bytes=15_000),
    "/en/care-assistants/": Cost(statements=4, calls=24_000, own_calls=597, bytes=5_940),
    "/en/packages/": Cost(statements=3, calls=15_100, own_calls=139, bytes=3_160),
    "/en/search/?q=liver": Cost(statements=2, calls=13_100, own_calls=5_780, bytes=2_450),
    "/en/search/?q=glaucma": Cost(statements=4, calls=8_290, own_calls=1_660, bytes=2_180),
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
