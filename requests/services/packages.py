"""Loading of the support packages from a content file."""

from pathlib import Path

from conditions.models import LoadedContent
from portal.core.content.content_files import Entry, fill, read_yaml, save
from portal.core.content.loader import Loader, Say
from requests.enums import LineValue
from requests.models import PackageLine, SupportPackage
from requests.models.packages import PackageTerm

PATH = Path(__file__).parent.parent / "content" / "packages.yaml"


def load_all(say: Say, *, path: Path = PATH, force: bool = False) -> None:
    """Load the lines that packages are compared by, then the packages; ``say`` gets a line for each."""
    if not path.exists():
        say("packages: there is no content file")
        return
    whole = Entry(read_yaml(path), path, "", ("lines", "packages", "never_included"))
    never_included = whole.texts("never_included")
    loader = Loader(LoadedContent.objects, say, force=force)
    for order, entry in enumerate(whole.entries("lines", ("code", "name")), start=1):
        with loader.row(PackageLine, {"code": entry.text("code")}, [order, entry.row]) as line:
            if line:
                fill(line, order=order, **entry.texts("name"))
                save(line, entry)
    for order, entry in enumerate(whole.entries("packages", ("slug", "name", "summary", "lines")), start=1):
        load_package(entry, order, never_included, loader)


def load_package(entry: Entry, order: int, never_included: dict[str, str], loader: Loader) -> None:
    """Load one package with what it says about each line."""
    source = [order, never_included, entry.row]
    with loader.row(SupportPackage, {"slug": entry.text("slug")}, source, ("terms",)) as package:
        if package is None:
            return
        fill(package, order=order, **never_included, **entry.texts("name"), **entry.texts("summary", is_needed=False))
        save(package, entry)
        package.terms.all().delete()
        _write_terms(package, Entry(entry.row.get("lines"), entry.path, f"{entry.place}, lines"))


def _write_terms(package: SupportPackage, lines: Entry) -> None:
    """Write one term for each line; every line must be spoken of."""
    known = {line.code: line for line in PackageLine.objects.all()}
    if wrong := set(known) ^ set(lines.row):
        raise lines.fault(f"missing here or unknown: {', '.join(sorted(wrong))}.")
    for code, row in lines.row.items():
        entry = Entry(row, lines.path, f"{lines.place}, {code}", ("value", "detail", "call_days"))
        value = entry.text("value")
        if value not in LineValue.values:
            raise entry.fault(f"unknown value “{value}”; known are {', '.join(LineValue.values)}.")
        call_days = ", ".join(map(str, row.get("call_days", [])))
        term = PackageTerm(package=package, line=known[code], value=value, call_days=call_days)
        fill(term, **entry.texts("detail", is_needed=False))
        save(term, entry)
