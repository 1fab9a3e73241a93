"""What holds of every page about an illness, in every language: light, and a fixed number of queries."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conditions.models import Condition

pytestmark = pytest.mark.django_db

KILOBYTE = 1000
# What a first view asks for besides the page: the stylesheet and the icon.
ASSETS = ("css/site.css", "img/favicon.svg")


def pages() -> list[str]:
    return [
        f"/{code}{one.get_absolute_url()[3:]}" for code in settings.LIVE_LANGUAGES for one in Condition.objects.all()
    ]


def test_a_first_view_is_light() -> None:
    assets = sum(len(gzip.compress(Path(settings.BASE_DIR, "static", name).read_bytes())) for name in ASSETS)
    client = Client(HTTP_ACCEPT_ENCODING="gzip")
    sizes = {url: len(client.get(url).content) + assets for url in pages()}
    assert len(sizes) == 16 * len(settings.LIVE_LANGUAGES)
    assert {url: size for url, size in sizes.items() if size > 60 * KILOBYTE} == {}


def test_the_html_of_a_page_is_light_in_every_language() -> None:
    client = Client()
    sizes = {url: len(gzip.compress(client.get(url).content, 6)) for url in pages()}
    assert {url: size for url, size in sizes.items() if size > 14 * KILOBYTE} == {}


def test_the_number_of_queries_does_not_depend_on_the_page() -> None:
    client, counts = Client(), {}
    for url in pages():
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        counts[url] = len(seen)
    assert set(counts.values()) <= {5, 6}, "one more where there are related conditions"
