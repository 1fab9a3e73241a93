"""The clock of answers: since when each patient waits, filled from what was written until now.

The working hours are written out as they were when this was made: Monday to Friday, 9 to 18.
"""

from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import batched
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

BATCH = 1000
OPEN = (
    *("new", "triage", "waiting_documents", "documents_complete", "with_clinics", "offers_in"),
    *("estimate_sent", "accepted", "travel", "arrived", "in_treatment", "recovery"),
)
CURRENT = models.Q(status__in=OPEN) | models.Q(waiting_since__isnull=False)
ROBOT = {"honeypot", "forged"}
EVENT_KINDS = [
    ("sent", "Request sent"),
    ("sent_again", "Request sent again with changes"),
    ("quarantined", "Held for a check"),
    ("mails_held", "Automatic e-mails held"),
    ("released", "Released"),
    ("moved", "Status changed"),
    ("assigned", "Assigned"),
    ("message_in", "Message from the patient"),
    ("message_out", "Message to the patient"),
    ("no_answer_needed", "No answer needed"),
    ("note", "Note added"),
    ("estimate_issued", "Estimate issued"),
    ("pdf_ready", "Estimate ready as PDF"),
    ("address_refused", "E-mail address refused"),
    ("link_sent", "Link to the case sent"),
    ("link_revoked", "Link to the case revoked"),
    ("sent_by_hand", "Mail sent again"),
]


def add_working_hours(start: datetime, hours: float) -> datetime:
    zone = ZoneInfo(settings.TEAM_TIME_ZONE)
    moment, left = start.astimezone(zone), timedelta(hours=hours)
    while True:
        closes = datetime.combine(moment, time(18), zone)
        moment = max(moment, datetime.combine(moment, time(9), zone))
        if moment.weekday() < 5 and moment < closes:
            if moment + left <= closes:
                return moment + left
            left -= closes - moment
        moment = datetime.combine(moment + timedelta(days=1), time(9), zone)


def fill(apps: Any, schema_editor: Any) -> None:
    Case = apps.get_model("requests", "Case")
    row = apps.get_model("requests", "Deadline").objects.filter(status="new").first()
    hours = float(row.working_hours) if row else 8
    for pks in batched(list(Case.objects.order_by("pk").values_list("pk", flat=True)), BATCH):
        moments = _moments(apps, pks)
        changed = []
        for case in Case.objects.filter(pk__in=pks).only("pk", "status", "closed_at"):
            since = _waiting_since(case, moments)
            if since is not None:
                case.waiting_since, case.answer_by = since, add_working_hours(since, hours)
                changed.append(case)
        Case.objects.bulk_update(changed, ["waiting_since", "answer_by"])


def _moments(apps: Any, pks: Any) -> dict[str, dict[Any, list[datetime]]]:
    """Return by kind and case when submissions, messages of both sides and final estimates came."""
    of_cases = {"case__in": pks}
    rows = {
        "submissions": ("Submission", {}, "created_at"),
        "messages": ("Message", {"direction": "from_patient"}, "created_at"),
        "ours": ("Message", {"direction": "to_patient"}, "created_at"),
        "estimates": ("Estimate", {"kind": "final"}, "issued_at"),
    }
    found: dict[str, dict[Any, list[datetime]]] = {}
    for name, (model, terms, column) in rows.items():
        found[name] = defaultdict(list)
        for case, moment in apps.get_model("requests", model).objects.filter(**of_cases, **terms).values_list("case", column):
            found[name][case].append(moment)
    return found


def _waiting_since(case: Any, moments: dict[str, dict[Any, list[datetime]]]) -> datetime | None:
    """Return the moment of the oldest submission or message after our last answer.

    Whoever ended a case had read its submission, and had no other way to say so than to end it; only
    a submission after the end counts there. A message counts in any state.
    """
    answers = [*moments["ours"][case.pk], *moments["estimates"][case.pk]]
    last = max(answers) if answers else None
    submissions = moments["submissions"][case.pk]
    if case.status not in OPEN:
        submissions = [moment for moment in submissions if case.closed_at and moment > case.closed_at]
    asked = [*submissions, *moments["messages"][case.pk]]
    return min((moment for moment in asked if last is None or moment > last), default=None)


def tell_of_held_cases(apps: Any, schema_editor: Any) -> None:
    """Give held cases the new rules: the desk is told; without a robot's mark mails wait 24 working hours at most."""
    Case, Item = apps.get_model("requests", "Case"), apps.get_model("core", "OutboxItem")
    now = timezone.now()
    ours = Item.objects.filter(state="held", kind__in=("request.notice", "message.in", "estimate.pdf"))
    ours.update(state="queued", not_before=now)
    held = Case.objects.filter(is_quarantined=True, status__in=OPEN)
    flagged = apps.get_model("requests", "Submission").objects.filter(case__in=held).values_list("case", "flags")
    robots = {case for case, flags in flagged if ROBOT & set(flags)}
    people = [pk for pk in held.values_list("pk", flat=True) if pk not in robots]
    Case.objects.filter(pk__in=people).update(is_quarantined=False, mails_held_until=add_working_hours(now, 24))


def drop_other_deadlines(apps: Any, schema_editor: Any) -> None:
    """Keep the row of the answer; the others timed states, which nothing does any more."""
    apps.get_model("requests", "Deadline").objects.exclude(status="new").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_waiting_files"),
        ("requests", "0003_carried_choices"),
    ]

    operations = [
        migrations.AddField("case", "waiting_since", models.DateTimeField("the patient waits since", blank=True, null=True)),
        migrations.AddField("case", "answer_by", models.DateTimeField("we answer by", blank=True, null=True)),
        migrations.AddField("case", "mails_held_until", models.DateTimeField("its mails leave by themselves", blank=True, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(tell_of_held_cases, migrations.RunPython.noop),
        migrations.RunPython(drop_other_deadlines, migrations.RunPython.noop),
        migrations.RemoveIndex("case", "case_queue"),
        migrations.RemoveField("case", "due_at"),
        migrations.AlterModelOptions("deadline", {"ordering": ["pk"]}),
        # A default, so that the field can come back if this has to be undone.
        migrations.AlterField("deadline", "status", models.CharField(default="new", max_length=20, unique=True)),
        migrations.RemoveField("deadline", "status"),
        migrations.AlterField("event", "kind", models.CharField(choices=EVENT_KINDS, max_length=20)),
        migrations.AddIndex("case", models.Index(fields=["answer_by", "-created_at"], name="case_queue")),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["answer_by", "-created_at", "status", "owner", "is_quarantined", "waiting_since"],
                condition=CURRENT,
                name="case_current",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["mails_held_until"],
                condition=models.Q(mails_held_until__isnull=False),
                name="case_mails_held",
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(waiting_since__isnull=True, answer_by__isnull=True)
                | models.Q(waiting_since__isnull=False, answer_by__isnull=False),
                name="who_waits_has_an_answer_by",
            ),
        ),
    ]
