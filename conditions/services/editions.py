"""Publishing: freezes the draft of a condition in one language as an Edition."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from conditions.models import Area, Condition, Edition, Reviewer
from conditions.models.editions import list_columns
from conditions.permissions import check_can_publish, check_can_review
from conditions.selectors import drafts, parts
from conditions.selectors.drafts import Content, upgraded
from conditions.selectors.parts import Seen
from conditions.services import gate, rendering
from conditions.services.gate import GateLine
from portal.accounts.models import User


class GateIsRed(Exception):
    """A page may not be published yet; ``lines`` are the demands that are not met."""

    def __init__(self, condition: Condition, language: str, lines: list[GateLine]) -> None:
        self.lines = [line for line in lines if not line.ok]
        faults = " ".join(line.message for line in self.lines)
        super().__init__(f"{condition.slug} ({language}) cannot be published. {faults}")


class EditionIsOld(Exception):
    """The public reads another edition by now."""


class DraftChanged(Exception):
    """The draft, or what the public reads, is another one than who publishes has seen; nothing is published."""


def publish(
    *, condition: Condition, language: str, by: User | None, change_note: str, seen: Seen | None = None
) -> Edition:
    """Freeze the draft of a condition in one language and make it what the public reads.

    ``by`` is ``None`` for the loader of content, ``seen`` is what the page showed that somebody publishes
    from. Raises ``DraftChanged`` when that is not so any more, ``GateIsRed`` with what is missing, and
    ``PermissionDenied`` when ``by`` is no editor.
    """
    if by is not None:
        check_can_publish(by)
    with transaction.atomic():
        # The lock keeps two editors from taking the same number.
        Condition.objects.select_for_update().get(pk=condition.pk)
        content = upcoming(condition, language)
        if seen is not None and seen != parts.seen(content, public_key(condition, language)):
            raise DraftChanged
        lines = gate.check_content(content, list(condition.prices.select_related("procedure")))
        # What comes with the project grows old too; it is published all the same, and says so.
        if not all(line.ok or (by is None and line.by_age) for line in lines):
            raise GateIsRed(condition, language, lines)
        return _freeze(condition, language, content, change_note, by, [line.stored() for line in lines])


def restore(*, edition: Edition, by: User, public: int | None) -> Edition:
    """Publish what an older edition said as a new one; the draft stays as it is.

    ``public`` is the key of the edition that was public when somebody decided so. Raises
    ``EditionIsOld`` when the public reads another one by now, and ``PermissionDenied``.
    """
    check_can_publish(by)
    with transaction.atomic():
        _lock(edition, public)
        # The public reads it on the page of changes.
        with override(edition.language):
            note = _("Edition %(number)d again") % {"number": edition.number}
        return _freeze(edition.condition, edition.language, upgraded(edition.content), note, by, edition.gate)


def put_review(*, edition: Edition, by: User) -> Edition:
    """Publish an edition again under the name of the doctor who has read it.

    Raises ``PermissionDenied`` when ``by`` may not review, and ``EditionIsOld`` when the public reads
    another edition by now.
    """
    check_can_review(by)
    language = edition.language
    with transaction.atomic():
        _lock(edition, edition.pk)
        reviewer = Reviewer.objects.get(user=by)
        today = timezone.now().date().isoformat()
        with override(language):
            named = {"reviewed_by": reviewer.name, "reviewed_credential": reviewer.credential, "reviewed_on": today}
            note = _("Reviewed by %(name)s") % {"name": reviewer.name}
        content = upgraded(edition.content) | named
        return _freeze(edition.condition, language, content, note, by, edition.gate)


def _lock(edition: Edition, public: int | None) -> None:
    """Lock the condition of an edition; raises ``EditionIsOld`` when the public does not read ``public`` any more."""
    Condition.objects.select_for_update().get(pk=edition.condition_id)
    if public != public_key(edition.condition, edition.language):
        raise EditionIsOld


def _freeze(
    condition: Condition, language: str, content: Content, note: str, by: User | None, lines: list[dict[str, Any]]
) -> Edition:
    # A restored edition froze the slug that its area had then.
    area = Area.objects.filter(slug=content["area"]["slug"]).first() or condition.area
    # Those of withdrawn editions too, or a number would come twice.
    numbers = Edition.objects.filter(condition=condition, language=language).values_list("number", flat=True)
    edition = Edition.objects.create(
        condition=condition,
        language=language,
        number=max(numbers, default=0) + 1,
        content=content,
        **list_columns(content),
        area=area,
        change_note=note,
        gate=lines,
        published_by=by,
    )
    rendering.render(condition.pk)
    return edition


def withdraw(*, edition: Edition, by: User) -> None:
    """Take back the edition that the public reads; the one before it, if any, is what it reads again.

    Raises ``EditionIsOld`` when the public reads another one by now, and ``PermissionDenied``.
    """
    check_can_publish(by)
    with transaction.atomic():
        _lock(edition, edition.pk)
        edition.withdrawn_at = timezone.now()
        edition.save(update_fields=["withdrawn_at"])
        rendering.render(edition.condition_id)


def public_key(condition: Condition, language: str) -> int | None:
    """Return the key of the edition that the public reads, None when there is none."""
    current = Edition.objects.current().filter(condition=condition, language=language)
    return current.values_list("pk", flat=True).first()


def upcoming(condition: Condition, language: str) -> Content:
    """Return what publishing now would freeze; nothing is saved.

    The draft, with the medical review of the current edition where no word of the page has changed.
    """
    content = drafts.content(condition, language)
    current = Edition.objects.current().filter(condition=condition, language=language).first()
    # A doctor's name never goes over to words that the doctor has not read (docs/decisions/0018).
    if current is not None and drafts.said(current.content) == drafts.said(content):
        content |= {name: current.content.get(name, "") for name in drafts.UNREVIEWED}
    return content
