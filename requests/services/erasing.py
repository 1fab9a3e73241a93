"""Destroying of what is known of a case: its key, its rows, its files, and the facts that no key seals.

Every row of a case is deleted unless its model is in ``KEPT``, so that a new model is erased without being listed here.
What is kept loses its texts and hashes (decision 0080).
"""

import logging
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from portal.core import files
from portal.core.delivery import outbox
from portal.core.encryption.fields import EncryptedTextField, KeyedHashField
from portal.core.models import OutboxItem
from portal.core.storage import sweeping
from requests.enums import Outcome, Status
from requests.models import (
    Case,
    Consent,
    Document,
    ErasedFile,
    Erasure,
    HandoverNote,
    LegalHold,
    PatientStatement,
    PaymentRecord,
    Submission,
)
from requests.selectors.outcomes import FEWEST
from requests.workflow import OPEN

log = logging.getLogger(__name__)

# That somebody agreed, to which words and when; what was paid; who held the case. A consent names the rows it came with.
KEPT: tuple[type[models.Model], ...] = (Consent, Submission, PatientStatement, PaymentRecord, LegalHold, Erasure)
# Columns of kept rows that are neither sealed nor keyed hashes and could tell something of a person.
CLEARED: dict[type[models.Model], dict[str, Any]] = {
    Submission: {"network_hash": "", "flags": []},
    PaymentRecord: {"form_token": None, "document": None, "estimate": None},
}


def destroy(case: Case, erasure: Erasure) -> None:
    """Destroy what is known of a locked case; its files are noted for ``delete_files``. The list of erasures knows it already."""
    # A part that is being written holds its paper: its file is named below, or the part finds no paper any more.
    list(Document.objects.select_for_update().filter(case=case).order_by("pk").values_list("pk"))
    ErasedFile.objects.bulk_create(ErasedFile(erasure=erasure, name=name) for name in _file_names(case))
    # An outbox row in flight finds the case erased; see ``effects.check_may_leave``.
    owed = OutboxItem.objects.filter(reference=case.reference)
    owed.exclude(state__in=(outbox.State.SENT, outbox.State.IN_FLIGHT)).update(state=outbox.State.CANCELLED)
    # It has a key of its own, and may say anything of its cases.
    HandoverNote.objects.filter(cases=case).delete()
    for relation in Case._meta.related_objects:
        model = relation.related_model
        if relation.many_to_many or model is Case:
            continue
        rows = model._base_manager.filter(**{relation.field.name: case})
        if model in KEPT:
            _clear(rows)
        else:
            rows.delete()
    _clear_case(case)


def delete_files(erasure: Erasure) -> None:
    """Delete the files of an erased case; killed, it goes on where it was. Raises ``OSError`` when the store is away."""
    for file in erasure.files.all():
        files.delete(file.name)
        file.delete()


def _file_names(case: Case) -> Iterator[str]:
    """Yield the private files of a case: those of the columns that ``sweeping`` knows."""
    for column in sweeping.columns():
        model = apps.get_model(column.model_label)
        path = _path_to_case(model)
        if path and model is not ErasedFile:
            rows = model._base_manager.filter(**{path: case}).exclude(**{column.name: ""})
            # Locked: a PDF that is printed anew in this second would bring a file that nobody deletes.
            yield from rows.select_for_update(of=("self",)).values_list(column.name, flat=True)


def _path_to_case(model: type[models.Model]) -> str:
    """Return how a row leads to its case, over one row between at most; empty where it does not."""
    parents = [
        field for field in model._meta.fields if isinstance(field, models.ForeignKey) and field.name != "erasure"
    ]
    for field in parents:
        if field.related_model is Case:
            return field.name
    for field in parents:
        for above in field.related_model._meta.fields:
            if isinstance(above, models.ForeignKey) and above.related_model is Case and above.name == "case":
                return f"{field.name}__{above.name}"
    return ""


def _clear(rows: models.QuerySet[Any]) -> None:
    """Empty the texts and hashes of kept rows."""
    model = rows.model
    changes: dict[str, Any] = dict(CLEARED.get(model, {}))
    for field in model._meta.fields:
        if isinstance(field, EncryptedTextField):
            changes[field.attname] = b""
        elif isinstance(field, KeyedHashField):
            changes[field.attname] = ""
    if changes:
        rows.update(**changes)
    if model is Submission:
        # A hash of the words, not keyed: whoever has a guess could try it. Two rows of a case never have the same.
        for pk in rows.values_list("pk", flat=True):
            Submission.objects.filter(pk=pk).update(content_hash=pk.hex)


def _clear_case(case: Case) -> None:
    empty: dict[str, Any] = {
        "wrapped_key": b"",
        "form_token": None,
        "account": None,
        "second_owner": None,
        "speak": "",
        "time_zone": "",
        "clinic": None,
        "package": None,
        "doctor": None,
        "care_assistant": None,
        "end_reason": None,
        "is_quarantined": False,
        "mails_held_until": None,
        "waiting_since": None,
        "answer_by": None,
        "on_hold_until": None,
        "email_refused_at": None,
        **_rare_facts(case),
    }
    for field in Case._meta.fields:
        if isinstance(field, EncryptedTextField):
            empty[field.attname] = b""
        elif isinstance(field, KeyedHashField):
            empty[field.attname] = ""
    if case.status in OPEN:
        # Nobody works on it any more, and no figure counts it as treated.
        empty |= {"status": Status.DECLINED_BY_PATIENT, "outcome": "", "closed_at": timezone.now()}
    case.procedures.clear()
    case.shortlist.clear()
    Case.objects.filter(pk=case.pk).update(**empty)


def _rare_facts(case: Case) -> dict[str, Any]:
    """Return the facts that go because fewer than FEWEST cases share them: a count of them would name somebody."""
    alike = Case.objects.filter(condition=case.condition)
    gone: dict[str, Any] = {}
    if alike.count() < FEWEST:
        gone["condition"] = None
        alike = Case.objects.all()
    if alike.filter(country=case.country).count() < FEWEST:
        gone["country"] = ""
    if case.status == Status.CLOSED and alike.filter(outcome=case.outcome).count() < FEWEST:
        gone["outcome"] = Outcome.OTHER
    return gone
