"""The pages of a clinic, a doctor and a care assistant."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinics import structured_data
from clinics.selectors import people, profiles
from portal.core.caching.page_cache import AN_HOUR, public_page
from portal.core.content.structured_data import as_json, breadcrumbs


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
        "request_url": _request_url(clinic=slug),
        "compare_url": f"{reverse('clinics:compare')}?{urlencode({'add': slug})}",
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
    person = profile.doctor
    crumbs = _crumbs(_("Doctors"), "clinics:doctor_list", person.name, person.get_absolute_url())
    facts = [] if person.is_sample else [structured_data.doctor(profile)]
    context = {
        "profile": profile,
        "person": person,
        "request_url": _request_url() if person.is_sample else _request_url(doctor=slug),
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(*facts, breadcrumbs(crumbs)),
    }
    return render(request, "clinics/doctor.html", context)


@login_not_required
@public_page(stale_if_error=AN_HOUR, is_dated=True)
@require_safe
def care_assistant(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of a care assistant; a sample says so."""
    profile = people.care_assistant(slug, get_language() or "en")
    person = profile.assistant
    crumbs = _crumbs(_("Care assistants"), "clinics:care_assistant_list", person.name, person.get_absolute_url())
    context = {
        "profile": profile,
        "person": person,
        "request_url": _request_url() if person.is_sample else _request_url(care_assistant=slug),
        "breadcrumbs": crumbs[:-1],
        "structured_data": as_json(breadcrumbs(crumbs)),
    }
    return render(request, "clinics/care_assistant.html", context)


def _crumbs(title: str, list_name: str, name: str, url: str) -> list[tuple[str, str]]:
    return [(_("Home"), reverse("front:home")), (title, reverse(list_name)), (name, url)]


def _request_url(**carried: str) -> str:
    """Return the address of the first request with what is carried along."""
    url = reverse("requests:request_new")
    return f"{url}?{urlencode(carried)}" if carried else url
