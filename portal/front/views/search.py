"""Search over conditions, clinics and packages."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from conditions.selectors import editions
from portal.front.search.results import find

SHOWN = 200


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What matches ``q``, and where to look when nothing does."""
    query = " ".join(request.GET.get("q", "").split())[:SHOWN]
    language = get_language() or "en"
    results = find(query, language)
    context = {
        "query": query,
        "meant": results.meant,
        "searched": results.meant or query,
        "hits": results.hits,
        "count": len(results.hits),
        "conditions": [] if results.hits else editions.listing(language),
    }
    return render(request, "front/search.html", context)
