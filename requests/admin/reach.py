"""Ways to reach a patient from the page of a case: links that call or write, each with one that notes it."""

from typing import NamedTuple
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse

from requests.admin import list_place
from requests.enums import ContactChannel
from requests.models import Case


class Way(NamedTuple):
    """A link that calls or writes, and the address where the contact is noted."""

    channel: ContactChannel
    address: str
    shown: str
    log: str


def ways(request: HttpRequest, case: Case) -> list[Way]:
    """Return the ways that the case has a number or an address for."""
    phone, email, digits = case.phone, case.email, case.phone.removeprefix("+")
    addresses = [
        (ContactChannel.PHONE, f"tel:{phone}", phone),
        (ContactChannel.WHATSAPP, f"https://wa.me/{digits}", phone),
        (ContactChannel.TELEGRAM, f"https://t.me/+{digits}", phone),
        (ContactChannel.EMAIL, f"mailto:{quote(email, safe='@')}", email),
    ]
    log = reverse("admin:requests_case_new_contact", args=[case.pk])
    return [
        Way(channel, address, shown, log + list_place.query(request, channel=channel.value))
        for channel, address, shown in addresses
        if shown
    ]
