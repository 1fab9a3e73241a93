"""Takes doctors and care assistants onto the public pages, and off them again."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from clinics.models import CareAssistant, Doctor

type Person = Doctor | CareAssistant


class NoSource(Exception):
    """A real person without a source, or without the day it was read, is not published."""


@transaction.atomic
def publish(*, people: Iterable[Person]) -> list[Person]:
    """Publish people and return those who were not public before; raises ``NoSource`` and then publishes nobody."""
    return _set(people, is_published=True)


@transaction.atomic
def unpublish(*, people: Iterable[Person]) -> list[Person]:
    """Take people off the public pages and return those who were public."""
    return _set(people, is_published=False)


def _set(people: Iterable[Person], *, is_published: bool) -> list[Person]:
    changed = [one for one in people if one.is_published != is_published]
    for person in changed:
        person.is_published = is_published
        try:
            person.validate_constraints()
        except ValidationError as error:
            raise NoSource(f"{person}: {' '.join(error.messages)}") from error
        # One by one: each save tells the lists of the directory and search that something changed.
        person.save(update_fields=["is_published"])
    return changed
