"""Feedback of readers: kept once, told to editors, held back when it looks odd, forgotten in time."""

import datetime

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from conditions.enums import FeedbackFlag, Verdict
from conditions.models import Condition, Feedback
from conditions.services import feedback
from portal.accounts.enums import Role
from portal.core.models import OutboxItem
from tests.factories import give_feedback, make_staff
from tests.factories.catalogue import FEEDBACK_TEXT
from tests.requests.delivery import deliver_all, mail_text, to
from tests.stored import rows_of

pytestmark = pytest.mark.django_db


def test_every_editor_gets_a_mail_that_quotes_nobody() -> None:
    editor, other = make_staff(Role.EDITOR), make_staff(Role.EDITOR, language="ru")
    make_staff(Role.COORDINATOR)
    sent = give_feedback()
    mails = deliver_all()
    assert sorted(one.to[0] for one in mails) == sorted([editor.email, other.email])
    [mail] = to(editor.email, mails)
    assert mail.subject == "Feedback about the page “\u2068Cataract\u2069”"
    assert f"/admin/conditions/feedback/{sent.pk}/change/" in mail_text(mail)
    assert "resection" not in "".join(mail_text(one) for one in mails)
    assert "Что-то трудно понять" in mail_text(to(other.email, mails)[0])


def test_the_subject_names_the_page_as_it_is_called() -> None:
    editor = make_staff(Role.EDITOR)
    Condition.objects.filter(slug="cataract").update(name_en="Eyes & lenses")
    give_feedback()
    [mail] = to(editor.email, deliver_all())
    assert mail.subject == "Feedback about the page “\u2068Eyes & lenses\u2069”"


def test_without_an_editor_the_address_of_the_team_is_told(settings: LazySettings) -> None:
    settings.NOTICE_EMAIL = "pages@example.org"
    give_feedback()
    assert [one.to for one in deliver_all()] == [["pages@example.org"]]


def test_the_same_form_counts_once_and_its_newer_words_count() -> None:
    editor = make_staff(Role.EDITOR)
    feedback.settle(feedback=give_feedback(), is_handled=True, by=editor)
    give_feedback(text="Both words.", verdict=Verdict.MISTAKE)
    [kept] = Feedback.objects.all()
    assert (kept.text, kept.verdict, kept.handled_at) == ("Both words.", Verdict.MISTAKE, None)
    assert OutboxItem.objects.filter(kind=feedback.FEEDBACK).count() == 1


@pytest.mark.parametrize("flag", [FeedbackFlag.HONEYPOT, FeedbackFlag.TOO_FAST, FeedbackFlag.FORGED])
def test_what_looks_odd_is_kept_without_a_mail(flag: FeedbackFlag) -> None:
    make_staff(Role.EDITOR)
    assert give_feedback(flags=[flag]).flags == [flag]
    assert not OutboxItem.objects.filter(kind=feedback.FEEDBACK).exists()


def test_a_flood_about_one_page_sends_no_more_mails(settings: LazySettings) -> None:
    settings.FEEDBACK_LIMIT = 3
    make_staff(Role.EDITOR)
    flags = [give_feedback(form_token=f"token-{number}").flags for number in range(5)]
    assert flags == [[], [], [], [FeedbackFlag.FLOOD], [FeedbackFlag.FLOOD]]
    Feedback.objects.update(created_at=timezone.now() - datetime.timedelta(hours=2))
    assert give_feedback(form_token="later").flags == []


def test_only_editors_deal_with_it() -> None:
    sent, editor = give_feedback(), make_staff(Role.EDITOR)
    with pytest.raises(PermissionDenied):
        feedback.settle(feedback=sent, is_handled=True, by=make_staff(Role.REVIEWER))
    feedback.settle(feedback=sent, is_handled=True, by=editor)
    assert Feedback.objects.get().handled_by == editor
    feedback.settle(feedback=sent, is_handled=False, by=editor)
    assert Feedback.objects.get().handled_by is None


def test_the_words_are_encrypted() -> None:
    give_feedback()
    [row] = rows_of("conditions_feedback")
    assert FEEDBACK_TEXT.encode().hex() not in row
    assert Feedback.objects.get().text == FEEDBACK_TEXT


def test_it_is_forgotten_after_a_year() -> None:
    old, _new = give_feedback(), give_feedback(form_token="n" * 24)
    Feedback.objects.filter(pk=old.pk).update(created_at=timezone.now() - datetime.timedelta(days=366))
    assert feedback.prune(timezone.now() - datetime.timedelta(days=365)) == 1
    assert deliver_all(), "the mail about what is forgotten must not stand in the way of the other"
