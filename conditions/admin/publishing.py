"""Publish page of a condition: what the gate says, and the buttons that publish, review and withdraw."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextInputWidget

from conditions.admin import publishing_meanwhile as meanwhile
from conditions.admin.publishing_meanwhile import Meanwhile
from conditions.models import Condition, Edition
from conditions.permissions import can_publish, can_review, check_can_publish
from conditions.readability import lint, lint_checklist, middle, reading
from conditions.selectors import drafts
from conditions.services import editions, gate
from conditions.services.editions import EditionIsOld, GateIsRed
from portal.accounts.models import User


class PublishForm(forms.Form):
    """What changed since the last edition; ``seen`` is what the page showed of the draft."""

    seen = forms.CharField(required=False)
    change_note = forms.CharField(
        label=gettext_lazy("What changed"),
        help_text=gettext_lazy("One line, kept with the edition."),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": gettext_lazy("Enter what changed.")},
    )


@dataclass(frozen=True)
class Refusal:
    """Why a POST did nothing: the form of a language with its errors, or what others did meanwhile."""

    language: str
    status: int
    form: PublishForm | None = None
    meanwhile: Meanwhile | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the gate for each live language; a POST publishes or withdraws one, or puts a doctor's name on it."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("conditions.view_condition"):
        raise PermissionDenied
    condition = get_object_or_404(Condition, pk=pk)
    refusal = _act(request, condition, user) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        return redirect("admin:conditions_condition_publish", condition.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Publish %(condition)s") % {"condition": condition},
        "condition": condition,
        "pages": [_language_page(condition, code, refusal) for code in settings.LIVE_LANGUAGES],
        "may_publish": can_publish(user),
        "may_review": can_review(user),
    }
    return render(request, "admin/conditions/publish.html", context, status=refusal.status if refusal else 200)


def _act(request: HttpRequest, condition: Condition, user: User) -> Refusal | None:
    """Do what the button says; returns why nothing was done."""
    language = request.POST.get("language", "")
    if language not in settings.LIVE_LANGUAGES:
        raise PermissionDenied
    if "review" in request.POST:
        _review(request, _edition(condition, language, request.POST["review"]), user)
        return None
    check_can_publish(user)
    if "withdraw" in request.POST:
        return _withdraw(request, _edition(condition, language, request.POST["withdraw"]), user)
    return _publish(request, condition, language, user)


def _publish(request: HttpRequest, condition: Condition, language: str, user: User) -> Refusal | None:
    form = PublishForm(request.POST, prefix=language)
    if not form.is_valid():
        return Refusal(language, 422, form)
    opened, known = meanwhile.read(form.cleaned_data["seen"])
    note = form.cleaned_data["change_note"]
    try:
        edition = editions.publish(condition=condition, language=language, by=user, change_note=note, seen=known)
    except editions.DraftChanged:
        content = editions.upcoming(condition, language)
        return Refusal(language, 409, form, meanwhile.of_draft(condition, content, opened, known, user))
    except GateIsRed as refusal:
        messages.error(request, str(refusal))
        return Refusal(language, 422, form)
    about = {"number": edition.number, "language": settings.ALL_LANGUAGES[language]}
    messages.success(request, _("Edition %(number)d in %(language)s is published.") % about)
    return None


def _withdraw(request: HttpRequest, edition: Edition, user: User) -> Refusal | None:
    try:
        editions.withdraw(edition=edition, by=user)
    except EditionIsOld:
        sentences = meanwhile.of_public(edition.condition, edition.language, edition.pk, user)
        return Refusal(edition.language, 409, meanwhile=meanwhile.Meanwhile(sentences))
    # The log of the admin is the only place that knows who withdraws.
    admin.site.get_model_admin(Edition).log_change(request, edition, "Withdrawn.")
    about = {"number": edition.number, "language": settings.ALL_LANGUAGES[edition.language]}
    messages.success(request, _("Edition %(number)d in %(language)s is withdrawn.") % about)
    return None


def _edition(condition: Condition, language: str, pk: str) -> Edition:
    if not pk.isdecimal():
        raise Http404
    return get_object_or_404(Edition, pk=pk, condition=condition, language=language)


def _review(request: HttpRequest, edition: Edition, user: User) -> None:
    try:
        made = editions.put_review(edition=edition, by=user)
    except EditionIsOld:
        sentence = _("Edition %(number)d is not public any more. Read the newer one, then review it.")
        messages.error(request, sentence % {"number": edition.number})
    else:
        messages.success(request, _("Edition %(number)d says that you reviewed it.") % {"number": made.number})


def _language_page(condition: Condition, code: str, refusal: Refusal | None) -> dict[str, Any]:
    """Return what the page shows of a language: what the gate says of the draft, how it reads, what is published."""
    lines = gate.check(condition, code)
    content = editions.upcoming(condition, code)
    texts = [(drafts.place_name(place, content), place, text) for place, text in drafts.running_texts(content)]
    of_language = Edition.objects.filter(condition=condition, language=code)
    current = of_language.current().select_related("published_by").first()
    refused = refusal if refusal is not None and refusal.language == code else None
    form = refused.form if refused and refused.form else PublishForm(prefix=code)
    # A form that only has errors goes on with what its page knew.
    is_known = form.is_bound and refused is not None and refused.meanwhile is None
    shown = form["seen"].value() if is_known else meanwhile.written(content, current.pk if current else None)
    readings = [reading(name, text, code) for name, _place, text in texts]
    findings = [replace(finding, place=name) for name, place, text in texts for finding in lint(place, text, code)]
    papers = [need["name"] for need in content["document_needs"]]
    with override(code):
        preview_url = reverse("front:condition_preview", args=[condition.slug])
        public_url = reverse("front:condition", args=[condition.slug])
    return {
        "code": code,
        "name": settings.ALL_LANGUAGES[code],
        "lines": lines,
        "is_green": gate.is_green(lines),
        "current": current,
        "reviewed_on": parse_date(current.content["reviewed_on"]) if current else None,
        "form": form,
        "readings": readings,
        "middle": middle(readings),
        "findings": [*findings, *lint_checklist(drafts.field_name("document_needs"), papers)],
        "preview_url": preview_url,
        "public_url": public_url,
        # Whether publishing the draft keeps the review that the public edition has.
        "keeps_review": bool(content["reviewed_by"]),
        "meanwhile": refused.meanwhile if refused else None,
        # What the page carries of what it shows.
        "seen": shown,
    }
