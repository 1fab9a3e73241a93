"""Content of a submission and where it comes from, as the form hands it to the service."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from clinics.models import CareAssistant, Clinic, Doctor
from conditions.models import Condition, Procedure
from requests.enums import Flag
from requests.facts import text_of
from requests.models import Case, Submission, SupportPackage

# What a submission and its case have in common: columns of text, and of rows chosen or not.
TEXTS = ("for_whom", "name", "email", "phone", "channel", "best_time", "time_zone", "country", "speak")
ROWS = ("condition", "clinic", "package", "doctor", "care_assistant")


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
    phone_as_typed: str
    condition: Condition | None
    clinic: Clinic | None = None
    package: SupportPackage | None = None
    procedures: tuple[Procedure, ...] = ()
    shortlist: tuple[Clinic, ...] = ()
    doctor: Doctor | None = None
    care_assistant: CareAssistant | None = None

    def as_json(self) -> str:
        """Return the whole content as JSON, slugs and codes for rows."""
        data = {
            **{name: value for name, value in vars(self).items() if isinstance(value, str)},
            **{name: text_of(getattr(self, name)) for name in ROWS},
            "procedures": [procedure.code for procedure in self.procedures],
            "shortlist": [clinic.slug for clinic in self.shortlist],
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True)

    def give_to(self, case: Case) -> None:
        """Give an unsaved or locked case these values; what it links to many rows is left to the caller."""
        for name in (*TEXTS, *ROWS):
            setattr(case, name, getattr(self, name))

    def submission(self, case: Case, **details: Any) -> Submission:
        """Return the unsaved record of what a case was given, frozen and hashed under the key of the case."""
        text = self.as_json()
        digest = hmac.new(case.data_key(), text.encode(), hashlib.sha256).hexdigest()
        return Submission(case=case, content=text, content_hash=digest, **details)


@dataclass(frozen=True)
class Sender:
    """Where a submission comes from: the form's token, the language of the page, what looked odd."""

    form_token: str
    language: str
    network: str
    flags: tuple[Flag, ...] = ()
