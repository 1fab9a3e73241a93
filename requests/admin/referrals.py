"""Referrals at the desk: the page that sends the brief to clinics, and the page of one referral with its thread."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.models import Clinic, ClinicContact
from portal.core.http.forms import without_nul
from portal.core.localisation import desk_formats
from requests.admin import list_place
from requests.admin.case_page import get_case, leave, render_page
from requests.admin.case_referrals import shown
from requests.enums import AccessKind, ActorKind
from requests.forms.sending import AnswerClinicForm, SendEditor
from requests.models import AccessEvent, Case, Referral, ReferralMessage
from requests.selectors import briefs, referrals
from requests.selectors.asked_lines import procedures_for
from requests.selectors.brief_document import document
from requests.services import audit, desk, referral_reminders
from requests.services import referrals as referral_services
from requests.services.referrals import LinesChanged, ReferralRefused, ThreadChanged
from requests.services.tasks import TaskRefused

# So many of the times that a clinic opened something are listed.
READS = 20


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what is asked, of whom, with which papers; read it as the clinics do; send it."""
    case = get_case(request, pk)
    audit.record_access(case, AccessKind.CASE, by=request.user)  # type: ignore[arg-type]  # staff
    editor = _editor(case, without_nul(request.POST) if request.method == "POST" else None)
    if request.method != "POST" or not editor.is_valid():
        return _page(request, case, editor, status=422 if request.method == "POST" else 200)
    if "send" not in request.POST:
        return _page(request, case, editor, is_checked=True)
    data = editor.form.cleaned_data
    try:
        new = referral_services.send(
            case=case,
            contacts=editor.form.chosen,
            documents=editor.released,
            words=data["words"],
            asks_freely=data["asks_freely"],
            lines=editor.asked,
            seen=data["seen"],
            then=editor.form.then,
            moves_on=data.get("moves_on", False),
            by=request.user,  # type: ignore[arg-type]  # staff
        )
    except LinesChanged:
        return _page(request, case, _with_theirs(case, editor), status=409, theirs=list(referrals.asked_lines(case)))
    except (ReferralRefused, desk.MoveRefused, TaskRefused) as refusal:
        return _page(request, case, editor, status=422, refusal=refusal)
    _tell(request, case, editor.form.chosen, new)
    return leave(request, case)


def _tell(request: HttpRequest, case: Case, chosen: list[ClinicContact], new: list[Referral]) -> None:
    """Say to how many it went, and of the others who sent it before, and when."""
    if new:
        number = len(new)
        sentence = ngettext(
            "The brief is sent to %(number)s clinic.", "The brief is sent to %(number)s clinics.", number
        )
        messages.success(request, sentence % {"number": number})
    sent = {referral.clinic_id for referral in new}
    standing = referrals.standing(case)
    for contact in chosen:
        if contact.clinic_id not in sent and (known := standing.get(contact.clinic_id)):
            sentence = pgettext("desk", "%(clinic)s has the brief already: %(who)s sent it, %(when)s.")
            when = desk_formats.moment(known.created_at)
            messages.info(request, sentence % {"clinic": contact.clinic, "who": known.sent_by, "when": when})


def _editor(case: Case, posted: Any) -> SendEditor:
    asked = list(referrals.asked_lines(case))
    return SendEditor(
        case,
        asked=asked,
        procedures=procedures_for(case, asked),
        contacts=_contacts(case),
        papers=referrals.papers(case),
        seen=referral_services.stamp(case),
        posted=posted,
    )


def _with_theirs(case: Case, editor: SendEditor) -> SendEditor:
    """Return the page with what was typed, which may now take the place of what a colleague asks."""
    posted = editor.posted.copy()
    posted["seen"] = referral_services.stamp(case)
    fresh = _editor(case, posted)
    fresh.is_valid()
    return fresh


def _contacts(case: Case) -> dict[Clinic, list[ClinicContact]]:
    """Return the clinics that the patient agreed to, each with those of its contacts who may receive a brief."""
    clinics = [row.clinic for row in briefs.agreed(case).values() if row.clinic]
    rows = ClinicContact.objects.filter(clinic__in=clinics, is_active=True, may_receive_briefs=True, refused_at=None)
    known: dict[Clinic, list[ClinicContact]] = {clinic: [] for clinic in clinics}
    for row in rows.select_related("clinic"):
        known[row.clinic].append(row)
    return known


def _page(
    request: HttpRequest, case: Case, editor: SendEditor, *, status: int = 200, is_checked: bool = False, **more: Any
) -> HttpResponse:
    brief, agreed, standing = briefs.approved(case), briefs.agreed(case), referrals.standing(case)
    context = {
        "title": pgettext("desk", "Send the brief to clinics"),
        "editor": editor,
        "brief": brief,
        "document": document(brief) if brief is not None and is_checked else None,
        "is_checked": is_checked,
        # A clinic that has it already is told of by who sent it, also to whoever had the page open.
        "rows": [row for row in editor.form.rows if row["clinic"].pk not in standing],
        "sent": [shown(row) for row in standing.values()],
        "not_agreed": [row.clinic for row in briefs.proposals(case) if row.clinic_id not in agreed],
        **more,
    }
    return render_page(request, "refer.html", case, status=status, **context)


@require_safe
def page(request: HttpRequest, pk: UUID, referral: UUID) -> HttpResponse:
    """One referral: the thread, the papers, what was opened, and what can be done with the link."""
    case = get_case(request, pk)
    row = _of(case, referral)
    return _show(request, case, row, _answer_form(row))


def _answer_form(row: Referral, body: str = "") -> AnswerClinicForm:
    return AnswerClinicForm(initial={"body": body, "known": len(row.messages.all())})


def _show(
    request: HttpRequest,
    case: Case,
    row: Referral,
    form: AnswerClinicForm,
    status: int = 200,
    newer: Sequence[ReferralMessage] = (),
) -> HttpResponse:
    """Show a referral; ``newer`` is what was written while somebody typed."""
    audit.record_access(case, AccessKind.CASE, by=request.user, object_id=row.pk)  # type: ignore[arg-type]  # staff
    released = set(row.released.values_list("document", flat=True))
    papers = referrals.papers(case)
    by_clinic = AccessEvent.objects.filter(
        reference__in=[part.reference for part in case.whole()], actor_kind=ActorKind.CLINIC, referral_id=row.pk
    )
    opened = dict(by_clinic.filter(kind=AccessKind.DOCUMENT).order_by("at").values_list("object_id", "at"))
    reads = by_clinic.filter(kind=AccessKind.REFERRAL).order_by("-at").values_list("at", flat=True)
    context = {
        "title": f"{case.reference}, {row.clinic}",
        **shown(row),
        "brief_now": referrals.brief_of(row),
        "form": form,
        "newer": newer,
        "papers": [
            {"row": paper, "is_released": paper.pk in released, "opened_at": opened.get(paper.pk)} for paper in papers
        ],
        "reads": list(reads[:READS]),
        "offers": [offer for offer in row.offers.all() if offer.superseded_at is None],
        "goes_on": referrals.goes_on(case),
        "can_remind": referral_reminders.is_wanted(row),
    }
    return render_page(request, "referral.html", case, status=status, **context)


@require_POST
def answer(request: HttpRequest, pk: UUID, referral: UUID) -> HttpResponse:
    """Write to the clinic; what cannot be sent stays typed, and what came meanwhile is shown first."""
    case = get_case(request, pk)
    row = _of(case, referral)
    form = AnswerClinicForm(without_nul(request.POST))
    if not form.is_valid():
        return _show(request, case, row, form, status=422)
    try:
        referral_services.write(referral=row, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]  # staff
    except ThreadChanged as changed:
        # The thread was read before the case was locked.
        row = _of(case, referral)
        form = _answer_form(row, form.cleaned_data["body"])
        return _show(request, case, row, form, status=409, newer=changed.messages)
    except ReferralRefused as refusal:
        form.add_error("body", str(refusal))
        return _show(request, case, row, form, status=409)
    messages.success(request, pgettext("desk", "The clinic reads it behind its link. A mail tells it."))
    return _to(request, case, row)


@require_POST
def release(request: HttpRequest, pk: UUID, referral: UUID) -> HttpResponse:
    """Let the clinic open the papers that are ticked, and no others."""
    case = get_case(request, pk)
    chosen = set(request.POST.getlist("paper"))
    papers = [paper for paper in referrals.papers(case) if str(paper.pk) in chosen]
    done = pgettext("desk", "The clinic may open the papers that are ticked, and no others.")
    return _do(
        request, case, referral, done, lambda row, by: referral_services.release(referral=row, documents=papers, by=by)
    )


@require_POST
def renew(request: HttpRequest, pk: UUID, referral: UUID) -> HttpResponse:
    """Let the link work for another while."""
    case = get_case(request, pk)
    done = pgettext("desk", "The link works again for its whole time. A mail tells the clinic.")
    return _do(request, case, referral, done, lambda row, by: referral_services.renew(referral=row, by=by))


@require_POST
def revoke(request: HttpRequest, pk: UUID, referral: UUID) -> HttpResponse:
    """End the access of the clinic."""
    case = get_case(request, pk)
    done = pgettext("desk", "The link opens nothing any more. To ask this clinic again, send it the brief anew.")
    return _do(request, case, referral, done, lambda row, by: referral_services.revoke(referral=row, by=by))


@require_POST
def remind(request: HttpRequest, pk: UUID, referral: UUID) -> HttpResponse:
    """Remind the clinic by a mail."""
    case = get_case(request, pk)
    row = _of(case, referral)
    if referral_reminders.remind(referral=row, by=request.user):  # type: ignore[arg-type]  # staff
        messages.success(request, pgettext("desk", "A mail reminds the clinic."))
    else:
        messages.info(request, pgettext("desk", "No reminder left: the clinic answered, or had one within a day."))
    return _to(request, case, row)


def _do(request: HttpRequest, case: Case, pk: UUID, done: str, deed: Callable[[Referral, Any], None]) -> HttpResponse:
    """Do something with a referral and say so, or why not; its page comes again."""
    row = _of(case, pk)
    try:
        deed(row, request.user)
    except ReferralRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return _to(request, case, row)


def _of(case: Case, referral: UUID) -> Referral:
    row: Referral = get_object_or_404(referrals.of_case(case), pk=referral)
    return row


def _to(request: HttpRequest, case: Case, row: Referral) -> HttpResponse:
    address = reverse("admin:requests_case_referral", args=[case.pk, row.pk])
    return redirect(address + list_place.query(request))
