"""A yes that was said: to the brief and to a clinic, noted at the desk, shown to the patient, taken back by her word."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils import timezone

from clinics.models import Clinic
from portal.accounts.enums import Role
from portal.accounts.models import User
from portal.core.worktime import team_today
from requests.enums import BriefState, ConsentWay, ForWhom, StatedBy
from requests.models import Brief, Case, Consent, Event, Message
from requests.selectors import briefs
from requests.services import briefs as brief_services
from requests.services import clinic_consents
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_brief, make_staff, submit
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return submit()


@pytest.fixture
def clinic() -> Clinic:
    return Clinic.objects.order_by("slug")[0]


def sent(case: Case, by: User) -> Brief:
    brief = make_brief(case, state="sent")
    brief.sent_by, brief.sent_at = by, timezone.now() - timedelta(days=3)
    brief.save()
    return brief


def address(case: Case, rest: str) -> str:
    return f"/admin/requests/case/{case.pk}/{rest}"


def page(case: Case, rest: str = "brief/") -> str:
    return f"/en/case/{case.reference}/{rest}"


def text(response: Any) -> str:
    return str(response.content.decode())


def note(by: User, url: str, **changes: str) -> Any:
    """Open the page that notes a yes, and send it as a browser would."""
    client = staff_client(by)
    how = {"stated_by": "patient", "way": "phone", "said_on": team_today().isoformat()}
    return client.post(url, posted_from(text(client.get(url))) | how | changes)


def test_an_approval_that_was_heard_is_noted_and_she_sees_by_whom(case: Case, coordinator: User) -> None:
    brief = sent(case, coordinator)
    url = address(case, f"briefs/{brief.pk}/approved/")
    assert url in text(staff_client(coordinator).get(address(case, "brief/")))
    assert "Canary: can it be removed?" in text(staff_client(coordinator).get(url))
    for _click in range(2):
        assert note(coordinator, url).status_code == 302
    brief.refresh_from_db()
    assert (brief.state, brief.approved_hash) == (BriefState.APPROVED, brief.content.sha256)
    assert (brief.approval_stated_by, brief.approval_way) == ("patient", "phone")
    assert (brief.approval_said_on, brief.approval_noted_by) == (team_today(), coordinator)
    [event] = Event.objects.filter(kind="brief_approved")
    assert event.actor_id == coordinator.pk
    assert f"by word (the patient, by phone), noted by {coordinator}" in text(
        staff_client(coordinator).get(address(case, "brief/"))
    )
    shown = text(patient_of(case).get(page(case)))
    assert "We have noted that this summary is approved." in shown
    assert f"noted by \u2068{coordinator}\u2069. Who said it: the patient. How: by phone." in shown


def test_her_word_ends_an_approval_that_was_noted(case: Case, coordinator: User) -> None:
    brief, her = sent(case, coordinator), patient_of(case)
    note(coordinator, address(case, f"briefs/{brief.pk}/approved/"))
    values = FormPage(text(her.get(page(case)))).values
    typed = {"brief": str(brief.pk), "form_token": values["form_token"][0], "body": "Canary: I never said that."}
    for _click in range(2):
        assert her.post(page(case), typed).status_code == 302
    brief.refresh_from_db()
    assert (brief.state, brief.approved_at, brief.approval_noted_by, brief.approval_way) == ("draft", None, None, "")
    assert not briefs.has_approved(case)
    assert Message.objects.get(case=case).body == "Canary: I never said that."
    assert Event.objects.filter(kind="brief_returned").count() == 1


def test_her_word_ends_it_also_while_the_next_version_is_written(case: Case, coordinator: User) -> None:
    brief = sent(case, coordinator)
    note(coordinator, address(case, f"briefs/{brief.pk}/approved/"))
    newer = brief_services.begin(case=case, by=coordinator)
    brief_services.give_back(brief=brief, body="Wrong", form_token="t" * 20, language="en")
    brief.refresh_from_db()
    assert (brief.state, briefs.unfinished(case)) == (BriefState.SUPERSEDED, newer)
    assert not briefs.has_approved(case)


def test_what_she_approved_herself_stands_when_she_writes(case: Case, coordinator: User) -> None:
    brief = sent(case, coordinator)
    brief_services.approve(brief=brief, read=brief.content.sha256)
    brief_services.give_back(brief=brief, body="One thing is new", form_token="t" * 20, language="en")
    assert briefs.has_approved(case)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"said_on": "2020-01-01"}, "Enter a day between the one on which it was sent and today."),
        ({"said_on": "2999-01-01"}, "Enter a day between the one on which it was sent and today."),
        ({"said_on": ""}, "Enter the day."),
        ({"seen": "0" * 64}, "This version does not wait for the patient now."),
    ],
)
def test_what_cannot_be_noted_says_why(case: Case, coordinator: User, changes: dict[str, str], sentence: str) -> None:
    brief = sent(case, coordinator)
    refused = note(coordinator, address(case, f"briefs/{brief.pk}/approved/"), **changes)
    assert (refused.status_code, sentence in text(refused)) == (422, True)
    assert not briefs.has_approved(case)


def test_a_clinic_that_she_agreed_to_by_phone(case: Case, coordinator: User, clinic: Clinic) -> None:
    clinic_consents.propose(case=case, clinic=clinic, by=coordinator)
    url, her = address(case, f"clinics/{clinic.slug}/agreed/"), patient_of(case)
    assert url in text(staff_client(coordinator).get(address(case, "brief/")))
    assert "The papers go as they are, with the names that stand on them." in text(staff_client(coordinator).get(url))
    for _click in range(2):
        assert note(coordinator, url, stated_by="guardian", way="video").status_code == 302
    [consent] = Consent.objects.filter(purpose="clinic").select_related("text")
    assert (consent.clinic, consent.heard_by, consent.stated_by, consent.way, consent.said_on) == (
        clinic,
        coordinator,
        StatedBy.GUARDIAN,
        ConsentWay.VIDEO,
        team_today(),
    )
    assert consent.text is not None
    assert f"by word (a legal guardian, in a video call), noted by {coordinator}" in text(
        staff_client(coordinator).get(address(case, "brief/"))
    )
    shown = text(her.get(page(case)))
    assert f"noted by \u2068{coordinator}\u2069. Who said it: the legal guardian. How: in a video call." in shown
    her.post(page(case, f"brief/clinics/{clinic.slug}/"), {"withdraw": "1"})
    assert briefs.agreed(case) == {}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"said_on": "2020-01-01"}, "Enter a day between the one on which it was proposed and today."),
        ({"seen": "0" * 64}, "The words of the consent have changed."),
    ],
)
def test_a_consent_that_cannot_be_noted_says_why(
    case: Case, coordinator: User, clinic: Clinic, changes: dict[str, str], sentence: str
) -> None:
    url = address(case, f"clinics/{clinic.slug}/agreed/")
    assert "This clinic is not proposed to the patient now." in text(note(coordinator, url))
    clinic_consents.propose(case=case, clinic=clinic, by=coordinator)
    refused = note(coordinator, url, **changes)
    assert (refused.status_code, sentence in text(refused)) == (422, True)
    assert briefs.agreed(case) == {}


def test_nothing_is_noted_before_the_patient_has_agreed_at_all(coordinator: User, clinic: Clinic) -> None:
    case = submit(for_whom=ForWhom.SOMEONE_ELSE)
    brief = sent(case, coordinator)
    clinic_consents.propose(case=case, clinic=clinic, by=coordinator)
    for rest in (f"briefs/{brief.pk}/approved/", f"clinics/{clinic.slug}/agreed/"):
        refused = note(coordinator, address(case, rest))
        assert (refused.status_code, "the patient has not agreed yet" in text(refused)) == (422, True)
    assert not briefs.has_approved(case)
    assert briefs.agreed(case) == {}


def test_only_the_desk_notes_it(case: Case, coordinator: User, clinic: Clinic) -> None:
    brief = sent(case, coordinator)
    clinic_consents.propose(case=case, clinic=clinic, by=coordinator)
    how: dict[str, Any] = {"stated_by": StatedBy.PATIENT, "way": ConsentWay.PHONE, "said_on": team_today()}
    how["by"] = make_staff(Role.EDITOR)
    with pytest.raises(PermissionDenied):
        brief_services.note_approval(brief=brief, read=brief.content.sha256, **how)
    with pytest.raises(PermissionDenied):
        clinic_consents.note(case=case, clinic=clinic, language="en", **how)


def test_the_database_refuses_half_of_a_note(case: Case, coordinator: User) -> None:
    brief = sent(case, coordinator)
    with pytest.raises(IntegrityError):
        Brief.objects.filter(pk=brief.pk).update(approval_noted_by=coordinator)
