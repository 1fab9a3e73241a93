"""Mails arrive: a real server, and the DNS rows by which others believe that the mails are ours."""

from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import pgettext

from portal.core.models import Attestation
from portal.core.monitoring.attestations import fingerprint
from portal.front.opening.attested import attested
from portal.front.opening.results import Facts, Result, done, missing


@dataclass(frozen=True)
class DnsRow:
    """A TXT row to copy into the zone of the sending domain; one that only the provider knows has no value."""

    what: str
    name: str
    value: str
    note: str


def server(facts: Facts) -> Result:
    """Mails go to a mail server and not into files."""
    host = smtp_host()
    if host:
        return done(host)
    return missing(pgettext("desk", "Set SMTP_URL to your mail server: now mails are written into files."))


def dns(facts: Facts) -> Result:
    """The rows below are in the zone; the portal asks no server outside, so somebody has to say so."""
    if not smtp_host():
        return missing(pgettext("desk", "Set SMTP_URL and FROM_EMAIL first: the rows are made from them."))
    todo = pgettext(
        "desk",
        "Copy the rows below into the DNS of %(domain)s, check them with your mail provider, then confirm it on the page “Ready to open”.",
    )
    return attested(facts, Attestation.Kind.DNS, dns_print(), todo % {"domain": sending_domain()}, sending_domain())


def smtp_host() -> str:
    """Return the name of the mail server; empty where mails are written into files."""
    return str(settings.MAILERS["default"].get("OPTIONS", {}).get("host") or "")


def sending_domain() -> str:
    """Return the domain of the sender of our mails."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def dns_print() -> str:
    """Return the fingerprint of what the rows are made from."""
    return fingerprint(sending_domain(), smtp_host(), settings.OPERATOR_EMAIL)


def dns_rows() -> list[DnsRow]:
    """Return the rows to copy; none while there is no mail server."""
    host, domain = smtp_host(), sending_domain()
    if not host:
        return []
    return [
        DnsRow(
            "SPF",
            domain,
            f"v=spf1 a:{host} ~all",
            pgettext(
                "desk",
                "It allows the server in SMTP_URL to send. A provider that sends from other machines names an “include:” to put in place of “a:”; where the domain has a row of SPF already, add to that one.",
            ),
        ),
        DnsRow(
            "DKIM",
            f"…._domainkey.{domain}",
            "",
            pgettext(
                "desk",
                "Your mail provider signs the mails, not the portal: name and value of this row stand in the settings of the provider.",
            ),
        ),
        DnsRow(
            "DMARC",
            f"_dmarc.{domain}",
            f"v=DMARC1; p=none; rua=mailto:{settings.OPERATOR_EMAIL}",
            pgettext(
                "desk",
                "Begin with “p=none” and read the reports; “p=quarantine” once all of your mails pass.",
            ),
        ),
    ]
