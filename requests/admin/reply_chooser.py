"""Chooser of canned replies beside the answer of a case: the reply that an address names, filled from the case."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.core.localisation import desk_formats
from portal.core.localisation.formats import language_inside
from requests.forms.desk import ReplyForm
from requests.models import CannedReply, Case, TextDraft
from requests.models.replies import ENGLISH
from requests.selectors import replies

# The chosen reply in an address, and the draft that it was put behind: a reload puts it there no second time.
REPLY = "reply"
AFTER = "after"


class Chosen(NamedTuple):
    """A reply that was chosen; ``gaps`` come with what belongs there, ``twin`` is what it says to its writer.

    ``twin`` is empty where the patient reads the language of the desk.

    ``is_put`` is false where the draft went on since, which may hold the reply already, as somebody changed it.
    """

    name: str
    text: str
    gaps: list[tuple[str, str]]
    twin: str
    twin_language: str
    is_put: bool


def context(case: Case, request: HttpRequest, draft: TextDraft | None) -> dict[str, Any]:
    """Return what the page of a case says of canned replies, and the text of its answer box (``answer_text``)."""
    user: Any = request.user
    offered = replies.offered(user)
    code, typed = request.GET.get(REPLY, ""), draft.body if draft else ""
    found = next((reply for reply in offered if reply.code == code), None)
    chosen = None
    if found is not None and found.is_ready(case.language):
        is_put = request.GET.get(AFTER, "") == (draft.stamp if draft else "")
        chosen = _chosen(found, case, is_put=is_put)
        # Chosen twice, it stands there once.
        if is_put and chosen.text not in typed:
            typed = f"{typed}\n\n{chosen.text}" if typed else chosen.text
    return {
        "answer_text": typed,
        "reply_form": ReplyForm([reply for reply in offered if reply.is_ready(case.language)]),
        "replies_unready": [reply for reply in offered if not reply.is_ready(case.language)],
        "reply_language": language_inside(case.language, desk_formats.language()),
        "reply": chosen,
        "reply_refused": "" if chosen or not code else _refusal(found, case),
    }


def _chosen(reply: CannedReply, case: Case, *, is_put: bool) -> Chosen:
    text, gaps = replies.fill(reply, case, case.language)
    reads = desk_formats.language() if reply.is_ready(desk_formats.language()) else ENGLISH
    twin = replies.fill(reply, case, reads).text if case.language != reads else ""
    return Chosen(str(reply), text, [(gap, replies.explained(gap)) for gap in gaps], twin, reads, is_put)


def _refusal(reply: CannedReply | None, case: Case) -> str:
    """Say why a reply that an address names is not in the box."""
    if reply is None:
        return _("The reply that you chose is not there any more.")
    names = {"reply": reply, "language": language_inside(case.language, desk_formats.language())}
    if reply.text(case.language):
        return _("“%(reply)s” is not approved in %(language)s yet, so it cannot be used.") % names
    return _("“%(reply)s” has no text in %(language)s yet, so it cannot be used.") % names
