"""People who sign in: staff today, patients with an account later."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from portal.accounts.roles import sync_roles  # noqa: PLC0415 – needs the apps to be ready

        post_migrate.connect(sync_roles, dispatch_uid="accounts.sync_roles")
