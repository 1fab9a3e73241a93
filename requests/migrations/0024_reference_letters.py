from django.db import migrations


def index(apps, schema_editor):
    """Index the letters of references, of which the desk searches for a part, where the database can."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute(
            "CREATE INDEX case_reference_letters ON requests_case"
            " USING gin (replace(reference::text, '-'::text, ''::text) gin_trgm_ops)"
        )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('DROP INDEX case_reference_letters')


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_search'),
        ('requests', '0023_canned_replies'),
    ]

    operations = [migrations.RunPython(index, drop)]
