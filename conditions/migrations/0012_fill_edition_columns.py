"""Fill the columns of editions out of their content; a batch is a transaction, so a run that was killed goes on."""

import datetime
import re

from django.db import migrations, transaction

BATCH = 100
# As citations are written at this migration.
CITATION = re.compile(r"(?<!\s)\s*+\[(\d{1,3}(?:,\s*\d{1,3})*)\](?!\()")


def fill(apps, schema_editor):
    Edition, Area = apps.get_model("conditions", "Edition"), apps.get_model("conditions", "Area")
    areas = dict(Area.objects.values_list("slug", "pk"))
    empty = Edition.objects.filter(name=None).select_related("condition").order_by("pk")
    while batch := list(empty[:BATCH]):
        with transaction.atomic():
            for edition in batch:
                Edition.objects.filter(pk=edition.pk).update(**columns(edition, areas))


def columns(edition, areas):
    content = edition.content
    day = content["next_review_on"]
    return {
        "name": content["name"],
        "plain_name": content["plain_name"],
        "synonyms": content["synonyms"],
        "summary": CITATION.sub("", content["summary"]["text"]),
        "icd10": content["icd10"],
        "related": content["related"],
        "reviewed_by": content.get("reviewed_by") or "",
        "next_review_on": datetime.date.fromisoformat(day) if day else None,
        "area_id": areas.get(content["area"]["slug"], edition.condition.area_id),
    }


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("conditions", "0011_edition_columns"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
