"""Whole public pages from memory: what is kept, for whom it is the same, and for whom it is not."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinics.models import Clinic

pytestmark = pytest.mark.django_db

HOME, CONDITION, CLINICS = "/en/", "/en/conditions/liver-metastases/", "/en/clinics/"
DAY = "public, max-age=0, s-maxage=10, stale-if-error=86400"
HOUR = "public, max-age=0, s-maxage=10, stale-if-error=3600"


@pytest.fixture
def pages(settings: LazySettings) -> Any:
    """The cache of whole pages, which only these tests have; empty."""
    location = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": uuid.uuid4().hex}
    settings.CACHES = settings.CACHES | {"pages": location}
    return caches["pages"]


@pytest.fixture
def visitor() -> Client:
    """Somebody without a cookie, whose browser takes gzip."""
    return Client(headers={"Host": "localhost", "Accept-Encoding": "gzip"})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that stops the clock at a time of today, or at a moment."""

    def stop(text: str) -> None:
        moment = datetime.fromisoformat(text if "T" in text else f"{datetime.now(UTC).date()}T{text}Z")
        monkeypatch.setattr(time, "time", moment.timestamp)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    stop("12:00")
    return stop


def kept(pages: Any) -> int:
    return len(pages._cache)


def queries(get: Callable[[], HttpResponse]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        get()
    return len(found)


# ── What caches are told ─────────────────────────────────────────────────────────────────────

PUBLIC = {
    HOME: DAY,
    "/ar/": DAY,
    "/en/conditions/": DAY,
    "/en/areas/oncology/": DAY,
    "/en/packages/": DAY,
    "/en/privacy/": DAY,
    "/en/how-this-list-is-ordered/": DAY,
    "/robots.txt": DAY,
    CONDITION: HOUR,
    "/ru/conditions/liver-metastases/changes/": HOUR,
    "/en/conditions/liver-metastases/questions/": HOUR,
    CLINICS: HOUR,
    "/en/doctors/": HOUR,
    "/en/care-assistants/": HOUR,
    "/sitemap.xml": HOUR,
    "/sitemap-en.xml": HOUR,
}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("path", "header"), PUBLIC.items())
def test_a_public_page_is_for_every_cache(visitor: Client, path: str, header: str) -> None:
    response = visitor.get(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == header
    assert response["Vary"] == "Accept-Encoding"
    assert response["ETag"].startswith('W/"')
    assert response["Content-Encoding"] == "gzip"
    assert response["Content-Length"] == str(len(response.content))
    assert not response.cookies


@pytest.mark.usefixtures("clock")
def test_the_pages_of_the_directory_are_for_every_cache(visitor: Client) -> None:
    clinic = Clinic.objects.filter(is_published=True).first()
    assert clinic is not None
    assert visitor.get(f"/en/clinics/{clinic.slug}/")["Cache-Control"] == HOUR
    assert visitor.get(f"{CLINICS}?area=oncology&page=1")["Cache-Control"] == HOUR


@pytest.mark.parametrize(
    "path",
    [
        "/en/requests/new/",
        "/en/case/",
        "/en/clinics/compare/",
        "/en/search/",
        "/en/search/?q=liver",
        "/en/conditions/liver-metastases/feedback/",
        "/accounts/login/",
        "/healthz/",
        "/en/nowhere/",
        "/en/clinics/nowhere/",
        "/en/conditions",
        "/admin/",
        f"{HOME}?utm_source=letter",
        f"{CONDITION}?procedure=surgery&token=secret",
        f"{CLINICS}?area={'a' * 600}",
    ],
)
def test_everything_else_is_for_none(pages: Any, visitor: Client, path: str) -> None:
    response = visitor.get(path)
    assert "no-store" in response["Cache-Control"]
    assert "public" not in response["Cache-Control"]
    assert kept(pages) == 0


def test_a_post_and_a_refused_address_are_for_none(pages: Any, visitor: Client) -> None:
    for response in (
        visitor.post(HOME),
        visitor.get(HOME, HTTP_HOST="evil.example"),
        visitor.get("/en/?q=%00"),
        visitor.get(f"/en/?q={'a' * 9_000}"),
    ):
        assert response.status_code in {400, 405}
        assert response["Cache-Control"] == "no-store"
    assert kept(pages) == 0


@pytest.mark.parametrize(
    ("moment", "dated", "other"),
    [
        ("00:00", HOUR, DAY),
        ("23:30", "public, max-age=0, s-maxage=10, stale-if-error=1790", DAY),
        ("23:59:57", "public, max-age=0, s-maxage=3", DAY),
    ],
)
def test_nothing_dated_is_shown_beyond_its_day(
    visitor: Client, clock: Callable[[str], None], moment: str, dated: str, other: str
) -> None:
    clock(moment)
    assert visitor.get(CONDITION)["Cache-Control"] == dated
    assert visitor.get(HOME)["Cache-Control"] == other
