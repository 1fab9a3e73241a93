"""Verification of a restored backup: a value of each encrypted kind is opened with the keys of this environment."""

from collections.abc import Callable, Iterator
from functools import partial

from django.apps import apps
from django.db import models

from portal.core.encryption import rekeying
from portal.core.encryption.fields import EncryptedTextField, KeyedHashField
from portal.core.encryption.primitives import DecryptionError, KeyErased, key_ring

# Opens the newest thing of a kind and says whether there was one; raises ``DecryptionError`` or ``OSError``.
type Check = Callable[[], bool]

# A kind, whether there was something to open, and the problem with it, if there is one.
type Finding = tuple[str, bool, str]

_checks: dict[str, Check] = {}


def register(kind: str, check: Check) -> None:
    """Have a kind of encrypted data that is no field checked too."""
    _checks[kind] = check


def verify() -> Iterator[Finding]:
    """Open the newest value of each encrypted field, each keyed hash and each registered kind."""
    yield from (_find(label, check) for label, check in [*_fields(), *_checks.items()])
    ring = set(key_ring())
    for column, counts in rekeying.in_use().items():
        lacking = sorted(set(counts) - ring)
        problem = f"needs {', '.join(lacking)}, which FIELD_KEYS does not hold" if lacking else ""
        yield f"{column.model_label}.{column.name}", bool(counts), problem


def _find(kind: str, check: Check) -> Finding:
    try:
        return kind, check(), ""
    except (DecryptionError, OSError) as error:
        return kind, True, str(error)


def _fields() -> Iterator[tuple[str, Check]]:
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, EncryptedTextField | KeyedHashField):
                yield f"{model._meta.label}.{field.name}", partial(_opens, model, field)


def _opens(model: type[models.Model], field: EncryptedTextField | KeyedHashField) -> bool:
    """Open the newest value of an encrypted field, or the one that a keyed hash was made of."""
    for row in _newest(model, field):
        try:
            value = getattr(row, field.source if isinstance(field, KeyedHashField) else field.attname)
        except KeyErased:
            continue
        if isinstance(field, KeyedHashField) and not field.is_made_of(getattr(row, field.attname), value):
            raise DecryptionError("The hash was made with another LOOKUP_KEY.")
        return True
    return False


def _newest(model: type[models.Model], field: models.Field) -> Iterator[models.Model]:  # type: ignore[type-arg]  # any
    """Return the rows in which a column is not empty, newest first."""
    rows = model._base_manager.order_by("-pk")
    for pk, value in rows.values_list("pk", field.attname).iterator():
        if value:
            yield model._base_manager.get(pk=pk)
