"""Offers of a case at the desk: side by side, entered from a call or a paper, shown to the patient with a note."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.models import Clinic
from portal.core.worktime import team_today
from requests.admin import list_place
from requests.admin.case_page import get_case, render_page
from requests.enums import AccessKind, ConsentWay
from requests.forms.offers import OfferEditor, OfferNoteForm, SpokenOfferForm, in_desk_style, in_desk_words
from requests.models import Case, Offer
from requests.selectors import briefs, offers, referrals
from requests.selectors.briefs import ENGLISH, RUSSIAN
from requests.selectors.estimates import in_force
from requests.services import audit
from requests.services import offers as offer_services
from requests.services.offers import OfferChanged, OfferRefused


@require_safe
def page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All standing offers side by side; ``?clinic=`` the versions of one clinic."""
    return _show(request, get_case(request, pk))


def _show(request: HttpRequest, case: Case, status: int = 200, note: OfferNoteForm | None = None) -> HttpResponse:
    audit.record_access(case, AccessKind.OFFER, by=request.user)  # type: ignore[arg-type]  # staff
    language = get_language() or ""
    clinic = Clinic.objects.filter(slug=request.GET.get("clinic", "")).first()
    table = offers.versions(case, clinic, language) if clinic else offers.comparison(case, language, for_patient=False)
    cards = [] if clinic else [_card(request, case, offer, note) for offer in table.offers]
    context = {
        "table": table,
        "clinic": clinic,
        "cards": cards,
        "agreed": briefs.agreed(case),
        "brief": briefs.approved(case),
        "may_choose": offers.may_choose(case),
        "estimate": in_force(case),
    }
    return render_page(request, "offers.html", case, status=status, **context)


def _card(request: HttpRequest, case: Case, offer: Offer, note: OfferNoteForm | None) -> dict[str, Any]:
    """Return what the page says below the table of one offer; ``note`` is a form that came back."""
    prefix = f"note-{offer.pk}"
    form = note if note is not None and note.prefix == prefix else None
    initial = {"note": offer.note, "seen": offer_services.note_stamp(offer)}
    estimate = reverse("admin:requests_case_estimate", args=[case.pk])
    return {
        "offer": offer,
        "note_form": form or OfferNoteForm(prefix=prefix, initial=initial),
        "estimate_url": estimate + list_place.query(request, **{"from": f"offer:{offer.pk}"}),
        "history_url": f"?{urlencode({'clinic': offer.clinic.slug})}" if offer.version > 1 else "",
    }


@require_POST
def change(request: HttpRequest, pk: UUID, offer: UUID) -> HttpResponse:
    """Show an offer to the patient, hide it, or write the note; one form with three buttons."""
    case = get_case(request, pk)
    row = get_object_or_404(offers.of_case(case), pk=offer)
    form = OfferNoteForm(request.POST, prefix=f"note-{row.pk}")
    if not form.is_valid():
        return _show(request, case, status=422, note=form)
    by: Any = request.user  # staff, the site made sure
    try:
        offer_services.write_note(offer=row, by=by, **form.cleaned_data)
        if "show" in request.POST:
            offer_services.show(offer=row, by=by)
        elif "hide" in request.POST:
            offer_services.hide(offer=row, by=by)
    except OfferChanged as changed:
        return _show_changed(request, case, row, changed.offer, form)
    except OfferRefused as refusal:
        messages.error(request, str(refusal))
        return _show(request, case, status=422, note=form)
    messages.success(request, _done(request, case))
    return _to_page(request, case)


def _show_changed(request: HttpRequest, case: Case, row: Offer, newest: Offer, form: OfferNoteForm) -> HttpResponse:
    """Show what changed meanwhile, with what was typed, which may be saved over it."""
    if newest.pk != row.pk:
        sentence = pgettext(
            "desk", "A newer offer of %(clinic)s came meanwhile. Nothing is saved; your note stands below it."
        )
    else:
        sentence = pgettext(
            "desk", "A colleague changed the note under %(clinic)s meanwhile: “%(note)s”. Yours is not saved yet."
        )
    messages.warning(request, sentence % {"clinic": newest.clinic, "note": newest.note})
    initial = {"note": form.cleaned_data["note"], "seen": offer_services.note_stamp(newest)}
    return _show(request, case, status=409, note=OfferNoteForm(prefix=f"note-{newest.pk}", initial=initial))


def _done(request: HttpRequest, case: Case) -> str:
    if "show" in request.POST:
        told = (
            pgettext("desk", "A mail tells her in ten minutes.")
            if case.has_email
            else pgettext("desk", "No mail leaves: the case has no e-mail address.")
        )
        return pgettext("desk", "The patient sees this offer on her page.") + " " + told
    if "hide" in request.POST:
        return pgettext("desk", "The patient does not see this offer any more.")
    return pgettext("desk", "The note is saved.")


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter an offer that came by phone or on paper."""
    case = get_case(request, pk)
    audit.record_access(case, AccessKind.OFFER, by=request.user)  # type: ignore[arg-type]  # staff
    posted = request.POST if request.method == "POST" else None
    editor = OfferEditor(list(referrals.asked_lines(case)), posted)
    spoken = _spoken_form(case, posted)
    if "more" in request.POST:
        editor.as_typed("")
        spoken.as_typed("")
        return _enter_page(request, case, editor, spoken)
    if not (editor.is_valid() and spoken.is_valid()):
        return _enter_page(request, case, editor, spoken, status=200 if posted is None else 422)
    token = editor.form.cleaned_data["form_token"]
    said = {**spoken.cleaned_data, "way": ConsentWay(spoken.cleaned_data["way"])}
    try:
        by: Any = request.user  # staff, the site made sure
        offer_services.enter(case=case, content=editor.content(), form_token=token, by=by, **said)
    except OfferChanged as changed:
        spoken.put_answer("known", str(offers.of_case(case).count()))
        return _enter_page(request, case, editor, spoken, status=409, newer=changed.offer)
    except OfferRefused as refusal:
        spoken.add_error("clinic", str(refusal))
        return _enter_page(request, case, editor, spoken, status=422)
    messages.success(request, pgettext("desk", "The offer is entered. The patient sees it when you show it to her."))
    return _to_page(request, case)


def _spoken_form(case: Case, posted: QueryDict | None) -> SpokenOfferForm:
    clinics = Clinic.objects.filter(pk__in=briefs.agreed(case))
    languages = list(dict.fromkeys((RUSSIAN, ENGLISH, case.language)))
    begin = {"known": offers.of_case(case).count(), "said_on": team_today(), "language": RUSSIAN}
    return SpokenOfferForm(clinics, languages, posted, initial=begin)


def _enter_page(
    request: HttpRequest,
    case: Case,
    editor: OfferEditor,
    spoken: SpokenOfferForm,
    status: int = 200,
    newer: Offer | None = None,
) -> HttpResponse:
    in_desk_words(editor)
    in_desk_style(spoken, *editor.forms)
    errors = [sentence for form in (spoken, *editor.forms) for _control, sentence in form.wrong_fields()]
    context = {"editor": editor, "spoken": spoken, "newer": newer, "errors": list(dict.fromkeys(errors))}
    return render_page(request, "offer_enter.html", case, status=status, agreed=briefs.agreed(case), **context)


def _to_page(request: HttpRequest, case: Case) -> HttpResponse:
    return redirect(reverse("admin:requests_case_offers", args=[case.pk]) + list_place.query(request))
