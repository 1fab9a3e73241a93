"""Tasks that papers set off and end: the desk looks at them, and the patient is asked for them."""

from datetime import datetime

from portal.accounts.models import User
from requests.enums import DocumentState
from requests.models import Case, Document, Task, TaskKind
from requests.selectors import documents as papers
from requests.services import tasks
from requests.services.audit import Actor

# The task of the desk; the patient's is ``papers.PAPERS``.
REVIEW = "review-papers"


def finish_review(locked: Case, by: Actor) -> None:
    """End the task of the desk in a locked case when no paper waits to be looked at."""
    if papers.waits_for_the_desk(locked):
        return
    for task in locked.tasks.open().filter(kind__code=REVIEW):
        tasks.finish_locked(locked, task, by=by)


def ask(*, case: Case, need: str, details: str, due_at: datetime | None, by: User, form_token: str) -> Task:
    """Ask the patient for a paper, whose name stands first, in the patient's language.

    Raises ``tasks.TaskRefused`` or ``PermissionDenied``.
    """
    name = papers.name_of(case, need, case.language)
    words = "\n".join(filter(None, (name, details)))
    kind = TaskKind.objects.get(code=papers.PAPERS)
    return tasks.ask(case=case, kind=kind, details=words, need=need, due_at=due_at, by=by, form_token=form_token)


def came(living: Case, document: Document, by: Actor) -> None:
    """End what asks in a locked case for the paper that is here now."""
    if document.need:
        for task in papers.asked_for(living, document.need):
            tasks.finish_locked(living, task, by=by)


def gone(living: Case, document: Document, by: Actor) -> None:
    """Ask in a locked case again for what a paper that is gone had brought, unless another is here for it."""
    if not (document.need and document.received_at and living.is_open) or has_another(living, document):
        return
    done = Task.objects.filter(case__in=living.whole(), kind__code=papers.PAPERS, need=document.need, message=None)
    # What was done before it came, somebody said.
    task = done.filter(done_at__gte=document.received_at).order_by("done_at").last()
    if task is not None and not papers.asked_for(living, document.need).exists():
        tasks.open_again(living, task, by=by)


def has_another(living: Case, document: Document) -> bool:
    """Whether another paper is here for the same item that was not rejected."""
    rows = Document.objects.here().filter(case__in=living.whole(), need=document.need, translation_of=None)
    return rows.exclude(pk=document.pk).exclude(state=DocumentState.REJECTED).exists()
