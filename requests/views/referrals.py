"""What a clinic sees behind the link of a referral: the brief, the papers, questions, and its answer."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.http.forms import FROM_LANGUAGE, without_nul
from portal.core.inspection import Refused
from portal.core.localisation import formats, money
from requests import downloads
from requests.enums import AccessKind, ReferralDecline
from requests.forms.clinic_offers import ClinicOfferEditor
from requests.forms.referrals import DeclineReferralForm, QuestionForm
from requests.models import AskedLine, Offer, Referral
from requests.offer_content import OfferContent
from requests.selectors import brief_differences, offers, referrals
from requests.selectors.brief_checks import known_names
from requests.selectors.brief_document import document as brief_document
from requests.selectors.documents import IMAGES
from requests.selectors.referral_papers import released
from requests.services import audit, clinic_answers
from requests.services.offers import OfferChanged
from requests.services.referral_access import token_of
from requests.views.referral_entry import behind_link


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def page(request: HttpRequest, referral: Referral) -> HttpResponse:
    """The brief, our words, the papers, and the questions with a box for another."""
    form = QuestionForm(request.POST if "body" in request.POST else None)
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        clinic_answers.ask(referral=referral, **form.cleaned_data)
        messages.success(request, _("We have your question. We answer here, and tell you by e-mail."))
        return redirect(f"{request.path}#questions")
    brief, answer = referrals.brief_of(referral), clinic_answers.standing_offer(referral)
    before = answer.brief if answer and answer.brief else referral.brief
    has_changed = brief is not None and brief.pk != before.pk
    changed = brief_differences.changed(before.content, brief.content) if brief and has_changed else []
    context = {
        "brief": brief,
        "has_changed": has_changed,
        "changed": formats.names(map(formats.inside, changed), get_language() or ""),
        "document": brief_document(brief) if brief else None,
        "papers": released(referral, get_language() or ""),
        "thread": referrals.thread(referral),
        "offer": answer,
        "chosen": offers.chosen(referral.case.living),
        "form": form,
        "language_form": "question-form",
    }
    return _show(request, referral, "referral.html", status=422 if form.errors else 200, **context)


@login_not_required
@never_cache
@require_safe
@behind_link
def document(request: HttpRequest, referral: Referral, document: UUID) -> HttpResponseBase:
    """A paper that was released to the clinic: as it is, or a medical image without the patient in its header."""
    paper = next((paper for paper in released(referral, "ru") if paper.document.pk == document), None)
    if paper is None:
        raise Http404
    row, token = paper.document, token_of(referral)
    if not row.can_be_opened:
        messages.warning(request, _("This paper cannot be opened now. Ask us about it."))
        return redirect("requests:referral", token)
    audit.record_clinic_access(row.case, AccessKind.DOCUMENT, referral, object_id=row.pk)
    if row.kind not in IMAGES:
        # The name of a file may be the patient's.
        return downloads.as_file(row, stem=f"{referral.case.living.reference}-{paper.number}")
    try:
        return downloads.for_clinics(row, names=known_names(row.case.living))
    except Refused:
        messages.warning(request, _("This image cannot be opened now. Ask us about it."))
        return redirect("requests:referral", token)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def offer(request: HttpRequest, referral: Referral) -> HttpResponse:
    """The form of an offer, and the page that shows it before it is sent."""
    standing = clinic_answers.standing_offer(referral)
    before = standing.content if standing else None
    data = without_nul(request.POST) if request.method == "POST" else None
    editor = ClinicOfferEditor(_asked(referral, before, data), data, before)
    editor.knows(standing.version if standing else 0, referrals.brief_of(referral))
    if {FROM_LANGUAGE, "more", "change"} & request.POST.keys():
        editor.as_typed(request.POST.get(FROM_LANGUAGE, ""))
    elif data is not None and editor.is_valid():
        content, language = editor.content(), get_language() or ""
        if "send" in data:
            said = {name: editor.form.cleaned_data[name] for name in ("form_token", "known", "read")}
            try:
                clinic_answers.offer(referral=referral, content=content, language=language, **said)
            except OfferChanged as changed:
                return _show_newer(request, referral, editor, changed.offer)
            return redirect("requests:referral_answered", token_of(referral))
        context = _to_check(editor, content, language) | {"typed": editor.hidden(data)}
        return _show(request, referral, "referral_offer_check.html", **context)
    context = {"form": editor, "before": before, "language_form": "offer-form"}
    context["chosen"] = offers.chosen(referral.case.living)
    return _show(request, referral, "referral_offer.html", status=422 if editor.errors else 200, **context)


def _show_newer(request: HttpRequest, referral: Referral, editor: ClinicOfferEditor, newer: Offer) -> HttpResponse:
    """Show the newer offer that stands, with what was typed, which may be sent in its place."""
    editor.may_be_sent_again(newer.version)
    content = newer.content
    asked = {line.pk: line for line in _asked(referral, content, None)}
    context = {
        "form": editor,
        "before": content,
        "language_form": "offer-form",
        "newer": newer,
        **_in_words(content, asked, editor, get_language() or ""),
    }
    return _show(request, referral, "referral_offer.html", status=409, **context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def decline(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Why the clinic declines."""
    form = DeclineReferralForm(request.POST if request.method == "POST" else None)
    has_offer = clinic_answers.standing_offer(referral) is not None
    if FROM_LANGUAGE in request.POST:
        form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        reason, words = ReferralDecline(form.cleaned_data["reason"]), form.cleaned_data["words"]
        try:
            clinic_answers.decline(referral=referral, reason=reason, words=words)
        except clinic_answers.Answered:
            has_offer = True
        else:
            return redirect("requests:referral_answered", token_of(referral))
    context = {"form": form, "has_offer": has_offer, "language_form": "decline-form"}
    status = 422 if form.errors else 409 if form.is_bound and has_offer else 200
    return _show(request, referral, "referral_decline.html", status=status, **context)


@login_not_required
@never_cache
@require_safe
@behind_link
def answered(request: HttpRequest, referral: Referral) -> HttpResponse:
    """What happens after an answer."""
    offer = clinic_answers.standing_offer(referral)
    if offer is None and referral.declined_at is None:
        return redirect("requests:referral", token_of(referral))
    return _show(request, referral, "referral_answered.html", offer=offer)


def _asked(referral: Referral, before: OfferContent | None, data: QueryDict | None) -> list[AskedLine]:
    """Return the lines that are asked for, with those that were: of the offer that stands, and of a page that is open."""
    case = referral.case.living
    answered = {line.asked for line in before.lines} if before else set()
    removed = AskedLine.objects.filter(case__in=case.whole()).exclude(removed_at=None).select_related("case")
    return [
        *referrals.asked_lines(case),
        *(line for line in removed if line.pk in answered or f"line-{line.pk}-amount_from" in (data or {})),
    ]


def _to_check(editor: ClinicOfferEditor, content: OfferContent, language: str) -> dict[str, Any]:
    """Return what the page before the sending says of an offer."""
    asked = {line.asked.pk: line.asked for line in editor.asked if line.asked}
    return _in_words(content, asked, editor, language)


def _in_words(
    content: OfferContent, asked: dict[UUID, AskedLine], editor: ClinicOfferEditor, language: str
) -> dict[str, Any]:
    """Return the content of an offer as its clinic reads it; the editor knows what its fields are called."""
    whole = []
    for field in editor.form.visible_fields():
        value = getattr(content, field.name)
        whole.append((field.label, formats.day(value, language) if isinstance(value, date) else _text(value)))
    return {
        "rows": [
            (asked.get(line.asked) if line.asked else None, line, money.in_words(line.price, language))
            for line in content.lines
        ],
        "totals": [money.in_words(total, language) for total in money.totals(line.amount for line in content.lines)],
        "whole": whole,
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _show(
    request: HttpRequest, referral: Referral, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Show a page of a referral; that the clinic reads it is written down first."""
    audit.record_clinic_access(referral.case, AccessKind.REFERRAL, referral, object_id=referral.pk)
    # A clinic reads its days where it is.
    context |= {"referral": referral, "token": token_of(referral), "zone": settings.TEAM_TIME_ZONE}
    context |= {"reference": referral.case.living.reference, "team_email": settings.TEAM_EMAIL}
    return render(request, f"requests/{template}", context, status=status)
