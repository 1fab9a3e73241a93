"""The continuity pack of one's own case: as PDF, and with all its papers as ZIP."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests import downloads
from requests.enums import AccessKind, ActorKind
from requests.models import ContinuityPack, PrintedPaper
from requests.selectors import continuity as packs
from requests.selectors.cases import own_case
from requests.services import audit, continuity, printing
from requests.views import printed
from requests.views.cases import not_a_request, way_in

type Respond = Callable[[ContinuityPack, PrintedPaper], HttpResponseBase]


@login_not_required
@never_cache
@require_safe
@way_in
def pdf(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The pack that stands, in the language that it was written in; a page that asks again until it is printed."""

    def respond(pack: ContinuityPack, paper: PrintedPaper) -> HttpResponseBase:
        return downloads.as_pdf(printing.read(paper), downloads.name_of_pack(pack, "pdf"))

    return _give(request, reference, respond)


@login_not_required
@never_cache
@require_safe
@way_in
def archive(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The pack that stands and its papers, as one ZIP that is made while it is sent."""

    def respond(pack: ContinuityPack, paper: PrintedPaper) -> HttpResponseBase:
        return downloads.pack_as_zip(pack, printing.read(paper))

    return _give(request, reference, respond)


def _give(request: HttpRequest, reference: str, respond: Respond) -> HttpResponseBase:
    case = own_case(request, reference)
    if case.is_spam:
        return not_a_request(request, case)
    pack = packs.standing(case)
    if pack is None:
        raise Http404
    paper = continuity.printed(pack)
    if paper is None:
        return printed.waiting(request, case, heading=_("Your papers for home"))
    audit.record_access(pack.case, AccessKind.CONTINUITY, by=ActorKind.PATIENT, object_id=pack.pk)
    return respond(pack, paper)
