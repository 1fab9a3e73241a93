"""Configuration of the accounts app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        # They need the apps to be ready; receivers register themselves.
        from portal.accounts import checks, factor_encryption, receivers  # noqa: F401, PLC0415
        from portal.accounts.roles import sync_roles  # noqa: PLC0415
        from portal.core.encryption import rekeying  # noqa: PLC0415 – the registry of columns under the key ring

        rekeying.register(
            "mfa.Authenticator", "data", key_ids=factor_encryption.key_ids, rewrap=factor_encryption.rewrap
        )

        rekeying.register("accounts.EmailChange", "wrapped_key")
        post_migrate.connect(sync_roles, dispatch_uid="accounts.sync_roles")
