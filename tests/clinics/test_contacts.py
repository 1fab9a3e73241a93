"""Contacts of clinics in the admin, and addresses that refuse our mail."""

import datetime
from typing import Any

import pytest
from django.test import Client

from clinics.models import Clinic, ClinicContact
from clinics.services import contacts
from portal.accounts.enums import Role
from tests.accounts.cast import staff_client
from tests.factories import make_clinic, make_contact, make_referral, make_staff, submit
from tests.requests.reading import FormPage, posted_from

pytestmark = pytest.mark.django_db

LIST = "/admin/clinics/cliniccontact/"
REFUSED_AT = datetime.datetime(2026, 11, 30, 22, 30, tzinfo=datetime.UTC)


@pytest.fixture
def editor() -> Client:
    return staff_client(make_staff(Role.EDITOR))


def page_of(contact: ClinicContact) -> str:
    return f"{LIST}{contact.pk}/change/"


def refused() -> ClinicContact:
    contact = make_contact()
    ClinicContact.objects.filter(pk=contact.pk).update(refused_at=REFUSED_AT)
    contact.refresh_from_db()
    return contact


def stored(contact: ClinicContact) -> ClinicContact:
    return ClinicContact.objects.get(pk=contact.pk)


def test_a_refused_address_is_news_once() -> None:
    contact = make_contact()
    assert contacts.mark_refused(contact)
    assert not contacts.mark_refused(stored(contact))
    assert contact.refused_at is not None
    assert (stored(contact).refused_at is None, stored(contact).can_get_briefs) == (False, False)


def test_a_refusal_of_an_address_that_was_corrected_meanwhile_counts_no_more() -> None:
    contact = make_contact()
    ClinicContact.objects.filter(pk=contact.pk).update(email="new@example.org")
    assert not contacts.mark_refused(contact)
    assert (stored(contact).refused_at, contact.refused_at) == (None, None)


def test_a_refused_address_stands_in_list_and_form_with_its_day(editor: Client) -> None:
    contact = refused()
    # It is the first of December in Moscow already.
    for address in (LIST, page_of(contact), f"/admin/clinics/clinic/{contact.clinic_id}/change/"):
        assert "refused on 1 Dec 2026" in editor.get(address).content.decode(), address


@pytest.mark.parametrize(
    ("typed", "is_refused"),
    [({}, True), ({"email": "new@example.org"}, False), ({"works_again": "on"}, False), ({"role": "Doctor"}, True)],
)
def test_another_address_or_a_word_ends_a_refusal(editor: Client, typed: dict[str, str], is_refused: bool) -> None:
    contact = refused()
    address = page_of(contact)
    saved = editor.post(address, {**posted_from(editor.get(address).content.decode()), **typed})
    assert saved.status_code == 302
    assert (stored(contact).refused_at is not None) is is_refused


def test_only_a_refused_address_is_asked_whether_it_works_again(editor: Client) -> None:
    contact = make_contact()
    assert "works_again" not in FormPage(editor.get(page_of(contact)).content.decode()).values
    contacts.mark_refused(contact)
    assert 'name="works_again"' in editor.get(page_of(contact)).content.decode()


def test_contacts_are_entered_on_the_page_of_the_clinic(editor: Client) -> None:
    clinic = make_clinic()
    address = f"/admin/clinics/clinic/{clinic.pk}/change/"
    typed: dict[str, Any] = posted_from(editor.get(address).content.decode())
    row: dict[str, Any] = {
        "name": "Anna Sample",
        "email": "anna@example.org",
        "language": "ru",
        "may_receive_briefs": "on",
    }
    typed |= {f"contacts-0-{name}": value for name, value in {**row, "is_active": "on", "clinic": clinic.pk}.items()}
    assert editor.post(address, {**typed, "contacts-TOTAL_FORMS": "1"}).status_code == 302
    contact = clinic.contacts.get()
    assert (contact.name, contact.can_get_briefs, contact.may_confirm_facts) == ("Anna Sample", True, False)


def test_another_address_ends_a_refusal_on_the_page_of_the_clinic_too(editor: Client) -> None:
    contact = refused()
    address = f"/admin/clinics/clinic/{contact.clinic_id}/change/"
    typed = posted_from(editor.get(address).content.decode())
    assert editor.post(address, typed).status_code == 302
    assert stored(contact).refused_at == REFUSED_AT
    assert editor.post(address, {**typed, "contacts-0-email": "new@example.org"}).status_code == 302
    assert stored(contact).refused_at is None


def test_one_address_stands_once_at_a_clinic_however_it_is_written(editor: Client) -> None:
    contact = make_contact()
    typed = {"clinic": contact.clinic_id, "name": "Another", "email": contact.email.upper(), "language": "ru"}
    page = editor.post(f"{LIST}add/", typed)
    assert "This clinic has a contact with this address already." in page.content.decode()
    assert ClinicContact.objects.count() == 1


def test_the_list_is_searched_and_filtered(editor: Client) -> None:
    other = make_contact("other-clinic", name="Boris Sample")
    contact = refused()
    ClinicContact.objects.filter(pk=other.pk).update(may_receive_briefs=False, is_active=False)

    def names(query: str) -> set[str]:
        return {row.name for row in editor.get(f"{LIST}?{query}").context["cl"].result_list}

    assert names("q=boris") == {other.name}
    assert names("refused=yes") == {contact.name}
    assert names("refused=no") == {other.name}
    assert names("may_receive_briefs__exact=0") == {other.name}
    assert names(f"clinic__id__exact={contact.clinic_id}") == {contact.name}
    assert "works there no more" in editor.get(f"{LIST}?q=boris").content.decode()


def test_leaving_is_explained(editor: Client) -> None:
    page = editor.get(page_of(make_contact())).content.decode()
    assert "Untick it when they leave: their links end." in page


def test_who_got_a_brief_is_not_deleted(editor: Client) -> None:
    sent = make_contact()
    make_referral(submit(), by=make_staff(Role.COORDINATOR), contact=sent)
    wrong = make_contact("other-clinic")
    assert editor.post(f"{LIST}{sent.pk}/delete/", {"post": "yes"}).status_code == 403
    assert editor.post(f"{LIST}{wrong.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [contact.pk for contact in ClinicContact.objects.all()] == [sent.pk]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.LEAD])
def test_the_desk_reads_contacts_and_changes_none(role: Role) -> None:
    client, contact = staff_client(make_staff(role)), refused()
    page = client.get(page_of(contact)).content.decode()
    assert ("refused on 1 Dec 2026" in page, 'name="works_again"' in page) == (True, False)
    assert client.post(page_of(contact), {"name": "Another"}).status_code == 403
    assert contact.name in client.get(f"/admin/clinics/clinic/{contact.clinic_id}/change/").content.decode()


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR])
def test_others_who_read_clinics_read_no_contacts(role: Role) -> None:
    contact = make_contact()
    page = staff_client(make_staff(role)).get(f"/admin/clinics/clinic/{contact.clinic_id}/change/").content.decode()
    assert (contact.name in page, contact.email in page) == (False, False)


def test_no_public_page_and_no_file_names_a_contact(client: Client, editor: Client) -> None:
    clinic = Clinic.objects.filter(is_published=True)[0]
    contact = make_contact(name="Canary Person", clinic=clinic)
    for reader, address in (
        (client, clinic.get_absolute_url()),
        (client, "/en/clinics/"),
        (client, "/en/search/?q=Canary"),
        (editor, "/admin/clinics/clinic/export/csv/"),
    ):
        page: Any = reader.get(address, follow=True)
        body = b"".join(page.streaming_content) if page.streaming else page.content
        assert page.status_code == 200, address
        assert (b"Canary Person" in body, contact.email.encode() in body) == (False, False), address
