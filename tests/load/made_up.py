"""Generator of a directory of any size: the same seed and day give the same rows.

Started as ``python -m tests.load.made_up SHARE``, with a migrated and empty database in the
environment, it writes one of so many parts of the big directory.
"""

import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import batched
from typing import Any

import django
from django.apps import apps
from django.db import connection
from django.utils import timezone

if not apps.ready:
    django.setup()  # started as a program

from clinics import versions
from clinics.enums import CareKind, ClinicKind, FactKind, PhotoState, ServiceKind
from clinics.imaging import WIDTHS
from clinics.models import (
    Accreditation,
    CareAssistant,
    City,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    Doctor,
    OfferedTreatment,
    Photo,
)
from conditions.models import Area, Condition, Edition, Procedure
from tests.load.search import LETTERS

AT_ONCE = 5_000
WORDS = 2_000
LANGUAGES = ("en", "ru", "ar", "fr", "es", "zh", "de", "tr", "fa", "uz", "kk", "hi")
ISSUERS = [f"Board {letter}" for letter in "ABCDEFGH"]
# Of ten conditions one has no page: it can be chosen by its address, and stands in no list of names.
WITHOUT_PAGE = 10


@dataclass(frozen=True)
class Size:
    """How many rows there are of what."""

    clinics: int
    doctors: int
    offered: int
    care_assistants: int
    cities: int = 30
    areas: int = 8
    conditions: int = 100
    procedures: int = 100

    def part(self, share: int) -> "Size":
        """Return a size with one of so many parts of the rows, and as many values to choose from."""
        found = (count // share for count in (self.clinics, self.doctors, self.offered, self.care_assistants))
        return Size(*found)


BIG = Size(clinics=10_000, doctors=50_000, offered=200_000, care_assistants=2_000)
SOME = BIG.part(100)


def fill(size: Size, *, seed: int, today: date) -> None:
    """Write a directory beside what the database has."""
    _Maker(size, random.Random(seed), today).make()
    versions.renew()


def fill_some() -> None:
    """Write a small directory, with several pages of each list."""
    fill(SOME, seed=1, today=timezone.now().date())


class _Maker:
    def __init__(self, size: Size, chance: random.Random, today: date) -> None:
        self.size = size
        self.chance = chance
        self.today = today
        self.words = {language: self._vocabulary(language) for language in LETTERS}

    def make(self) -> None:
        self.areas = self._write(Area(slug=f"area-{n}", **self._named("name")) for n in range(self.size.areas))
        self.conditions = self._write(
            Condition(slug=f"condition-{n}", area_id=self.chance.choice(self.areas), **self._named("name"))
            for n in range(self.size.conditions)
        )
        self._write(self._editions())
        self.procedures = self._write(
            Procedure(code=f"procedure-{n}", **self._named("name")) for n in range(self.size.procedures)
        )
        self.cities = self._write(City(slug=f"city-{n}", **self._named("name")) for n in range(self.size.cities))
        self.clinics = self._write(self._clinic(n) for n in range(self.size.clinics))
        self._parts_of_clinics()
        self.doctors = self._write(self._doctor(n) for n in range(self.size.doctors))
        self._links(Doctor.areas, "doctor", self.doctors, "area", self.areas, 2)
        self._links(Doctor.conditions, "doctor", self.doctors, "condition", self.conditions, 4)
        self._links(Doctor.procedures, "doctor", self.doctors, "procedure", self.procedures, 4)
        self._links(Doctor.clinics, "doctor", self.doctors, "clinic", self.clinics, 2)
        self._links(Doctor.cities, "doctor", self.doctors, "city", self.cities, 1)
        assistants = self._write(self._care_assistant(n) for n in range(self.size.care_assistants))
        self._links(CareAssistant.cities, "careassistant", assistants, "city", self.cities, 2)
        self._photos("clinic", self.clinics, 0.7)
        self._photos("doctor", self.doctors, 0.3)

    def _parts_of_clinics(self) -> None:
        self._links(Clinic.areas, "clinic", self.clinics, "area", self.areas, 3)
        self._links(Clinic.conditions, "clinic", self.clinics, "condition", self.conditions, 12)
        self._links(Clinic.other_cities, "clinic", self.clinics[::10], "city", self.cities, 2)
        self._write(
            ClinicLanguage(clinic_id=pk, code=code, **self._read())
            for pk in self.clinics
            for code in self._some(LANGUAGES, 5)
        )
        self._write(
            ClinicService(clinic_id=pk, service=service, language=language, **self._read())
            for pk in self.clinics
            for service in self._some(ServiceKind.values, 5)
            for language in (self._some(LANGUAGES, 3) if service == ServiceKind.INTERPRETER else ("",))
        )
        self._write(
            Accreditation(
                clinic_id=pk, issuer=issuer, number="1", valid_until=self._day(-300, 900), checked_on=self.today
            )
            for pk in self.clinics
            for issuer in self._some(ISSUERS, 2, none=0.4)
        )
        self._write(
            ClinicFact(clinic_id=pk, kind=kind, value_en=self._words("en", 6), **self._read())
            for pk in self.clinics
            for kind in self._some(FactKind.values, 5, none=0.1)
        )
        self._write(self._offered())

    def _editions(self) -> Iterator[Edition]:
        """Pages in English and Russian, as far as lists read them; one of three of these in Arabic too."""
        made_up = Condition.objects.filter(pk__in=self.conditions)
        for place, condition in enumerate(made_up.order_by("pk").select_related("area")):
            if place % WITHOUT_PAGE == WITHOUT_PAGE - 1:
                continue
            for language in ("en", "ru", "ar") if place % 3 == 0 else ("en", "ru"):
                yield Edition(
                    condition=condition,
                    language=language,
                    number=1,
                    content={},
                    name=self._words(language, 2),
                    plain_name=self._words(language, 2),
                    synonyms=[],
                    icd10="",
                    summary=self._words(language, 12),
                    related=[],
                    reviewed_by="",
                    area=condition.area,
                )

    def _clinic(self, number: int) -> Clinic:
        return Clinic(
            slug=f"clinic-{number}",
            kind=self.chance.choice(ClinicKind.values),
            city_id=self.chance.choice(self.cities),
            is_published=self.chance.random() < 0.95,
            **self._named("name", 3),
            **{
                f"about_{language}": f"{self._words(language, 15)}. {self._words(language, 15)}."
                for language in LETTERS
            },
        )

    def _offered(self) -> Iterator[OfferedTreatment]:
        """Two of three with a price, most in US dollars, some expired; each clinic and procedure once."""
        kinds = len(self.procedures)
        for pair in self.chance.sample(range(len(self.clinics) * kinds), self.size.offered):
            row = OfferedTreatment(
                clinic_id=self.clinics[pair // kinds],
                procedure_id=self.procedures[pair % kinds],
                basis="own-page",
                **self._read(),
            )
            if self.chance.random() < 0.67:
                row.currency = self.chance.choices(("USD", "RUB", "EUR"), weights=(6, 3, 1))[0]
                row.amount_from = Decimal(self.chance.randint(2, 400)) * (5_000 if row.currency == "RUB" else 50)
                row.valid_until = self._day(-100, 500)
            yield row

    def _doctor(self, number: int) -> Doctor:
        return Doctor(
            slug=f"doctor-{number}",
            languages=self._some(LANGUAGES, 4),
            is_published=self.chance.random() < 0.95,
            **self._named("name"),
            **self._named("title"),
            **self._named("field"),
            **self._read(),
        )

    def _care_assistant(self, number: int) -> CareAssistant:
        return CareAssistant(
            slug=f"assistant-{number}",
            languages=self._some(LANGUAGES, 4),
            services=self._some(CareKind.values, 4),
            is_published=self.chance.random() < 0.95,
            about_en=f"{self._words('en', 12)}.",
            **self._named("name"),
            **self._read(),
        )

    def _photos(self, owner: str, pks: list[int], share: float) -> None:
        words = {f"alternative_text_{language}": "A house" for language in LETTERS}
        self._write(
            Photo(**{f"{owner}_id": pk}, state=PhotoState.READY, variants=self._variants(), **words)
            for pk in pks
            if self.chance.random() < share
        )

    def _variants(self) -> list[dict[str, Any]]:
        return [
            {
                "width": width,
                "height": width * 3 // 4,
                "files": {kind: f"{self.chance.getrandbits(128):032x}" for kind in ("avif", "webp", "jpeg")},
            }
            for width in WIDTHS
        ]

    def _links(self, relation: Any, of: str, pks: list[int], to: str, others: list[int], most: int) -> None:
        """Link each of ``pks`` with one to ``most`` others."""
        through = relation.through
        self._write(through(**{f"{of}_id": pk, f"{to}_id": other}) for pk in pks for other in self._some(others, most))

    def _write(self, rows: Iterable[Any]) -> list[int]:
        """Write rows a few thousand at a time; return their primary keys."""
        pks: list[int] = []
        for batch in batched(rows, AT_ONCE, strict=False):
            pks += [one.pk for one in type(batch[0])._base_manager.bulk_create(batch)]
        return pks

    def _some[T](self, values: list[T] | tuple[T, ...], most: int, none: float = 0.0) -> list[T]:
        if none and self.chance.random() < none:
            return []
        return self.chance.sample(values, min(len(values), self.chance.randint(1, most)))

    def _read(self) -> dict[str, Any]:
        return {"source": "Own page", "checked_on": self._day(-700, 0)}

    def _day(self, first: int, last: int) -> date:
        return self.today + timedelta(days=self.chance.randint(first, last))

    def _named(self, field: str, words: int = 2) -> dict[str, str]:
        """Return a field in three languages; of ten one is in English alone."""
        languages = ("en",) if self.chance.random() < 0.1 else tuple(LETTERS)
        return {f"{field}_{language}": self._words(language, words).title() for language in languages}

    def _words(self, language: str, count: int) -> str:
        return " ".join(self.chance.choices(self.words[language], k=count))

    def _vocabulary(self, language: str) -> list[str]:
        first, second = LETTERS[language]
        pick = self.chance.choice
        return ["".join(pick(first) + pick(second) for _ in range(self.chance.randint(2, 4))) for _ in range(WORDS)]


def main(share: int) -> None:
    """Write a part of the big directory, and let the database look at it."""
    fill(BIG.part(share), seed=1, today=timezone.now().date())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
