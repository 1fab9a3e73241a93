"""The first promise of the desk: an answer within 8 working hours."""

from typing import Any

from django.db import migrations


def add(apps: Any, schema_editor: Any) -> None:
    apps.get_model("requests", "Deadline").objects.get_or_create(status="new", defaults={"working_hours": 8})


class Migration(migrations.Migration):
    dependencies = [("requests", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
