"""PDF of the page of a condition: its frozen part alone, because prices and clinics change."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import override

from conditions.edition_html import with_sources_below
from conditions.selectors import editions
from conditions.selectors.editions import PublishedPage
from portal.core.caching import disk_cache
from portal.core.localisation.languages import LANGUAGES
from portal.core.pdf import engine

STYLESHEET = "page.css"
# Raise it when the template or the stylesheet changes.
DESIGN = 2


def version(published: PublishedPage) -> str:
    """Return what the address of the document carries: it changes with the edition and with the look."""
    return f"{published.number}.{DESIGN}"


def page_pdf(published: PublishedPage) -> bytes:
    """Return the document of an edition, in its own language; the same edition is printed once."""
    return disk_cache.get_or_make(
        lambda: engine(STYLESHEET).render(document(published)), "page", DESIGN, published.edition_id
    )


def document(published: PublishedPage) -> str:
    """Return the page as HTML to print."""
    language = published.language
    with override(language):
        parts = with_sources_below(editions.html(published, language))
        context = {
            "page": published,
            "parts": parts,
            # WeasyPrint tags the rows of a description list as such only without a div around them.
            "made": SafeString(parts.made.replace("<div>", "").replace("</div>", "")),
            "html_lang": LANGUAGES[language].html_lang,
            "direction": LANGUAGES[language].direction,
            "url": settings.SITE_URL + reverse("front:condition", args=[published.slug]),
            "operator_name": settings.OPERATOR_NAME,
        }
        return render_to_string("front/condition_pdf.html", context)
