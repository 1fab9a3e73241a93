"""Structured data for search engines: only what the page itself says."""

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

# Inside a script element only these could end it or start a comment.
_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})

type Data = dict[str, Any]


def as_json(*things: Data) -> SafeString:
    """Return things as one JSON-LD graph that may stand inside a script element."""
    graph = ", ".join(as_json_item(thing) for thing in things)
    return mark_safe(f'{{"@context": "https://schema.org", "@graph": [{graph}]}}')  # noqa: S308 – its parts are


def as_json_item(thing: Data) -> SafeString:
    """Return one thing of such a graph."""
    text = json.dumps(_without_empty(thing), ensure_ascii=False)
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308 – escaped just here


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> Data:
    """Return the way to a page: (name, address on this site) of each step, the page itself last."""
    steps = [
        {"@type": "ListItem", "position": place, "name": name, "item": absolute(url)}
        for place, (name, url) in enumerate(trail, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def absolute(path: str) -> str:
    """Return the full address of a path on this site."""
    return f"{settings.SITE_URL}{path}"


def _without_empty(value: Any) -> Any:
    """Leave out what is not known, however deep it stands."""
    if isinstance(value, dict):
        kept = {name: _without_empty(inner) for name, inner in value.items()}
        return {name: inner for name, inner in kept.items() if inner not in ("", None, [], {})}
    return [_without_empty(inner) for inner in value] if isinstance(value, list) else value
