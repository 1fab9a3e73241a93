"""Content of a submission and where it comes from, as the form hands it to the service."""

import json
from dataclasses import dataclass
from typing import Any

from clinics.models import CareAssistant, Clinic, Doctor
from conditions.models import Condition, Procedure
from requests.enums import Flag
from requests.models import SupportPackage


@dataclass(frozen=True)
class SubmissionContent:
    """What a checked form says; ``phone`` is E.164."""

    for_whom: str
    name: str
    email: str
    phone: str
    channel: str
    best_time: str
    time_zone: str
    country: str
    speak: str
    message: str
    condition: Condition | None
    clinic: Clinic | None
    package: SupportPackage | None
    procedures: tuple[Procedure, ...]
    phone_as_typed: str
    shortlist: tuple[Clinic, ...] = ()
    doctor: Doctor | None = None
    care_assistant: CareAssistant | None = None

    def as_json(self) -> str:
        """Return the whole content as JSON, slugs and codes for rows."""
        data: dict[str, Any] = {
            **{name: value for name, value in vars(self).items() if isinstance(value, str)},
            "condition": self.condition.slug if self.condition else "",
            "clinic": self.clinic.slug if self.clinic else "",
            "package": self.package.slug if self.package else "",
            "doctor": self.doctor.slug if self.doctor else "",
            "care_assistant": self.care_assistant.slug if self.care_assistant else "",
            "procedures": [procedure.code for procedure in self.procedures],
            "shortlist": [clinic.slug for clinic in self.shortlist],
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Sender:
    """Where a submission comes from: the form's token, the language of the page, what looked odd."""

    form_token: str
    language: str
    network: str
    flags: tuple[Flag, ...] = ()
