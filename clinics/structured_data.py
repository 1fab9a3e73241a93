"""Structured data of the directory: only facts that we have."""

from clinics.enums import FactKind
from clinics.selectors.people import DoctorProfile
from clinics.selectors.profiles import Profile
from conditions.structured_data import Data, absolute


def clinic(profile: Profile) -> Data:
    """Return a clinic for search engines; one that has beds is a hospital."""
    one = profile.clinic
    facts = {fact.kind: fact.value for fact in one.facts.all()}
    return {
        "@type": "Hospital" if FactKind.BEDS in facts else "MedicalClinic",
        "name": one.name,
        "url": absolute(one.get_absolute_url()),
        "sameAs": one.website,
        "foundingDate": year if (year := str(facts.get(FactKind.FOUNDED, ""))).isdecimal() else "",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": profile.addresses[0].latin if profile.addresses else "",
            "addressLocality": one.city.name,
            "addressCountry": "RU",
        },
        "availableService": [
            {"@type": "MedicalProcedure", "name": offer.procedure.name} for offer, _price in profile.offered
        ],
    }


def doctor(profile: DoctorProfile) -> Data:
    """Return a doctor who is no sample for search engines."""
    one = profile.doctor
    return {
        "@type": "Physician",
        "name": one.name,
        "url": absolute(one.get_absolute_url()),
        "description": one.field,
        "knowsLanguage": one.languages,
        "hospitalAffiliation": [
            {"@type": "Hospital", "name": clinic.name, "url": absolute(clinic.get_absolute_url())}
            for clinic in profile.clinics
        ],
        "availableService": [{"@type": "MedicalProcedure", "name": found.name} for found in profile.procedures],
    }
