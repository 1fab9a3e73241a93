"""Place in the list of cases that somebody came from: its filters, its page, and the case that comes next.

All of it stands in the address of the case page and of everything that is done from there.
"""

import copy
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from requests.models import Case

# The name under which Django's own list hands its filters on.
FILTERS = "_changelist_filters"
NEXT = "_next"


def query(request: HttpRequest, **changes: str) -> str:
    """Return the query that carries the place on, empty when there is none; ``changes`` take the place of its parts."""
    kept = {name: request.GET[name] for name in (FILTERS, NEXT) if name in request.GET}
    query = {name: value for name, value in (kept | changes).items() if value}
    return f"?{urlencode(query)}" if query else ""


def list_address(request: HttpRequest) -> str:
    """Return the address of the list with its filters and its page."""
    filters = request.GET.get(FILTERS, "")
    # Read and written again: nothing but parameters of the list comes out.
    parameters = urlencode(parse_qsl(filters))
    return reverse("admin:requests_case_changelist") + (f"?{parameters}" if parameters else "")


def next_case(request: HttpRequest, case: Case) -> UUID | None:
    """Return the case that comes after this one in the list, None at its end.

    What came after it when it was opened still does, while that one is in the list: an answer may
    have moved this case to the end, or out of the list. Without it, the list of now decides.
    """
    keys = _keys(request)
    known = request.GET.get(NEXT, "")
    if known and known in map(str, keys):
        return UUID(known)
    start = keys.index(case.pk) + 1 if case.pk in keys else 0
    return next(iter(keys[start:]), None)


def _keys(request: HttpRequest) -> list[Any]:
    """Return the keys of the cases on the page of the list that somebody came from, and on the next one."""
    filters = QueryDict(request.GET.get(FILTERS, ""))
    page_admin = admin.site.get_model_admin(Case)
    # The list reads its filters from the request; ours keeps the place.
    reader = copy.copy(request)
    reader.GET = filters
    try:
        rows = page_admin.get_changelist_instance(reader).queryset
    except IncorrectLookupParameters:
        return []
    # At most eight digits: PostgreSQL refuses an OFFSET that is no bigint.
    page = filters.get(PAGE_VAR, "1")
    start = (max(int(page), 1) - 1) * page_admin.list_per_page if page.isdecimal() and len(page) < 9 else 0
    return list(rows.values_list("pk", flat=True)[start : start + 2 * page_admin.list_per_page])
