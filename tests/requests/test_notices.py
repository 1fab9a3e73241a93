"""Who at the desk is told of what comes in: NOTICE_MODE, and the owner of a case."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.models import OutboxItem
from requests.enums import Status
from requests.models import Case, Submission
from requests.services import desk, effects
from requests.services.messages import write_to_desk
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME
from tests.requests.delivery import deliver_all, mail_text

pytestmark = pytest.mark.django_db

TEAM = "notices@marus.example"


@pytest.fixture
def people() -> list[User]:
    """Two coordinators and a lead at the desk."""
    return [make_staff(role) for role in (Role.COORDINATOR, Role.COORDINATOR, Role.LEAD)]


def told() -> list[str]:
    """Deliver what waits and return who at the desk got a mail, in the order of the alphabet."""
    return sorted(one.to[0] for one in deliver_all() if one.to != [EMAIL])


def write(case: Case, body: str = "And when?") -> None:
    write_to_desk(case=case, body=body, form_token=body)


def test_the_team_gets_one_mail_however_many_work_there(people: list[User], settings: Settings) -> None:
    assert settings.NOTICE_MODE == "team"
    case = submit()
    assert told() == [TEAM]
    write(case)
    assert told() == [TEAM]
    settings.NOTICE_EMAIL = ""
    write(case, "Hello?")
    assert told() == [settings.TEAM_EMAIL]


def test_each_coordinator_and_lead_gets_a_mail_where_that_is_wanted(people: list[User], settings: Settings) -> None:
    settings.NOTICE_MODE = "each"
    make_staff(Role.EDITOR)
    make_staff(Role.COORDINATOR, is_active=False)
    case = submit()
    assert told() == sorted(person.email for person in people)
    write(case)
    assert told() == sorted(person.email for person in people)


@pytest.mark.parametrize("mode", ["team", "each", "digest"])
def test_the_owner_alone_is_told_of_her_cases(mode: str, people: list[User], settings: Settings) -> None:
    settings.NOTICE_MODE = mode
    case = submit(token="t" * 20)
    deliver_all()
    desk.assign(case=case, to=people[1], by=people[1])
    write(case)
    assert told() == [people[1].email]
    submit(token="t" * 20, message="I forgot to say something.")
    assert Case.objects.count() == 1
    assert told() == [people[1].email]


class TestDigest:
    @pytest.fixture(autouse=True)
    def _digest(self, settings: Settings, people: list[User]) -> None:
        settings.NOTICE_MODE = "digest"
        settings.NOTICE_DIGEST_EVERY = timedelta(hours=1)

    @staticmethod
    def end_of_period() -> datetime:
        """Let the period of now end, so that its digest is due."""
        [item] = OutboxItem.objects.filter(kind=effects.DIGEST, state="queued")
        assert item.not_before > timezone.now()
        OutboxItem.objects.filter(pk=item.pk).update(not_before=timezone.now())
        return item.not_before

    def test_one_mail_a_period_names_what_came(self) -> None:
        first, second = submit(), submit(email="other@example.org")
        write(first)
        assert told() == ["other@example.org"]  # the receipt of the second; the desk waits
        self.end_of_period()
        [one] = deliver_all()
        assert one.to == [TEAM]
        assert str(one.body).count(first.reference) == 2
        assert str(one.body).count(second.reference) == 1
        for secret in (NAME, EMAIL, MESSAGE, "And when?"):
            assert secret not in mail_text(one)

    def test_it_waits_until_what_was_sent_in_its_period_is_committed(self) -> None:
        submit()
        item = OutboxItem.objects.get(kind=effects.DIGEST)
        start, end = effects.digest_period(item)
        assert start <= timezone.now() < end
        assert item.not_before == item.created_at == end + timedelta(minutes=1)

    def test_a_message_in_an_ended_case_is_in_it_and_spam_is_not(self) -> None:
        ended, spam = submit(), submit(email="other@example.org")
        deliver_all()
        OutboxItem.objects.filter(kind=effects.DIGEST).delete()
        Submission.objects.update(created_at=timezone.now() - timedelta(days=9))
        Case.objects.filter(pk=ended.pk).update(status=Status.NO_ANSWER)
        for case in (ended, spam):
            case.refresh_from_db()
            write(case)
        Case.objects.filter(pk=spam.pk).update(status=Status.SPAM)
        self.end_of_period()
        [one] = deliver_all()
        assert ended.reference in str(one.body)
        assert spam.reference not in str(one.body)

    def test_what_somebody_took_meanwhile_is_not_in_it(self, people: list[User]) -> None:
        case = submit()
        deliver_all()
        desk.assign(case=case, to=people[0], by=people[0])
        self.end_of_period()
        before = len(mail.outbox)
        assert deliver_all() == []
        assert len(mail.outbox) == before
        assert OutboxItem.objects.get(kind=effects.DIGEST).state == "sent"
