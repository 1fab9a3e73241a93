"""What one browser may see: the requests it sent and the cases whose links it opened."""

import time

from django.conf import settings
from django.http import HttpRequest

from requests.models import Case, CaseLink

SENT = "sent_requests"
LINKS = "case_links"


def remember_sent(request: HttpRequest, case: Case) -> None:
    """Note that this browser sent a request, so that it may see its receipt."""
    sent = [one for one in request.session.get(SENT, []) if one != case.reference]
    request.session[SENT] = [*sent, case.reference][-20:]


def has_sent(request: HttpRequest, reference: str) -> bool:
    """Whether this browser sent the request with this reference."""
    return reference in request.session.get(SENT, [])


def remember_link(request: HttpRequest, link: CaseLink) -> None:
    """Let this browser see the case of a link for 12 hours."""
    request.session.cycle_key()
    until = int(time.time() + settings.CASE_SESSION_LIFETIME.total_seconds())
    request.session[LINKS] = {**request.session.get(LINKS, {}), link.pk.hex: until}


def cases(request: HttpRequest) -> list[Case]:
    """Return the cases that this browser opened within 12 hours, newest first."""
    opened = request.session.get(LINKS, {})
    live = [key for key, until in opened.items() if until > time.time()]
    if not live:
        return []
    with_link = CaseLink.objects.filter(pk__in=live, revoked_at=None).values("case")
    return list(Case.objects.filter(pk__in=with_link).select_related("condition", "clinic", "package"))
