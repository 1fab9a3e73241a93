"""What a link that leaked opened: the reads of a case that came by it, as far as the audit log tells."""

from uuid import UUID

from django.db.models import Q

from requests.enums import ActorKind
from requests.models import Case, CaseLink, FamilyLink, Referral
from requests.services import family, links, referral_access, tokens

KINDS = ((links.SALT, CaseLink), (family.SALT, FamilyLink), (referral_access.SALT, Referral))


def reads_by(typed: str) -> Q | None:
    """Return which reads may have come by a link, given as its address, its token or the id of its row; None for no link.

    Reads by a patient's or a family's link are those of all such links of the case: the log does not tell them apart.
    """
    # The token is the longest part of an address.
    token = max(typed.strip().split("/"), key=len)
    for salt, model in KINDS:
        link_id = tokens.read(token, salt=salt) or _uuid(token)
        link = model.objects.select_related("case").filter(pk=link_id).first() if link_id else None
        if link:
            return _reads(link)
    return None


def _reads(link: CaseLink | FamilyLink | Referral) -> Q:
    if isinstance(link, Referral):
        own = Q(object_id=link.pk) | Q(actor_id=link.clinic_id)
        return Q(actor_kind=ActorKind.CLINIC, reference__in=_references(link.case)) & own
    reader = ActorKind.FAMILY if isinstance(link, FamilyLink) else ActorKind.PATIENT
    return Q(actor_kind=reader, reference__in=_references(link.case))


def _references(case: Case) -> list[str]:
    """Return the references of a case, of where it goes on and of what was merged into that: the link opens them all."""
    return [part.reference for part in case.living.whole()]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
