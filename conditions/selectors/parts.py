"""Parts of a page as an editor calls them, with hashes that tell whether the page has changed since somebody saw it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from conditions.enums import SectionKind
from conditions.selectors.drafts import Content, document_terms, field_name

SECTIONS = ("callouts", "before_treatments", "after_treatments")
# What a part holds besides texts.
_NO_TEXT = {"kind", "id", "slug", "lang", "procedures", "code", "is_required", "max_age_days"}


@dataclass(frozen=True)
class Part:
    """A section, a treatment or a field of a page: its name, and its text line by line."""

    name: str
    text: str


@dataclass(frozen=True)
class Seen:
    """What a page showed of a draft (a hash of each part) and the key of the edition that was public then."""

    hashes: dict[str, str]
    public: int | None


def seen(content: Content, public: int | None) -> Seen:
    """Return what somebody has seen who sees this."""
    return Seen({place: _hash(value) for place, _name, value in _values(content)}, public)


def parts(content: Content) -> dict[str, Part]:
    """Return the parts of a page by their places, in its order."""
    return {place: Part(name, "\n".join(_texts(value))) for place, name, value in _values(content)}


def _values(content: Content) -> Iterator[tuple[str, str, Any]]:
    for key, value in content.items():
        if key in SECTIONS:
            for section in value:
                kind = str(SectionKind(section["kind"]).label)
                heading = section["heading"]
                named = _("%(kind)s “%(name)s”") % {"kind": kind, "name": heading}
                yield section["id"], named if heading not in ("", kind) else kind, section
        elif key == "treatments":
            for treatment in value:
                yield (
                    f"treatment:{treatment['slug']}",
                    _("Treatment “%(name)s”") % {"name": treatment["name"]},
                    treatment,
                )
        elif key == "document_needs":
            for need in value:
                named = _("Paper “%(name)s”") % {"name": need["name"] or need["code"]}
                yield f"document:{need['code']}", named, need
        else:
            yield f"field:{key}", field_name(key), value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "is_required" in value:
            yield document_terms(value)
        value = [inner for name, inner in value.items() if name not in _NO_TEXT]
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif value not in (None, ""):
        yield str(value)


def _hash(value: Any) -> str:
    # Short, for they travel in a form; who forges one harms only her own page (docs/decisions/0031).
    return hashlib.blake2s(json.dumps(value, sort_keys=True).encode(), digest_size=4).hexdigest()
