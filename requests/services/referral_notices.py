"""What the desk is told of clinics: that one asked, answered or declined, may see nothing any more, or gets no mail."""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override, pgettext

from requests.enums import ActorKind, EventKind
from requests.models import Case, Referral, Task
from requests.services import clock, effects, tasks
from requests.services.audit import Actor

# The tasks of the desk: a question of one clinic, and whatever clinics answered.
ANSWER, READ = "answer-clinic", "read-offer"


def tell(locked: Case, referral: Referral, what: EventKind) -> None:
    """Tell the desk of a locked case that a clinic asked, answered or declined: by a task unless it is open, and a mail."""
    if what == EventKind.CLINIC_ASKED:
        if not questions(locked, referral):
            with override(language_of(locked)):
                tasks.follow(locked, ANSWER, by=ActorKind.SYSTEM, details=str(referral.clinic))
    elif not locked.tasks.open().filter(kind__code=READ).exists():
        tasks.follow(locked, READ, by=ActorKind.SYSTEM)
    effects.add(locked, effects.for_referral(locked, referral, f"{what}:{timezone.now().isoformat()}"))


def answered(locked: Case, referral: Referral, *, by: Actor) -> None:
    """Note in a locked case that the question of a clinic has its answer."""
    for task in questions(locked, referral):
        tasks.finish_locked(locked, task, by=by)


def questions(locked: Case, referral: Referral) -> list[Task]:
    """Return the open tasks to answer a clinic; there is at most one."""
    names = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            names.add(str(referral.clinic))
    # Sealed, so it is compared here; written in the language of whoever owned the case then.
    rows = locked.tasks.open().filter(kind__code=ANSWER).select_related("case", "kind")
    return [task for task in rows if task.details in names]


def consent_withdrawn(locked: Case, referral: Referral) -> None:
    """Tell the desk that the link of a clinic opens nothing any more, since the patient took the consent back."""
    with override(language_of(locked)):
        sentence = pgettext("desk", "%(clinic)s sees the case no more: the patient took the consent back.")
        _follow(locked, sentence % {"clinic": referral.clinic})


def address_refused(referral: Referral) -> None:
    """Tell the desk, in a transaction of the caller, that the address of a contact takes no mail."""
    locked = clock.lock(referral.case.living)
    with override(language_of(locked)):
        sentence = pgettext(
            "desk",
            "A mail to %(contact)s, %(clinic)s, was refused. Correct the address, or send it to somebody else there.",
        )
        _follow(locked, sentence % {"contact": referral.contact.name, "clinic": referral.clinic})


def _follow(locked: Case, details: str) -> None:
    tasks.follow(locked, tasks.FOLLOW_UP, by=ActorKind.SYSTEM, details=details)


def language_of(locked: Case) -> str:
    """Return the language of who owns a case: what waits for somebody is written in theirs."""
    user = effects.owner(locked)
    return user.language if user else settings.LANGUAGE_CODE
