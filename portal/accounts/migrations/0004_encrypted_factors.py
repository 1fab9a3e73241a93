"""Encrypt the secrets of second factors that an older version stored in the open."""

from django.db import migrations

from portal.accounts.factor_encryption import PREFIX, change_secrets, decrypt, encrypt


def encrypt_all(apps, schema_editor):
    _rewrite(apps, lambda value: value if value.startswith(PREFIX) else encrypt(value))


def decrypt_all(apps, schema_editor):
    _rewrite(apps, decrypt)


def _rewrite(apps, change):
    """Change each secret of each factor; a row that is used meanwhile is not overwritten."""
    Authenticator = apps.get_model("mfa", "Authenticator")
    for pk in Authenticator.objects.exclude(type="webauthn").values_list("pk", flat=True):
        row = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            continue
        row.data = change_secrets(row.data, change)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_verified_addresses"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt_all, decrypt_all)]
