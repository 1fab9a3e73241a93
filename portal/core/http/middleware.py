"""Middleware for requests that cannot be served, and for headers that Django does not set by itself."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.urls import get_resolver

from portal.core.caching.page_cache import is_public
from portal.core.encryption.primitives import KeyErased
from portal.core.storage.errors import StoreAway

log = logging.getLogger(__name__)

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
        "picture-in-picture", "screen-wake-lock", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip


WATCH_PATHS = ("/healthz/", "/readyz/", "/metrics")
ADDRESS_MAX = 8_000
# Photographs, PDFs and archives are compressed already.
COMPRESSIBLE = ("text/", "application/json", "application/javascript", "application/xml", "image/svg+xml")


class AddressMiddleware:
    """Answers 400 to an address or cookie that no page can read, and to a host name that is not for visitors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if len(request.get_full_path()) > ADDRESS_MAX:
            raise BadRequest("The address is too long.")
        # PostgreSQL refuses a NUL in a text, and SimpleCookie makes one of the letters \000.
        texts = [request.path_info, *request.COOKIES.values()]
        if "%00" in request.META.get("QUERY_STRING", "") or any("\x00" in text for text in texts):
            raise BadRequest("There is a NUL in the address or in a cookie.")
        host, _port = split_domain_port(request.headers.get("Host", ""))
        if host in settings.WATCH_ONLY_HOSTS and request.path_info not in WATCH_PATHS:
            raise DisallowedHost(f"{host!r} is for health checks alone.")
        return self.get_response(request)


class HeadersMiddleware:
    """Denies browser features, keeps other origins out, and loosens the policy of the admin alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Our forms are UTF-8. A client that names another charset could make Django fail or decode half a character.
        request.encoding = "utf-8"
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path_info.startswith("/admin/"):
            response._csp_config = settings.ADMIN_CSP  # type: ignore[attr-defined]  # what csp_override sets
            response["X-Frame-Options"] = "SAMEORIGIN"
        return response


class CompressionMiddleware(GZipMiddleware):
    """Compresses text, with Django's guard against BREACH; the cache of public pages compresses those itself, once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_text = response.get("Content-Type", "").startswith(COMPRESSIBLE)
        return super().process_response(request, response) if is_text and not is_public(request, response) else response


class ErasedMiddleware:
    """Answers 410 with the page of a missing one where the key of what a view needs was destroyed while it ran."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, KeyErased):
            return None
        missing: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(404)
        response = missing(request, exception)
        response.status_code = 410
        response["Cache-Control"] = "no-store"
        return response


class StoreAwayMiddleware:
    """Answers 503 with the page of an error where a view needs a file and the store of files is away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, StoreAway):
            return None
        log.error("%s", exception)
        response: HttpResponse = get_resolver().resolve_error_handler(500)(request)
        response.status_code = 503
        response["Cache-Control"] = "no-store"
        return response
