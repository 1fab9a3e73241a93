"""Structured data of a condition page, from the edition alone: what the page does not say is left out."""

import datetime

from django.conf import settings

from conditions.enums import SectionKind
from conditions.selectors.drafts import Content
from portal.core.content.structured_data import Data
from portal.core.localisation.languages import LANGUAGES
from portal.core.text.markdown import list_items, without_citations


def medical_page(page: Content, *, url: str, written_in: str, published_at: datetime.datetime) -> Data:
    """Return the page of a condition for search engines; ``url`` is its full address."""
    is_reviewed = bool(page["reviewed_by"] and page["reviewed_on"])
    reviewer = {"@type": "Person", "name": page["reviewed_by"], "description": page.get("reviewed_credential")}
    return {
        "@type": "MedicalWebPage",
        "url": url,
        "name": page["name"],
        "description": without_citations(page["summary"]["text"]),
        "inLanguage": LANGUAGES[written_in].html_lang,
        "about": _condition(page),
        "datePublished": page["written_on"],
        "dateModified": published_at.date().isoformat(),
        "lastReviewed": page["reviewed_on"] if is_reviewed else None,
        "reviewedBy": reviewer if is_reviewed else None,
        "author": {"@type": "Organization", "name": page["written_by"]} if page["written_by"] else None,
        "publisher": {"@type": "Organization", "name": settings.OPERATOR_NAME},
    }


def _condition(page: Content) -> Data:
    code = {"@type": "MedicalCode", "codeValue": page["icd10"], "codingSystem": "ICD-10"}
    return {
        "@type": "MedicalCondition",
        "name": page["name"],
        "alternateName": [page["plain_name"], *page["synonyms"]] if page["plain_name"] else page["synonyms"],
        "code": code if page["icd10"] else None,
        "cause": _listed(page, SectionKind.CAUSES, "MedicalCause"),
        "signOrSymptom": _listed(page, SectionKind.SYMPTOMS, "MedicalSymptom"),
        "possibleTreatment": [
            {"@type": "MedicalTherapy", "name": treatment["name"]} for treatment in page["treatments"]
        ],
    }


def _listed(page: Content, kind: SectionKind, type_name: str) -> list[Data]:
    """Return what the lists of a section name, as things of a type."""
    texts = (section["text"] for section in page["before_treatments"] if section["kind"] == kind)
    return [{"@type": type_name, "name": item} for text in texts for item in list_items(text)]
