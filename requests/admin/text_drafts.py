"""Half-written answers and notes: kept by a script while somebody types, and by every button of the case page."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from requests.admin.case_page import back, get_case
from requests.enums import DraftKind
from requests.models import TextDraft
from requests.services import text_drafts

ELSEWHERE = (
    "You wrote on this draft in another window, or sent it there. Copy what you typed here, then open the page afresh."
)


def keeping(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a button of the case page keep the texts that stand half-written beside it."""

    @wraps(view)
    def wrapped(request: HttpRequest, pk: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and any(_body(kind) in request.POST for kind in DraftKind):
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
    text_drafts.discard(case=case, kind=DraftKind(kind), by=request.user)  # type: ignore[arg-type]  # staff
    return back(request, case)


def _keep(request: HttpRequest, pk: UUID, *, joins: bool) -> dict[DraftKind, TextDraft | None]:
    case = get_case(request, pk)
    return {
        kind: text_drafts.keep(
            case=case,
            kind=kind,
            body=request.POST[_body(kind)],
            shown=request.POST.get(f"{kind}-draft", ""),
            by=request.user,  # type: ignore[arg-type]  # staff, the site made sure
            joins=joins,
        )
        for kind in DraftKind
        if _body(kind) in request.POST
    }


def _body(kind: DraftKind) -> str:
    return f"{kind}-body"
