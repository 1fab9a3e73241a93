"""Optimistic locking of admin pages: what somebody else saved since a page was opened is found before it is overwritten.

A page carries its *fingerprint*: when it was opened, and a hash of what each of its fields held. A save
compares them with what is stored, under the lock of the rows. What somebody else changed is shown
beside what was typed; what this editor left alone is taken over from the other, and the next save
goes through.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.core.localisation import desk_formats

CONTROL = "_version"
OPENED = "opened"
# The row of the page itself; rows inside it are named by form set and key.
PAGE = ""

# The forms of the admin are made from models at run time.
type Form = Any
type FormSet = Any
type Rows = dict[str, Form]
type Hashes = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Difference:
    """A field, or a row, that somebody else changed: what is stored now, and what was typed here, if anything was.

    ``is_lost`` says that a save of this page cannot bring back what was typed.
    """

    label: str
    now: str
    mine: str
    is_mine: bool
    is_lost: bool = False


@dataclass(frozen=True)
class Conflict:
    """What somebody else saved meanwhile: who, when (None if nobody wrote it down), and the differences."""

    who: str
    at: datetime | None
    differences: list[Difference]


def fingerprint(form: Form, formsets: Iterable[FormSet]) -> str:
    """Return the fingerprint of a page that is being opened, from its unbound forms."""
    hashes = {name: _hashes(row) for name, row in _rows(form, formsets).items()}
    return json.dumps({OPENED: timezone.now().timestamp(), "rows": hashes}, separators=(",", ":"))


def read_fingerprint(text: str) -> tuple[datetime | None, Hashes]:
    """Return when a page was opened and the hashes of its fields; nothing for what is no fingerprint."""
    try:
        fingerprint = json.loads(text)
        opened = datetime.fromtimestamp(fingerprint[OPENED], UTC)
        return opened, {str(row): dict(fields) for row, fields in fingerprint["rows"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        return None, {}


def lock(instance: models.Model, formsets: Iterable[FormSet]) -> None:
    """Lock the row of a page and the rows inside it, until the transaction ends."""
    list(type(instance)._base_manager.select_for_update().filter(pk=instance.pk).values_list("pk"))
    for formset in formsets:
        inside = formset.model._base_manager.filter(**{formset.fk.name: instance.pk})
        # In one order for everybody, so that two saves never wait for each other.
        list(inside.select_for_update().order_by("pk").values_list("pk"))


def find(
    request: HttpRequest, stored: tuple[Form, list[FormSet]], posted: tuple[Form, list[FormSet]]
) -> tuple[Conflict, QueryDict] | None:
    """Return what somebody else saved since a page was opened, and its POST with that taken over where nothing was typed.

    ``stored`` are the unbound forms of what is in the database, ``posted`` those of the page that is
    saved. None when nothing that was saved meanwhile differs from what is posted.
    """
    opened, before = read_fingerprint(request.POST.get(CONTROL, ""))
    now, mine = _rows(*stored), _rows(*posted)
    data = request.POST.copy()
    gone = {row: form for row, form in mine.items() if row not in now}
    typed = {row for row, form in gone.items() if _is_typed_in(form, before.get(row, {}))}
    closed = {row_name(formset, row) for formset in posted[1] if formset.max_num == 0 for row in formset.initial_forms}
    added = [form for row, form in now.items() if row not in mine and row not in before]
    differences = [
        *_changed_fields(now, mine, before, data),
        *(Difference(_row_label(form), _("added"), "", is_mine=False) for form in added),
        *_deleted_rows(gone, typed, closed),
    ]
    if not differences:
        return None
    for formset in posted[1]:
        _rearrange(data, formset, {*gone}, typed - closed)
    who, at = last_saved_by(stored[0].instance, request.user, opened)
    return Conflict(who, at, differences), data


def _rows(form: Form, formsets: Iterable[FormSet]) -> Rows:
    """Return the forms of the rows that are stored, by the name of their row."""
    inside = {row_name(formset, row): row for formset in formsets for row in formset.initial_forms}
    return {PAGE: form, **inside}


def row_name(formset: FormSet, row: Form) -> str:
    """Return what a fingerprint calls a row inside a page."""
    return f"{formset.prefix}:{row.instance.pk or row[_key(row)].value()}"


def is_typed(form: Form, name: str, known: dict[str, str]) -> bool:
    """Whether a cleaned form holds something else in a field than its page had shown, as ``known`` says."""
    return name not in form.cleaned_data or _hash(form.cleaned_data[name]) != known.get(name)


def _key(form: Form) -> str:
    return str(form._meta.model._meta.pk.name)


def _hashes(form: Form) -> dict[str, str]:
    return {name: _hash(form[name].initial) for name in field_names(form)}


def field_names(form: Form) -> list[str]:
    """Return the fields of a form that hold something of its row; its key and its parent are none."""
    hidden = (forms.models.InlineForeignKeyField, forms.FileField)
    return [
        name
        for name, field in form.fields.items()
        if not isinstance(field, hidden) and name not in (_key(form), "DELETE")
    ]


def _hash(value: Any) -> str:
    # Four bytes are enough: a hash is compared with one other alone, and a page carries one for each of its fields.
    return hashlib.blake2s(json.dumps(_plain(value)).encode(), digest_size=4).hexdigest()


def _plain(value: Any) -> Any:
    """Return a value as one that is the same for what is stored and for what was typed."""
    plain = "" if value is None else value
    if isinstance(value, models.Model):
        plain = value.pk
    elif isinstance(value, Decimal):
        plain = format(value.normalize(), "f")
    elif isinstance(value, str):
        plain = value.replace("\r\n", "\n").strip()
    elif isinstance(value, list | tuple | set | models.QuerySet):
        return sorted(str(_plain(item)) for item in value)
    return plain if isinstance(plain, bool) else str(plain)


def _changed_fields(now: Rows, mine: Rows, before: Hashes, data: QueryDict) -> Iterator[Difference]:
    """Yield the fields that somebody else changed; one that was not typed in takes over what is stored."""
    for row, form in mine.items():
        stored = now.get(row)
        if stored is None:
            continue
        known = before.get(row, {})
        changed = [name for name in field_names(form) if _hash(stored[name].initial) != known.get(name)]
        is_deleted = bool(form.data.get(form.add_prefix("DELETE")))
        if changed:
            form.full_clean()
        for name in changed:
            value = stored[name].initial
            typed = _hash(form.cleaned_data[name]) if name in form.cleaned_data else ""
            if typed == _hash(value) and not is_deleted:
                continue
            is_mine = is_deleted or typed != known.get(name)
            shown = _("row deleted") if is_deleted else in_words(form, name, form[name].data)
            if not is_mine:
                _take_over(data, form, name, value)
            yield Difference(_label(form, name, row), in_words(stored, name, value), shown, is_mine)


def _is_typed_in(form: Form, known: dict[str, str]) -> bool:
    form.full_clean()
    return any(is_typed(form, name, known) for name in field_names(form))


def _deleted_rows(gone: Rows, typed: set[str], closed: set[str]) -> Iterator[Difference]:
    for row, form in gone.items():
        if not form.data.get(form.add_prefix("DELETE")):
            shown = (in_words(form, name, form[name].data) for name in field_names(form))
            words, is_mine = ", ".join(filter(None, shown)), row in typed
            yield Difference(_row_label(form), _("deleted"), words, is_mine, is_lost=is_mine and row in closed)


def _label(form: Form, name: str, row: str) -> str:
    label = str(form.fields[name].label or name)
    return label if row == PAGE else f"{_row_label(form)}: {label}"


def _row_label(form: Form) -> str:
    kind = capfirst(str(form._meta.model._meta.verbose_name))
    return _("%(kind)s “%(row)s”") % {"kind": kind, "row": form.instance} if form.instance.pk else kind


def in_words(form: Form, name: str, value: Any) -> str:
    """Write the value of a field as its page would: names for keys and choices, yes and no for a tick."""
    field = form.fields[name]
    values = value if isinstance(value, list | tuple | set | models.QuerySet) else [value]
    plain = [str(_plain(item)) for item in values if item not in (None, "")]
    if hasattr(field, "queryset"):
        rows = field.queryset.model._base_manager.filter(pk__in=[key for key in plain if key.isdecimal()])
        return ", ".join(str(row) for row in rows)
    if isinstance(field, forms.BooleanField):
        return _("yes") if value not in (None, "", False, "false", "False") else _("no")
    if hasattr(field, "choices"):
        names = {str(key): str(label) for key, label in field.choices}
        return ", ".join(names.get(key, key) for key in plain)
    if isinstance(field, forms.DateField):
        return _day(field, value)
    if isinstance(field.widget, forms.MultiWidget):
        return " ".join(plain)
    return str(_plain(field.prepare_value(value)))


def _day(field: forms.DateField, value: Any) -> str:
    try:
        day = field.to_python(value)
    except forms.ValidationError:
        return str(value)
    return desk_formats.day(day) if day else ""


def _take_over(data: QueryDict, form: Form, name: str, value: Any) -> None:
    """Put what is stored in the place of what a page posted for a field."""
    bound = form[name]
    widget = getattr(bound.field.widget, "widget", bound.field.widget)
    value = bound.field.prepare_value(value)
    if isinstance(widget, forms.CheckboxInput):
        data.setlist(bound.html_name, ["on"] if value else [])
    elif hasattr(widget, "decompress"):
        parts = zip(widget.widgets_names, widget.widgets, widget.decompress(value), strict=True)
        for suffix, part, piece in parts:
            data[bound.html_name + suffix] = part.format_value(piece) or ""
    else:
        posted = widget.format_value(value)
        data.setlist(bound.html_name, [str(item) for item in (posted if isinstance(posted, list) else [posted or ""])])


def _rearrange(data: QueryDict, formset: FormSet, gone: set[str], kept_as_new: set[str]) -> None:
    """Take the rows that somebody else deleted out of a POST; those that were typed in are posted as new ones."""
    prefix, stored = formset.prefix, formset.initial_forms
    kept = [number for number, row in enumerate(stored) if row_name(formset, row) not in gone]
    if len(kept) == len(stored):
        return
    again = [
        number
        for number, row in enumerate(stored)
        if row_name(formset, row) in kept_as_new and not data.get(f"{prefix}-{number}-DELETE")
    ]
    order = [*kept, *again, *range(len(stored), len(formset.forms))]
    posted = data.copy()
    for key in [key for key in posted if key.startswith(f"{prefix}-") and key.split("-")[-2].isdecimal()]:
        del data[key]
    for new, old in enumerate(order):
        start = f"{prefix}-{old}-"
        for key in [key for key in posted if key.startswith(start)]:
            data.setlist(f"{prefix}-{new}-{key.removeprefix(start)}", posted.getlist(key))
        if old in again:
            data[f"{prefix}-{new}-{_key(stored[old])}"] = ""
    data[f"{prefix}-INITIAL_FORMS"], data[f"{prefix}-TOTAL_FORMS"] = str(len(kept)), str(len(order))


def last_saved_by(instance: models.Model, reader: Any, opened: datetime | None) -> tuple[str, datetime | None]:
    """Return who saved a page last since ``reader`` opened it, and when, as the admin wrote it down."""
    if opened is None:
        return _("Somebody"), None
    kind = ContentType.objects.get_for_model(instance)
    saved = LogEntry.objects.filter(content_type=kind, object_id=str(instance.pk), action_time__gte=opened)
    last = saved.select_related("user").order_by("-action_time").first()
    if last is None:
        return _("Somebody"), None
    return (_("You, in another window,") if last.user_id == reader.pk else str(last.user)), last.action_time
