"""Models of the clinics app, by subject."""

from clinics.models.clinics import (
    IS_OFFERED,
    Accreditation,
    Clinic,
    ClinicFact,
    ClinicLanguage,
    ClinicResearch,
    ClinicService,
    ClinicSource,
    OfferedTreatment,
)
from clinics.models.contacts import ClinicCommission, ClinicContact
from clinics.models.people import CareAssistant, Doctor, Publication
from clinics.models.photos import Photo
from clinics.models.places import Airport, City
from clinics.models.travel import TravelFact
from clinics.models.versions import DirectoryVersion

__all__ = [
    "IS_OFFERED",
    "Accreditation",
    "Airport",
    "CareAssistant",
    "City",
    "Clinic",
    "ClinicCommission",
    "ClinicContact",
    "ClinicFact",
    "ClinicLanguage",
    "ClinicResearch",
    "ClinicService",
    "ClinicSource",
    "DirectoryVersion",
    "Doctor",
    "OfferedTreatment",
    "Photo",
    "Publication",
    "TravelFact",
]
