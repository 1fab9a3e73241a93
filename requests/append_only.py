"""Triggers that keep the audit log append-only, on both databases, made after each run of `migrate`.

SQLite drops the triggers of a table that Django makes anew, and renames no table that the trigger of another one
names: so they go before the migrations and come back after them. PostgreSQL's stay; those that are missing are made.

A row of ``SEALED`` may go once its day (UTC) is sealed and ``KEPT_DAYS`` old, by whole days
(``services.audit_seals.remove_before``). The portal's role in PostgreSQL may not delete at all: it calls the function
``requests_remove_sealed_day``, which runs as the owner of the tables.
"""

from typing import Any

from django.db import connections
from django.db.backends.utils import CursorWrapper

# The database refuses to remove younger days, whatever a rule of retention says.
KEPT_DAYS = 365
SEALED = ("requests_event", "requests_accessevent")
LATE = "requests_lateauditrow"
NEVER_DELETED = ("requests_consenttext", "requests_auditseal", "requests_auditremoval", "requests_auditcheck")
TABLES = (*SEALED, LATE, *NEVER_DELETED)

POSTGRESQL = """
CREATE OR REPLACE FUNCTION requests_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('requests_event', 'requests_accessevent', 'requests_lateauditrow') THEN
        IF OLD.at < statement_timestamp() - interval 'KEPT_DAYS days'
        AND EXISTS (SELECT FROM requests_auditseal WHERE day >= (OLD.at AT TIME ZONE 'UTC')::date) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'Rows of % are never changed or deleted.', TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION requests_note_late_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM requests_auditseal WHERE day >= (NEW.at AT TIME ZONE 'UTC')::date) THEN
        INSERT INTO requests_lateauditrow (row_id, table_name, at) VALUES (NEW.id, TG_TABLE_NAME, clock_timestamp());
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION requests_remove_sealed_day(sealed date) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ends timestamptz := (sealed + 1)::timestamp AT TIME ZONE 'UTC';
    removed bigint := 0;
    deleted bigint;
    name text;
BEGIN
    IF ends > statement_timestamp() - interval 'KEPT_DAYS days'
    OR NOT EXISTS (SELECT FROM requests_auditseal WHERE day = sealed)
    OR EXISTS (SELECT FROM requests_auditseal WHERE day < sealed
               AND NOT EXISTS (SELECT FROM requests_auditremoval WHERE seal_id = day)) THEN
        RAISE EXCEPTION 'Only the oldest sealed day is removed, once it is KEPT_DAYS days old.'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    FOREACH name IN ARRAY ARRAY['requests_event', 'requests_accessevent'] LOOP
        EXECUTE format('DELETE FROM %I AS kept WHERE at < $1
            AND NOT EXISTS (SELECT FROM requests_lateauditrow WHERE row_id = kept.id)', name) USING ends;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        removed := removed + deleted;
        EXECUTE format('DELETE FROM %I AS kept USING requests_lateauditrow AS late
            WHERE late.row_id = kept.id AND late.at < $1', name) USING ends;
        GET DIAGNOSTICS deleted = ROW_COUNT;
        removed := removed + deleted;
    END LOOP;
    DELETE FROM requests_lateauditrow WHERE at < ends;
    INSERT INTO requests_auditremoval (seal_id, rows, removed_at) VALUES (sealed, removed, clock_timestamp());
    RETURN removed;
END $$;
""".replace("KEPT_DAYS", str(KEPT_DAYS))


def unprotect(using: str, **kwargs: Any) -> None:
    """Drop the triggers on SQLite before tables are made anew; receives ``pre_migrate``."""
    if connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            for table in TABLES:
                for name in ("no_change", "no_deletion", "late"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")


def take_back(using: str) -> None:
    """Drop what asks for tables that the release before does not have."""
    unprotect(using)
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            for table in SEALED:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_late ON {table}")


def protect(using: str, **kwargs: Any) -> None:
    """Make the triggers that are missing; receives ``post_migrate``, and may run again at any time."""
    connection = connections[using]
    # At a release before this one there is nothing to ask whether a day is sealed.
    if set(TABLES) <= set(connection.introspection.table_names()):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                _protect_postgresql(cursor)
            else:
                _protect_sqlite(cursor)


def _protect_postgresql(cursor: CursorWrapper) -> None:
    cursor.execute(POSTGRESQL)
    cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    there = {name for (name,) in cursor.fetchall()}
    # To make a trigger anew would lock the table of a portal that serves.
    for table in TABLES:
        if f"{table}_append_only" not in there:
            cursor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION requests_refuse_change()"
            )
    for table in SEALED:
        if f"{table}_late" not in there:
            cursor.execute(
                f"CREATE TRIGGER {table}_late AFTER INSERT ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION requests_note_late_row()"
            )


def _protect_sqlite(cursor: CursorWrapper) -> None:
    for table in TABLES:
        refuse = f"BEGIN SELECT RAISE(ABORT, 'Rows of {table} are never changed or deleted.'); END"
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {table}_no_change BEFORE UPDATE ON {table} {refuse}")
        may_stay = (
            ""
            if table in NEVER_DELETED
            else (
                f"WHEN OLD.at >= datetime('now', '-{KEPT_DAYS} days') "  # noqa: S608 – tables of ours
                "OR NOT EXISTS (SELECT 1 FROM requests_auditseal WHERE day >= date(OLD.at))"
            )
        )
        cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {table}_no_deletion BEFORE DELETE ON {table} {may_stay} {refuse}")
    for table in SEALED:
        cursor.execute(
            f"CREATE TRIGGER IF NOT EXISTS {table}_late AFTER INSERT ON {table} "  # noqa: S608 – as above
            "WHEN EXISTS (SELECT 1 FROM requests_auditseal WHERE day >= date(NEW.at)) BEGIN "
            "INSERT INTO requests_lateauditrow (row_id, table_name, at) "
            f"VALUES (NEW.id, '{table}', strftime('%Y-%m-%d %H:%M:%f', 'now')); END"
        )
