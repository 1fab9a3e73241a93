"""Was this page clear? A form on a page of its own, so that the page it is about sets no cookie."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from conditions.forms import FeedbackForm
from conditions.services import feedback as service
from portal.core.http.forms import FROM_LANGUAGE
from portal.front.condition_pages import condition_page


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what a reader thinks of the page of a condition."""
    published, language = condition_page.page_or_404(slug)
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    from_language = request.POST.get(FROM_LANGUAGE)
    if from_language is None and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("verdict", "text", "form_token")}
        service.send(edition_id=published.edition_id, language=language, flags=form.flags(), **said)
        return redirect("front:condition_feedback_sent", slug)
    context = {
        "form": form if from_language is None else form.as_typed(from_language),
        "language_form": "feedback-form",
        **condition_page.about(published, language, "front:condition_feedback"),
    }
    return render(request, "front/condition_feedback.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Say thank you, and where to ask what feedback cannot answer."""
    published, language = condition_page.page_or_404(slug)
    context = condition_page.about(published, language, "front:condition_feedback_sent")
    return render(request, "front/condition_feedback_sent.html", context)
