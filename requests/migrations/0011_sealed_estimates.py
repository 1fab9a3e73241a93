"""Columns for the sealed words of estimates, beside the readable ones, which stay until the next release.

Nothing is moved here: `manage.py seal` does that while the portal serves. Going back opens the words again.
"""

from django.db import migrations, models

import portal.core.encryption.fields
from portal.core.encryption.primitives import unseal, unwrap

WORDS = {
    "estimate": ("included", "excluded", "how_we_are_paid"),
    "estimateline": ("name", "name_ru", "unit", "unit_ru", "included", "excluded"),
}
LENGTHS = {"name": 150, "name_ru": 150, "unit": 60, "unit_ru": 60}


def plain(name, **kwargs):
    """Return the readable column of a text, unchanged in the database."""
    if name in LENGTHS:
        return models.CharField(db_column=name, max_length=LENGTHS[name], **kwargs)
    return models.TextField(db_column=name, **kwargs)


def beside(model, name):
    """Return the operations that rename a readable column in Python only and put the sealed one beside it."""
    sealed = portal.core.encryption.fields.EncryptedTextField(db_column=f"sealed_{name}", plain=f"plain_{name}")
    return [
        migrations.AlterField(model, name, plain(name, blank=True)),
        migrations.RenameField(model, name, f"plain_{name}"),
        migrations.AlterField(model, f"plain_{name}", plain(name, blank=True, editable=False)),
        migrations.AddField(model, name, sealed),
    ]


def open_words(apps, schema_editor):
    """Put the sealed words back where the release before reads them."""
    for model, names in WORDS.items():
        rows = apps.get_model("requests", model).objects
        for row in rows.select_related("case" if model == "estimate" else "estimate__case").iterator():
            case, place = (row.case, row.pk) if model == "estimate" else (row.estimate.case, f"{row.estimate_id}-{row.order}")
            sealed = {name: row.__dict__[name] for name in names if row.__dict__[name] is not None}
            if not sealed:
                continue
            key = unwrap(bytes(case.sealed_key)) if case.sealed_key else None
            words = {
                f"plain_{name}": unseal(key, bytes(value), f"requests_{model}.sealed_{name}:{place}").decode()
                if value and key
                else ""
                for name, value in sealed.items()
            }
            rows.filter(pk=row.pk).update(**words)


class Migration(migrations.Migration):
    dependencies = [("requests", '0010_same_form')]

    operations = [
        *(operation for model, names in WORDS.items() for name in names for operation in beside(model, name)),
        migrations.RunPython(migrations.RunPython.noop, open_words),
    ]
