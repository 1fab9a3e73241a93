"""Break-glass: an administrator opens a case for a reason, to read, for an hour."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from portal.accounts.enums import Role, SecurityEventKind
from portal.accounts.models import SecurityEvent, User
from requests.enums import AccessKind
from requests.models import AccessEvent, Case
from requests.selectors.access import EMERGENCY_LASTS, emergency_until
from requests.services import desk, emergencies
from requests.services.messages import write_to_desk
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_staff, submit
from tests.factories.requests import EMAIL, MESSAGE, NAME, PHONE
from tests.requests.delivery import deliver_all, mail_text, to

pytestmark = pytest.mark.django_db

ASK = "/admin/requests/case/emergency/"
REASON = "A patient says that her papers were sent to somebody else."


@pytest.fixture
def boss() -> User:
    return make_staff(Role.ADMINISTRATOR, name="Pavel")


@pytest.fixture
def client(boss: User) -> Client:
    return staff_client(boss)


@pytest.fixture
def case(coordinator: User) -> Case:
    case = submit()
    write_to_desk(case=case, body="Canary words of a message", form_token="w" * 20)
    desk.assign(case=case, to=coordinator, by=coordinator)
    return case


def opened(client: Client, case: Case) -> str:
    response = client.post(ASK, {"reference": case.reference.lower().replace("-", ""), "reason": REASON})
    assert response["Location"] == f"{ASK}{case.pk}/"
    page = client.get(f"{ASK}{case.pk}/")
    assert page.status_code == 200
    return page.content.decode()


def test_it_opens_the_whole_case_and_no_button(client: Client, case: Case) -> None:
    assert client.get(f"{ASK}{case.pk}/")["Location"] == ASK
    page = opened(client, case)
    shown = (NAME, EMAIL, PHONE, MESSAGE, "Canary words of a message", REASON)
    assert [words for words in shown if words not in page] == []
    card = page.partition('class="desk desk-narrow"')[2].rpartition("</ol>")[0]
    assert re.findall(r"<(?:form|button|textarea|input)\b|/admin/requests/case/[0-9a-f-]{36}/", card) == []
    for address in ("change/", "note/", "move/triage/", "answer/", "estimate/", "reviews/new/"):
        assert client.post(f"/admin/requests/case/{case.pk}/{address}", {"note-body": "x"}).status_code == 403
    assert client.post(f"{ASK}{case.pk}/").status_code == 405


def test_everybody_who_should_know_is_told_once(client: Client, boss: User, case: Case, coordinator: User) -> None:
    lead = make_staff(Role.LEAD, email="lead@example.org")
    for _click in range(2):
        opened(client, case)
    kinds = list(AccessEvent.objects.filter(reference=case.reference, actor_id=boss.pk).values_list("kind", flat=True))
    assert sorted(kinds) == [AccessKind.CASE, AccessKind.CASE, AccessKind.EMERGENCY]
    privacy = patient_of(case).get(f"/en/case/{case.reference}/privacy/").content.decode()
    assert "Pavel" in privacy
    assert f"in an emergency: {REASON}" in privacy
    [event] = SecurityEvent.objects.filter(kind=SecurityEventKind.BREAK_GLASS)
    assert (event.actor_id, event.subject) == (boss.pk, case.reference)
    [note] = case.notes.all()
    assert (REASON in note.body, note.author) == (True, boss)
    assert REASON in staff_client(coordinator).get(f"/admin/requests/case/{case.pk}/change/").content.decode()
    [mail] = to(lead.email, [mail for mail in deliver_all() if "emergency" in str(mail.subject)])
    told = mail_text(mail)
    assert all(words in told for words in (case.reference, "Pavel", f"/admin/requests/case/{case.pk}/change/"))
    assert not any(words in told for words in (NAME, REASON, MESSAGE))


def test_without_a_lead_the_team_is_told_and_spam_holds_nothing_back(client: Client, case: Case) -> None:
    desk.move(case=case, to="spam", by=make_staff(Role.COORDINATOR))  # type: ignore[arg-type]  # the value of a state
    opened(client, case)
    assert len([mail for mail in deliver_all() if "emergency" in str(mail.subject)]) == 1


def test_after_an_hour_it_asks_anew(client: Client, boss: User, case: Case) -> None:
    opened(client, case)
    assert emergency_until(case, boss) is not None
    assert emergency_until(case, make_staff(Role.ADMINISTRATOR)) is None
    other = submit(email="other@example.org", name="Somebody Else", phone="+971503333333")
    assert emergency_until(other, boss) is None
    with pytest.MonkeyPatch.context() as later:
        later.setattr(timezone, "now", lambda now=timezone.now: now() + EMERGENCY_LASTS + timedelta(seconds=1))
        assert emergency_until(case, boss) is None


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reference": "MR-2222-2222", "reason": REASON}, "There is no case with this reference."),
        ({"reference": "", "reason": REASON}, "Enter the reference of the case."),
        ({"reference": "MR-2222-2222", "reason": "Curious"}, "Say in a few more words why you have to see the case."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(client: Client, fields: dict[str, str], sentence: str) -> None:
    answer = client.post(ASK, fields)
    page = answer.content.decode()
    assert (answer.status_code, sentence in page, fields["reason"] in page) == (422, True, True)


def test_an_erased_case_does_not_open(client: Client, case: Case) -> None:
    opened(client, case)
    Case.objects.update(wrapped_key=b"")
    assert client.get(f"{ASK}{case.pk}/")["Location"] == ASK
    assert client.post(ASK, {"reference": case.reference, "reason": REASON}).status_code == 422


def test_it_needs_a_fresh_second_factor_and_the_role(boss: User, case: Case) -> None:
    stale = staff_client(boss, ago=timedelta(hours=1))
    answer = stale.post(ASK, {"reference": case.reference, "reason": REASON})
    assert "/accounts/2fa/" in answer["Location"]
    for role in (Role.COORDINATOR, Role.LEAD, Role.FINANCE, Role.CASE_REVIEWER):
        user = make_staff(role)
        assert staff_client(user).get(ASK).status_code == 403
        with pytest.raises(PermissionDenied):
            emergencies.open_case(case=case, reason=REASON, by=user)
    assert not AccessEvent.objects.filter(kind=AccessKind.EMERGENCY).exists()
