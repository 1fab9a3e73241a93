"""Template context of the site: language, navigation, operator."""

from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from portal.core.localisation.languages import LANGUAGES


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: everything that ``base.html`` needs."""
    if request.path_info.startswith("/admin/"):
        return {}
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "language": language,
        "html_lang": LANGUAGES[language].html_lang,
        "text_dir": LANGUAGES[language].direction,
        # A part of a page that a script asks for has neither header nor foot.
        "site_head": partial(site_head, language, request.path),
        "languages": languages(request.path_info, language),
        "foot": partial(foot, language, settings.OPERATOR_EMAIL),
        "operator_email": settings.OPERATOR_EMAIL,
        "site_url": settings.SITE_URL,
    }


def site_head(language: str, path: str) -> SafeString:
    """Return the name of the site and its navigation, with the link marked that the page at a path belongs to."""
    here = next((url for _label, url in navigation(language) if path.startswith(url)), "")
    return _head(language, here, is_exact=path == here)


@cache
def navigation(language: str) -> tuple[tuple[str, str], ...]:
    """Return the links of the header, label and address."""
    with override(language):
        return (
            (_("Conditions"), reverse("front:condition_list")),
            (_("Clinics"), reverse("clinics:clinic_list")),
            (_("Packages"), reverse("requests:package_list")),
            (_("How it works"), reverse("core:page", args=["how-it-works"])),
            (_("My case"), reverse("requests:case_list")),
        )


@cache
def _head(language: str, here: str, *, is_exact: bool) -> SafeString:
    context = {"navigation": navigation(language), "here": here, "current": "page" if is_exact else "true"}
    with override(language):
        return render_to_string("components/head.html", context)


@cache
def foot(language: str, operator_email: str) -> SafeString:
    """Return the foot of every page, which says the same everywhere."""
    with override(language):
        return render_to_string("components/foot.html", {"operator_email": operator_email})


def languages(path: str, current: str) -> list[tuple[str, str, str, bool]]:
    """Return the switcher of the page at a path: code, own name, address of this page in it, whether it is this one.

    Every page of the site exists in every live language, at the same path behind the prefix. From a path without
    the prefix of the current language the switcher leads to the home pages.
    """
    rest = path.removeprefix(f"/{current}/") if path.startswith(f"/{current}/") else ""
    return [(code, name, f"/{code}/{rest}", code == current) for code, name in settings.LANGUAGES]
