"""The pages of a clinic, a doctor and a care assistant."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinics import structured_data
from clinics.selectors import people, profiles
from clinics.selectors.people import CareProfile, DoctorProfile
from portal.core.caching.page_cache import AN_HOUR, public_page
from portal.core.content.structured_data import Data, as_json, breadcrumbs


@login_not_required
@public_page(stale_if_error=AN_HOUR, is_dated=True)
@require_safe
def clinic(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of a clinic."""
    profile = profiles.profile(slug, get_language() or "en")
    crumbs = _crumbs(_("Clinics"), "clinics:clinic_list", profile.clinic.name, profile.clinic.get_absolute_url())
    context = {
        "profile": profile,
        "clinic": profile.clinic,
        "request_url": reverse("requests:request_new", query={"clinic": slug}),
        "compare_url": reverse("clinics:compare", query={"add": slug}),
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(structured_data.clinic(profile), breadcrumbs(crumbs)),
    }
    return render(request, "clinics/clinic.html", context)


@login_not_required
@public_page(stale_if_error=AN_HOUR, is_dated=True)
@require_safe
def doctor(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of a doctor; a sample says so, and is nothing to search engines."""
    profile = people.doctor(slug, get_language() or "en")
    facts = [] if profile.person.is_sample else [structured_data.doctor(profile)]
    return _person(request, profile, "doctor", _("Doctors"), facts)


@login_not_required
@public_page(stale_if_error=AN_HOUR, is_dated=True)
@require_safe
def care_assistant(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of a care assistant; a sample says so."""
    profile = people.care_assistant(slug, get_language() or "en")
    return _person(request, profile, "care_assistant", _("Care assistants"), [])


def _person(
    request: HttpRequest, profile: DoctorProfile | CareProfile, kind: str, title: str, facts: list[Data]
) -> HttpResponse:
    """Render a profile; ``kind`` names its template, its list and its parameter of a request."""
    person = profile.person
    crumbs = _crumbs(title, f"clinics:{kind}_list", person.name, person.get_absolute_url())
    context = {
        "profile": profile,
        "person": person,
        # Nobody can ask for a person who does not exist.
        "request_url": reverse("requests:request_new", query={} if person.is_sample else {kind: person.slug}),
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(*facts, breadcrumbs(crumbs)),
    }
    return render(request, f"clinics/{kind}.html", context)


def _crumbs(title: str, list_name: str, name: str, url: str) -> list[tuple[str, str]]:
    return [(_("Home"), reverse("front:home")), (title, reverse(list_name)), (name, url)]
