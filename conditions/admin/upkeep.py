"""Admin page of published pages that are due for a check."""

import datetime

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conditions.selectors.upkeep import schedule

SOON = datetime.timedelta(days=60)


@require_safe
@permission_required("conditions.view_condition", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    """Show every published page with the day of its next check, what is overdue first."""
    today = timezone.now().date()
    rows = []
    for due in schedule(today):
        if due.is_stale(today):
            rows.append((due, _("being reviewed"), "danger"))
        elif due.review_on is not None and due.review_on <= today + SOON:
            rows.append((due, _("due soon"), "warning"))
        else:
            rows.append((due, _("fresh"), "ok"))
    context = {**admin.site.each_context(request), "title": _("What is due"), "rows": rows}
    return render(request, "admin/conditions/upkeep.html", context)
