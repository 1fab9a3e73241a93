"""Whole public pages from memory: what is kept, for whom it is the same, and for whom it is not."""

import gzip
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinics.models import Clinic
from conditions.models import Condition, Price
from portal.accounts.enums import Role
from portal.core.caching import content_version, page_cache
from portal.core.caching.page_cache import PageCacheMiddleware
from tests import cast
from tests.accounts.cast import staff_client
from tests.factories import make_staff, submit

pytestmark = pytest.mark.django_db

HOME, CONDITION, CLINICS = "/en/", "/en/conditions/liver-metastases/", "/en/clinics/"
# Of a hit, with some air; see below.
FULL_CALLS = 172
DAY = "public, max-age=0, s-maxage=10, stale-if-error=86400"
HOUR = "public, max-age=0, s-maxage=10, stale-if-error=3600"


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
    f"{CONDITION}?condition=liver-metastases&procedure=surgery": HOUR,
    "/ru/conditions/liver-metastases/changes/": HOUR,
    "/en/conditions/liver-metastases/questions/": HOUR,
    "/en/conditions/liver-metastases/documents/": HOUR,
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
    # Nobody looked whether there is a session, a message or a user.
    assert not response.wsgi_request.session.accessed
    assert not hasattr(response.wsgi_request, "_cached_user")


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
        "/en/accounts/login/",
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


# ── What is kept, and how it is answered ─────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [HOME, CONDITION, f"{CLINICS}?area=oncology", "/sitemap-ru.xml"])
def test_a_page_is_made_once_and_answered_without_a_query(pages: Any, visitor: Client, path: str) -> None:
    first = visitor.get(path)
    assert kept(pages) == 1
    with CaptureQueriesContext(connection) as queries:
        second = visitor.get(path)
    # The version is read again where the first answer took a second.
    assert [query for query in queries if "core_contentversion" not in query["sql"]] == []
    assert second.wsgi_request.resolver_match is None
    assert (second.status_code, second.content, dict(second.items())) == (200, first.content, dict(first.items()))


def test_a_kept_page_has_the_headers_of_a_new_one(pages: Any, visitor: Client) -> None:
    visitor.get(HOME)
    response = visitor.get(HOME)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Permissions-Policy"]
    assert response["Content-Language"] == "en"
    assert response["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("GZIP", True),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("br;q=1, gzip ; q=0.0", False),
        ("", False),
    ],
)
def test_one_copy_serves_who_takes_gzip_and_who_does_not(
    pages: Any, visitor: Client, accepted: str, *, is_compressed: bool
) -> None:
    stored = gzip.decompress(visitor.get(HOME).content)
    for _again in range(2):
        response = visitor.get(HOME, headers={"Accept-Encoding": accepted})
        assert response.has_header("Content-Encoding") == is_compressed
        assert (gzip.decompress(response.content) if is_compressed else response.content) == stored
        assert response["Content-Length"] == str(len(response.content))
    assert kept(pages) == 1


def test_who_has_the_page_gets_no_body(pages: Any, visitor: Client) -> None:
    etag = visitor.get(HOME)["ETag"]
    for tag in (etag, etag.removeprefix("W/"), f'"other", {etag}'):
        response = visitor.get(HOME, headers={"If-None-Match": tag})
        assert (response.status_code, response.content) == (304, b"")
        assert (response["ETag"], response["Vary"]) == (etag, "Accept-Encoding")
        assert "s-maxage=10" in response["Cache-Control"]
        assert "Content-Type" not in response
    assert visitor.get(HOME, headers={"If-None-Match": '"other"'}).status_code == 200
    assert visitor.get("/ru/", headers={"If-None-Match": etag}).status_code == 200


def test_the_tag_is_the_same_in_every_process_and_of_the_headers_too(visitor: Client, settings: LazySettings) -> None:
    first, second = visitor.get(HOME)["ETag"], Client(headers={"Host": "localhost"}).get(HOME)["ETag"]
    assert first == second
    settings.SECURE_REFERRER_POLICY = "no-referrer"
    assert Client(headers={"Host": "localhost"}).get(HOME)["ETag"] != first


def test_head_and_range_are_answered_from_the_same_copy(pages: Any, visitor: Client) -> None:
    assert visitor.head(HOME).status_code == 200
    assert kept(pages) == 0
    whole = visitor.get(HOME)
    head = visitor.head(HOME)
    assert (head.content, head["Content-Length"], head["ETag"]) == (b"", whole["Content-Length"], whole["ETag"])
    part = visitor.get(HOME, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (200, whole.content)
    assert kept(pages) == 1


def test_the_order_of_parameters_makes_no_second_page(pages: Any, visitor: Client) -> None:
    one = visitor.get(f"{CLINICS}?area=oncology&sort=name&page=1")
    other = visitor.get(f"{CLINICS}?sort=name&page=1&area=oncology")
    assert one.content == other.content
    assert kept(pages) == 1
    assert visitor.get(f"{CLINICS}?area=dentistry").content != one.content


def test_hosts_ports_and_schemes_share_no_page(pages: Any, settings: LazySettings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    client = Client(headers={"Host": "localhost"})
    secure = {"X-Forwarded-Proto": "https"}
    page = client.get(HOME, headers=secure)
    assert page.status_code == 200
    assert page["Strict-Transport-Security"].startswith("max-age=60")
    plain = client.get(HOME, headers={"X-Forwarded-Proto": "http"})
    assert (plain.status_code, plain["Location"]) == (301, "https://localhost/en/")
    assert client.get(HOME, headers={**secure, "Host": "evil.example"}).status_code == 400
    assert client.get(HOME, headers={**secure, "Host": "localhost:8443"}).status_code == 200
    assert kept(pages) == 2


def test_a_name_for_health_checks_alone_gets_no_page_from_memory(
    pages: Any, visitor: Client, settings: LazySettings
) -> None:
    visitor.get(HOME)
    settings.WATCH_ONLY_HOSTS = ["127.0.0.1"]
    assert visitor.get(HOME, headers={"Host": "127.0.0.1"}).status_code == 400


# ── Nobody gets what is another's ────────────────────────────────────────────────────────────


def people() -> dict[str, Client]:
    """Return the browsers of people whom a cookie of ours names."""
    case = submit()
    patient = cast.patient_of(case)
    editor = staff_client(make_staff(Role.EDITOR))
    sender, chooser = Client(), Client()
    sender.cookies["receipt"] = "signed"
    chooser.get("/en/clinics/compare/?clinic=blokhin&keep=1")
    chooser.cookies["shortlist"] = "blokhin"
    return {"patient": patient, "editor": editor, "sender": sender, "chooser": chooser}


@pytest.mark.parametrize("who", ["patient", "editor", "sender", "chooser"])
def test_who_has_a_cookie_of_ours_neither_fills_nor_reads_the_cache(pages: Any, visitor: Client, who: str) -> None:
    person = people()[who]
    own = person.get(HOME, headers={"Host": "localhost"})
    assert own["Cache-Control"] == "no-store"
    assert kept(pages) == 0
    visitor.get(HOME)
    assert kept(pages) == 1
    again = person.get(HOME, headers={"Host": "localhost"})
    assert again.wsgi_request.resolver_match is not None
    assert again["Cache-Control"] == "no-store"
    assert kept(pages) == 1


def test_a_message_is_shown_to_its_reader_alone(pages: Any, visitor: Client) -> None:
    patient, page = cast.patient_of(submit()), "/en/packages/"
    session = patient.session
    session["_messages"] = '[["__json_message", 0, 20, "Canary for one reader", ""]]'
    session.save()
    patient.cookies["sessionid"] = session.session_key or ""
    assert b"Canary for one reader" in patient.get(page, headers={"Host": "localhost"}).content
    assert b"Canary" not in visitor.get(page, headers={"Accept-Encoding": "identity"}).content


def test_a_form_is_everybodys_own(pages: Any) -> None:
    tokens = set()
    for _visitor in range(2):
        response = Client(headers={"Host": "localhost"}).get("/en/conditions/liver-metastases/feedback/")
        assert "csrftoken" in response.cookies
        tokens |= set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode()))
    assert len(tokens) == 2
    assert kept(pages) == 0


def test_a_public_view_that_sets_a_cookie_is_kept_nowhere(pages: Any) -> None:
    @page_cache.public_page(stale_if_error=60)
    def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse("yours")
        response.set_cookie("mine", "1")
        return response

    response = PageCacheMiddleware(view)(RequestFactory().get("/en/"))
    assert response["Cache-Control"] == "no-store"
    assert kept(pages) == 0


def test_a_cookie_that_names_nobody_changes_nothing(pages: Any, visitor: Client) -> None:
    visitor.get(HOME)
    visitor.cookies["csrftoken"] = "a" * 32
    visitor.cookies["django_language"] = "ru"
    response = visitor.get(HOME)
    assert response.wsgi_request.resolver_match is None
    assert response["Vary"] == "Accept-Encoding"


# ── Bounds ───────────────────────────────────────────────────────────────────────────────────


def test_the_memory_of_a_process_is_bounded(pages: Any, visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pages._max_entries * page_cache.MAX_COMPRESSED_BYTES <= 50_000_000
    pages._max_entries = 10
    for number in range(30):
        assert visitor.get(f"{CLINICS}?page={number}").status_code == 200
        assert kept(pages) <= 10
    monkeypatch.setattr(page_cache, "MAX_COMPRESSED_BYTES", 100)
    pages.clear()
    assert visitor.get(HOME).status_code == 200
    assert kept(pages) == 0


def test_a_page_ends_with_its_day(pages: Any, visitor: Client, clock: Callable[[str], None]) -> None:
    condition = Condition.objects.get(slug="liver-metastases")
    today = timezone.now().date()
    Price.objects.filter(condition=condition).update(checked_on=today, valid_until=today)
    clock("23:59:50")
    before = visitor.get(CONDITION, headers={"Accept-Encoding": "identity"}).content.decode()
    assert "valid until" in before
    clock((datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT00:00:01Z"))
    after = visitor.get(CONDITION, headers={"Accept-Encoding": "identity"}).content.decode()
    assert "valid until" not in after
    assert "being checked" in after


def calls(get: Callable[[], Any]) -> int:
    """Return how many Python functions run."""
    count = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        get()
    finally:
        sys.setprofile(None)
    return count


def test_a_hit_runs_few_functions(pages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the whole WSGI application; most of it is what Django does for any request and its headers."""
    # On a slow machine the version would be read again meanwhile.
    monkeypatch.setattr(content_version, "_known", (content_version.current(), float("inf")))
    application = WSGIHandler()
    # As the client of tests does: the connection is that of the test's transaction.
    request_started.disconnect(close_old_connections)
    environ = RequestFactory(headers={"Host": "localhost", "Accept-Encoding": "gzip"})._base_environ(PATH_INFO=HOME)

    def ask(**more: str) -> str:
        statuses: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Callable[[bytes], object]:
            statuses.append(status)
            return lambda written: None

        b"".join(application({**environ, **more}, start))
        return statuses[0]

    try:
        assert ask() == "200 OK"
    finally:
        request_started.connect(close_old_connections)
    etag = pages.get(next(iter(pages._cache)).split(":", 2)[2]).etag
    assert ask() == "200 OK"
    full, unmodified = calls(ask), calls(lambda: ask(HTTP_IF_NONE_MATCH=etag))
    assert ask(HTTP_IF_NONE_MATCH=etag) == "304 Not Modified"
    assert full <= FULL_CALLS, f"a hit runs {full} functions: look with cProfile at what came to it"
    assert unmodified < full


# ── Compression ──────────────────────────────────────────────────────────────────────────────

FILE_NAME_FLAG = 8


def test_what_may_hold_a_secret_keeps_djangos_guard_and_what_is_compressed_stays(visitor: Client) -> None:
    """Django pads by a file name of random length in the gzip header; equal public pages are equal bytes."""
    form = visitor.get("/en/requests/new/")
    assert form["Content-Encoding"] == "gzip"
    assert form.content[3] & FILE_NAME_FLAG
    searched = visitor.get("/en/search/?q=liver")
    assert searched.content[3] & FILE_NAME_FLAG
    page = visitor.get(HOME)
    assert not page.content[3] & FILE_NAME_FLAG
    assert page.content == visitor.get(HOME).content
    picture = visitor.get("/en/og.png")
    assert "Content-Encoding" not in picture
    assert picture["Cache-Control"] == "public, max-age=86400"
