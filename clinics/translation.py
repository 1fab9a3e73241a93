"""Translated columns of the clinics app."""

from modeltranslation.translator import translator

from clinics.models import (
    Airport,
    CareAssistant,
    City,
    Clinic,
    ClinicFact,
    ClinicResearch,
    ClinicSource,
    Doctor,
    OfferedTreatment,
    Photo,
    TravelFact,
)

translator.register(City, fields=("name",))
translator.register(Airport, fields=("name",))
translator.register(Clinic, fields=("name", "about"))
translator.register(ClinicFact, fields=("label", "value"))
translator.register(ClinicSource, fields=("against",))
translator.register(ClinicResearch, fields=("text",))
translator.register(OfferedTreatment, fields=("included", "excluded"))
translator.register(Doctor, fields=("name", "title", "field"))
translator.register(CareAssistant, fields=("name", "about", "hours"))
translator.register(Photo, fields=("alternative_text",))
translator.register(TravelFact, fields=("topic", "text"))
