"""The static pages: one Markdown file for each page and language in ``portal/core/content``."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from portal.core import emergency
from portal.core.markdown import to_html

FOLDER = Path(__file__).parent / "content"
SLUGS = (
    "how-it-works",
    "about",
    "how-we-earn",
    "how-clinics-are-chosen",
    "how-pages-are-made",
    "privacy",
    "cookies",
    "accessibility",
    "contact",
)
TARGETS = {
    "home": "front:home",
    "conditions": "front:condition_list",
    "clinics": "clinics:clinic_list",
    "how-ordered": "clinics:how_ordered",
    "packages": "requests:package_list",
    "request": "requests:request_new",
    "case": "requests:case_list",
}
# E-mail addresses also stand in links, where an isolate would break them.
ISOLATED = ("operator_name", "operator_address", "operator_phone")
PLACEHOLDER = re.compile(r"\{(url:)?([a-z_-]+)\}")


@dataclass(frozen=True)
class Page:
    """A static page in one language: plain title and description, body as safe HTML."""

    slug: str
    title: str
    description: str
    html: str


def read(slug: str, language: str) -> Page:
    """Return a page with its placeholders filled; raises ``FileNotFoundError`` for an unknown one."""
    matter, body = split(FOLDER / f"{slug}.{language}.md")
    return Page(slug, matter["title"], matter["description"], to_html(fill(body, language), language))


@cache
def split(path: Path) -> tuple[dict[str, str], str]:
    """Return the YAML front matter and the body of a Markdown file."""
    _, matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(matter), body


def fill(text: str, language: str) -> str:
    """Put the operator's data, emergency numbers and the addresses of pages into a text of a language."""

    def value(match: re.Match[str]) -> str:
        is_url, name = match.groups()
        if is_url:
            return reverse(TARGETS[name]) if name in TARGETS else reverse("core:page", args=[name])
        if name == "emergency_numbers":
            return emergency.numbers()
        value = operator()[name]
        return f"\u2068{value}\u2069" if value and name in ISOLATED else value

    with override(language):
        return PLACEHOLDER.sub(value, text)


def operator() -> dict[str, str]:
    """Return who runs this portal, as the environment says."""
    return {
        "operator_name": settings.OPERATOR_NAME,
        "operator_address": settings.OPERATOR_ADDRESS,
        "operator_email": settings.OPERATOR_EMAIL,
        "operator_phone": settings.OPERATOR_PHONE,
        "team_email": settings.TEAM_EMAIL,
    }
