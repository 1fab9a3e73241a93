"""Loader: which rows a load of content files may write, and a report of what it did."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models

from portal.core.bulk.bulk_changes import bulk_changes

type Say = Callable[[str], object]
type State = dict[str, Any]


class Loader:
    """One run of ``load_content``.

    A row is written when it is new, or when its file has changed and nobody changed the row since
    it was loaded, as the rows of ``memory`` say (key, source_hash, state_hash);
    ``force`` writes over what an editor changed. ``say`` gets a line for each row.
    """

    def __init__(self, memory: models.Manager[Any], say: Say, *, force: bool = False) -> None:
        self.memory = memory
        self.say = say
        self.force = force

    @contextmanager
    def row[M: models.Model](
        self,
        model: type[M],
        key: Mapping[str, str],
        source: Any,
        children: Sequence[str] = (),
        later: Sequence[str] = (),
        *,
        is_whole: bool = True,
    ) -> Iterator[M | None]:
        """Yield the row to write, or ``None`` when it stays as it is; remembers what it was made of.

        ``source`` is all that the files say of it, ``children`` are the relations that belong to it, ``later``
        those that an older version did not have: while they have no rows, what it remembered still matches.
        One transaction, with what follows it: a file with a fault leaves nothing half written, and a load that stops
        there leaves nothing behind that was written before. ``is_whole`` is false for a row to which something is
        still to be done, after which the caller remembers it: a load that stops before begins it anew.
        """
        name = f"{model._meta.verbose_name} {' '.join(key.values())}"
        old = model._default_manager.filter(**key).first()
        loaded = self.memory.filter(key=_key(model, key)).first()
        before = state(old, children, later) if old else {}
        if old and (reason := self._reason_to_leave(loaded, source, before)):
            self.say(f"{name}: {reason}")
            yield None
            return
        with bulk_changes():
            row = old or model(**key)
            yield row
            self.remember(row, key, source if is_whole else None, children, later)
        self.say(f"{name}: {_what_was_done(old, before, state(row, children, later))}")

    def remember(
        self,
        row: models.Model,
        key: Mapping[str, str],
        source: Any,
        children: Sequence[str] = (),
        later: Sequence[str] = (),
    ) -> None:
        """Note what a row looks like after it was written from a file."""
        saved = type(row)._default_manager.get(pk=row.pk)
        hashes = {"source_hash": digest(source), "state_hash": digest(state(saved, children, later))}
        self.memory.update_or_create(key=_key(type(row), key), defaults=hashes)

    def _reason_to_leave(self, loaded: Any, source: Any, before: State) -> str:
        is_same_file = loaded is not None and loaded.source_hash == digest(source)
        is_untouched = loaded is not None and loaded.state_hash == digest(before)
        if is_same_file and is_untouched:
            return "unchanged"
        if is_untouched or self.force:
            return ""
        also = "; so was its file, --force takes the file" if not is_same_file else ""
        return f"was changed in the admin, left as it is{also}"


def state(row: models.Model, children: Sequence[str] = (), later: Sequence[str] = ()) -> State:
    """Return what a row and its children hold, without primary keys, as plain data; ``later`` only if it has rows."""
    fields = [*row._meta.concrete_fields, *row._meta.many_to_many]
    # The untranslated column repeats the one of the default language.
    doubled = {field.translated_field.name for field in fields if hasattr(field, "translated_field")}
    parent = {relation.field.name for relation in row._meta.related_objects}
    values: State = {}
    for field in fields:
        if field.primary_key or field.name in doubled:
            continue
        value = field.value_from_object(row)
        values[field.name] = sorted(related.pk for related in value) if field.many_to_many else value
    for name in (*children, *later):
        rows = [state(part) for part in getattr(row, name).all()]
        if name in later and not rows:
            continue
        values[name] = [{key: value for key, value in row.items() if key not in parent} for row in rows]
    return values


def digest(value: Any) -> str:
    """Return a hash of plain data that does not depend on the order of names; empty values count as absent."""
    text = json.dumps(_plain(value), sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item not in (None, "")}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _key(model: type[models.Model], key: Mapping[str, str]) -> str:
    return " ".join([model._meta.label_lower, *key.values()])


def _what_was_done(old: models.Model | None, before: State, after: State) -> str:
    if old is None:
        return "loaded"
    changed = [name for name in after if _plain(before.get(name)) != _plain(after[name])]
    return f"loaded again ({', '.join(changed)})" if changed else "loaded again, nothing is different"
