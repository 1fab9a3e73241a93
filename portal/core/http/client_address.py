"""The network address that a request comes from, behind as many proxies as are trusted."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address of the sender.

    Each trusted proxy adds one address to ``X-Forwarded-For``; what stands further left is a claim of
    the sender. When fewer are there than ``TRUSTED_PROXIES``, the first one is the sender's. What is no
    address counts as none: the address of the connection is taken.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    trusted = hops[-settings.TRUSTED_PROXIES :] if settings.TRUSTED_PROXIES else []
    return _address(trusted[0]) if trusted and _address(trusted[0]) else str(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str:
    """Return an address as it is written, without what some proxies add: brackets and a port. Empty for none."""
    for candidate in (text, text.partition("]")[0].removeprefix("["), text.partition(":")[0]):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return ""
