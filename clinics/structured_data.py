"""Structured data of the directory: only facts that we have."""

from clinics.enums import FactKind
from clinics.selectors.people import DoctorProfile
from clinics.selectors.profiles import Profile
from portal.core.content.structured_data import Data, absolute


def clinic(profile: Profile) -> Data:
    """Return a clinic for search engines; one that has beds is a hospital."""
    clinic = profile.clinic
    facts = {fact.kind: fact.value for fact in clinic.facts.all()}
    return {
        "@type": "Hospital" if FactKind.BEDS in facts else "MedicalClinic",
        "name": clinic.name,
        "url": absolute(clinic.get_absolute_url()),
        "sameAs": clinic.website,
        "foundingDate": year if (year := str(facts.get(FactKind.FOUNDED, ""))).isdecimal() else "",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": profile.addresses[0].value_en if profile.addresses else "",  # type: ignore[attr-defined]  # modeltranslation
            "addressLocality": clinic.city.name,
            "addressCountry": "RU",
        },
        "availableService": [
            {"@type": "MedicalProcedure", "name": offer.procedure.name} for offer, _price in profile.offered
        ],
    }


def doctor(profile: DoctorProfile) -> Data:
    """Return a doctor who is no sample for search engines."""
    doctor = profile.person
    return {
        "@type": "Physician",
        "name": doctor.name,
        "url": absolute(doctor.get_absolute_url()),
        "description": doctor.field,
        "knowsLanguage": doctor.languages,
        "hospitalAffiliation": [
            {"@type": "Hospital", "name": clinic.name, "url": absolute(clinic.get_absolute_url())}
            for clinic in profile.clinics
        ],
        "availableService": [
            {"@type": "MedicalProcedure", "name": procedure.name} for procedure in doctor.procedures.all()
        ],
    }
