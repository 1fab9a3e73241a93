"""Version of the directory, renewed by each change, so that lists know when they are out of date.

Processes keep what they counted. Whatever the lists show renews one row in the same transaction, and
each list asks for that row first.
"""

import uuid
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from clinics.models import (
    Accreditation,
    CareAssistant,
    City,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    ClinicSource,
    DirectoryVersion,
    Doctor,
    OfferedTreatment,
)
from conditions.models import Area, Condition, Edition, Procedure
from portal.core.bulk import bulk_changes

# The table has one row; each change gives it another value.
ONLY = 1
_bulk: ContextVar[list[bool] | None] = ContextVar("bulk", default=None)
SHOWN: tuple[type[Model], ...] = (
    *(Clinic, ClinicFact, ClinicLanguage, ClinicService, ClinicSource),
    *(Accreditation, OfferedTreatment),
    *(Doctor, CareAssistant, City, Area, Condition, Procedure, Edition),
)
# All links of what is in the lists.
LINKS: tuple[Any, ...] = tuple(
    field.remote_field.through for model in (Clinic, Doctor, CareAssistant) for field in model._meta.many_to_many
)


def current() -> uuid.UUID | None:
    """Return the version of the directory; ``None`` before anything was ever written. One query."""
    return DirectoryVersion.objects.filter(pk=ONLY).values_list("value", flat=True).first()


def renew(**kwargs: Any) -> None:
    """Say that the directory has changed."""
    if (changes := _bulk.get()) is not None:
        # Many changes at a time renew it once, after the last.
        changes.append(True)
        return
    DirectoryVersion.objects.update_or_create(pk=ONLY, defaults={"value": uuid.uuid4()})


def connect() -> None:
    """Listen to what changes."""
    bulk_changes.register("directory", partial(bulk_changes.once, _bulk, renew))
    for sender in SHOWN:
        for signal in (post_save, post_delete):
            signal.connect(renew, sender=sender, dispatch_uid=f"directory {sender.__name__} {id(signal)}")
    for through in LINKS:
        m2m_changed.connect(renew, sender=through, dispatch_uid=f"directory {through.__name__}")
