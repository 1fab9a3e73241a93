"""Draws the workflow of a case from the table that the code uses."""

from typing import Any

from django.core.management.base import BaseCommand

from requests import workflow

PAGE = """# The workflow of a case

Drawn from the table in `requests/workflow.py` by `manage.py workflow_diagram`.

```mermaid
{diagram}
```
"""


class Command(BaseCommand):
    help = "Print docs/workflow.md: the moves that a case may make, as a diagram."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(PAGE.format(diagram=workflow.diagram()), ending="")
