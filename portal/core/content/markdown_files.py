"""Markdown files: front matter, and placeholders for the operator, emergency numbers and addresses of pages."""

import re
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from portal.core.localisation import emergency

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
