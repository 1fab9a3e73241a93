"""Translated columns of the clinics app."""

from modeltranslation.translator import TranslationOptions, register

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


@register(City)
class CityTranslation(TranslationOptions):
    fields = ("name",)


@register(Airport)
class AirportTranslation(TranslationOptions):
    fields = ("name",)


@register(Clinic)
class ClinicTranslation(TranslationOptions):
    fields = ("name", "about")


@register(ClinicFact)
class ClinicFactTranslation(TranslationOptions):
    fields = ("label", "value")


@register(ClinicSource)
class ClinicSourceTranslation(TranslationOptions):
    fields = ("against",)


@register(ClinicResearch)
class ClinicResearchTranslation(TranslationOptions):
    fields = ("text",)


@register(OfferedTreatment)
class OfferedTreatmentTranslation(TranslationOptions):
    fields = ("included", "excluded")


@register(Doctor)
class DoctorTranslation(TranslationOptions):
    fields = ("name", "title", "field")


@register(CareAssistant)
class CareAssistantTranslation(TranslationOptions):
    fields = ("name", "about", "hours")


@register(Photo)
class PhotoTranslation(TranslationOptions):
    fields = ("alternative_text",)


@register(TravelFact)
class TravelFactTranslation(TranslationOptions):
    fields = ("topic", "text")
