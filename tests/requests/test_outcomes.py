"""How a case closes early: somebody died, which stops every mail and task, or is too ill to travel."""

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.core.delivery import outbox
from portal.core.models import OutboxItem
from requests.enums import Outcome, Status
from requests.models import Case
from requests.services import desk, effects, links
from requests.services.estimates import record_pdf
from requests.services.messages import write_to_desk, write_to_patient
from requests.workflow import OPEN
from tests.accounts.cast import staff_client
from tests.cast import patient_of
from tests.factories import make_condition, make_pack, make_price, submit
from tests.factories.requests import EMAIL
from tests.requests.delivery import deliver_all
from tests.requests.states import case_in

pytestmark = pytest.mark.django_db


def close(case: Case, outcome: Outcome, by: User) -> None:
    desk.move(case=case, to=Status.CLOSED, outcome=outcome, by=by)


def state(case: Case, kind: str) -> list[str]:
    return list(OutboxItem.objects.filter(reference=case.reference, kind=kind).values_list("state", flat=True))


@pytest.mark.parametrize("status", OPEN)
@pytest.mark.parametrize("outcome", Outcome)
def test_which_outcome_ends_which_state(coordinator: User, status: str, outcome: Outcome) -> None:
    case = case_in(status)
    if status == "recovery" or outcome in {Outcome.DIED, Outcome.TOO_ILL}:
        if outcome == Outcome.TREATED:
            make_pack(case, by=coordinator)
        close(case, outcome, coordinator)
        assert (case.status, case.outcome) == ("closed", outcome)
        return
    with pytest.raises(desk.MoveRefused, match="closes as “Too ill to travel” or “The patient died” only"):
        close(case, outcome, coordinator)


def test_death_cancels_every_mail_to_the_patient(coordinator: User) -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    case = submit(condition=condition)
    OutboxItem.objects.filter(kind=effects.RECEIPT).update(state="failed")
    write_to_patient(case=case, body="Hello", by=coordinator, form_token="a")
    close(case, Outcome.DIED, coordinator)
    assert (state(case, effects.RECEIPT), state(case, effects.MESSAGE_OUT)) == (["cancelled"], ["cancelled"])

    # Later ones: the preliminary estimate gets printed, we write again, a link is asked for.
    record_pdf(estimate=case.estimates.get(), pdf=b"%PDF-")
    write_to_patient(case=case, body="We are sorry", by=coordinator, form_token="b")
    links.ask(reference=case.reference, email=EMAIL)
    assert [mail for mail in deliver_all() if mail.to == [EMAIL]] == []
    sent = OutboxItem.objects.filter(reference=case.reference, kind__in=effects.TO_PATIENT)
    assert set(sent.values_list("state", flat=True)) == {"cancelled"}
    assert (len(sent), state(case, effects.ESTIMATE_MAIL)) == (5, ["cancelled"])


def test_a_mail_on_its_way_stops_at_the_next_try(coordinator: User) -> None:
    case = submit()
    item = OutboxItem.objects.get(reference=case.reference, kind=effects.RECEIPT)
    close(case, Outcome.DIED, coordinator)
    OutboxItem.objects.filter(pk=item.pk).update(state="queued")
    assert outbox.deliver(item.pk) is False
    assert state(case, effects.RECEIPT) == ["cancelled"]


def test_the_desk_still_hears_of_what_the_family_writes(coordinator: User) -> None:
    case = submit()
    deliver_all()
    close(case, Outcome.DIED, coordinator)
    write_to_desk(case=case, body="We need the papers.", form_token="a")
    assert [mail.to for mail in deliver_all()] == [["notices@marus.example"]]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "We are very sorry. This case is closed."), ("ru", "Нам очень жаль."), ("ar", "نحن آسفون جدًا.")],
)
def test_the_page_is_quiet(coordinator: User, language: str, words: str) -> None:
    condition = make_condition()
    make_price(condition, "test-scan", 380)
    case = submit(condition=condition)
    close(case, Outcome.DIED, coordinator)
    Case.objects.filter(pk=case.pk).update(email_refused_at=timezone.now())
    response = patient_of(case).get(f"/{language}/case/{case.reference}/")
    text = response.content.decode()
    assert (words in text, "/messages/#write" in text, response.context["road"]) == (True, True, [])
    prompts = ('id="now"', 'id="road"', 'id="estimates"', "notice--warning")
    assert [prompt for prompt in prompts if prompt in text] == []
    for english in ("What you need to do now", "No messages yet", "A person writes your estimate", "Who acts next"):
        assert english not in text


def test_too_ill_is_told_like_any_end_and_its_mails_leave(coordinator: User) -> None:
    case = submit()
    close(case, Outcome.TOO_ILL, coordinator)
    response = patient_of(case).get(f"/en/case/{case.reference}/")
    assert "This case is closed. Write to us here if you need anything." in response.content.decode()
    assert response.context["road"] == [], "nobody is “home again”"
    assert state(case, effects.RECEIPT) == ["queued"]


def test_the_desk_closes_early_under_end_the_case(coordinator: User) -> None:
    case = case_in("with_clinics")
    client = staff_client(coordinator)
    address = f"/admin/requests/case/{case.pk}/"
    context = client.get(f"{address}change/").context
    assert ("Too ill, or died" in [ending["label"] for ending in context["endings"]]) is True
    asked = client.get(f"{address}move/closed/")
    form = asked.context["form"]
    assert [value for value, _label in form.fields["outcome"].choices] == ["", "too_ill", "died"]
    page = asked.content.decode()
    assert ("to close as “Treated”" in page, "cancels every mail" in page) == (False, True)
    assert client.post(f"{address}move/closed/", {"outcome": "home"}).status_code == 422
    client.post(f"{address}move/closed/", {"outcome": "died"})
    case.refresh_from_db()
    assert (case.status, case.outcome) == ("closed", "died")
    assert "The patient died: no mail leaves." in client.get(f"{address}change/").content.decode()
