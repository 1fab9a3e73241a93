"""Changes of a condition while its publish page was open, as sentences for the desk."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.translation import gettext as _

from conditions.models import Condition, Edition
from conditions.selectors.drafts import Content
from conditions.selectors.parts import Part, Seen, parts, seen
from portal.accounts.models import User
from portal.core.admin import conflicts
from portal.core.localisation import desk_formats


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else did: sentences, and the parts of the draft that say something else now."""

    sentences: list[str]
    parts: list[Part] = field(default_factory=list)


def written(content: Content, public: int | None) -> str:
    """Return what a page carries of what it shows: when it was opened, and what of the draft was seen."""
    shown = seen(content, public)
    token = {"opened": timezone.now().timestamp(), "hashes": shown.hashes, "public": public}
    return json.dumps(token, separators=(",", ":"))


def read(text: str) -> tuple[datetime | None, Seen]:
    """Return when a page was opened and what it showed; nothing at all for what no page of ours wrote."""
    try:
        token = json.loads(text)
        opened, public = datetime.fromtimestamp(token["opened"], UTC), token["public"]
        hashes = {str(place): str(shown) for place, shown in token["hashes"].items()}
        return opened, Seen(hashes, None if public is None else int(public))
    # Whatever may be posted: the last two are days that no calendar has.
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        return None, Seen({}, None)


def of_draft(condition: Condition, content: Content, opened: datetime | None, known: Seen, reader: User) -> Meanwhile:
    """Say who changed the draft since a page was opened, what is new in it, and what was published meanwhile."""
    public = Edition.objects.current().filter(condition=condition, language=content["language"]).first()
    now = seen(content, public.pk if public else None)
    named = parts(content)
    changed = [part for place, part in named.items() if now.hashes[place] != known.hashes.get(place)]
    gone = [Part(_place(place), "") for place in known.hashes if place not in named]
    sentences = [] if now.public == known.public else of_public(condition, content["language"], known.public, reader)
    if changed or gone:
        who, at = conflicts.last_saved_by(condition, reader, opened)
        said = _("%(who)s changed the draft %(ago)s.") if at else _("%(who)s changed the draft.")
        sentences.append(said % {"who": who, "ago": desk_formats.ago(at) if at else ""})
    return Meanwhile(sentences, [*changed, *gone])


def of_public(condition: Condition, language: str, known: int | None, reader: User) -> list[str]:
    """Say what became of the edition that was public when a page was opened, and what the public reads now."""
    of_language = Edition.objects.filter(condition=condition, language=language).select_related("published_by")
    old, current = of_language.filter(pk=known or 0).first(), of_language.current().first()
    sentences = []
    if old is not None and old.withdrawn_at is not None:
        who = _withdrawn_by(old, reader)
        about = {"who": who, "number": old.number, "ago": desk_formats.ago(old.withdrawn_at)}
        sentences.append(_("%(who)s withdrew edition %(number)d %(ago)s.") % about)
    if current is not None and (old is None or current.number > old.number):
        who = _name(current.published_by, reader)
        note = current.change_note
        about = {"who": who, "number": current.number, "ago": desk_formats.ago(current.published_at), "note": note}
        said = (
            _("%(who)s published edition %(number)d %(ago)s: %(note)s.")
            if note
            else _("%(who)s published edition %(number)d %(ago)s.")
        )
        sentences.append(said % about)
    if current is None:
        return [*sentences, _("The public reads no edition in this language by now.")]
    return [*sentences, _("The public reads edition %(number)d by now.") % {"number": current.number}]


def _place(place: str) -> str:
    """Return what a part is called that is not in the draft any more."""
    kind, _colon, key = place.partition(":")
    if kind == "treatment":
        return _("Treatment %(slug)s") % {"slug": key}
    return _("Paper %(code)s") % {"code": key} if kind == "document" else place


def _withdrawn_by(edition: Edition, reader: User) -> str:
    kind = ContentType.objects.get_for_model(Edition)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(edition.pk)).select_related("user")
    last = entries.order_by("-action_time").first()
    return _name(last.user if last else None, reader)


def _name(person: User | None, reader: User) -> str:
    if person is None:
        return _("Somebody")
    return _("You, in another window,") if person == reader else str(person)
