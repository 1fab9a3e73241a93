"""Cache of whole public pages in the memory of each web process, and the headers for the caches in front of it.

A view is made public by ``public_page``; whatever nobody marked is ``no-store``. See docs/decisions/0036-page-cache.md.
"""

import gzip
import re
import time
from collections.abc import Callable, Collection
from functools import wraps
from hashlib import sha256
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.cache import caches
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, ResponseHeaders

from portal.core.caching import content_version

A_DAY, AN_HOUR = 86_400, 3_600
# A change shows in shared caches after this many seconds.
SHARED_SECONDS = 10
# With at most MAX_ENTRIES of the cache this bounds the memory of a process; a page about an illness takes 16 kB.
MAX_COMPRESSED_BYTES = 50_000
MAX_QUERY_LENGTH = 500
NO_STORE = "no-store"

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


class Publicity(NamedTuple):
    """How long shared caches may show a public page: seconds while the portal fails; a dated page ends with its day."""

    stale_if_error: int
    is_dated: bool

    def cache_control(self, now: int) -> str:
        """Return the header at a Unix time. Days end in UTC, as on the pages."""
        left = A_DAY - now % A_DAY if self.is_dated else 2 * A_DAY
        fresh = min(SHARED_SECONDS, left)
        stale = min(self.stale_if_error, left - fresh)
        return f"public, max-age=0, s-maxage={fresh}" + (f", stale-if-error={stale}" if stale else "")


class StoredPage(NamedTuple):
    """A page as it is kept, compressed. Its headers are checked already, and a response is made quicker than unpickled."""

    etag: str
    publicity: Publicity
    view_name: str
    headers: ResponseHeaders
    headers_of_304: ResponseHeaders
    body: bytes


def public_page[V: Callable[..., HttpResponse]](
    *, stale_if_error: int, query: Collection[str] = (), is_dated: bool = False
) -> Callable[[V], V]:
    """Mark a view whose answers are the same for everybody: they are kept, here and in shared caches.

    ``query`` are the parameters that it reads; an address with any other is answered and not kept.
    ``is_dated`` says that something on the page turns with the day, such as a price that holds until then.
    """
    publicity, known = Publicity(stale_if_error, is_dated), frozenset(query)

    def mark(view: V) -> V:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            is_short = len(request.META.get("QUERY_STRING", "")) <= MAX_QUERY_LENGTH
            if response.status_code == 200 and is_short and request.GET.keys() <= known:
                response.publicity = publicity  # type: ignore[attr-defined]  # read by is_public below
            return response

        marked.publicity = publicity  # type: ignore[attr-defined]  # which views are public
        return cast("V", marked)

    return mark


def is_public(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether an answer is the same for everybody: its view is public, and no cookie came or goes that names somebody."""
    return hasattr(response, "publicity") and not response.cookies and not _names_somebody(request)


class PageCacheMiddleware:
    """Answers with public pages from memory. Stands first, so that a hit runs nothing else, and stores final headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Tests have no such cache, but for those of this one.
        self.pages = caches["pages"] if "pages" in settings.CACHES else None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        pages = self.pages
        key = _key(request) if pages is not None else ""
        page: StoredPage | None = pages.get(key) if pages is not None and key else None
        if page is None:
            response = self.get_response(request)
            if not is_public(request, response):
                return _private(response)
            page = _stored(request, response)
            is_small = len(page.body) <= MAX_COMPRESSED_BYTES
            if pages is not None and key and is_small and request.method == "GET":
                pages.set(key, page)
        return _answer(page, request)


def _names_somebody(request: HttpRequest) -> bool:
    """Whether one of our cookies that tell visitors apart came along; looks at the raw header, so it may say so in vain."""
    cookies = request.META.get("HTTP_COOKIE", "")
    if not cookies:
        return False
    names = (settings.SESSION_COOKIE_NAME, settings.RECEIPT_COOKIE_NAME, settings.SHORTLIST_COOKIE_NAME)
    return any(name in cookies for name in names)


def _key(request: HttpRequest) -> str:
    """Return the key of what a request asks for; empty for what is neither served from memory nor kept.

    The host is part of it because a hit asks no ALLOWED_HOSTS, the scheme because one of them may be redirected.
    """
    meta = request.META
    query = meta.get("QUERY_STRING", "")
    if request.method not in {"GET", "HEAD"} or len(query) > MAX_QUERY_LENGTH or _names_somebody(request):
        return ""
    if "&" in query:
        # By name alone: the values of one name keep their order.
        query = "&".join(sorted(query.split("&"), key=lambda pair: pair.partition("=")[0]))
    try:
        version = content_version.current()
    except Error:
        # Health checks and pages without a row are answered all the same.
        return ""
    day = int(time.time()) // A_DAY
    parts = (version, day, request.scheme, meta.get("HTTP_HOST"), request.path_info, query)
    return sha256(repr(parts).encode()).hexdigest()


def _stored(request: HttpRequest, response: HttpResponse) -> StoredPage:
    headers = {name: value for name, value in response.items() if name not in {"Content-Length", "Vary"}}
    if not headers["Content-Type"].startswith("text/html"):
        # Addresses of files name no language; it would be that of whoever asked first.
        headers.pop("Content-Language", None)
    headers["Vary"] = "Accept-Encoding"
    # Of the headers too: whoever has the page takes a changed policy only with another tag.
    etag = f'"{sha256(repr(headers).encode() + response.content).hexdigest()[:32]}"'
    headers["ETag"] = f"W/{etag}"
    # Nothing on the page is secret, so its compressed length may be known and the bytes are made once.
    body = gzip.compress(response.content, mtime=0)
    headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(body))}
    view_name = request.resolver_match.view_name if request.resolver_match else ""
    publicity: Publicity = response.publicity  # type: ignore[attr-defined]  # set by public_page
    headers_of_304 = {name: headers[name] for name in ("ETag", "Vary")}
    return StoredPage(etag, publicity, view_name, ResponseHeaders(headers), ResponseHeaders(headers_of_304), body)


def _answer(page: StoredPage, request: HttpRequest) -> HttpResponse:
    response: HttpResponse
    if page.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response = HttpResponseNotModified()
        response.headers = page.headers_of_304
    else:
        response = HttpResponse(page.body)
        response.headers = page.headers
        if not _GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            response.content = gzip.decompress(page.body)
            response["Content-Length"] = str(len(response.content))
            del response["Content-Encoding"]
    response["Cache-Control"] = page.publicity.cache_control(int(time.time()))
    response.view_name = page.view_name  # type: ignore[attr-defined]  # for the metrics
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """Keep out of every cache what nobody marked, and what was marked for all but sets a cookie."""
    if "Cache-Control" not in response or (response.cookies and "public" in response["Cache-Control"]):
        response["Cache-Control"] = NO_STORE
    return response
