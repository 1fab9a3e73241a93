"""Rows of the queue in HTML: fifty of them are most of its page, and a template takes four times the calls for one."""

from functools import lru_cache
from html import escape
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.core.localisation import desk_formats, formats
from requests.admin import labels
from requests.enums import Channel
from requests.selectors.queue_rows import Row, short_name

ROW = """<tr class="queue-{tone}">
<td><input type="checkbox" name="case" value="{pk}" aria-label="{reference}"></td>
<td class="queue-when">{when}</td>
<td class="queue-who"><a href="{url}" title="{reference}"><strong><bdi>{who}</bdi></strong></a>, \
<abbr title="{country_name}">{country}</abbr> · {about}</td>
<td class="queue-words">{ours}<bdi>{words}</bdi></td>
<td class="queue-step" title="{step}"><strong>{turn}</strong>{next}</td>
<td class="queue-owner">{owner}</td>
<td class="queue-marks">{marks}</td>
</tr>
"""

# What stands at the end of a row: icon, tone and what it means.
MARKS: tuple[tuple[str, str, Promise], ...] = (
    ("emergency_home", "danger", gettext_lazy("Urgent: the patient needs somebody at once")),
    ("gpp_bad", "danger", pgettext_lazy("desk", "Consent withdrawn: nobody works on it")),
    ("mark_email_unread", "info", gettext_lazy("The patient wrote")),
    ("description", "info", gettext_lazy("New papers")),
    ("local_hospital", "info", gettext_lazy("A clinic asked or answered")),
    ("request_quote", "ok", gettext_lazy("An estimate is out")),
    ("content_copy", "warning", gettext_lazy("Another case has the same address or number")),
    ("policy_alert", "warning", gettext_lazy("Quarantined: check the request")),
    ("schedule_send", "warning", gettext_lazy("Its mails wait")),
    ("pause_circle", "info", gettext_lazy("On hold")),
    ("mail_off", "warning", gettext_lazy("No e-mail")),
    ("unsubscribe", "danger", gettext_lazy("The address refuses our mail")),
)


def shown(rows: list[Row], *, here: str, place: str) -> list[dict[str, str]]:
    """Return each row as HTML, with the reference of its case; ``here`` is the address of the list, ``place`` what the address of a case ends with."""
    language = desk_formats.language()
    countries, channels = formats.countries(language), {code: str(label) for code, label in Channel.choices}
    ours, reads = format_html('<span class="queue-ours">{}</span> ', _("we:")), _("%(speak)s, reads %(read)s")

    def one(row: Row) -> SafeString:
        case = row.case
        tone, when = labels.queue_time(case, row.next_at)
        turn, step = labels.short_next(case, row.chase, row.of_clinic)
        is_same = case.language == case.speak
        about = [
            row.condition,
            case.speak if is_same else reads % {"speak": case.speak, "read": case.language},
            channels.get(case.channel, case.channel),
        ]
        texts = {
            "tone": tone or "plain",
            "pk": str(case.pk),
            "reference": case.reference,
            "when": when,
            "url": f"{here}{case.pk}/change/{place}",
            "who": row.who or case.reference,
            "country_name": countries.get(case.country, case.country),
            "country": case.country,
            "about": " · ".join(filter(None, about)),
            "words": row.words,
            "step": labels.next_step(case, row.chase, row.of_clinic),
            "turn": turn,
            "next": f" · {step}" if step else "",
        }
        cells = {"ours": ours if row.is_ours else "", "owner": _owner(row), "marks": _marks(_marked(row), language)}
        # The escaping of Django takes three times as long, for texts that may be safe already: these never are.
        escaped = {name: escape(text) for name, text in texts.items()}
        return mark_safe(ROW.format(**escaped, **cells))  # noqa: S308 – each text is escaped, each cell is HTML

    return [{"reference": row.case.reference, "html": one(row)} for row in rows]


def _owner(row: Row) -> SafeString:
    case, owner = row.case, row.owner
    if not row.is_unowned:
        away = format_html(" <small>{}</small>", _("away")) if row.is_away else ""
        return format_html('<span title="{}">{}</span>{}', owner, short_name(owner), away)
    was = format_html(" <small>{}</small>", _("was %(person)s") % {"person": owner}) if owner else ""
    return format_html(
        '<button class="desk-button queue-take" type="submit" name="take" value="{}">'
        '{}<span class="desk-hidden"> {}</span></button>{}',
        case.pk,
        _("Take"),
        case.reference,
        was,
    )


def _marked(row: Row) -> tuple[bool, ...]:
    """Return for each of ``MARKS`` whether it stands in a row."""
    case = row.case
    return (
        row.is_urgent,
        case.consent_withdrawn_at is not None,
        case.waiting_since is not None,
        row.has_papers,
        bool(row.of_clinic),
        row.has_estimate,
        row.is_like_another,
        case.is_quarantined,
        case.mails_held_until is not None,
        case.on_hold_until is not None and case.is_on_hold,
        not case.has_email,
        case.email_refused_at is not None,
    )


@lru_cache(maxsize=1_000)
def _marks(marked: tuple[bool, ...], language: str) -> SafeString:
    """Return these marks in a language; few of their combinations are ever seen."""
    shown: list[dict[str, Any]] = [
        {"icon": icon, "tone": tone, "meaning": meaning}
        for is_so, (icon, tone, meaning) in zip(marked, MARKS, strict=True)
        if is_so
    ]
    return format_html_join(
        "",
        '<span class="queue-mark queue-mark-{tone}" title="{meaning}"><span class="material-symbols-outlined"'
        ' aria-hidden="true">{icon}</span><span class="desk-hidden">{meaning}. </span></span>',
        shown,
    )
