"""Admin page that notes a call, a chat, an e-mail or a meeting with a patient."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from requests.admin.case_page import back, body, get_case, render_page, warn_of_unseen
from requests.enums import ContactChannel, DraftKind
from requests.forms.contacts import ContactForm
from requests.models import Case, ContactLog
from requests.services import clock, contacts, tasks, text_drafts

LEAD = gettext_lazy("What was said outside the portal. The patient does not see it.")


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a contact; the form of the case page comes here too, and stays here with its errors."""
    case = get_case(request, pk)
    channel = request.GET.get("channel")
    begun = {
        "seen": len(clock.incoming(case)),
        "channel": channel if channel in ContactChannel else case.channel,
        "body": body(text_drafts.of(case, request.user).get(DraftKind.CONTACT)),  # type: ignore[arg-type]  # staff
    }
    form = ContactForm(case, request.POST if request.method == "POST" else None, initial=begun)
    contact = _log(request, case, form) if form.is_valid() else None
    if contact is None:
        status = 422 if form.is_bound else 200
        return render_page(request, "move.html", case, status=status, form=form, label=_("Log a contact"), lead=LEAD)
    messages.success(request, _("The contact is logged."))
    if contact.is_answer:
        warn_of_unseen(request, case)
    return back(request, case)


def _log(request: HttpRequest, case: Case, form: ContactForm) -> ContactLog | None:
    """Note a contact; None when the form says why that is not possible."""
    # Nobody is asked what a colleague did meanwhile: what was said stays true.
    try:
        with transaction.atomic():
            contact = contacts.log(case=case, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # staff
            text_drafts.discard(case=case, kinds=[DraftKind.CONTACT], by=request.user)  # type: ignore[arg-type]
    except tasks.TaskRefused as refusal:
        # A colleague may have opened the case at this moment: then nothing asked what comes next.
        form.add_error("turn" if "turn" in form.fields else "body", str(refusal))
        return None
    return contact
