"""Give the role of the running portal what it needs in the database, and no more."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder


class Command(BaseCommand):
    help = "Grants DATABASE_APP_ROLE the rows of all tables; append-only tables can only be read and added to."

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql" or not settings.DATABASE_APP_ROLE:
            raise CommandError("Set DATABASE_APP_ROLE, and DATABASE_URL with the role that owns the tables.")
        role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
        append_only = [model for model in apps.get_models() if getattr(model, "is_append_only", False)]
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in append_only)
        migrations = connection.ops.quote_name(MigrationRecorder.Migration._meta.db_table)
        # One transaction: nobody sees a moment with more, or with less.
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (
                f"GRANT USAGE ON SCHEMA public TO {role}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
                f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
                f"REVOKE UPDATE, DELETE ON {tables} FROM {role}",
                f"REVOKE INSERT, UPDATE, DELETE ON {migrations} FROM {role}",
            ):
                cursor.execute(statement)
        self.stdout.write(f"{settings.DATABASE_APP_ROLE} may read and write rows; {tables} only grow.")
