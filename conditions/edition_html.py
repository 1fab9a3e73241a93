"""HTML of an edition, by named parts.

An edition freezes words as Markdown; how they are set is decided when the HTML is made, so what is better set today
is so on every page that is already published (docs/decisions/0023). What is made is stored (docs/decisions/0035).
"""

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.translation import override

from conditions.glossary import Explainer
from conditions.medical_page import medical_page
from conditions.selectors.drafts import TREATMENT_PARTS, Content, upgraded
from portal.core.content.structured_data import as_json_item
from portal.core.text.markdown import line_to_html, to_html
from portal.core.text.typography import no_break

_BELOW, _APART = 'href="#source-', 'href="sources/#source-'
OF_THE_EDITION = ("head", "contents", "article", "sources")
OF_THE_READER = ("made", "ask", "feedback")
LIBRARIES = ("babel", "django", "markdown-it-py", "nh3")


@dataclass(frozen=True)
class EditionParts:
    """The parts of a page that its edition alone decides.

    ``made``, ``ask`` and ``feedback`` are in the words of the reader, everything else in those of the edition. Citations lead to the page of the
    sources, which is next to the page. ``web_page`` is JSON-LD.
    """

    head: SafeString
    contents: SafeString
    article: SafeString
    sources: SafeString
    made: SafeString
    ask: SafeString
    feedback: SafeString
    web_page: SafeString


PARTS = tuple(EditionParts.__dataclass_fields__)


def render(
    content: Content, *, number: int, published_at: datetime.datetime, readers: Iterable[str]
) -> dict[str, EditionParts]:
    """Return the parts of an edition for the readers of each language."""
    written_in = content["language"]
    context = {
        "page": with_html(content),
        "made": _dates(content),
        "number": number,
        "published_on": published_at.date(),
    }
    with override(written_in):
        own = {name: _render(name, context) for name in OF_THE_EDITION}
        url = f"{settings.SITE_URL}{reverse('front:condition', args=[content['slug']])}"
    own |= {name: SafeString(own[name].replace(_BELOW, _APART)) for name in ("head", "article")}
    own["web_page"] = as_json_item(medical_page(content, url=url, written_in=written_in, published_at=published_at))
    parts = {}
    for language in readers:
        with override(language):
            parts[language] = EditionParts(**own, **{name: _render(name, context) for name in OF_THE_READER})
    return parts


def with_sources_below(parts: EditionParts) -> EditionParts:
    """Return the parts for a place that prints the sources below the text: a document, a preview."""
    texts = {name: SafeString(getattr(parts, name).replace(_APART, _BELOW)) for name in ("head", "article")}
    return replace(parts, **texts)


@cache
def design() -> str:
    """Return a hash of everything but editions that their HTML is made with.

    Of whole folders rather than of what is imported: HTML that is made anew without need costs a second, HTML that
    is stale and not known to be costs a reader.
    """
    versions = [(name, version(name)) for name in LIBRARIES]
    about = [settings.SITE_URL, settings.OPERATOR_NAME, settings.LIVE_LANGUAGES, versions]
    digest = hashlib.sha256(json.dumps(about).encode())
    for path in sorted(_made_with()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _made_with() -> Iterator[Path]:
    base = settings.BASE_DIR
    yield from (base / "templates" / "conditions" / "edition").glob("*.html")
    yield from (base / "locale").glob("*/LC_MESSAGES/django.po")
    yield base / "conditions" / "selectors" / "drafts.py"
    # The addresses that the HTML leads to.
    yield from (base / name for name in ("portal/front/urls.py", "portal/front/page_urls.py", "requests/urls.py"))
    yield from (base / "conditions").glob("*.py")
    yield from (base / "portal" / "core").rglob("*.py")


def with_html(content: Content) -> Content:
    """Return an edition with ``html`` beside each ``text``: safe, figures kept together, terms made to open."""
    content = upgraded(content)
    language = content["language"]
    meanings = [(entry["term"], no_break(entry["meaning"], language)) for entry in content.get("glossary", [])]
    explainer = Explainer(meanings, language)

    def line(text: dict[str, str]) -> dict[str, str]:
        return {**text, "html": line_to_html(text["text"], language)}

    def explained(text: dict[str, str]) -> dict[str, str]:
        return {**text, "html": to_html(text["text"], language, explainer.explain)}

    def treatment(row: Content) -> Content:
        return {**row, **{part: explained(row[part]) for part in TREATMENT_PARTS}}

    # In the order of the page: a term opens where the reader meets it first.
    return {
        **content,
        "summary": line(content["summary"]),
        "key_facts": [line(fact) for fact in content["key_facts"]],
        "callouts": [{**callout, "html": to_html(callout["text"], language)} for callout in content["callouts"]],
        "before_treatments": [explained(section) for section in content["before_treatments"]],
        "treatments": [treatment(row) for row in content["treatments"]],
        "after_treatments": [explained(section) for section in content["after_treatments"]],
        "unused_terms": list(explainer.waiting),
    }


def _render(name: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(f"conditions/edition/{name}.html", context)


def _dates(content: Content) -> dict[str, Any]:
    """Return the dates of the box "How this page was made"."""
    read_on = [source["checked_on"] for source in content["sources"]]
    return {
        **{name: parse_date(content[name]) for name in ("written_on", "reviewed_on", "next_review_on")},
        "sources_read_on": parse_date(max(read_on, default="")),
        "source_count": len(read_on),
    }
