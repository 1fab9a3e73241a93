"""Models of the clinics app, by subject."""

from clinics.models.clinics import (
    Accreditation,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicService,
    OfferedTreatment,
)
from clinics.models.people import CareAssistant, Doctor, Publication
from clinics.models.photos import Photo
from clinics.models.places import Airport, City
from clinics.models.travel import TravelFact
from clinics.models.versions import DirectoryVersion

__all__ = [
    "Accreditation",
    "Airport",
    "CareAssistant",
    "City",
    "Clinic",
    "ClinicFact",
    "ClinicLanguage",
    "ClinicService",
    "DirectoryVersion",
    "Doctor",
    "OfferedTreatment",
    "Photo",
    "Publication",
    "TravelFact",
]
