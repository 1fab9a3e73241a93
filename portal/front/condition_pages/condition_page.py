"""What the page of a condition and the pages about it share: their addresses, and what others show beside a link."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from conditions.selectors import editions
from conditions.selectors.editions import PublishedPage
from portal.core.content import structured_data
from portal.front.condition_pages import pdf, pictures
from portal.front.site.alternates import addresses, link_tags


@dataclass(frozen=True)
class Addresses:
    """Every address on the page of a condition that its rows do not bring, and the labels of the way to it.

    ``canonical`` and ``image`` are full; ``pdf`` and ``image`` lack the edition.
    """

    page: str
    sources: str
    pdf: str
    image: str
    canonical: str
    alternates: SafeString
    ask: str
    packages: str
    clinics: str
    doctors: str
    chosen: str
    crumbs: tuple[tuple[str, str], ...]
    area: str


def crumbs() -> tuple[tuple[str, str], ...]:
    """Return the way to every page about conditions, in the active language: home and their list."""
    return (_("Home"), reverse("front:home")), (_("Conditions"), reverse("front:condition_list"))


@lru_cache(maxsize=4096)
def page_addresses(slug: str, area: str, language: str, written_in: str, languages: tuple[str, ...]) -> Addresses:
    """Return the addresses for readers of a language; ``languages`` are those that have an edition of their own."""
    by_language = addresses("front:condition", [slug], languages)
    [image] = addresses("front:condition_image", [slug], [written_in]).values()
    with override(written_in):
        in_pdf = reverse("front:condition_pdf", args=[slug])
    with override(language):
        about = f"?condition={slug}"
        return Addresses(
            page=reverse("front:condition", args=[slug]),
            sources=reverse("front:condition_sources", args=[slug]),
            pdf=in_pdf,
            image=image,
            canonical=by_language.get(written_in, ""),
            alternates=link_tags(by_language),
            ask=reverse("requests:request_new"),
            packages=reverse("requests:package_list") + about,
            clinics=reverse("clinics:clinic_list") + about,
            doctors=reverse("clinics:doctor_list") + about,
            chosen=reverse("core:page", args=["how-clinics-are-chosen"]),
            crumbs=crumbs(),
            area=reverse("front:area", args=[area]),
        )


@lru_cache(maxsize=4096)
def trail(crumbs: tuple[tuple[str, str], ...]) -> SafeString:
    """Return the way to a page, itself included, as an item of structured data."""
    return structured_data.as_json_item(structured_data.breadcrumbs(crumbs))


def page_or_404(slug: str) -> tuple[PublishedPage, str]:
    """Return the page of a condition for the active language, and that language; raises ``Http404``."""
    language = get_language() or "en"
    published = editions.page(slug, language)
    if published is None:
        raise Http404
    return published, language


def pdf_url(published: PublishedPage, language: str) -> str:
    """Return the address of the page as a document, in the language that it is written in."""
    return f"{_addresses(published, language).pdf}?edition={pdf.version(published)}"


def about(published: PublishedPage, language: str, name: str) -> dict[str, Any]:
    """Return what a page about a condition page needs: the way back, its addresses in other languages."""
    urls_of_page = _addresses(published, language)
    urls = addresses(name, [published.slug], published.languages)
    crumbs = [*urls_of_page.crumbs, (published.area_name, urls_of_page.area), (published.name, urls_of_page.page)]
    return {
        "page": published,
        "is_fallback": published.language != language,
        "page_url": urls_of_page.page,
        "breadcrumbs": crumbs,
        "canonical": urls.get(published.language, ""),
        "alternates": link_tags(urls),
        "structured_data": structured_data.as_json(structured_data.breadcrumbs(crumbs)),
        "description": published.summary,
        "image_url": f"{urls_of_page.image}?edition={pictures.version(published.number)}",
        "image_alt": ": ".join(filter(None, (f"MARUS. {published.name}", published.plain_name))),
    }


def _addresses(published: PublishedPage, language: str) -> Addresses:
    return page_addresses(published.slug, published.area, language, published.language, published.languages)
