"""Recording of consents with their texts: those of a submission, and those that have no text on record yet."""

from collections.abc import Iterator
from typing import Any

from django.db import models, transaction

from clinics.models import Clinic
from portal.core.bulk.batches import Progress
from requests import consents
from requests.enums import NEEDED_PURPOSES, Purpose
from requests.models import Case, Consent, ConsentText, PatientStatement, Submission

BATCH = 500


def record_consents(submission: Submission, language: str, **heard: Any) -> None:
    """Write the consents of a submission, and their texts as they are now, in the caller's transaction.

    ``heard`` says when and by whom, if somebody heard them.
    """
    _write(language, case=submission.case, submission=submission, **heard)


def record_statement(statement: PatientStatement, language: str) -> None:
    """Write the consents of a patient for whom somebody else wrote, in the caller's transaction."""
    _write(language, case=statement.case, statement=statement, heard_by=statement.recorded_by)


def record_clinic(case: Case, clinic: Clinic, language: str, **heard: Any) -> None:
    """Write the consent that a clinic sees a case, in the caller's transaction.

    ``heard`` says who said it, how, on which day, and who heard it.
    """
    write([consents.current(Purpose.CLINIC, language)], case=case, clinic=clinic, **heard)


def _write(language: str, **columns: Any) -> None:
    """Write the consents that every case needs, to the words in force."""
    write([consents.current(purpose, language) for purpose in NEEDED_PURPOSES], **columns)


def write(texts: list[ConsentText], **columns: Any) -> None:
    """Write a consent to each of some texts, and the texts, in the caller's transaction."""
    _record(texts)
    Consent.objects.bulk_create(
        Consent(
            purpose=text.purpose,
            version=text.version,
            language=text.language,
            text_hash=text.sha256,
            text=text,
            **columns,
        )
        for text in texts
    )


def _record(texts: list[ConsentText]) -> None:
    """Write texts; those that are on record stay as they are."""
    ConsentText.objects.bulk_create(texts, ignore_conflicts=True)


def without_text() -> models.QuerySet[Consent]:
    """Return the consents that the release before recorded: with the hash of their text, without the text."""
    return Consent.objects.filter(text=None)


def record_missing() -> Iterator[Progress]:
    """Give consents without a text the row whose hash they have, batch after batch.

    Texts are made with today's operator: consents given under another name keep waiting for a run with that name.
    """
    total, done = without_text().count(), 0
    hashes = without_text().order_by().values_list("purpose", "version", "language", "text_hash").distinct()
    for purpose, version, language, text_hash in list(hashes):
        text = _text_of(purpose, version, language)
        if text is None or text.sha256 != text_hash:
            continue
        rows = without_text().filter(purpose=purpose, version=version, language=language, text_hash=text_hash)
        while filled := _record_batch(rows, text):
            done += filled
            yield Progress(Consent, done, max(done, total))


def _text_of(purpose: str, version: str, language: str) -> ConsentText | None:
    try:
        return consents.read(purpose, version, language)
    except FileNotFoundError:
        return None


@transaction.atomic
def _record_batch(rows: models.QuerySet[Consent], text: ConsentText) -> int:
    _record([text])
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return Consent.objects.filter(pk__in=keys).update(text=text)
