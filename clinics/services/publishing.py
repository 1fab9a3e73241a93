"""Publishing and withdrawing of clinics, doctors and care assistants."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinics.models import CareAssistant, Clinic, Doctor
from clinics.selectors import sources

type Person = Doctor | CareAssistant


class NoSource(Exception):
    """A real person without a source is not published, nor a clinic whose sources nobody read for words against it."""


def without_words(source: str) -> str:
    """Return the sentence for a source of which nobody noted what it says against the clinic."""
    sentence = _("Nobody noted what this source says against the clinic: %(source)s. Add it under Sources.")
    return sentence % {"source": source}


def not_offered(procedure: str) -> str:
    """Return the sentence for a treatment whose source is none in which the clinic offers it."""
    sentence = _(
        "“%(procedure)s” has no source in which the clinic offers it. Say how it does, or move it to Research."
    )
    return sentence % {"procedure": procedure}


def clinic_faults(clinic: Clinic) -> list[str]:
    """Return what stands against publishing a clinic, in sentences; empty when nothing does."""
    unconfirmed = clinic.offered_treatments.filter(basis="").select_related("procedure")
    return [
        *(without_words(source) for source in sources.without_words(clinic).values()),
        *(not_offered(str(offer.procedure)) for offer in unconfirmed),
    ]


@transaction.atomic
def publish_clinics(*, clinics: Iterable[Clinic]) -> list[Clinic]:
    """Publish clinics and return those who were not public; raises ``NoSource`` and then publishes none."""
    changed = [clinic for clinic in clinics if not clinic.is_published]
    if faults := [f"{clinic}: {fault}" for clinic in changed for fault in clinic_faults(clinic)]:
        raise NoSource(" ".join(faults))
    return _switch(changed, is_published=True)


@transaction.atomic
def publish_people(*, people: Iterable[Person]) -> list[Person]:
    """Publish people and return those who were not public before; raises ``NoSource`` and then publishes nobody."""
    changed = [person for person in people if not person.is_published]
    for person in changed:
        person.is_published = True
        try:
            person.validate_constraints()
        except ValidationError as error:
            raise NoSource(f"{person}: {' '.join(error.messages)}") from error
    return _switch(changed, is_published=True)


@transaction.atomic
def unpublish[Row: Clinic | Doctor | CareAssistant](*, rows: Iterable[Row]) -> list[Row]:
    """Take clinics or people off the public pages and return those that were public."""
    return _switch([row for row in rows if row.is_published], is_published=False)


def _switch[Row: Clinic | Doctor | CareAssistant](rows: list[Row], *, is_published: bool) -> list[Row]:
    for row in rows:
        row.is_published = is_published
        # One by one: each save tells the lists of the directory and search that something changed.
        row.save(update_fields=["is_published"])
    return rows
