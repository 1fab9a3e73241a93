"""Privacy of one's own case: who read it, what was agreed to, and the ways into it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from requests import visitors
from requests.selectors import corrections
from requests.selectors.access_log import reads
from requests.selectors.cases import own_case
from requests.selectors.consents import ledger
from requests.services import links
from requests.views.cases import case_page, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Who read the case, the ledger of consents, what was corrected, and a button that ends every way in."""
    case = own_case(request, reference)
    if request.method == "POST" and case.has_email:
        links.end_all(case=case)
        response = redirect("requests:case_list")
        visitors.forget(request, response, case)
        messages.success(
            request, _("All ways into your case are ended. A new link is on its way to your e-mail address.")
        )
        return response
    heading = _("Who read your case, and your consents")
    context: dict[str, Any] = {
        "reads": reads(case),
        "ledger": ledger(case),
        "wishes": corrections.wishes(case),
        "changes": corrections.changes(case, get_language() or case.language),
    }
    return case_page(request, "privacy.html", case, heading=heading, **context)
