"""Static pages: one Markdown file for each page and language in ``content``."""

from dataclasses import dataclass
from pathlib import Path

from portal.core.content.markdown_files import fill, split
from portal.core.text.markdown import to_html

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
