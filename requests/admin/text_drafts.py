"""Views that save half-written texts of a case: by a script while somebody types, and by every button of the page."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from requests.admin import list_place
from requests.admin.case_page import back, get_case
from requests.enums import DraftKind, Status
from requests.models import TextDraft
from requests.services import text_drafts

ELSEWHERE = _(
    "You wrote on this draft in another window, or sent it there. Copy what you typed here, then open the page afresh."
)


# The field that a text is typed in. A page that keeps its draft posts its stamp too.
FIELDS = {
    DraftKind.ANSWER: "answer-body",
    DraftKind.NOTE: "note-body",
    DraftKind.CONTACT: "contact-body",
    DraftKind.LAST_WORD: "message",
    DraftKind.REASON: "reason",
}


def keeping(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a button keep the texts that stand half-written beside it."""

    @wraps(view)
    def wrapped(request: HttpRequest, pk: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and _posted(request):
            _keep(request, pk, joins=True)
        return view(request, pk, *args, **kwargs)

    return wrapped


@require_POST
def save(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what is being typed; the answer says the stamp of each draft and the time of the day."""
    try:
        kept = _keep(request, pk, joins=False)
    except text_drafts.DraftChanged:
        return JsonResponse({"problem": ELSEWHERE}, status=409)
    stamps = {kind.value: draft.stamp if draft else "" for kind, draft in kept.items()}
    return JsonResponse({"stamps": stamps, "at": f"{timezone.localtime():%H:%M}"})


@require_POST
def discard(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """End a draft that is not wanted."""
    case = get_case(request, pk)
    if kind not in DraftKind:
        raise Http404
    text_drafts.discard(case=case, kinds=[DraftKind(kind)], by=request.user)  # type: ignore[arg-type]  # staff
    if request.POST.get("to") in Status:
        move = reverse("admin:requests_case_move", args=[case.pk, request.POST["to"]])
        return redirect(move + list_place.query(request))
    return back(request, case)


def _keep(request: HttpRequest, pk: UUID, *, joins: bool) -> dict[DraftKind, TextDraft | None]:
    case = get_case(request, pk)
    return {
        kind: text_drafts.keep(
            case=case,
            kind=kind,
            body=request.POST[FIELDS[kind]],
            shown=request.POST[f"{kind}-draft"],
            by=request.user,  # type: ignore[arg-type]  # staff, the site made sure
            joins=joins,
        )
        for kind in _posted(request)
    }


def _posted(request: HttpRequest) -> list[DraftKind]:
    return [kind for kind, field in FIELDS.items() if field in request.POST and f"{kind}-draft" in request.POST]
