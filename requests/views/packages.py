"""The comparison of the support packages."""

from django.contrib.auth.decorators import login_not_required
from django.core.validators import slug_re
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.core.caching.page_cache import A_DAY, public_page
from requests.selectors import packages

CARRIED = ("condition", "clinic")


@login_not_required
@public_page(stale_if_error=A_DAY, query=CARRIED)
@require_safe
def package_list(request: HttpRequest) -> HttpResponse:
    """The packages beside each other; a condition or clinic in the address goes along to the request."""
    comparison = packages.comparison()
    ask = reverse("requests:request_new")
    context = {
        "comparison": comparison,
        "offers": [
            (package, f"{ask}?{urlencode({'package': package.slug, **carried(request.GET)})}")
            for package in comparison.packages
        ],
        "breadcrumbs": [(_("Home"), reverse("front:home"))],
    }
    return render(request, "requests/package_list.html", context)


def carried(query: QueryDict) -> dict[str, str]:
    """Return what the page before passed on, if it looks like a slug."""
    return {name: value for name in CARRIED if slug_re.match(value := query.get(name, ""))}
