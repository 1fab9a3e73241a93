"""Files of nginx: its configuration, and the pages that it shows by itself."""

import base64
import hashlib
import re
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.core.localisation.languages import LANGUAGES
from portal.front.site import pages as static_pages

TEMPORARY = (429, 503)
STATUSES = (400, 413, 414, 431, *TEMPORARY)
RETRY_AFTER_SECONDS = 60
BODY_MAX_MEGABYTES = 30
# A plain form with papers; a script sends them in parts, which have no end.
DOCUMENTS_MAX_MEGABYTES = 500
# A copy is served for 5 seconds, and for 5 more while the next one is on its way.
PAGE_CACHE_CONTROL = "public, max-age=0, s-maxage=5, stale-while-revalidate=5, stale-if-error=0"


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
        "copies_port": settings.NGINX_COPIES_PORT,
        "public_pages": public_pages(),
        "page_cache_control": PAGE_CACHE_CONTROL,
        "hosts": [re.escape(host) for host in (urlsplit(settings.SITE_URL).netloc, *settings.EXTRA_HOSTS)],
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "certificate": settings.TLS_CERTIFICATE,
        "certificate_key": settings.TLS_KEY,
        "is_https": settings.IS_HTTPS,
        "site_url": settings.SITE_URL,
        "outer_proxies": settings.OUTER_PROXIES,
        "web_servers": settings.WEB_SERVERS,
        "drained": drained,
        "languages": {code: LANGUAGES[code].iso639 for code in settings.LIVE_LANGUAGES},
        "default_language": settings.LANGUAGES[0][0],
        "style_hash": f"sha256-{base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()}",
        "temporary": "|".join(map(str, TEMPORARY)),
        "retry_after": RETRY_AFTER_SECONDS,
        "body_max": BODY_MAX_MEGABYTES,
        "documents_max": DOCUMENTS_MAX_MEGABYTES,
    }
    return render_to_string("nginx/nginx.conf", context)


def public_pages() -> str:
    """Return the pattern of the addresses that nginx keeps copies of: pages without a form, the same for everybody."""
    listed = r"(conditions|areas|doctors|care-assistants)/([\w-]+/)?"
    of_condition = r"conditions/[\w-]+/(questions|documents|changes)/"
    # The comparison is that of one browser.
    clinics = r"clinics/((?!compare/)[\w-]+/)?"
    others = "|".join(("packages", "how-this-list-is-ordered", *static_pages.SLUGS))
    languages = "|".join(settings.LIVE_LANGUAGES)
    return rf"^/(({languages})/({listed}|{of_condition}|{clinics}|({others})/)?|sitemap(-[a-z-]+)?\.xml|robots\.txt)$"


def pages() -> dict[str, str]:
    """Return file name and HTML of each page that nginx shows by itself, in every live language."""
    return {f"{status}.{code}.html": _page(status, code) for status in STATUSES for code, _name in settings.LANGUAGES}


def _page(status: int, code: str) -> str:
    with override(code):
        title, what_to_do = _words(status)
        context = {
            "html_lang": LANGUAGES[code].html_lang,
            "text_dir": LANGUAGES[code].direction,
            "title": title,
            "what_to_do": what_to_do,
            "is_temporary": status in TEMPORARY,
            "home": f"/{code}/",
            "style": _style(),
            "others": [
                (name, f"/nginx/{status}.{other}.html", LANGUAGES[other].html_lang, LANGUAGES[other].direction)
                for other, name in settings.LANGUAGES
                if other != code
            ],
            "email": settings.OPERATOR_EMAIL,
            "phone": settings.OPERATOR_PHONE,
            "phone_link": "".join(character for character in settings.OPERATOR_PHONE if character in "+0123456789"),
        }
        return render_to_string("nginx/page.html", context)


def _words(status: int) -> tuple[str, str]:
    """Return title and advice in the active language."""
    match status:
        case 400:
            return _("We could not read this request"), _(
                "What your browser asked for did not reach us whole. Open the home page. If that does not help, delete "
                "the cookies of this site, or use another browser."
            )
        case 413:
            return _("What you sent is too large"), _(
                "At most %(megabytes)d megabytes can be sent at once. Go back, then send fewer or smaller files."
            ) % {"megabytes": BODY_MAX_MEGABYTES}
        case 414:
            return _("This address is too long"), _(
                "None of our pages has an address as long as this one. Open the home page."
            )
        case 429:
            return _("Too much at once"), _(
                "Many pages were asked for from your internet connection within a short time, perhaps by somebody "
                "else who shares it. Wait a minute, then reload this page."
            )
        case 431:
            return _("Your browser sends too much"), _(
                "The cookies that your browser keeps for this site have become too large. Delete the cookies of this "
                "site, then reload this page."
            )
        case _:
            return _("We are away for a moment"), _("It is our fault, not yours. Wait a minute, then reload this page.")


def _style() -> str:
    return render_to_string("nginx/page.css")


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
