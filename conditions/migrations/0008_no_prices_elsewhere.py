"""Takes out the prices of other countries.

They were part of what a condition looked like when it was loaded from its file. Where nobody has changed it since,
the note of that is written anew without them: else the next load would take it for the work of an editor.
"""

import hashlib
import json
from collections.abc import Mapping

from django.db import migrations

CHILDREN = ("sections", "treatments", "questions", "sources", "prices")


def note_conditions_without_them(apps, schema_editor):
    notes = apps.get_model("conditions", "LoadedContent").objects
    for condition in apps.get_model("conditions", "Condition").objects.all():
        note = notes.filter(key=f"conditions.condition {condition.slug}").first()
        after = _state(condition, CHILDREN)
        if note and note.state_hash == _digest({**after, **_children(condition, "prices_elsewhere")}):
            note.state_hash = _digest(after)
            note.save(update_fields=["state_hash"])


# As portal.core.content.loader compares, with the columns of this moment.


def _state(row, children=()):
    fields = [*row._meta.concrete_fields, *row._meta.many_to_many]
    names = {field.name for field in fields}
    found = {}
    for field in fields:
        if not field.primary_key and f"{field.name}_en" not in names:
            value = field.value_from_object(row)
            found[field.name] = sorted(one.pk for one in value) if field.many_to_many else value
    for name in children:
        found |= _children(row, name)
    return found


def _children(condition, name):
    rows = [_state(one) for one in getattr(condition, name).all()]
    return {name: [{key: value for key, value in one.items() if key != "condition"} for one in rows]}


def _digest(value):
    text = json.dumps(_plain(value), sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value):
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items() if one not in (None, "")}
    return [_plain(one) for one in value] if isinstance(value, list) else value


class Migration(migrations.Migration):

    dependencies = [
        ("conditions", "0007_costs_note_of_areas"),
    ]

    operations = [
        migrations.RunPython(note_conditions_without_them, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="priceelsewhere", name="price_elsewhere_amounts_in_order"),
        migrations.DeleteModel(name="PriceElsewhere"),
    ]
