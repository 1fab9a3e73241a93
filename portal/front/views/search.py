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
    found = find(query, language)
    context = {
        "query": query,
        "meant": found.meant,
        "searched": found.meant or query,
        "hits": found.hits,
        "count": len(found.hits),
        "conditions": [] if found.hits else editions.listing(language),
    }
    return render(request, "front/search.html", context)
