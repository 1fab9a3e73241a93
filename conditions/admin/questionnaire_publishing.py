"""Publish page of a questionnaire: what the gate says of each language, how patients read it, and the buttons."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.http import require_http_methods

from conditions.admin.publishing import PublishForm
from conditions.models import Questionnaire, QuestionnaireEdition
from conditions.permissions import can_publish, check_can_publish
from conditions.selectors.questionnaires import content
from conditions.services import questionnaire_gate, questionnaires
from conditions.services.editions import DraftChanged, EditionIsOld
from conditions.services.gate import is_green
from conditions.services.questionnaires import QuestionnaireIsNotReady
from portal.accounts.models import User

MEANWHILE = gettext_lazy(
    "Somebody changed the draft, or what patients are asked, while you had the page open, so nothing of yours is done yet. Read it again below."
)


@dataclass(frozen=True)
class Refusal:
    """Why a POST did nothing: the status, and the form of a language with what was typed."""

    language: str
    status: int
    form: PublishForm | None = None


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the gate for each live language; a POST publishes or withdraws one."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm("conditions.view_questionnaire"):
        raise PermissionDenied
    questionnaire = get_object_or_404(Questionnaire.objects.prefetch_related("questions", "sources"), pk=pk)
    refusal = _act(request, questionnaire, user) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        return redirect("admin:conditions_questionnaire_publish", questionnaire.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Publish %(condition)s") % {"condition": questionnaire},
        "questionnaire": questionnaire,
        "pages": [_language_page(questionnaire, code, refusal) for code in settings.LIVE_LANGUAGES],
        "may_publish": can_publish(user),
    }
    status = refusal.status if refusal else 200
    return render(request, "admin/conditions/questionnaire.html", context, status=status)


def _act(request: HttpRequest, questionnaire: Questionnaire, user: User) -> Refusal | None:
    """Do what the button says; returns why nothing was done."""
    language = request.POST.get("language", "")
    if language not in settings.LIVE_LANGUAGES:
        raise PermissionDenied
    check_can_publish(user)
    about: dict[str, Any] = {"language": settings.ALL_LANGUAGES[language]}
    try:
        if "withdraw" in request.POST:
            edition = _edition(questionnaire, language, request.POST["withdraw"])
            questionnaires.withdraw(edition=edition, by=user)
            # The log of the admin is the only place that knows who withdraws.
            admin.site.get_model_admin(QuestionnaireEdition).log_change(request, edition, "Withdrawn.")
            said = _("Edition %(number)d in %(language)s is withdrawn.")
        else:
            form = PublishForm(request.POST, prefix=language)
            if not form.is_valid():
                return Refusal(language, 422, form)
            edition = questionnaires.publish(
                questionnaire=questionnaire,
                language=language,
                by=user,
                change_note=form.cleaned_data["change_note"],
                seen=form.cleaned_data["seen"],
            )
            said = _("Edition %(number)d in %(language)s is published.")
    except EditionIsOld:
        messages.error(request, MEANWHILE)
        return Refusal(language, 409)
    except DraftChanged:
        messages.error(request, MEANWHILE)
        return Refusal(language, 409, form)
    except QuestionnaireIsNotReady as refusal:
        messages.error(request, str(refusal))
        return Refusal(language, 422, form)
    messages.success(request, said % {**about, "number": edition.number})
    return None


def _edition(questionnaire: Questionnaire, language: str, pk: str) -> QuestionnaireEdition:
    # More digits than a key has.
    if not pk.isdecimal() or len(pk) > 18:
        raise Http404
    return get_object_or_404(QuestionnaireEdition, pk=pk, questionnaire=questionnaire, language=language)


def _language_page(questionnaire: Questionnaire, code: str, refusal: Refusal | None) -> dict[str, Any]:
    """Return what the page shows of a language: what the gate says of the draft, how it reads, what is published."""
    draft = content(questionnaire, code)
    lines = questionnaire_gate.check_content(draft, questionnaire_gate.core_questions(questionnaire))
    of_language = QuestionnaireEdition.objects.filter(questionnaire=questionnaire, language=code)
    current = of_language.current().select_related("published_by").first()
    refused = refusal if refusal is not None and refusal.language == code else None
    form = refused.form if refused and refused.form else PublishForm(prefix=code)
    with override(code):
        preview_url = reverse("requests:questionnaire_preview", args=[questionnaire.code])
    return {
        "code": code,
        "name": settings.ALL_LANGUAGES[code],
        "lines": lines,
        "is_green": is_green(lines),
        "current": current,
        "is_stale": current is not None and current.content != draft,
        "draft": draft,
        "preview_url": preview_url,
        "form": form,
        "seen": questionnaires.fingerprint(draft, current.pk if current else None),
    }
