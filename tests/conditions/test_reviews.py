"""Medical review: a doctor's name stands on exactly the words that the doctor has read."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from conditions.models import Condition, Edition, Reviewer, Section
from conditions.services import editions
from conditions.services.editions import EditionIsOld
from portal.accounts.enums import Role
from portal.accounts.models import User
from tests.accounts.cast import staff_client
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> User:
    user = make_staff(Role.REVIEWER)
    names = {"name_en": "Test Doctor", "name_ru": "Врач Проверочный"}
    Reviewer.objects.create(
        user=user, **names, credential_en="MD, fever clinic", credential_ru="терапевт, клиника лихорадки"
    )
    return user


def current(condition: Condition, language: str = "en") -> Edition:
    return Edition.objects.current().get(condition=condition, language=language)


def box(language: str = "en") -> str:
    page = Client(HTTP_HOST="localhost").get(f"/{language}/conditions/grey-fever/").content.decode()
    return page.partition('id="made"')[2]


def test_the_page_names_the_doctor_in_its_language(condition: Condition, doctor: User) -> None:
    assert "not yet reviewed by a doctor" in box()
    for language in ("en", "ru"):
        editions.put_review(edition=current(condition, language), by=doctor)
    assert "<bdi>Test Doctor</bdi>, <bdi>MD, fever clinic</bdi>" in box()
    assert "<bdi>Врач Проверочный</bdi>, <bdi>терапевт, клиника лихорадки</bdi>" in box("ru")
    edition = current(condition, "ru")
    assert (edition.number, edition.change_note) == (2, "Проверено врачом: Врач Проверочный")
    assert Edition.objects.get(language="en", number=1).content["reviewed_by"] == ""


def test_changed_words_take_the_name_off_and_dates_do_not(condition: Condition, doctor: User) -> None:
    editions.put_review(edition=current(condition), by=doctor)
    condition.refresh_from_db()
    condition.next_review_on = "2027-06-01"
    condition.save()
    condition.refresh_from_db()
    editions.publish(condition=condition, language="en", by=None, change_note="Next check")
    assert current(condition).content["reviewed_by"] == "Test Doctor"
    Section.objects.filter(kind="what").update(body_en="Changed [1].")
    editions.publish(condition=condition, language="en", by=None, change_note="Changed")
    assert current(condition).content["reviewed_by"] == ""


def test_how_an_edition_is_set_does_not_take_the_name_off(condition: Condition, doctor: User) -> None:
    """Editions of the release before hold HTML too, and the urgent card stands first in them."""
    edition = editions.put_review(edition=current(condition), by=doctor)
    content = edition.content
    content |= {"schema": 2, "unused_terms": [], "callouts": content["callouts"][::-1]}
    content["before_treatments"][0]["html"] = "<p>A fever</p>"
    edition.save()
    editions.publish(condition=condition, language="en", by=None, change_note="New")
    assert current(condition).content["reviewed_by"] == "Test Doctor"


def test_an_old_edition_cannot_be_reviewed(condition: Condition, doctor: User) -> None:
    read = current(condition)
    editions.publish(condition=condition, language="en", by=None, change_note="Newer")
    with pytest.raises(EditionIsOld):
        editions.put_review(edition=read, by=doctor)


@pytest.mark.parametrize("roles", [[], [Role.EDITOR], [Role.REVIEWER]])
def test_only_a_known_doctor_reviews(condition: Condition, roles: list[Role]) -> None:
    """A reviewer without a row of names, an editor and anybody else may not."""
    with pytest.raises(PermissionDenied):
        editions.put_review(edition=current(condition), by=make_staff(*roles))


def test_the_doctor_signs_in_the_admin(condition: Condition, doctor: User) -> None:
    address = f"/admin/conditions/condition/{condition.pk}/publish/"
    client, read = staff_client(doctor), current(condition)
    page = client.get(address).content.decode()
    assert f'name="review" value="{read.pk}"' in page
    assert "Publish in" not in page
    client.post(address, {"language": "en", "review": read.pk})
    assert current(condition).content["reviewed_by"] == "Test Doctor"
    page = client.get(address).content.decode()
    assert 'Medical review: <bdi lang="en">Test Doctor, MD, fever clinic</bdi>' in page
    assert f'name="review" value="{current(condition).pk}"' not in page
    again = client.post(address, {"language": "en", "review": read.pk}, follow=True).content.decode()
    assert "Edition 1 is not public any more." in again


@pytest.mark.parametrize("sent", ["abc", "", "999999", "-1"])
def test_nonsense_is_not_found(condition: Condition, doctor: User, sent: str) -> None:
    client = staff_client(doctor)
    address = f"/admin/conditions/condition/{condition.pk}/publish/"
    assert client.post(address, {"language": "en", "review": sent}).status_code == 404


def test_an_editor_signs_for_nobody(condition: Condition) -> None:
    client = staff_client(make_staff(Role.EDITOR))
    address = f"/admin/conditions/condition/{condition.pk}/publish/"
    assert client.post(address, {"language": "en", "review": current(condition).pk}).status_code == 403
    assert client.get("/admin/conditions/reviewer/").status_code == 403
