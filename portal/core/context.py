"""What every template of the site knows: language, navigation, operator."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from portal.core import pages

HTML_LANG = {"en": "en-GB", "zh-hans": "zh-Hans"}


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: everything that ``base.html`` needs."""
    if request.path_info.startswith("/admin/"):
        return {}
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "language": language,
        "html_lang": HTML_LANG.get(language, language),
        "text_dir": "rtl" if get_language_bidi() else "ltr",
        "site_nav": navigation(request.path),
        "languages": languages(request, language),
        "operator": {name.removeprefix("operator_"): value for name, value in pages.operator().items()},
        "site_url": settings.SITE_URL,
    }


def navigation(path: str) -> list[tuple[str, str, bool]]:
    """Return the links of the header: label, address, whether we are there."""
    links = [
        (_("Conditions"), reverse("front:condition_list")),
        (_("Clinics"), reverse("clinics:clinic_list")),
        (_("Packages"), reverse("requests:package_list")),
        (_("How it works"), reverse("core:page", args=["how-it-works"])),
        (_("My case"), reverse("requests:case_list")),
    ]
    return [(label, url, path.startswith(url)) for label, url in links]


def languages(request: HttpRequest, current: str) -> list[tuple[str, str, str, bool]]:
    """Return the switcher: code, own name, address of this page in it, whether it is this one.

    Every page of the site exists in every live language, at the same path behind the prefix.
    """
    _prefix, _slash, rest = request.path_info.lstrip("/").partition("/")
    if not request.path_info.startswith(f"/{current}/"):
        rest = ""
    return [(code, name, f"/{code}/{rest}", code == current) for code, name in settings.LANGUAGES]
