"""Admin page of what in the directory has to be looked at again."""

import datetime

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from clinics.selectors.upkeep import Stale, stale, without_licence

ON_A_PAGE = 50


@require_safe
@permission_required("clinics.view_clinic", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    """Show what is past its day or will be within a month, what is most overdue first."""
    today = timezone.now().date()
    rows = stale(today)
    shown = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("What is due in the directory"),
        "page": shown,
        "rows": [(row, *_mark(row, today), reverse(f"admin:{row.owner}_change", args=[row.owner_id])) for row in shown],
        "count": len(rows),
        "late": sum(row.is_late(today) for row in rows),
        "without_licence": without_licence(),
    }
    return render(request, "admin/clinics/upkeep.html", context)


def _mark(row: Stale, today: datetime.date) -> tuple[str, str]:
    """Return how late something is, in words, and the colour of the words."""
    days = row.days_late(today)
    if days is None:
        return row.why, "danger"
    if days > 0:
        return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}, "danger"
    if days == 0:
        return _("due today"), "warning"
    return ngettext("due in %(days)d day", "due in %(days)d days", -days) % {"days": -days}, "warning"
