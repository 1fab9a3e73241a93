"""Static pages: one Markdown file for each page and language in ``content``."""

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


def read(slug: str, language: str) -> dict[str, str]:
    """Return plain title and description of a page, and its body as safe HTML (``html``), placeholders filled.

    Raises ``FileNotFoundError`` for an unknown one.
    """
    matter, body = split(FOLDER / f"{slug}.{language}.md")
    return {**matter, "html": to_html(fill(body, language), language)}
