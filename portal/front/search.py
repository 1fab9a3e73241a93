"""Search: every word of the query must be in a page; folded, so that it works in every script."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

import clinics.selectors
from clinics.models import Clinic
from conditions.folding import fold, tokens
from conditions.models import Edition
from conditions.selectors import editions
from conditions.selectors.editions import ListedCondition
from requests.models import SupportPackage
from requests.selectors import packages


@dataclass(frozen=True)
class Hit:
    """One result: what it is, where it leads and why it matched. ``lang`` as on the card of a clinic."""

    kind: str
    name: str
    detail: str
    url: str
    reason: str
    lang: str = ""
    matches_name: bool = False


def find(query: str, language: str) -> list[Hit]:
    """Return what matches all words of the query, names first."""
    words = tokens(query)
    if not words:
        return []
    hits = [*_conditions(words, language), *_clinics(words, language), *_packages(words)]
    return sorted(hits, key=lambda hit: not hit.matches_name)


def _conditions(words: list[str], language: str) -> list[Hit]:
    """Look through the published text in every live language; show what the reader's language has."""
    wanted = Q()
    for word in words:
        wanted &= Q(search_text__contains=word)
    found = Edition.objects.current().filter(wanted, language__in=settings.LIVE_LANGUAGES)
    languages: dict[int, set[str]] = {}
    for condition_id, code in found.order_by("pk").values_list("condition_id", "language"):
        languages.setdefault(condition_id, set()).add(code)
    if not languages:
        return []
    return [_condition(one, words, languages[one.id]) for one in editions.listing(language) if one.id in languages]


def _condition(one: ListedCondition, words: list[str], languages: set[str]) -> Hit:
    matches_name = _has(words, one.name, one.plain_name)
    if matches_name:
        reason = _("The name matches.")
    elif synonym := next((text for text in one.synonyms if _has(words, text)), ""):
        reason = _("Also called: %(synonym)s.") % {"synonym": _isolated(synonym)}
    elif _has(words, one.icd10):
        reason = _("Its ICD-10 code matches.")
    elif one.language in languages:
        reason = _("The words are in the text of the page.")
    else:
        reason = _("The words are in this page in another language.")
    return Hit(_("Condition"), one.name, one.plain_name, one.url, reason, matches_name=matches_name)


def _clinics(words: list[str], language: str) -> list[Hit]:
    found = Clinic.objects.filter(is_published=True).select_related("city").prefetch_related("conditions", "areas")
    hits = []
    for clinic in clinics.selectors.by_name(found):
        names = _in_all_languages(clinic, "name")
        places = _in_all_languages(clinic.city, "name")
        treated = [
            text for one in [*clinic.conditions.all(), *clinic.areas.all()] for text in _in_all_languages(one, "name")
        ]
        if matches_name := _has(words, *names):
            reason = _("The name matches.")
        elif _has(words, *names, *places):
            reason = _("It is in this city.")
        elif _has(words, *names, *places, *treated):
            reason = _("It treats this.")
        elif _has(words, *names, *places, *treated, *_in_all_languages(clinic, "about")):
            reason = _("The words are in what we know of it.")
        else:
            continue
        card = clinics.selectors.card(clinic, language, [])
        hits.append(Hit(_("Clinic"), card.name, card.city, card.url, reason, card.name_lang, matches_name))
    return hits


def _packages(words: list[str]) -> list[Hit]:
    hits = []
    for package in packages.published():
        texts = [text for field in ("name", "summary") for text in _in_all_languages(package, field)]
        if _has(words, *texts):
            hits.append(_package(package, words))
    return hits


def _package(package: SupportPackage, words: list[str]) -> Hit:
    matches_name = _has(words, *_in_all_languages(package, "name"))
    reason = _("The name matches.") if matches_name else _("The words are in what it offers.")
    url = f"{reverse('requests:package_list')}#{package.slug}"
    return Hit(_("Package"), package.name, package.summary or "", url, reason, matches_name=matches_name)


def _in_all_languages(row: Any, field: str) -> list[str]:
    texts = (getattr(row, build_localized_fieldname(field, code)) for code in settings.LIVE_LANGUAGES)
    return [text for text in texts if text]


def _has(words: list[str], *texts: str) -> bool:
    """Whether every word is in the texts taken together."""
    whole = fold(" ".join(texts))
    return all(word in whole for word in words)


def _isolated(text: str) -> str:
    return f"\u2068{text}\u2069"
