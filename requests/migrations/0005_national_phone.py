"""A hash of the national phone number, so that the desk finds it however it is read out.

Numbers are encrypted: each is opened with the key of its case. A case whose key was destroyed has no
number any more. A key ring that does not open the others stops the migration, and nothing is changed.
"""

from typing import Any

from django.db import migrations

import portal.core.encryption.fields
from portal.core.encryption.primitives import keyed_hash, unseal, unwrap
from portal.core.localisation.phones import national_number


def fill(apps: Any, schema_editor: Any) -> None:
    cases = apps.get_model("requests", "Case").objects.using(schema_editor.connection.alias)
    known = cases.exclude(phone_hash="").order_by("pk").only("sealed_key", "phone")
    for case in known.iterator(chunk_size=500):
        if not case.sealed_key:
            continue
        sealed = bytes(case.__dict__["phone"])
        phone = unseal(unwrap(bytes(case.sealed_key)), sealed, f"requests_case.phone:{case.pk}").decode()
        if national := national_number(phone):
            cases.filter(pk=case.pk).update(national_phone_hash=keyed_hash(national))


class Migration(migrations.Migration):
    dependencies = [("requests", "0004_waiting_since")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="national_phone_hash",
            field=portal.core.encryption.fields.KeyedHashField(part=national_number, source="phone"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
