"""What estimates and referrals are made from is entered, and nothing invented is shown."""

from datetime import timedelta

from django.utils.translation import pgettext

from portal.core.localisation import desk_formats
from portal.front.opening.results import Facts, Result, done, missing

RATE_AGE = timedelta(days=31)


def samples(facts: Facts) -> Result:
    """No invented doctor or care assistant is public."""
    if not facts.samples:
        return done()
    todo = pgettext(
        "desk",
        "Filter doctors and care assistants by “is sample”, choose all, and take the action “Unpublish”; load content without “--samples”.",
    )
    return missing(todo, pgettext("desk", "public samples: %(number)s") % {"number": facts.samples})


def rates(facts: Facts) -> Result:
    """There are exchange rates, and not from long ago."""
    todo = pgettext("desk", "Enter the exchange rates of this month, with their source.")
    if facts.newest_rate is None:
        return missing(todo)
    day = desk_formats.day(facts.newest_rate)
    return done(day) if facts.newest_rate >= facts.today - RATE_AGE else missing(todo, day)


def money_rules(facts: Facts) -> Result:
    """How we are paid, deposit and refund are written."""
    rules = facts.money_rules
    if rules.how_we_are_paid and rules.deposit and rules.refund:
        return done()
    return missing(pgettext("desk", "An editor or finance writes “Rules about money”: payment, deposit and refund."))


def clinic_contacts(facts: Facts) -> Result:
    """Somebody at a clinic may receive a brief."""
    if facts.has_clinic_contact:
        return done()
    return missing(
        pgettext("desk", "An editor enters somebody at a clinic who may receive briefs, under “Contacts of clinics”.")
    )
