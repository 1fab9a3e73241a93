"""The printed diagram is that of the table in the code."""

from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def test_the_diagram_in_the_docs_is_drawn_from_the_table() -> None:
    drawn = StringIO()
    call_command("workflow_diagram", stdout=drawn)
    page = Path(settings.BASE_DIR, "docs", "workflow.md").read_text()
    assert page == drawn.getvalue(), "Run: .venv/bin/python manage.py workflow_diagram > docs/workflow.md"
