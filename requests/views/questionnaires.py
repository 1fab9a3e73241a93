"""Preview of a questionnaire: the draft, one question a page, as patients will see it."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from conditions.models import Questionnaire
from conditions.selectors.questionnaires import QuestionnairePart, content
from portal.accounts.models import User
from portal.accounts.second_factor import is_used_in
from requests.flows.forms import AnswerForm
from requests.flows.questionnaire import flow_of


@login_not_required
@never_cache
@require_safe
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """One question of the draft, by its place in ``question``, for staff with a second factor; 404 for anybody else."""
    user = request.user
    if not (isinstance(user, User) and user.has_perm("conditions.view_questionnaire")) or not is_used_in(request):
        raise Http404
    questionnaire = get_object_or_404(Questionnaire.objects.prefetch_related("questions", "sources"), code=code)
    language = get_language() or "en"
    flow = flow_of([QuestionnairePart(code, language, 0, content(questionnaire, language))], [], language)
    typed = request.GET.get("question", "1")
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 1
    if not 1 <= number <= len(flow.steps):
        raise Http404
    step = flow.steps[number - 1]
    context = {
        "flow": flow,
        "step": step,
        "form": AnswerForm(None, step=step, answer=None, values={}),
        "number": number,
        "total": len(flow.steps),
    }
    return render(request, "requests/questionnaire_preview.html", context)
