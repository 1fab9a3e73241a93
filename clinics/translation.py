"""Translated columns of the clinics app."""

from modeltranslation.translator import translator

from clinics import models

translator.register(models.City, fields=("name",))
translator.register(models.Airport, fields=("name",))
translator.register(models.Clinic, fields=("name", "about"))
translator.register(models.ClinicFact, fields=("label", "value"))
translator.register(models.ClinicSource, fields=("against",))
translator.register(models.ClinicResearch, fields=("text",))
translator.register(models.OfferedTreatment, fields=("included", "excluded"))
translator.register(models.Doctor, fields=("name", "title", "field"))
translator.register(models.CareAssistant, fields=("name", "about", "hours"))
translator.register(models.Photo, fields=("alternative_text",))
translator.register(models.TravelFact, fields=("topic", "text"))
