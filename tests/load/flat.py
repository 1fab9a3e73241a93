"""Makes the bare page: the portal's own template with every tag and filter of ours written out."""

import dataclasses
import datetime
import json
import re
from pathlib import Path
from typing import Any

from django.test import RequestFactory
from django.utils.functional import Promise
from django.utils.translation import override

from conditions.edition_html import with_html
from conditions.selectors import editions
from portal.core.localisation import formats
from portal.front.views import condition_page

SLUG = "liver-metastases"
URL = f"/en/conditions/{SLUG}/"


def content() -> dict[str, Any]:
    """Return all that the page shows, as plain JSON: its stored HTML, its live rows in words, its addresses."""
    with override("en"):
        shown = editions.page_with_html(SLUG, "en")
        assert shown is not None
        published, parts = shown
        context = condition_page._context(published, parts, "en", chosen=())
        page = {**vars(parts), **with_html(editions.content(published.edition_id)), "costs_note": published.costs_note}
        plain: dict[str, Any] = json.loads(json.dumps(_plain({**context, "page": page})))
    for package in plain["packages"]:
        package["exclusions"] = package["never_included"]
    return plain


def template(html: str, templates: Path) -> str:
    """Return a template for that content: head and foot as they stand in ``html``, the middle with its loops."""
    start, end = html.index("<main"), html.index("</main>")
    source = (templates / "front" / "condition.html").read_text(encoding="utf-8")
    main = source.partition("{% block main %}")[2].rpartition("{% endblock %}")[0]
    opening = html[start : html.index(">", start) + 1]
    return _verbatim(html[:start]) + opening + _written_out(main) + _verbatim(html[end:])


def words(html: str) -> list[str]:
    """Return what a reader sees, for a comparison of two pages."""
    return re.sub(r"<[^>]+>", " ", html).split()


def page_of_the_portal() -> str:
    """Return the page as the portal renders it."""
    request = RequestFactory().get(URL)
    with override("en"):
        return str(condition_page.condition(request, SLUG).content.decode())


def _verbatim(text: str) -> str:
    return f"{{% verbatim %}}{text}{{% endverbatim %}}"


def _written_out(text: str) -> str:
    """Replace our tags and filters, and the translation, by what they print in English."""
    variables = dict(re.findall(r"\{% translate \"([^\"]+)\" as (\w+) %\}", text))
    text = re.sub(r"\{% translate [^%]+ as \w+ %\}", "", text)
    for sentence, name in variables.items():
        text = text.replace(f"{{{{ {name} }}}}", sentence)
    text = re.sub(r"\{% translate [\"'](.*?)[\"'] %\}", r"\1", text)
    text = re.sub(
        r"\{% blocktranslate ?(?:with )?(.*?) %\}(.*?)\{% endblocktranslate %\}", _block, text, flags=re.DOTALL
    )
    text = re.sub(r"\{% (?:end)?language[^%]*%\}", "", text)
    text = re.sub(r"\{\{ parts\.(\w+) \}\}", r"{{ page.\1|safe }}", text)
    # What the portal marked as safe when it made the words of a row.
    return re.sub(r"\{\{ (row\.(?:included|excluded|dates|checked)) \}\}", r"{{ \1|safe }}", text)


def _block(found: re.Match[str]) -> str:
    names = dict(pair.split("=", 1) for pair in found[1].split())
    return re.sub(r"\{\{ (\w+) \}\}", lambda name: f"{{{{ {names.get(name[1], name[1])} }}}}", found[2])


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it, in the words that the page prints."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime.datetime):
        return formats.day(value.date(), "en")
    if isinstance(value, datetime.date):
        return formats.day(value, "en")
    return (
        value if isinstance(value, str | int | float | bool | None) and not isinstance(value, Promise) else str(value)
    )
