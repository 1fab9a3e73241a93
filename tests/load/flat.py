"""Makes the bare page: the portal's own template with every tag and filter of ours written out."""

import dataclasses
import datetime
import json
import re
from pathlib import Path
from typing import Any

from django.test import RequestFactory
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import override

from clinics.selectors import profiles, travel
from conditions import pricing
from conditions.edition_html import with_html
from conditions.selectors import areas, editions, prices
from portal.core import formats
from portal.core.templatetags.portal import emergency_numbers
from portal.front import condition_page, costs
from portal.front.frozen import _made, frozen
from requests.selectors import packages

SLUG = "liver-metastases"
FROZEN = ("head", "contents", "article", "sources", "made")
LIVE = ("costs", "clinics", "packages", "travel", "related")
URL = f"/en/conditions/{SLUG}/"


def content() -> dict[str, Any]:
    """Return all that the page shows, as plain JSON: texts, prices, clinics, packages, words of dates."""
    with override("en"):
        published = editions.page(SLUG, "en")
        assert published is not None
        page = with_html(editions.content(published.edition_id))
        today = datetime.datetime.now(datetime.UTC).date()
        lines = pricing.price_lines(prices.typical(published.condition_id, "en"), today)
        found = {
            **condition_page.context(published, "en", chosen=()),
            "page": page,
            "made": _made(page),
            "number": published.number,
            "published_on": published.published_at,
            "slug": SLUG,
            "can_choose": True,
            "total": "",
            "costs": costs.rows(lines, "en"),
            "note": areas.costs_note(published.condition_id, "en"),
            "travel": travel.travel_facts("en", today),
            "clinics": profiles.cards("en", condition_id=published.condition_id),
            "packages": packages.cards("en"),
            "related": condition_page._related(frozen(published, "en"), "en"),
        }
        plain: dict[str, Any] = json.loads(json.dumps(_plain(found)))
    return plain


def template(html: str, templates: Path) -> str:
    """Return a template for that content: head and foot as they stand in ``html``, the middle with its loops."""
    start, end = html.index("<main"), html.index("</main>")
    source = (templates / "front" / "condition.html").read_text(encoding="utf-8")
    main = source.partition("{% block main %}")[2].rpartition("{% endblock %}")[0]
    for part in FROZEN:
        main = main.replace(f"{{{{ page.{part} }}}}", _part(templates, part))
    for part in LIVE:
        text = _part(templates, part).replace(" in rows %}", f" in {part} %}}")
        main = main.replace(f"{{{{ {part} }}}}", f"{{% if {part} %}}{text}{{% endif %}}")
    opening = html[start : html.index(">", start) + 1]
    return _verbatim(html[:start]) + opening + _written_out(main) + _verbatim(html[end:])


def _part(templates: Path, name: str) -> str:
    text = (templates / "front" / "condition" / f"{name}.html").read_text(encoding="utf-8")
    return re.sub(
        r"\{% include \"([^\"]+)\" %\}", lambda found: (templates / found[1]).read_text(encoding="utf-8"), text
    )


def words(html: str) -> list[str]:
    """Return what a reader sees, for a comparison of two pages."""
    return re.sub(r"<[^>]+>", " ", html).split()


def page_of_the_portal() -> str:
    """Return the page as the portal renders it."""
    from portal.front.views.conditions import condition

    request = RequestFactory().get(URL)
    with override("en"):
        return str(condition(request, SLUG).content.decode())


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
    with override("en"):
        text = re.sub(r"\{% url '([\w:]+)'(?: '([\w-]+)'| (page\.slug))? %\}", _address, text)
    text = re.sub(r"\{% (?:end)?language[^%]*%\}", "", text)
    text = text.replace("|no_break", "")
    with override("en"):
        text = text.replace("{% emergency_numbers %}", emergency_numbers())
    text = re.sub(r"\{\{ ([\w.]+)\|day \}\}", r"{{ \1 }}", text)
    text = re.sub(r"\{\{ ([\w.]+)(?:\|day)?\|bdi \}\}", r"<bdi>{{ \1 }}</bdi>", text)
    text = re.sub(r"\{\{ ([\w.]+)\|ltr \}\}", r'<bdi dir="ltr">{{ \1 }}</bdi>', text)
    # What the portal marked as safe when it made the words of a price.
    return re.sub(r"\{\{ (row\.(?:price|included|excluded|dates|here|there)|total) \}\}", r"{{ \1|safe }}", text)


def _address(found: re.Match[str]) -> str:
    slug = SLUG if found[3] else found[2]
    return reverse(found[1], args=[slug] if slug else [])


def _block(found: re.Match[str]) -> str:
    names = dict(pair.split("=", 1) for pair in found[1].split())
    return re.sub(r"\{\{ (\w+) \}\}", lambda name: _value(names.get(name[1], name[1])), found[2])


def _value(expression: str) -> str:
    name, *filters = expression.split("|")
    value = f"{{{{ {name.removesuffix('.date')} }}}}"
    return f"<bdi>{value}</bdi>" if "bdi" in filters else value


def _plain(value: Any, name: str = "") -> Any:
    """Return a value as JSON knows it, in the words that the page prints."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        value |= {"url": value["url"]} if "url" in value else {}
    if isinstance(value, dict):
        return {key: _plain(one, key) for key, one in value.items()}
    if name == "exclusions":
        return formats.names(value, "en")
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime.datetime):
        return formats.day(value.date(), "en")
    if isinstance(value, datetime.date):
        return formats.day(value, "en")
    return (
        value if isinstance(value, str | int | float | bool | None) and not isinstance(value, Promise) else str(value)
    )
