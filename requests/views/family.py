"""The family links of one's own case: made, mailed, renewed, changed and revoked by the patient."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.core.http.forms import FROM_LANGUAGE
from requests.enums import ActorKind
from requests.forms.family import FamilyLinkForm, MailFamilyForm
from requests.models import FamilyLink
from requests.selectors.cases import own_case
from requests.selectors.family import link_rows
from requests.services import family
from requests.views.cases import case_page, not_a_request, way_in


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """The links of a case with every opening, and the form that makes one."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    form = FamilyLinkForm(request.POST or None)
    if FROM_LANGUAGE in request.POST:
        form = form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid():
        try:
            link = family.make(case=case, **form.cleaned_data)
        except family.NoLink as refusal:
            messages.warning(request, _sentence(refusal))
        else:
            messages.success(request, _("The link is made. Copy its address, or let us mail it."))
            return redirect(link)
    can_make = family.can_have_links(case)
    context = {
        "heading": _("Links for your family"),
        "rows": link_rows(case),
        "can_make": can_make,
        "form": form,
        "language_form": "family-form" if can_make else "",
    }
    return case_page(request, "family_links.html", case, status=422 if form.errors else 200, **context)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@way_in
def link(request: HttpRequest, reference: str, link: UUID) -> HttpResponse:
    """One link: its address, and the buttons that mail, renew, change and revoke it."""
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    row = next((row for row in link_rows(case) if row.link.pk == link), None)
    if row is None:
        raise Http404
    form = MailFamilyForm(request.POST if "email" in request.POST else None)
    if FROM_LANGUAGE in request.POST:
        form = form.as_typed(request.POST[FROM_LANGUAGE])
    elif form.is_valid() or "do" in request.POST:
        try:
            messages.success(request, _act(row.link, request.POST.get("do", ""), form))
        except family.NoLink as refusal:
            messages.warning(request, _sentence(refusal))
        return redirect(row.link)
    can_change = family.can_have_links(row.link.case)
    can_mail = can_change and row.link.is_live and not row.link.email
    context = {
        "heading": row.link.name,
        "row": row,
        "link": row.link,
        "address": family.address(row.link, get_language() or case.language) if row.link.is_live else "",
        "can_change": can_change,
        "can_mail": can_mail,
        "form": form,
        "language_form": "mail-form" if can_mail else "",
    }
    return case_page(request, "family_link.html", case, status=422 if form.errors else 200, **context)


def _act(link: FamilyLink, verb: str, form: MailFamilyForm) -> str:
    """Do what a button says and return the sentence about it. Raises ``family.NoLink`` or ``Http404``."""
    match verb:
        case "":
            family.mail(link=link, email=form.cleaned_data["email"])
            return _("The e-mail is on its way.")
        case "renew":
            family.renew(link=link)
            return _("The link works for 90 days from today.")
        case "show":
            family.show_medical(link=link, shows=True)
            return _("The link shows medical details too.")
        case "hide":
            family.show_medical(link=link, shows=False)
            return _("The link shows no medical details any more.")
        case "revoke":
            family.revoke(link=link, by=ActorKind.PATIENT)
            return _("The link has ended. It opens nothing any more.")
    raise Http404


def _sentence(refusal: family.NoLink) -> str:
    if isinstance(refusal, family.TooManyLinks):
        return _("10 links work already. End one of them first.")
    if isinstance(refusal, family.TooManyMails):
        return _("We mail at most 5 links in a day. Copy the address, or try again tomorrow.")
    return _("This cannot be done with this link now.")
