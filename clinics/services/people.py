"""Loading of doctors and care assistants from content files."""

from pathlib import Path
from typing import Any

from clinics.models import CareAssistant, Doctor, Publication
from clinics.services.loading import FOLDER
from conditions.models import LoadedContent
from conditions.services.loading import link
from portal.core.content.content_files import Entry, fill, read_list, save
from portal.core.content.loader import Loader, Say

PERSON = ("slug", "name", "cities", "languages", "source", "url", "checked_on", "is_sample")
DOCTOR = (
    *PERSON, "title", "field", "areas", "conditions", "clinics", "procedures", "practising_since", "publications",
)  # fmt: skip
CARE_ASSISTANT = (*PERSON, "about", "services", "hours")
PUBLICATION = ("title", "journal", "year", "url")


def load_all(say: Say, *, folder: Path = FOLDER, force: bool = False, with_samples: bool = False) -> None:
    """Load doctors, then care assistants; ``say`` gets a line for each, and one for the samples left out.

    Without ``with_samples`` only real people are written, and samples that are there already stay as they are.
    """
    loader = Loader(LoadedContent.objects, say, force=force)
    files = (read_list(folder / "doctors.yaml", DOCTOR), read_list(folder / "care_assistants.yaml", CARE_ASSISTANT))
    doctors, assistants = ([person for person in rows if with_samples or not _is_sample(person)] for rows in files)
    for entry in doctors:
        with loader.row(Doctor, {"slug": entry.text("slug")}, entry.row, ("publications",)) as doctor:
            if doctor is not None:
                _write_doctor(doctor, entry)
    for entry in assistants:
        with loader.row(CareAssistant, {"slug": entry.text("slug")}, entry.row) as assistant:
            if assistant is not None:
                _write_care_assistant(assistant, entry)
    if left_out := sum(map(len, files)) - len(doctors) - len(assistants):
        profiles = "sample profile was" if left_out == 1 else "sample profiles were"
        say(f"{left_out} {profiles} left out; --samples loads them")


def _is_sample(entry: Entry) -> bool:
    return entry.row.get("is_sample") is True


def _write_doctor(doctor: Doctor, entry: Entry) -> None:
    _fill_person(doctor, entry)
    if doctor.is_sample and (entry.rows("clinics") or entry.rows("publications")):
        raise entry.fault("a sample has no “clinics” and no “publications”: those are real.")
    fill(
        doctor,
        practising_since=entry.row.get("practising_since"),
        **entry.texts("title", is_needed=False),
        **entry.texts("field"),
    )
    save(doctor, entry)
    link(doctor, entry, "cities", "areas", "conditions", "clinics", "procedures")
    doctor.publications.all().delete()
    for paper in entry.entries("publications", PUBLICATION):
        row = Publication(doctor=doctor)
        fill(row, year=paper.row.get("year"), title=paper.text("title"))
        fill(row, journal=paper.text("journal"), url=paper.text("url", ""))
        save(row, paper)


def _write_care_assistant(assistant: CareAssistant, entry: Entry) -> None:
    _fill_person(assistant, entry)
    fill(assistant, services=entry.rows("services"), **entry.texts("about"), **entry.texts("hours", is_needed=False))
    save(assistant, entry)
    link(assistant, entry, "cities")


def _fill_person(person: Any, entry: Entry) -> None:
    is_sample = _is_sample(entry)
    fill(
        person,
        languages=entry.rows("languages"),
        source=entry.text("source", "" if is_sample else None),
        source_url=entry.text("url", ""),
        checked_on=entry.day("checked_on", is_needed=not is_sample),
        is_sample=is_sample,
        is_published=True,
        **entry.texts("name"),
    )
