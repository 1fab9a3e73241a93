"""Canned replies: their gate, their approval by an editor, and their loading from a content file."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from conditions.models import LoadedContent
from portal.accounts.models import User
from portal.core.content.content_files import Entry, fill, read_yaml, save
from portal.core.content.loader import Loader, Say
from requests.models import CannedReply
from requests.models.replies import ENGLISH, GAP, VARIABLE
from requests.permissions import check_can_approve_replies

PATH = Path(__file__).parent.parent / "content" / "canned_replies.yaml"
KNOWN = ("code", "name", "body")


class ReplyRefused(Exception):
    """A text that cannot be approved; the sentence says why."""


def gate(reply: CannedReply, language: str) -> list[str]:
    """Return what a text lacks before it can be approved: its twin in English says the same."""
    text, english = reply.text(language), reply.text(ENGLISH)
    if not text:
        return [_("Write the text in this language.")]
    if not english:
        return [_("Write the English text first: it is what coordinators compare with.")]
    faults = []
    if set(VARIABLE.findall(text)) != set(VARIABLE.findall(english)):
        faults.append(_("Use the same variables as the English text."))
    if len(GAP.findall(text)) != len(GAP.findall(english)):
        faults.append(_("Leave the same [[gaps]] as the English text."))
    return faults


@transaction.atomic
def approve(*, reply: CannedReply, language: str, seen: str, by: User) -> None:
    """Let coordinators use everybody's reply in a language; ``seen`` is the fingerprint of the text that the editor read.

    Raises ``PermissionDenied`` or ``ReplyRefused``.
    """
    check_can_approve_replies(by)
    locked = CannedReply.objects.select_for_update().get(pk=reply.pk)
    if locked.fingerprint(language) != seen:
        raise ReplyRefused(_("Somebody changed the text since you opened the page. Read it again, then approve it."))
    if faults := gate(locked, language):
        raise ReplyRefused(" ".join(faults))
    locked.approvals |= {language: seen}
    locked.save(update_fields=["approvals"])


def load_all(say: Say, *, path: Path = PATH, force: bool = False) -> None:
    """Load the canned replies, approved as pages are published: where the gate has nothing against it."""
    whole = Entry(read_yaml(path), path, "", ("replies",))
    loader = Loader(LoadedContent.objects, say, force=force)
    for order, entry in enumerate(whole.entries("replies", KNOWN), start=1):
        with loader.row(CannedReply, {"code": entry.text("code")}, [order, entry.row]) as reply:
            if reply is None:
                continue
            fill(reply, order=order, **entry.texts("name"), **entry.texts("body"))
            reply.approvals = {
                code: reply.fingerprint(code) for code in settings.LIVE_LANGUAGES if not gate(reply, code)
            }
            save(reply, entry)
