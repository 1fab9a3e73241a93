"""Draws the workflow of a case from the table that the code uses."""

from typing import Any

from django.core.management.base import BaseCommand

from requests import workflow
from requests.services.moves import NEEDS

PAGE = """# The workflow of a case

Drawn from the table in `requests/workflow.py` by `manage.py workflow_diagram`.

```mermaid
{diagram}
```

What a move to a state needs, by `requests/services/moves.py`. Without a checklist of papers, `documents_complete` needs every task of the patient done; `closed` needs discharge papers and a continuity pack to be treated. A lead goes on without, with a reason; nobody without a consent.

{needs}
"""


class Command(BaseCommand):
    help = "Print docs/workflow.md: the moves that a case may make, as a diagram, and what they need."

    def handle(self, *args: Any, **options: Any) -> None:
        needs = [f"- `{to}`: {'; '.join(str(need.label) for need in listed)}" for to, listed in NEEDS.items()]
        self.stdout.write(PAGE.format(diagram=workflow.diagram(), needs="\n".join(needs)), ending="")
