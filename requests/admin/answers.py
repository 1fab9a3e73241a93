"""Page of the desk with the passport answers of a case."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.accounts import second_factor
from requests.admin.case_answers import task_row
from requests.admin.case_page import get_case, render_page
from requests.admin.documents import RECENT_SECONDS
from requests.enums import AccessKind
from requests.flows import passport
from requests.permissions import check_can_read_passport
from requests.selectors import answers as selected
from requests.services import audit


@require_safe
def show_passport(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The passport answers, for few; that they were read is written down first."""
    case = get_case(request, pk)
    check_can_read_passport(request.user, case)  # type: ignore[arg-type]  # staff, the site made sure
    second_factor.require_recent(request, seconds=RECENT_SECONDS)
    audit.record_access(case, AccessKind.PASSPORT, by=request.user)  # type: ignore[arg-type]  # staff
    history, sendings = selected.history(case, passport.TASK), selected.sendings(case, passport.TASK)
    row = task_row(case, passport.KIND, history, sendings)
    return render_page(request, "passport.html", case, row=row)
