"""Two editors of one condition: what is published, restored or withdrawn is what its editor saw."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conditions.models import Condition, Edition
from conditions.services import editions
from portal.accounts.enums import Role
from tests.accounts.cast import staff_client
from tests.core.test_admin_conflicts import opened, page_of
from tests.factories import make_staff
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def condition() -> Condition:
    return Condition.objects.get(slug="liver-metastases")


@pytest.fixture
def anna() -> Client:
    return staff_client(make_staff(Role.EDITOR, name="Anna"))


@pytest.fixture
def boris() -> Client:
    return staff_client(make_staff(Role.EDITOR, name="Boris"))


def address(condition: Condition) -> str:
    return reverse("admin:conditions_condition_publish", args=[condition.pk])


def to_publish(client: Client, condition: Condition, note: str) -> dict[str, Any]:
    """Return what the English form of a page posts that is open now."""
    page = client.get(address(condition)).content.decode()
    return {"language": "en", "en-seen": FormPage(page).value("en-seen"), "en-change_note": note}


def current(condition: Condition) -> Edition:
    return Edition.objects.current().get(condition=condition, language="en")


def said(response: Any) -> tuple[list[str], list[tuple[str, str]]]:
    """Return what a page says of what happened meanwhile: its sentences, and the parts of the draft that are new."""
    found = response.context["pages"][0]["meanwhile"]
    return found.sentences, [(part.name, part.text) for part in found.parts]


def test_a_draft_that_somebody_changed_is_shown_before_it_is_published(
    anna: Client, boris: Client, condition: Condition
) -> None:
    his, before = to_publish(boris, condition, "Note of Boris"), current(condition)
    hers = opened(anna, condition, plain_name_en="Words of Anna")
    assert anna.post(page_of(condition), hers).status_code == 302
    response = boris.post(address(condition), his)
    page = response.content.decode()
    assert response.status_code == 409
    assert said(response) == (["Anna changed the draft under a minute ago."], [("Plain name", "Words of Anna")])
    assert ("Anna changed the draft" in page, "Words of Anna" in page) == (True, True)
    assert FormPage(page).value("en-change_note") == "Note of Boris"
    assert current(condition) == before
    again = his | {"en-seen": FormPage(page).value("en-seen")}
    assert boris.post(address(condition), again).status_code == 302
    newest = current(condition)
    assert (newest.number, newest.content["plain_name"]) == (before.number + 1, "Words of Anna")


def test_a_section_and_a_treatment_are_named(boris: Client, condition: Condition) -> None:
    his = to_publish(boris, condition, "Note of Boris")
    section = condition.sections.get(kind="what")
    section.body_en = "Other words of a section [1]."
    section.save()
    treatment = condition.treatments.first()
    assert treatment is not None
    gone = f"Treatment {treatment.slug}"
    treatment.delete()
    sentences, parts = said(boris.post(address(condition), his))
    assert sentences == ["Somebody changed the draft."]
    assert [name for name, words in parts if "Other words of a section [1]." in words] == ["What it is"]
    assert (gone, "") in parts


def test_what_is_said_in_another_language_stops_nobody(boris: Client, condition: Condition) -> None:
    his = to_publish(boris, condition, "Note of Boris")
    condition.plain_name_ru = "Другие слова"
    condition.save()
    assert boris.post(address(condition), his).status_code == 302


def test_a_page_that_was_published_meanwhile_is_not_published_twice(
    anna: Client, boris: Client, condition: Condition
) -> None:
    his, hers = to_publish(boris, condition, "Note of Boris"), to_publish(anna, condition, "Note of Anna")
    assert anna.post(address(condition), hers).status_code == 302
    newest = current(condition)
    response = boris.post(address(condition), his)
    assert response.status_code == 409
    assert said(response)[0] == [
        f"Anna published edition {newest.number} under a minute ago: Note of Anna.",
        f"The public reads edition {newest.number} by now.",
    ]
    assert FormPage(response.content.decode()).value("en-change_note") == "Note of Boris"
    assert current(condition) == newest


@pytest.mark.parametrize(
    "token", ["", "nonsense", "[]", '{"opened": 1, "hashes": [], "public": {}}', '{"opened":1e99}']
)
def test_a_form_that_no_page_of_ours_wrote_knows_of_nothing(boris: Client, condition: Condition, token: str) -> None:
    before = Edition.objects.count()
    response = boris.post(address(condition), {"language": "en", "en-change_note": "x", "en-seen": token})
    assert (response.status_code, Edition.objects.count()) == (409, before)


def test_a_form_with_an_error_goes_on_with_what_its_page_knew(
    anna: Client, boris: Client, condition: Condition
) -> None:
    his = to_publish(boris, condition, "")
    anna.post(page_of(condition), opened(anna, condition, plain_name_en="Words of Anna"))
    page = boris.post(address(condition), his).content.decode()
    response = boris.post(address(condition), his | {"en-seen": FormPage(page).value("en-seen"), "en-change_note": "x"})
    assert (response.status_code, said(response)[1]) == (409, [("Plain name", "Words of Anna")])


def test_an_edition_is_withdrawn_once_and_only_while_it_is_public(
    anna: Client, boris: Client, condition: Condition
) -> None:
    first = current(condition)
    anna.post(address(condition), to_publish(anna, condition, "Second"))
    second = current(condition)
    withdrawal = {"language": "en", "withdraw": str(second.pk)}
    assert anna.post(address(condition), withdrawal).status_code == 302
    response = boris.post(address(condition), withdrawal)
    assert (response.status_code, current(condition)) == (409, first)
    assert said(response)[0] == [
        f"Anna withdrew edition {second.number} under a minute ago.",
        f"The public reads edition {first.number} by now.",
    ]
    anna.post(address(condition), to_publish(anna, condition, "Third"))
    response = boris.post(address(condition), {"language": "en", "withdraw": str(first.pk)})
    first.refresh_from_db()
    assert (response.status_code, first.withdrawn_at) == (409, None)


def test_an_edition_is_restored_over_the_one_that_its_editor_saw(
    anna: Client, boris: Client, condition: Condition
) -> None:
    first = current(condition)
    anna.post(address(condition), to_publish(anna, condition, "Second"))
    compare = reverse("admin:conditions_edition_compare", args=[current(condition).pk])
    restore = reverse("admin:conditions_edition_restore", args=[first.pk])
    his = posted_from(boris.get(compare).content.decode())
    anna.post(address(condition), to_publish(anna, condition, "Third"))
    third = current(condition)
    response = boris.post(restore, his)
    page = response.content.decode()
    assert (response.status_code, current(condition)) == (409, third)
    assert f"Anna published edition {third.number} under a minute ago: Third." in page
    assert boris.post(restore, posted_from(page)).status_code == 302
    assert current(condition).change_note == f"Edition {first.number} again"
    assert boris.post(restore, {}).status_code == 409


def test_the_service_refuses_what_nobody_has_seen(condition: Condition) -> None:
    editor, edition = make_staff(Role.EDITOR), current(condition)
    with pytest.raises(editions.EditionIsOld):
        editions.restore(edition=edition, by=editor, public=None)
    editions.withdraw(edition=edition, by=editor)
    with pytest.raises(editions.EditionIsOld):
        editions.withdraw(edition=edition, by=editor)
