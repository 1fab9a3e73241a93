"""Models of the clinics app, by subject."""

from clinics.models.clinics import Accreditation, Clinic, ClinicFact, OfferedTreatment
from clinics.models.people import CareAssistant, Doctor
from clinics.models.photos import Photo
from clinics.models.places import Airport, City
from clinics.models.travel import TravelFact

__all__ = [
    "Accreditation",
    "Airport",
    "CareAssistant",
    "City",
    "Clinic",
    "ClinicFact",
    "Doctor",
    "OfferedTreatment",
    "Photo",
    "TravelFact",
]
