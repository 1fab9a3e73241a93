"""Admin views of the owners of a case: the second one, and several cases given to whom the portal suggests."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from requests.admin import meanwhile, owners
from requests.admin.case_page import back, get_case
from requests.forms.assignment import SecondOwnerForm
from requests.services import assignment, changes, desk


@require_POST
def second_owner(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a second colleague see to the journey of a case, or nobody."""
    case = get_case(request, pk)
    form = SecondOwnerForm(request.POST, prefix="second")
    if not form.is_valid():
        messages.error(request, _("Select a coordinator."))
        return back(request, case)
    to = form.cleaned_data["owner"]
    try:
        with meanwhile.unchanged(request, case):
            assignment.set_second_owner(case=case, to=to, by=request.user)  # type: ignore[arg-type]  # staff
    except changes.ChangedMeanwhile as error:
        return meanwhile.ask(request, case, error.events, _("Set the second owner"))
    except (desk.MoveRefused, PermissionDenied) as refusal:
        messages.error(request, str(refusal))
        return back(request, case)
    if to is None:
        messages.success(request, _("%(case)s has no second owner.") % {"case": case.reference})
    else:
        messages.success(request, _("%(name)s sees to %(case)s too.") % {"name": to, "case": case.reference})
        for sentence in owners.warnings([to.pk]):
            messages.warning(request, sentence)
    return back(request, case)
