"""Crawl of the whole site, which takes a minute, for every test that asks something of all pages."""

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.site.crawl import Walk, named_by_sitemaps, walk


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker, is_long: bool) -> Walk:
    """A walk from the home page of each live language, from what sitemaps name, and from pages that nothing links to."""
    starts = [f"/{code}/" for code in settings.LIVE_LANGUAGES] + ["/", "/en/no-such-page/", "/en/accounts/login/"]
    with django_db_blocker.unblock():
        return walk(starts + named_by_sitemaps(Client(HTTP_HOST="localhost:8000")), every_pdf=is_long)
