"""The desk is told by mail of papers that came: once for all that come within ten minutes, by reference alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import DocumentState, Status
from requests.models import Case, Document, Submission
from requests.services import desk, document_review, documents, effects
from tests.factories import make_document, make_staff, submit
from tests.factories.requests import EMAIL, NAME
from tests.requests.delivery import deliver_all, mail_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "PRIVATE_FILES_DIR", tmp_path)


@pytest.fixture
def olga() -> User:
    return make_staff(Role.COORDINATOR, name="Olga")


@pytest.fixture
def case(olga: User) -> Case:
    case = submit()
    desk.assign(case=case, to=olga, by=olga)
    deliver_all()
    case.refresh_from_db()
    return case


def send(case: Case, name: str = "planted name.pdf") -> Document:
    """Send a paper, which its check finds nothing wrong with."""
    document = make_document(case, name=name)
    OutboxItem.objects.filter(kind=effects.CHECK_DOCUMENT).delete()
    return document


def after_a_while() -> list[EmailMultiAlternatives]:
    """Let the notices that wait leave now."""
    OutboxItem.objects.filter(kind=effects.DOCUMENTS_IN).update(not_before=timezone.now())
    return deliver_all()


def test_many_papers_are_one_mail_to_the_owner(case: Case, olga: User) -> None:
    for number in range(10):
        send(case, f"planted name {number}.pdf")
    assert deliver_all() == []
    [item] = OutboxItem.objects.filter(kind=effects.DOCUMENTS_IN)
    assert timedelta(minutes=9) < item.not_before - timezone.now() <= effects.DOCUMENTS_PAUSE
    assert item.created_at == item.not_before
    [one] = after_a_while()
    assert one.to == [olga.email]
    assert one.subject == f"The patient of \u2068{case.reference}\u2069 sent papers"
    assert f"/admin/requests/case/{case.pk}/change/" in str(one.body)
    for secret in ("planted", ".pdf", NAME, EMAIL):
        assert secret not in mail_text(one)
    # What comes later is told once more.
    send(case)
    assert len(after_a_while()) == 1


def test_a_mail_that_has_to_be_tried_again_is_enough_for_what_comes_meanwhile(case: Case) -> None:
    send(case)
    OutboxItem.objects.filter(kind=effects.DOCUMENTS_IN).update(attempts=2)
    send(case)
    assert OutboxItem.objects.filter(kind=effects.DOCUMENTS_IN).count() == 1


def test_nobody_is_told_of_what_needs_nobody_any_more(case: Case, olga: User) -> None:
    gone, seen = send(case), send(case)
    documents.remove(document=gone, by=olga)
    document_review.judge(document=seen, state=DocumentState.ACCEPTED, reason="", by=olga, form_token="1")
    item = OutboxItem.objects.get(kind=effects.DOCUMENTS_IN)
    OutboxItem.objects.filter(pk=item.pk).update(not_before=timezone.now())
    assert not outbox.deliver(item.pk)
    item.refresh_from_db()
    assert item.state == OutboxItem.State.CANCELLED


def test_what_the_desk_adds_is_no_news_to_it(case: Case, olga: User) -> None:
    make_document(case, by=olga)
    assert not OutboxItem.objects.filter(kind=effects.DOCUMENTS_IN).exists()


def test_the_team_is_told_of_a_case_without_an_owner(settings: Settings, olga: User) -> None:
    case = submit()
    deliver_all()
    send(case)
    [one] = after_a_while()
    assert one.to == [settings.NOTICE_EMAIL]


def test_a_digest_names_the_cases_that_papers_came_to(settings: Settings, olga: User) -> None:
    settings.NOTICE_MODE = "digest"
    cases = [submit(email=f"{number}@example.org", phone="") for number in range(4)]
    deliver_all()
    OutboxItem.objects.filter(kind=effects.DIGEST).delete()
    Submission.objects.update(created_at=timezone.now() - timedelta(days=9))
    unowned, owned, spam, added = cases
    for case in (unowned, unowned, owned, spam):
        send(case)
    make_document(added, by=olga)
    desk.assign(case=owned, to=olga, by=olga)
    Case.objects.filter(pk=spam.pk).update(status=Status.SPAM)
    OutboxItem.objects.exclude(kind=effects.DIGEST).delete()
    assert OutboxItem.objects.filter(kind=effects.DIGEST).update(not_before=timezone.now()) == 1
    [one] = deliver_all()
    assert "Patients sent papers in:" in str(one.body)
    assert [str(one.body).count(case.reference) for case in cases] == [1, 0, 0, 0]
    assert "New requests" not in str(one.body)
