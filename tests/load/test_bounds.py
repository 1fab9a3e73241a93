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
    "/en/conditions/liver-metastases/": Cost(statements=6, calls=12_100, own_calls=161, bytes=12_200),
    "/ru/conditions/liver-metastases/": Cost(statements=6, calls=12_400, own_calls=161, bytes=15_400),
    "/ar/conditions/liver-metastases/": Cost(statements=6, calls=12_400, own_calls=161, bytes=13_900),
    "/en/conditions/": Cost(statements=2, calls=76_000, own_calls=18_577, bytes=8_400),
    "/en/clinics/": Cost(statements=5, calls=102_000, own_calls=2_410, bytes=19_000),
    "/en/doctors/": Cost(statements=4, calls=87_500, own_calls=2_310, bytes=15_200),
    "/en/care-assistants/": Cost(statements=4, calls=33_100, own_calls=771, bytes=5_930),
    "/en/packages/": Cost(statements=3, calls=15_800, own_calls=134, bytes=3_160),
    "/en/search/?q=liver": Cost(statements=2, calls=28_200, own_calls=5_830, bytes=2_450),
    "/en/search/?q=glaucma": Cost(statements=4, calls=38_000, own_calls=1_700, bytes=2_170),
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
