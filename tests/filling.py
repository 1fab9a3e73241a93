"""What the kept cluster holds: the database of the tests, and a template for databases of single tests."""

import gc
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases

from tests import frozen
from tests.conditions import catalogue
from tests.services import PreparedPostgres

TEST_DATABASE = "test_portal"
TEMPLATE_DATABASE = "portal_template"


def fill(server: PreparedPostgres) -> None:
    """Migrate, load the content, and keep it beside the tables with the made-up catalogues (tests/frozen.py)."""
    # To look for garbage among the models of migrations, which come and go by the thousand, takes a fifth of the time.
    gc.disable()
    setup_databases(verbosity=0, interactive=False, aliases={"default": False})
    gc.enable()
    call_command("load_content", samples=True, stdout=StringIO())
    connection.close()
    server.create_database(TEMPLATE_DATABASE, template=TEST_DATABASE)
    frozen.keep()
    catalogue.keep_all()
    connection.close()
    for database in (TEMPLATE_DATABASE, TEST_DATABASE):
        server.execute("VACUUM ANALYZE", database=database)
    server.keep()


def fill_sqlite() -> None:
    """Do the same in the file of the embedded default, which lasts for one run."""
    call_command("migrate", verbosity=0)
    call_command("load_content", samples=True, stdout=StringIO())
    frozen.keep()
    catalogue.keep_all()
    connection.close()
