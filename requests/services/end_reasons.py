"""Loading of the reasons of endings from a content file."""

from pathlib import Path

from conditions.models import LoadedContent
from portal.core.content.content_files import Entry, fill, read_yaml, save
from portal.core.content.loader import Loader, Say
from requests.models import EndReason

PATH = Path(__file__).parent.parent / "content" / "end_reasons.yaml"
KNOWN = ("code", "ending", "name")


def load_all(say: Say, *, path: Path = PATH, force: bool = False) -> None:
    """Load the reasons of endings; ``say`` gets a line for each."""
    whole = Entry(read_yaml(path), path, "", ("reasons",))
    loader = Loader(LoadedContent.objects, say, force=force)
    for order, entry in enumerate(whole.entries("reasons", KNOWN), start=1):
        with loader.row(EndReason, {"code": entry.text("code")}, [order, entry.row]) as reason:
            if reason is None:
                continue
            fill(reason, order=order, ending=entry.text("ending"), **entry.texts("name"))
            save(reason, entry)
