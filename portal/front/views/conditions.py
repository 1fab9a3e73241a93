"""The list of conditions, and the pages about the page of one: sources, questions, papers, changes, the document."""

from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinics.selectors import cards
from conditions.selectors import documents, editions, history
from conditions.selectors.areas import areas
from portal.core.caching.page_cache import A_DAY, AN_HOUR, public_page
from portal.core.content.structured_data import as_json, breadcrumbs
from portal.front.condition_pages import condition_page, index, pdf
from portal.front.views.caching import keep_in_caches


@login_not_required
@public_page(stale_if_error=A_DAY)
@require_safe
def condition_list(request: HttpRequest) -> HttpResponse:
    """All conditions from A to Z and by area; an area without any is left out."""
    language = get_language() or "en"
    listed = editions.listing(language)
    crumbs = condition_page.crumbs()
    groups = [(area, [condition for condition in listed if condition.area == area.slug]) for area in areas()]
    context = {
        "groups": [(area, rows) for area, rows in groups if rows],
        "letters": index.letters(listed, language),
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(breadcrumbs(crumbs)),
    }
    return render(request, "front/condition_list.html", context)


@login_not_required
@require_safe
def page_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The page to save or to print; under the address of its edition it never changes."""
    published, language = condition_page.page_or_404(slug)
    if published.language != language:
        return redirect(condition_page.pdf_url(published, language))
    response = HttpResponse(pdf.page_pdf(published), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="marus-{slug}-{language}.pdf"'
    response["X-Robots-Tag"] = "noindex"  # the page is what people should find
    keep_in_caches(response, is_final=request.GET.get("edition") == pdf.version(published))
    return response


@login_not_required
@public_page(stale_if_error=AN_HOUR, is_dated=True)
@require_safe
def sources(request: HttpRequest, slug: str) -> HttpResponse:
    """What the page of a condition cites, by number; each citation leads here."""
    published, language = condition_page.page_or_404(slug)
    context = {
        "sources": editions.html(published, language).sources,
        "travel": cards.travel_facts(language, timezone.now().date()),
        **condition_page.about(published, language, "front:condition_sources"),
    }
    return render(request, "front/condition_sources.html", context)


@login_not_required
@public_page(stale_if_error=AN_HOUR)
@require_safe
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """The questions for the doctor as a sheet to print: in the language of the page, with Russian below each."""
    published, language = condition_page.page_or_404(slug)
    asked = editions.questions(published)
    if not asked:
        raise Http404
    context = {"questions": asked, **condition_page.about(published, language, "front:condition_questions")}
    return render(request, "front/condition_questions.html", context)


@login_not_required
@public_page(stale_if_error=AN_HOUR)
@require_safe
def checklist(request: HttpRequest, slug: str) -> HttpResponse:
    """The papers that help to judge a case, as a list to print; a language without one reads the English one."""
    published, language = condition_page.page_or_404(slug)
    papers = documents.checklist(published.condition_id, language)
    if papers is not None:
        published = replace(published, language=papers.language, languages=papers.languages)
    context = {"checklist": papers, **condition_page.about(published, language, "front:condition_documents")}
    return render(request, "front/condition_documents.html", context)


@login_not_required
@public_page(stale_if_error=AN_HOUR)
@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed on the page of a condition, and when; of the English page where there is no other."""
    published, language = condition_page.page_or_404(slug)
    context = {
        "changes": history.changes(slug, published.language),
        **condition_page.about(published, language, "front:condition_changes"),
    }
    return render(request, "front/condition_changes.html", context)
