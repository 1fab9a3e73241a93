"""Models that no code uses leave the state; their tables stay until nobody runs the release before.

That one still asks them when it deletes a case, a user or a row of the catalogue. Nothing points out of them
any more, so that such a row, and the tables that they name, can go without them.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POINTERS = (
    ("answer", "case", "requests.case", {"related_name": "answers"}),
    ("brief", "case", "requests.case", {"related_name": "briefs"}),
    ("document", "case", "requests.case", {"related_name": "documents"}),
    ("offer", "case", "requests.case", {"related_name": "offers"}),
    ("reminder", "case", "requests.case", {"related_name": "reminders"}),
    ("documentneed", "condition", "conditions.condition", {"related_name": "document_needs"}),
    ("questionnaire", "condition", "conditions.condition", {"related_name": "questionnaires"}),
    ("brief", "written_by", settings.AUTH_USER_MODEL, {"related_name": "+"}),
    ("offer", "clinic", "clinics.clinic", {"related_name": "offers"}),
    ("offerline", "procedure", "conditions.procedure", {"related_name": "+"}),
    ("reminder", "for_user", settings.AUTH_USER_MODEL, {"related_name": "reminders", "null": True, "blank": True}),
)


class Migration(migrations.Migration):
    dependencies = [("requests", "0014_draft_kinds")]

    operations = [
        *(
            migrations.AlterField(
                model,
                name,
                models.ForeignKey(to=to, on_delete=django.db.models.deletion.CASCADE, db_constraint=False, **options),
            )
            for model, name, to, options in POINTERS
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name)
                for name in (
                    "Answer", "Brief", "Document", "DocumentNeed", "OfferLine", "Offer", "Questionnaire", "Reminder",
                )
            ]
        ),
        migrations.AlterField(
            "accessevent",
            "kind",
            models.CharField(choices=[("case", "case page"), ("estimate", "estimate")], max_length=10),
        ),
    ]
