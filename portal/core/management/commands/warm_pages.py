"""Open every public page through nginx, so that there is a copy of each for when the portal is away."""

import re
import time
from argparse import ArgumentParser
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# nginx lets one address ask 50 times a second.
PAUSE_SECONDS = 0.025
TIMEOUT_SECONDS = 60
# What nginx says of a page that it keeps; one that it passes on is a BYPASS, or has no such header.
FROM_A_CACHE = {"MISS", "HIT", "EXPIRED", "STALE", "UPDATING"}
LOCATION = re.compile(r"<loc>([^<]+)</loc>")


class Command(BaseCommand):
    help = "Opens every page of the sitemap through nginx, which keeps a copy of each for when the portal is away."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--nginx",
            metavar="HOST",
            help="where nginx runs, when SITE_URL leads elsewhere from here: inside the containers it is `proxy`",
        )

    def handle(self, *args: Any, nginx: str | None, **options: Any) -> None:
        site = urlsplit(settings.SITE_URL)
        # As browsers ask; whoever cannot unpack gzip has copies of his own.
        headers = {"Accept-Encoding": "gzip", "Host": site.netloc, "X-Forwarded-Proto": site.scheme}
        with httpx.Client(base_url=_base(nginx), headers=headers, timeout=TIMEOUT_SECONDS) as client:

            def get(path: str) -> httpx.Response:
                time.sleep(PAUSE_SECONDS)
                return client.get(path, extensions={"sni_hostname": site.hostname})

            try:
                pages = [page for sitemap in _addresses(get("/sitemap.xml")) for page in _addresses(get(sitemap))]
                failed = [f"{page}: {answer.status_code}" for page in pages if not _is_kept(answer := get(page))]
            except httpx.HTTPError as error:
                raise CommandError(f"{client.base_url}: {str(error) or type(error).__name__}") from error
        if failed:
            raise CommandError("\n".join([f"{len(failed)} of {len(pages)} pages were not kept:", *failed]))
        self.stdout.write(f"nginx keeps {len(pages)} pages.")


def _base(nginx: str | None) -> str:
    if nginx is None:
        return str(settings.SITE_URL)
    if settings.TLS_CERTIFICATE:
        return f"https://{nginx}:{settings.NGINX_TLS_PORT}"
    return f"http://{nginx}:{settings.NGINX_PORT}"


def _addresses(sitemap: httpx.Response) -> list[str]:
    """Return path and query of each address in a sitemap; raises ``CommandError`` where nginx did not give one."""
    if not _is_kept(sitemap):
        raise CommandError(f"{sitemap.url}: {sitemap.status_code}, and not from an nginx that keeps pages.")
    addresses = [urlsplit(unescape(location)) for location in LOCATION.findall(sitemap.text)]
    return [f"{address.path}?{address.query}" if address.query else address.path for address in addresses]


def _is_kept(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and answer.headers.get("X-Cache") in FROM_A_CACHE
