"""Reads what the checks before the opening ask of the database, in a few statements whatever its size."""

from collections import defaultdict

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Max, Q
from django.utils import timezone

from clinics.models import CareAssistant, ClinicContact, Doctor
from conditions.models import ExchangeRate
from portal.accounts.models import User
from portal.accounts.second_factor import OPENS_THE_DESK
from portal.core.models import TeamDay
from portal.core.monitoring import attestations
from portal.core.worktime import team_today
from portal.front.opening.results import Facts, Person
from requests.models import Deadline, RetentionRule
from requests.selectors import money_rules


def read() -> Facts:
    """Return the facts of this moment."""
    today = team_today()
    staff, superusers = _people()
    return Facts(
        now=timezone.now(),
        today=today,
        staff=staff,
        superusers=superusers,
        attested=attestations.newest(),
        team_days=list(TeamDay.objects.filter(on__year__in=(today.year, today.year + 1)).values_list("on", flat=True)),
        samples=sum(
            model._default_manager.filter(is_sample=True, is_published=True).count()
            for model in (Doctor, CareAssistant)
        ),
        newest_rate=ExchangeRate.objects.aggregate(day=Max("day"))["day"],
        money_rules=money_rules.rules(settings.LANGUAGE_CODE),
        has_clinic_contact=ClinicContact.objects.filter(is_active=True, may_receive_briefs=True).exists(),
        working_hours=list(Deadline.objects.values_list("working_hours", flat=True)),
        retention_rules=list(RetentionRule.objects.values_list("kind", "days", "is_on")),
    )


def _people() -> tuple[list[Person], int]:
    """Return the staff, and how many accounts have the flag that opens every page."""
    rows = User.objects.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True).values_list(
        "pk", "email", "is_staff", "is_superuser", "groups__name"
    )
    roles, people, superusers = defaultdict(set), {}, set()
    for pk, email, is_staff, is_superuser, role in rows:
        roles[pk].add(role)
        if is_staff:
            people[pk] = email
        if is_superuser:
            superusers.add(pk)
    with_factor = set(
        Authenticator.objects.filter(user__in=people, type__in=OPENS_THE_DESK).values_list("user_id", flat=True)
    )
    staff = [Person(email, frozenset(roles[pk] - {None}), pk in with_factor) for pk, email in people.items()]
    return staff, len(superusers)
