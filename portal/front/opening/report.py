"""The list of what has to be there before the portal opens: a function each, in groups."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from portal.core.models import Attestation
from portal.front.opening import catalogue, facts, mail, operator, people, safety, texts
from portal.front.opening.results import Facts, Result, State

Kind = Attestation.Kind


@dataclass(frozen=True)
class Item:
    """One thing: its words, its check, the page of the admin or the section of docs/operations.md that it is done by.

    ``attests`` is what somebody may say here to have been done.
    """

    title: Any
    check: Callable[[Facts], Result]
    section: str
    page: str = ""
    attests: Attestation.Kind | None = None


@dataclass(frozen=True)
class Line:
    """An item and what its check says today."""

    item: Item
    result: Result


GROUPS: tuple[tuple[Any, tuple[Item, ...]], ...] = (
    (
        pgettext_lazy("desk", "Operator and team"),
        (
            Item(pgettext_lazy("desk", "Name of the operator"), operator.name, "The environment"),
            Item(pgettext_lazy("desk", "Address of the operator"), operator.address, "The environment"),
            Item(pgettext_lazy("desk", "E-mail and phone of the operator"), operator.contact, "The environment"),
            Item(pgettext_lazy("desk", "E-mail of the team"), operator.team_email, "The environment"),
            Item(pgettext_lazy("desk", "Hours of the team"), operator.hours, "Days and zones", attests=Kind.HOURS),
            Item(
                pgettext_lazy("desk", "Holidays"),
                operator.holidays,
                "Days and zones",
                "core_teamday_changelist",
                Kind.DAYS,
            ),
            Item(
                pgettext_lazy("desk", "Deadline of answers"),
                operator.deadline,
                "Days and zones",
                "requests_deadline_changelist",
            ),
        ),
    ),
    (
        pgettext_lazy("desk", "Roles"),
        (
            Item(
                pgettext_lazy("desk", "Administrator with a second factor"),
                people.administrators,
                "People",
                "accounts_user_changelist",
            ),
            Item(pgettext_lazy("desk", "Lead"), people.leads, "People", "accounts_user_changelist"),
            Item(
                pgettext_lazy("desk", "Two who work cases"), people.coordinators, "People", "accounts_user_changelist"
            ),
            Item(pgettext_lazy("desk", "Editor"), people.editors, "People", "accounts_user_changelist"),
            Item(pgettext_lazy("desk", "Finance"), people.finance, "People", "accounts_user_changelist"),
            Item(pgettext_lazy("desk", "Reviewers"), people.reviewers, "People", "accounts_user_changelist"),
            Item(
                pgettext_lazy("desk", "Nobody is a superuser"), people.superusers, "People", "accounts_user_changelist"
            ),
            Item(
                pgettext_lazy("desk", "No sample coordinator"),
                people.sample_account,
                "People",
                "accounts_user_changelist",
            ),
        ),
    ),
    (
        pgettext_lazy("desk", "Law"),
        (
            Item(pgettext_lazy("desk", "Languages and their consents"), texts.live_languages, "The environment"),
            Item(pgettext_lazy("desk", "Consents read by a lawyer"), texts.consents_read, "Before you open"),
            Item(
                pgettext_lazy("desk", "Privacy page and rules of retention"),
                texts.privacy,
                "Before you open",
                "requests_retentionrule_changelist",
                Kind.PRIVACY,
            ),
        ),
    ),
    (
        pgettext_lazy("desk", "Mail"),
        (
            Item(pgettext_lazy("desk", "Mail server"), mail.server, "The environment"),
            Item(pgettext_lazy("desk", "DNS rows: SPF, DKIM, DMARC"), mail.dns, "Before you open", attests=Kind.DNS),
        ),
    ),
    (
        pgettext_lazy("desk", "Running it"),
        (
            Item(pgettext_lazy("desk", "Database, queue and mail for real"), safety.for_real, "The environment"),
            Item(pgettext_lazy("desk", "Public address with https"), safety.https, "nginx and TLS"),
            Item(pgettext_lazy("desk", "Second factor demanded"), safety.second_factor, "People"),
            Item(pgettext_lazy("desk", "Test alert sent"), safety.alert_test, "Being told of trouble"),
            Item(pgettext_lazy("desk", "Backup made"), safety.backup, "Backups"),
            Item(pgettext_lazy("desk", "Backup restored on trial"), safety.restore, "Backups"),
            Item(pgettext_lazy("desk", "List of erasures on another disk"), safety.erasures_file, "Backups"),
            Item(pgettext_lazy("desk", "Copies of files in a bucket"), safety.bucket, "Private files in a bucket"),
            Item(pgettext_lazy("desk", "Keys and lists copied elsewhere"), safety.copies, "Keys", attests=Kind.COPIES),
            Item(pgettext_lazy("desk", "Virus scanner"), safety.viruses, "Looking for viruses"),
            Item(pgettext_lazy("desk", "Limits"), safety.limits, "The environment", attests=Kind.LIMITS),
        ),
    ),
    (
        pgettext_lazy("desk", "Contents"),
        (
            Item(
                pgettext_lazy("desk", "Samples gone"), catalogue.samples, "nginx and TLS", "clinics_doctor_changelist"
            ),
            Item(
                pgettext_lazy("desk", "Exchange rates"),
                catalogue.rates,
                "Before you open",
                "conditions_exchangerate_changelist",
            ),
            Item(pgettext_lazy("desk", "Rules about money"), catalogue.money_rules, "Before you open"),
            Item(pgettext_lazy("desk", "Contact of a clinic"), catalogue.clinic_contacts, "Before you open"),
        ),
    ),
)


def groups(known: Facts) -> list[tuple[Any, list[Line]]]:
    """Return each group with its lines."""
    return [(title, [Line(item, item.check(known)) for item in items]) for title, items in GROUPS]


def number_missing() -> int:
    """Return how many things are missing; few statements, whatever the size of the database."""
    return count_missing(groups(facts.read()))


def count_missing(shown: list[tuple[Any, list[Line]]]) -> int:
    """Return how many lines are missing."""
    return sum(line.result.state == State.MISSING for _title, lines in shown for line in lines)


def attestable(known: Facts) -> dict[str, str]:
    """Return the fingerprint of each kind that somebody may attest today."""
    return {
        item.attests: result.fingerprint
        for _title, items in GROUPS
        for item in items
        if item.attests and (result := item.check(known)).fingerprint
    }
