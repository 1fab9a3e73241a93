"""Loading of the kinds of tasks from a content file."""

from pathlib import Path

from conditions.models import LoadedContent
from portal.core.content.content_files import Entry, fill, read_yaml, save
from portal.core.content.loader import Loader, Say
from requests.models import TaskKind

PATH = Path(__file__).parent.parent / "content" / "task_kinds.yaml"
KNOWN = ("code", "name", "explanation", "desk", "shown", "offered", "working_days")


def load_all(say: Say, *, path: Path = PATH, force: bool = False) -> None:
    """Load the kinds of tasks; ``say`` gets a line for each."""
    whole = Entry(read_yaml(path), path, "", ("kinds",))
    loader = Loader(LoadedContent.objects, say, force=force)
    for order, entry in enumerate(whole.entries("kinds", KNOWN), start=1):
        with loader.row(TaskKind, {"code": entry.text("code")}, [order, entry.row]) as kind:
            if kind is None:
                continue
            flags = {
                "for_desk": entry.row.get("desk", False),
                "is_shown": entry.row.get("shown", True),
                "is_offered": entry.row.get("offered", True),
                "working_days": entry.row.get("working_days"),
            }
            fill(kind, order=order, **flags, **entry.texts("name"), **entry.texts("explanation", is_needed=False))
            save(kind, entry)
