"""Who answers for the portal, and when: settings of the operator and the team."""

from django.conf import settings
from django.utils.translation import pgettext

from portal.core import worktime
from portal.core.models import Attestation
from portal.core.monitoring.attestations import fingerprint
from portal.front.opening.attested import attested
from portal.front.opening.results import Facts, Result, done, missing

# Defaults of the settings, which name nobody.
NO_NAME, NO_ADDRESS = "MARUS", "@marus.example"


def name(facts: Facts) -> Result:
    """The operator is named as the law names it."""
    if settings.OPERATOR_NAME and settings.OPERATOR_NAME != NO_NAME:
        return done(settings.OPERATOR_NAME)
    return missing(pgettext("desk", "Set OPERATOR_NAME to the full name of who answers for the site."))


def address(facts: Facts) -> Result:
    """The operator has a postal address."""
    if settings.OPERATOR_ADDRESS:
        return done(settings.OPERATOR_ADDRESS)
    return missing(pgettext("desk", "Set OPERATOR_ADDRESS to the postal address of the operator."))


def contact(facts: Facts) -> Result:
    """The operator can be reached by e-mail and by phone."""
    lacking = [
        variable
        for variable, value in (
            ("OPERATOR_EMAIL", _real(settings.OPERATOR_EMAIL)),
            ("OPERATOR_PHONE", settings.OPERATOR_PHONE),
        )
        if not value
    ]
    if not lacking:
        return done(f"{settings.OPERATOR_EMAIL}, {settings.OPERATOR_PHONE}")
    return missing(pgettext("desk", "Set %(variables)s in the environment.") % {"variables": ", ".join(lacking)})


def team_email(facts: Facts) -> Result:
    """Answers of patients and notices of new requests reach the team."""
    lacking = [variable for variable in ("TEAM_EMAIL", "NOTICE_EMAIL") if not _real(str(getattr(settings, variable)))]
    if not lacking:
        return done(f"{settings.TEAM_EMAIL}, {settings.NOTICE_EMAIL}")
    return missing(pgettext("desk", "Set %(variables)s in the environment.") % {"variables": ", ".join(lacking)})


def hours(facts: Facts) -> Result:
    """The team works in the hours by which the portal promises answers."""
    quiet = "–".join(str(hour) for hour in settings.QUIET_HOURS) or "–"
    opens, closes = f"{worktime.OPENS:%H:%M}", f"{worktime.CLOSES:%H:%M}"
    words = pgettext("desk", "%(opens)s to %(closes)s in Moscow; no mail that can wait leaves in her hours %(quiet)s")
    return attested(
        facts,
        Attestation.Kind.HOURS,
        fingerprint(worktime.OPENS, worktime.CLOSES, settings.TEAM_TIME_ZONE, settings.QUIET_HOURS),
        pgettext(
            "desk",
            "Agree with the team that somebody answers in these hours, then confirm it on the page “Ready to open”.",
        ),
        words % {"opens": opens, "closes": closes, "quiet": quiet},
    )


def holidays(facts: Facts) -> Result:
    """The days of the team in this year and the next were looked at; rows of each year say so by themselves."""
    years = (facts.today.year, facts.today.year + 1)
    known = pgettext("desk", "days of the team that differ from the calendar of Russia: %(number)s") % {
        "number": len(facts.team_days)
    }
    if {day.year for day in facts.team_days} == set(years):
        return done(known)
    todo = pgettext(
        "desk",
        "Look at the holidays of %(this)s and %(next)s, enter the days that differ for the team, then confirm it on the page “Ready to open”.",
    )
    return attested(
        facts, Attestation.Kind.DAYS, fingerprint(*years), todo % {"this": years[0], "next": years[1]}, known
    )


def deadline(facts: Facts) -> Result:
    """How soon patients are answered is set."""
    if facts.working_hours:
        return done(pgettext("desk", "working hours: %(number)s") % {"number": facts.working_hours[0].normalize()})
    return missing(pgettext("desk", "Run “manage.py migrate”, then enter within how many working hours you answer."))


def _real(address: str) -> bool:
    return bool(address) and not address.endswith(NO_ADDRESS)
