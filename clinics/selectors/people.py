"""Doctors and care assistants: their lists, their cards and their profiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinics.enums import CareKind, Sort
from clinics.facets import FacetIndex
from clinics.models import CareAssistant, City, Clinic, Doctor
from clinics.selectors import photos
from clinics.selectors.directory import Kind
from clinics.selectors.index import (
    DirectoryIndex,
    Names,
    by_name,
    cached,
    name_columns,
    names_of,
    names_of_choices,
    names_of_conditions,
    names_of_languages,
)
from clinics.selectors.photos import Picture
from clinics.selectors.rows import Rows, joined_keys, rows_by_link, rows_in
from conditions.models import Area, Procedure
from conditions.selectors import editions
from conditions.selectors.editions import ListedCondition
from portal.core.content.translated_columns import untranslated
from portal.core.localisation import formats
from portal.core.text.markdown import first_sentence, to_html, without_citations


@dataclass(frozen=True)
class PersonCard:
    """A person in a list; ``detail`` and ``languages`` are in the words of the page."""

    person: Doctor | CareAssistant
    detail: str
    languages: str
    picture: Picture | None = None


@dataclass(frozen=True)
class DoctorProfile:
    """What the page of a doctor shows besides the row itself. ``years`` of practice are counted to this year."""

    person: Doctor
    languages: str
    cities: list[str]
    years: int | None
    clinics: list[Clinic]
    conditions: list[ListedCondition]
    pictures: list[Picture]


@dataclass(frozen=True)
class CareProfile:
    """What the page of a care assistant shows besides the row itself."""

    person: CareAssistant
    about: str
    languages: str
    cities: list[str]
    services: list[str]
    pictures: list[Picture]


def doctors_of(clinic: Clinic, language: str) -> list[PersonCard]:
    """Return the cards of the published doctors of a clinic, by name."""
    doctors = Doctor.objects.filter(clinics=clinic, is_published=True).prefetch_related("cities")
    cards = [_card(doctor, language) for doctor in doctors]
    return sorted(cards, key=lambda card: card.person.name.casefold())


def doctor(slug: str, language: str) -> DoctorProfile:
    """Return a published doctor with all that is known; raises ``Http404``."""
    published = Doctor.objects.filter(is_published=True)
    related = published.prefetch_related("cities", "clinics", "procedures", "areas", "conditions", "publications")
    doctor: Doctor = get_object_or_404(related, slug=slug)
    return DoctorProfile(
        person=doctor,
        languages=formats.language_names(doctor.languages, language),
        cities=[city.name for city in doctor.cities.all()],
        years=timezone.now().year - doctor.practising_since if doctor.practising_since else None,
        clinics=[clinic for clinic in doctor.clinics.all() if clinic.is_published],
        conditions=editions.listing(language, [condition.slug for condition in doctor.conditions.all()]),
        pictures=photos.all_of("doctor", doctor.pk, language),
    )


def care_assistant(slug: str, language: str) -> CareProfile:
    """Return a published care assistant with all that is known; raises ``Http404``."""
    published = CareAssistant.objects.filter(is_published=True).prefetch_related("cities")
    assistant: CareAssistant = get_object_or_404(published, slug=slug)
    return CareProfile(
        person=assistant,
        about=to_html(without_citations(assistant.about or ""), language),
        languages=formats.language_names(assistant.languages, language),
        cities=[city.name for city in assistant.cities.all()],
        services=[str(CareKind(code).label) for code in assistant.services],
        pictures=photos.all_of("care_assistant", assistant.pk, language),
    )


def in_sitemap(model: type[Doctor | CareAssistant]) -> list[tuple[str, date | None]]:
    """Return the slug of each published person who is no sample, and the day the source was read."""
    people = model._default_manager.filter(is_published=True, is_sample=False).order_by("slug")
    return list(people.values_list("slug", "checked_on"))


def _card(person: Doctor | CareAssistant, language: str, picture: Picture | None = None) -> PersonCard:
    if isinstance(person, CareAssistant):
        detail = first_sentence(person.about or "")
    else:
        detail = " · ".join(filter(None, (person.title, person.field)))
    return PersonCard(person, detail, formats.language_names(person.languages, language), picture)


def _build_doctors(today: date) -> DirectoryIndex:
    people, row_of = _people(Doctor)
    rows = {
        "area": rows_by_link(row_of, Doctor.areas, "area__slug", "doctor"),
        "condition": rows_by_link(row_of, Doctor.conditions, "condition__slug", "doctor"),
        "procedure": rows_by_link(row_of, Doctor.procedures, "procedure__code", "doctor"),
        "city": rows_by_link(row_of, Doctor.cities, "city__slug", "doctor"),
        "speaks": _rows_by_list(row_of, Doctor, "languages"),
    }
    names = {
        "area": names_of(Area, "slug"),
        "condition": names_of_conditions(),
        "procedure": names_of(Procedure, "code"),
    }
    return _index(people, row_of, rows, names)


def _build_care_assistants(today: date) -> DirectoryIndex:
    people, row_of = _people(CareAssistant)
    rows = {
        "service": _rows_by_list(row_of, CareAssistant, "services"),
        "city": rows_by_link(row_of, CareAssistant.cities, "city__slug", "careassistant"),
        "speaks": _rows_by_list(row_of, CareAssistant, "languages"),
    }
    return _index(people, row_of, rows, {"service": names_of_choices(CareKind)})


def _people(model: type[Doctor | CareAssistant]) -> tuple[list[Any], dict[int, int]]:
    """Return the primary keys and names of those who are published, and the number of the row of each key."""
    people = list(untranslated(model).filter(is_published=True).order_by("pk").values_list("pk", *name_columns()))
    return people, {pk: row for row, (pk, *_names) in enumerate(people)}


def _rows_by_list(row_of: Mapping[int, int], model: type[Doctor | CareAssistant], column: str) -> Rows:
    """Return the rows by each value of a column of lists."""
    numbers: Rows = {}
    # Thousands of people share few lists: the database joins the keys of each (docs/decisions/0019).
    for values, keys in untranslated(model).order_by().values_list(column).annotate(joined=joined_keys("pk")):
        for value in values:
            numbers.setdefault(value, set()).update(rows_in(row_of, keys))
    return numbers


def _index(
    people: list[Any], row_of: Mapping[int, int], rows: Mapping[str, Rows], names: Mapping[str, Names]
) -> DirectoryIndex:
    named = {**names, "city": names_of(City, "slug"), "speaks": names_of_languages(rows["speaks"])}
    facets = FacetIndex.of(len(people), rows, named)
    return DirectoryIndex(list(row_of), facets, named, {Sort.NAME: by_name(people)})


def _cards(model: Any, owner: str, directory: DirectoryIndex, rows: list[int], language: str) -> list[PersonCard]:
    ids = {directory.ids[row]: row for row in rows}
    people = model._default_manager.filter(pk__in=ids, is_published=True).prefetch_related("cities")
    by_row = {ids[person.pk]: person for person in people}
    pictures = photos.first_of(owner, ids, language)
    shown = (by_row[row] for row in rows if row in by_row)
    return [_card(person, language, pictures.get(person.pk)) for person in shown]


DOCTORS = Kind(
    facets={
        "area": _("Area"),
        "condition": _("Condition"),
        "procedure": _("Treatment"),
        "city": _("City"),
        "speaks": _("Language spoken"),
    },
    sorts=(Sort.NAME,),
    index=cached(_build_doctors),
    cards=partial(_cards, Doctor, "doctor"),
)
CARE_ASSISTANTS = Kind(
    facets={"service": _("What they do"), "city": _("City"), "speaks": _("Language spoken")},
    sorts=(Sort.NAME,),
    index=cached(_build_care_assistants),
    cards=partial(_cards, CareAssistant, "care_assistant"),
)
