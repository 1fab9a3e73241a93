"""Admin page that corrects a fact of a case; a link beside the fact opens it."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.core.localisation import desk_formats, formats
from requests.admin import labels
from requests.admin.case_page import back, get_case, render_page
from requests.enums import AccessKind, ActorKind, EventKind, Fact
from requests.forms.facts import FactForm
from requests.models import Case
from requests.models.cases import visible_to
from requests.selectors.desk import of_same_person
from requests.services import audit, facts

# What a correction sets off besides, said before it is saved.
FOLLOWS = {
    Fact.EMAIL: gettext_lazy(
        "Every link mailed or handed over until now stops, and whoever has the case open is signed out of it. "
        "The receipt goes to the new address with a new link."
    ),
    Fact.PLACE: gettext_lazy("The hours that we name to the patient follow the time zone."),
    Fact.LANGUAGES: gettext_lazy("From now on the case page, mails and estimates are in the language of the site."),
    Fact.CONDITION: gettext_lazy(
        "The estimate page then has the price list of this condition. A preliminary estimate is withdrawn."
    ),
    Fact.CLINIC: gettext_lazy("A preliminary estimate is withdrawn: it names the clinic of before."),
    Fact.PACKAGE: gettext_lazy("A preliminary estimate is withdrawn: it names the package of before."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: UUID, fact: str) -> HttpResponse:
    """Ask for the right value of a fact, and keep it; what was sent is not touched."""
    case = get_case(request, pk)
    if fact not in Fact:
        raise Http404
    which = Fact(fact)
    form = FactForm(case, which, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _ask(request, case, which, form, status=422 if form.is_bound else 200)
    try:
        is_new = facts.correct(
            case=case,
            fact=which,
            values=form.values(),
            shown=form.cleaned_data["shown"],
            by=request.user,  # type: ignore[arg-type]  # staff, the site made sure
        )
    except facts.FactChanged:
        case.refresh_from_db()
        newer = FactForm(case, which, request.POST)
        newer.show_anew()
        return _ask(request, case, which, newer, status=409, conflict=_conflict(case, which))
    except facts.CorrectionRefused as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, case, which, form, status=422)
    said = _("%(fact)s: corrected.") if is_new else _("%(fact)s: it says that already.")
    messages.success(request, said % {"fact": which.label})
    if is_new:
        _warn(request, case, which)
    return back(request, case)


def _warn(request: HttpRequest, case: Case, fact: Fact) -> None:
    """Say what the desk should know of the case as it stands now."""
    case.refresh_from_db()
    if fact == Fact.EMAIL and not case.has_email:
        messages.warning(request, _("The case has no e-mail address now. Hand over a new link yourself."))
    if fact not in (Fact.EMAIL, Fact.PHONE):
        return
    same = of_same_person(case.email, case.phone).exclude(pk=case.pk)
    others = same.filter(visible_to(request.user))  # type: ignore[arg-type]  # staff, the site made sure
    if others:
        references = ", ".join(other.reference for other in others)
        messages.warning(request, _("The same address or number is in: %(references)s.") % {"references": references})


def _ask(
    request: HttpRequest, case: Case, fact: Fact, form: FactForm, status: int, conflict: dict[str, Any] | None = None
) -> HttpResponse:
    """Show the form of a fact, with what the case says and said, and note who read it."""
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff, the site made sure
    rows = case.corrections.filter(fact=fact).select_related("author").order_by("-created_at")
    context = {
        "fact": fact,
        "form": form,
        "follows": FOLLOWS.get(fact, ""),
        "conflict": conflict,
        "history": [
            {"row": row, "who": row.author or _("The patient"), "before": _in_words(json.loads(row.before), form)}
            for row in rows
        ],
    }
    return render_page(request, "fact.html", case, status=status, **context)


def _conflict(case: Case, fact: Fact) -> dict[str, Any]:
    """Return who changed the fact meanwhile, when, and what it says now."""
    event = facts.last_change(case, fact)
    if event is None:
        who = _("Somebody")
    elif event.kind == EventKind.SENT_AGAIN or event.actor_kind == ActorKind.PATIENT:
        who = _("The patient")
    else:
        who = str(User.objects.filter(pk=event.actor_id or 0).first() or _("Somebody of the desk"))
    form = FactForm(case, fact)
    return {"who": who, "ago": desk_formats.ago(event.at) if event else "", "now": _in_words(form.held, form)}


def _in_words(values: dict[str, str], form: FactForm) -> list[tuple[str, str]]:
    """Return (label, value) of the columns of a fact, with the meaning of a code or slug."""
    return [(str(form.fields[name].label), _word(name, value)) for name, value in values.items()]


def _word(name: str, value: str) -> str:
    # The form lists time zones by their cities.
    return (
        formats.zone_city(value, desk_formats.language())
        if name == "time_zone" and value
        else labels.in_words(name, value)
    )
