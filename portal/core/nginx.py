"""The files that nginx needs in front of the portal: its configuration, and the pages that it shows by itself."""

import base64
import hashlib
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _

from portal.core.context import HTML_LANG

RETRY_AFTER_SECONDS = 60


class Unusable(Exception):
    """The environment asks for something that nginx could not do; the text says what."""


def configuration(folder: Path, *, drained: Iterable[str] = ()) -> str:
    """Return nginx.conf as the environment wants it; it shows the pages that lie in ``folder``.

    No request goes to a ``drained`` server. Raises ``Unusable``.
    """
    drained = set(drained)
    _check(drained)
    context = {
        "folder": folder,
        "port": settings.NGINX_PORT,
        "tls_port": settings.NGINX_TLS_PORT,
        "certificate": settings.TLS_CERTIFICATE,
        "certificate_key": settings.TLS_KEY,
        "is_https": settings.IS_HTTPS,
        "site_url": settings.SITE_URL,
        "outer_proxies": settings.OUTER_PROXIES,
        "web_servers": settings.WEB_SERVERS,
        "drained": drained,
        "languages": {code: code[:2] for code, _name in settings.LANGUAGES},
        "default_language": settings.LANGUAGES[0][0],
        "style_hash": f"sha256-{base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()}",
        "retry_after": RETRY_AFTER_SECONDS,
    }
    return render_to_string("nginx/nginx.conf", context)


def pages() -> dict[str, str]:
    """Return file name and HTML of each page that nginx shows by itself, in every live language."""
    return {f"{status}.{code}.html": _page(status, code) for status in (429, 503) for code, _name in settings.LANGUAGES}


def _page(status: int, code: str) -> str:
    with override(code):
        if status == 429:
            title = _("Too much at once")
            what_to_do = _(
                "Many pages were asked for from your internet connection within a short time, perhaps by somebody "
                "else who shares it. Wait a minute, then reload this page."
            )
        else:
            title = _("We are away for a moment")
            what_to_do = _("It is our fault, not yours. Wait a minute, then reload this page.")
        context = {
            "html_lang": HTML_LANG.get(code, code),
            "text_dir": _direction(code),
            "title": title,
            "what_to_do": what_to_do,
            "style": _style(),
            "others": [
                (name, f"/nginx/{status}.{other}.html", HTML_LANG.get(other, other), _direction(other))
                for other, name in settings.LANGUAGES
                if other != code
            ],
            "email": settings.OPERATOR_EMAIL,
            "phone": settings.OPERATOR_PHONE,
            "phone_link": "".join(character for character in settings.OPERATOR_PHONE if character in "+0123456789"),
        }
        return render_to_string("nginx/page.html", context)


def _style() -> str:
    return render_to_string("nginx/page.css")


def _direction(code: str) -> str:
    return "rtl" if get_language_info(code)["bidi"] else "ltr"


def _check(drained: set[str]) -> None:
    for network in settings.OUTER_PROXIES:
        try:
            ip_network(network)
        except ValueError as error:
            raise Unusable(f"OUTER_PROXIES: {error}.") from error
    if bool(settings.TLS_CERTIFICATE) != bool(settings.TLS_KEY):
        raise Unusable("Set both TLS_CERTIFICATE and TLS_KEY, or neither.")
    if settings.IS_HTTPS and not (settings.TLS_CERTIFICATE or settings.OUTER_PROXIES):
        raise Unusable(
            "SITE_URL is https and nobody ends TLS: set TLS_CERTIFICATE and TLS_KEY, or OUTER_PROXIES to the networks "
            "of the proxy that does."
        )
    unknown = drained - set(settings.WEB_SERVERS)
    if unknown:
        raise Unusable(f"No web server is called {', '.join(sorted(unknown))}: see WEB_SERVERS.")
    if drained == set(settings.WEB_SERVERS):
        raise Unusable("One web server at least has to take requests.")
