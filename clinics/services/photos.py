"""Photographs: storing an upload, preparing its variants, deleting it with all its files."""

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.signals import post_delete

from clinics import imaging
from clinics.enums import PhotoState
from clinics.models import Photo
from portal.core import files
from portal.core.delivery import outbox
from portal.core.storage.errors import StoreAway

log = logging.getLogger(__name__)

VARIANTS = outbox.kind("photo.variants")
# What workers write. An editor's page that was opened before must not write it back.
_OURS = {"id", "original", "replaces", "variants", "state", "problem"}


@transaction.atomic
def save(*, photo: Photo, upload: bytes | None = None) -> None:
    """Keep what an editor says of a photograph.

    The variants of a file that ``imaging.check_head`` has let pass are owed. Visitors see those of the
    file before until then, since only a worker learns whether the new one is a photograph.
    """
    if upload is None:
        photo.save(update_fields=[field.name for field in Photo._meta.concrete_fields if field.name not in _OURS])
        return
    before = Photo.objects.select_for_update().filter(pk=photo.pk).first()
    photo.original, photo.replaces, photo.variants = files.write(upload), "", []
    photo.state, photo.problem = PhotoState.WAITING, ""
    if before is not None and before.variants:
        photo.replaces, photo.variants = before.replaces or before.original, before.variants
    try:
        photo.save()
        key = f"{VARIANTS}:{photo.original}"
        outbox.add([outbox.new(VARIANTS, UUID(photo.original), dedupe_key=key)])
    except Exception:
        # The transaction takes back the row; a file it does not know.
        files.delete(photo.original)
        raise
    if before is not None and before.original != photo.replaces:
        _delete_after_commit([before.original])


def prepare(*, original: str) -> None:
    """Make the variants of an upload and show them. Raises ``imaging.NotShowable``.

    An upload that was replaced or deleted meanwhile is left alone. Done again, the new variants take
    the place of the old ones.
    """
    if not Photo.objects.filter(original=original).exists():
        return
    made: list[dict[str, Any]] = []
    is_kept = False
    try:
        for variant in imaging.variants(files.read(original)):
            made.append({"width": variant.width, "height": variant.height, "files": {}})
            for extension, data in variant.files.items():
                made[-1]["files"][extension] = files.write(data)
        is_kept = _show(original, made)
    finally:
        # Also after an exception: what no row names is never deleted later.
        if not is_kept:
            _delete(names(made))


@transaction.atomic
def give_up(*, original: str, problem: str) -> None:
    """Tell the editors why an upload is not shown; the photograph before it stays."""
    waiting = Photo.objects.select_for_update().filter(original=original, state=PhotoState.WAITING)
    photo = waiting.first()
    if photo is None:
        return
    log.warning("Upload %s could not be prepared: %s", original, problem)
    photo.state, photo.problem = PhotoState.FAILED, problem
    if photo.replaces:
        _delete_after_commit([original])
        photo.original, photo.replaces, photo.state = photo.replaces, "", PhotoState.READY
    photo.save(update_fields=["original", "replaces", "state", "problem"])


def connect() -> None:
    """Let the files of a photograph go with it, also when its clinic is deleted."""
    post_delete.connect(_forget, sender=Photo, dispatch_uid="files of photographs")


@transaction.atomic
def _show(original: str, made: list[dict[str, Any]]) -> bool:
    photo = Photo.objects.select_for_update().filter(original=original).first()
    if photo is None:
        return False
    _delete_after_commit([*filter(None, [photo.replaces]), *names(photo.variants)])
    photo.replaces, photo.variants, photo.state, photo.problem = "", made, PhotoState.READY, ""
    photo.save(update_fields=["replaces", "variants", "state", "problem"])
    return True


def _forget(instance: Photo, **kwargs: Any) -> None:
    _delete_after_commit([instance.original, *filter(None, [instance.replaces]), *names(instance.variants)])


def names(variants: Iterable[dict[str, Any]]) -> list[str]:
    """Return the names of the files of variants."""
    return [name for variant in variants for name in variant["files"].values()]


def _delete_after_commit(names: list[str]) -> None:
    # Robust: a file that cannot be deleted must not look like a page that was not saved.
    transaction.on_commit(partial(_delete, names), robust=True)


def _delete(names: list[str]) -> None:
    for name in names:
        try:
            files.delete(name)
        except StoreAway as problem:
            log.error("File %s of a photograph stays where it is: %s", name, problem)
