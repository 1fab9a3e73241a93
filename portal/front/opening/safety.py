"""The portal runs for real, is watched, is copied elsewhere and keeps its keys."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import storages
from django.utils.translation import pgettext

from portal.core.localisation import desk_formats
from portal.core.models import Attestation
from portal.core.monitoring import attestations
from portal.core.storage.folder import FolderStorage
from portal.front.opening.attested import attested
from portal.front.opening.results import Facts, Result, State, done, missing

SECOND_FACTOR = "portal.accounts.middleware.StaffSecondFactorMiddleware"
MEGABYTE = 1024**2
# How old the last backup and the last trial may be: both run each night, and a night may fail.
BACKUP_AGE, RESTORE_AGE = timedelta(days=2), timedelta(days=31)


def for_real(facts: Facts) -> Result:
    """It does not run as the embedded default, which is for looking at it."""
    if not settings.EMBEDDED:
        return done()
    return missing(
        pgettext("desk", "Set DATABASE_URL and the variables that it demands: this is the embedded default.")
    )


def https(facts: Facts) -> Result:
    """Patients come by https."""
    if settings.IS_HTTPS:
        return done(settings.SITE_URL)
    return missing(
        pgettext("desk", "Set SITE_URL to the public address with https, and TLS in front of it."), settings.SITE_URL
    )


def second_factor(facts: Facts) -> Result:
    """Nobody gets to the desk without a second factor."""
    number = sum(not person.has_factor for person in facts.staff)
    known = pgettext("desk", "colleagues who have none yet and cannot enter: %(number)s") % {"number": number}
    if SECOND_FACTOR in settings.MIDDLEWARE:
        return done(known)
    return missing(pgettext("desk", "Put %(name)s back into MIDDLEWARE.") % {"name": SECOND_FACTOR})


def alert_test(facts: Facts) -> Result:
    """A test alert went out to who is told of trouble today."""
    if not (settings.ALERT_EMAIL or settings.ALERT_WEBHOOK):
        return missing(pgettext("desk", "Set ALERT_EMAIL or ALERT_WEBHOOK, then run “manage.py send_test_alert”."))
    row = facts.of(Attestation.Kind.TEST_ALERT, attestations.alert_channels())
    if row is None:
        return missing(
            pgettext("desk", "Run “manage.py send_test_alert”, and ask those who should be told whether it came.")
        )
    known = pgettext("desk", "every channel took it on %(day)s; ask those who should be told whether it came")
    return done(known % {"day": desk_formats.day(row.done_on)})


def backup(facts: Facts) -> Result:
    """A backup was made within two days."""
    todo = pgettext("desk", "Set BACKUP_RECIPIENT, run “manage.py backup”, and have cron run it each night.")
    return _recent(facts, Attestation.Kind.BACKUP, BACKUP_AGE, todo)


def restore(facts: Facts) -> Result:
    """A backup was restored on trial within a month."""
    todo = pgettext("desk", "Run “bin/restore-test”, and have cron run it each night.")
    return _recent(facts, Attestation.Kind.RESTORE, RESTORE_AGE, todo)


def erasures_file(facts: Facts) -> Result:
    """The list of erasures lies outside of the folder that may be lost with the database."""
    path = settings.ERASURES_FILE
    if not path.resolve().is_relative_to(settings.VAR_DIR):
        return done(path)
    return missing(
        pgettext("desk", "Set ERASURES_FILE to a file on a disk that outlives this one: restores need it."), path
    )


def bucket(facts: Facts) -> Result:
    """The store of private files keeps old versions by itself; nobody sees from here whether it does."""
    if isinstance(storages["private"], FolderStorage):
        return done(pgettext("desk", "the folder of files is in each backup"))
    todo = pgettext(
        "desk", "Ask your store whether versioning and a copy in another place are on: no backup holds its files."
    )
    return Result(State.UNKNOWN, todo)


def copies(facts: Facts) -> Result:
    """Keys, backups and the list of erasures have copies elsewhere; somebody says so."""
    ids = ", ".join(key.partition(":")[0] for key in settings.FIELD_KEYS.split(","))
    todo = pgettext(
        "desk",
        "Copy .env with FIELD_KEYS and LOOKUP_KEY, the private key of backups, the backups and ERASURES_FILE to other places, then confirm it on the page “Ready to open”.",
    )
    return attested(
        facts,
        Attestation.Kind.COPIES,
        attestations.fingerprint(ids, settings.ERASURES_FILE, *settings.BACKUP_RECIPIENT),
        todo,
        pgettext("desk", "keys in use: %(ids)s") % {"ids": ids},
    )


def viruses(facts: Facts) -> Result:
    """Papers of patients are looked through for viruses."""
    if settings.CLAMD is not None:
        return done()
    return missing(pgettext("desk", "Start clamd and set CLAMD_URL: nobody looks for viruses in papers."))


def limits(facts: Facts) -> Result:
    """Somebody looked at the limits; those of the proxy in front cannot be seen from here."""
    dicom, pages = (settings.DOCUMENT_MAX_BYTES[kind] // MEGABYTE for kind in ("dicom", "pdf"))
    numbers = {
        "dicom": dicom,
        "pages": pages,
        "case": settings.DOCUMENT_BYTES_OF_CASE // MEGABYTE,
        "day": settings.DOCUMENT_BYTES_A_DAY // MEGABYTE,
        "email": settings.REQUEST_LIMIT_EMAIL,
        "network": settings.REQUEST_LIMIT_NETWORK,
    }
    known = pgettext(
        "desk",
        "a DICOM file %(dicom)s MB, a PDF %(pages)s MB, a case %(case)s MB and %(day)s MB a day; requests: %(email)s a day of an address, %(network)s an hour of a network",
    )
    return attested(
        facts,
        Attestation.Kind.LIMITS,
        attestations.fingerprint(*numbers.values()),
        pgettext(
            "desk",
            "Compare these limits with your disk and with your proxy, then confirm it on the page “Ready to open”.",
        ),
        known % numbers,
    )


def _recent(facts: Facts, kind: Attestation.Kind, age: timedelta, todo: str) -> Result:
    row = facts.of(kind)
    if row is None:
        return missing(todo)
    day = desk_formats.day(row.done_on)
    return done(day) if row.at >= facts.now - age else missing(todo, day)
