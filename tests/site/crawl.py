"""Crawler of the site as a visitor without an account, from the home page of each language."""

import math
import re
from collections import deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client

SITE = "http://localhost:8000"
LINKS = {
    "a": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "source": "srcset",
    "form": "action",
    "use": "href",
}


class Reader(HTMLParser):
    """Collects what a page links to and what in it can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.alternates: dict[str, str] = {}
        self.canonical = ""
        self.is_kept_out = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if "id" in about:
            self.ids.add(about["id"])
        if tag == "link" and about.get("hreflang"):
            self.alternates[about["hreflang"]] = about["href"]
        if tag == "link" and about.get("rel") == "canonical":
            self.canonical = about["href"]
        if tag == "meta" and about.get("name") == "robots":
            self.is_kept_out = "noindex" in about["content"]
        if tag in LINKS and about.get(LINKS[tag]):
            self.links.append(about[LINKS[tag]])
        if about.get("formaction"):
            self.links.append(about["formaction"])


@dataclass
class Walk:
    """What a walk found: pages by address, and where each address is linked from."""

    pages: dict[str, Reader] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    linked_from: dict[str, str] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    fragments: list[tuple[str, str, str]] = field(default_factory=list)


def walk(starts: list[str], most: float = math.inf, *, every_pdf: bool = False) -> Walk:
    """Follow every link inside the site from some addresses, up to ``most`` of them.

    A PDF takes seconds to make, so the first of each language stands for the others, unless ``every_pdf``.
    """
    client, found, waiting = Client(HTTP_HOST="localhost:8000"), Walk(), deque(starts)
    languages_of_pdfs: set[str] = set()
    while waiting and len(found.statuses) < most:
        address = waiting.popleft()
        if address in found.statuses:
            continue
        if address.partition("?")[0].endswith(".pdf") and not every_pdf:
            language = address.split("/")[1]
            if language in languages_of_pdfs:
                continue
            languages_of_pdfs.add(language)
        response = client.get(address)
        found.statuses[address] = response.status_code
        if response.status_code in {301, 302}:
            waiting.append(urljoin(address, response["Location"]))
            continue
        if not response.get("Content-Type", "").startswith("text/html"):
            continue
        page = found.pages[address] = Reader(response.content.decode())
        for link in page.links:
            _follow(found, waiting, address, link)
    return found


def _follow(found: Walk, waiting: deque[str], address: str, link: str) -> None:
    whole = urlsplit(urljoin(SITE + address, link))
    if whole.scheme not in {"http", "https"}:
        return
    if whole.netloc != urlsplit(SITE).netloc:
        found.outside.setdefault(whole.geturl(), address)
        return
    target = whole.path + (f"?{whole.query}" if whole.query else "")
    if whole.fragment:
        found.fragments.append((address, target, whole.fragment))
    if link.startswith("#"):
        return
    found.linked_from.setdefault(target, address)
    if not target.startswith(settings.STATIC_URL):
        waiting.append(target)


def addresses_of(sitemap: str) -> list[str]:
    """Return the paths that a sitemap names."""
    return [urlsplit(url).path for url in re.findall(r"<loc>([^<]+)</loc>", sitemap)]


def named_by_sitemaps(client: Client) -> list[str]:
    """Return the paths of every page that the sitemaps name, through their index."""
    index = addresses_of(client.get("/sitemap.xml").content.decode())
    return [path for sitemap in index for path in addresses_of(client.get(sitemap).content.decode())]
