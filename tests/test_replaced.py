"""No mocks of our own code: what tests put in the place of a function of ours, and why.

Clocks, sizes (names in capitals) and what a module remembers may be set by any test. A function of ours is
never imitated: it is watched, fails, or something else happens while it runs, and stands here with its reason.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
OURS = ("portal", "conditions", "clinics", "requests")
CLOCKS = {"time", "timezone"}

REPLACED = {
    "clinics.models.Clinic.save": "fails after it has saved",
    "clinics.models.Clinic.validate_unique": "finds nothing: the other row came a moment later",
    "clinics.services.loading.fill": "the process ends in the middle of a load",
    "conditions.services.loading.publish_all": "the process ends in the middle of a load",
    "page_admin.get_queryset": "a list without rows; other rows keep these from being deleted",
    "portal.core.admin.conflicts.lock": "the row is deleted while its lock is waited for",
    "portal.front.site.context_processors.site_head": "a header with a broken link, for the walk that is tested to find",
    "portal.core.delivery.long_work.Work.progress": "a paper comes while another is scanned",
    "portal.core.backups.erasures.append": "the disk of the list is full",
    "portal.core.files.delete": "the store is away in the middle",
    "portal.core.files.sha256": "the worker is killed when the file is written and its row is not",
    "portal.core.inspection.deidentification.served": "answers that no child of ours gives",
    "portal.core.virus_scanner._send": "the scanner hangs up and calls clean what it has not seen",
    "portal.core.virus_scanner._verdict": "an answer that no scanner of ours gives",
    "portal.core.virus_scanner.ping": "how often it asks is counted",
    "portal.core.virus_scanner.scan": "the paper is removed meanwhile",
    "portal.core.delivery.outbox._record": "the database is away at first",
    "portal.core.delivery.outbox.claim": "the database is away",
    "portal.core.encryption.rehashing._hash": "the row is corrected while it runs",
    "portal.core.encryption.rekeying.rewrap": "the key is erased while it runs",
    "portal.core.search.fulltext._has_full_text": "a database that has no full-text search",
    "portal.front.condition_pages.drawing.draw": "how often it draws is counted",
    "portal.front.condition_pages.pdf.document": "how often it prints is counted",
    "portal.front.opening.safety.storages": "a bucket, which tests of its own have",
    "requests.models.cases.secrets": "references have the widest letters, so that what fits with them fits with all",
    "requests.services.document_checks.inspect": "the case is erased while it runs",
    "requests.services.document_parts.write": "the case is erased before its transaction ends",
    "requests.services.erasing.destroy": "somebody writes before its transaction ends",
    "requests.services.erasures.erase": "fails, or the process ends, in the middle of a night",
    "requests.services.packages.fill": "the process ends in the middle of a load",
}
# Sizes, and what modules remember, which a test begins without.
SET = {
    "portal.core.monitoring.alerts._checks",
    "portal.core.caching.content_version._known",
    "portal.core.monitoring.heartbeats._written_at",
    "portal.core.postgresql.base.outage",
    "portal.core.encryption.rekeying._columns",
    "requests.services.printing._printers",
    "portal.core.delivery.long_work._stopping",
    "portal.core.delivery.smtp._kept",
    "portal.front.site.sitemaps.LanguageSitemap.limit",
    "requests.admin.cases.CaseAdmin.list_per_page",
}


def replaced(source: str) -> Iterator[str]:
    """Yield the dotted names of ours that a test puts something else in the place of."""
    tree = ast.parse(source)
    imports = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    } | {alias.name: alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    strangers = {name.partition(".")[0] for name in imports.values()} - set(OURS)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="setattr" | "patch" | "object") | ast.Name(id="patch")):
                name = _named(node.args, imports)
            case _:
                continue
        parts = name.split(".")
        if parts[0] not in strangers and not parts[-1].isupper() and not CLOCKS & set(parts):
            yield name


def _named(arguments: list[ast.expr], imports: dict[str, str]) -> str:
    """Return the dotted name that `setattr(links, "address", …)` or `patch("requests.services.links.address", …)` means."""
    target = arguments[0]
    if isinstance(target, ast.Constant):
        return str(target.value)
    root, _, rest = ast.unparse(target).partition(".")
    return ".".join(filter(None, [imports.get(root, root), rest, ast.literal_eval(arguments[1])]))


def test_what_is_put_in_the_place_of_our_functions_stands_here() -> None:
    sources = [path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts]
    found = {name for path in sources for name in replaced(path.read_text())}
    assert found - SET == set(REPLACED)


def test_a_mock_of_our_code_is_seen() -> None:
    imported = "from unittest import mock\nfrom requests.services import links\n"
    assert list(replaced(f'{imported}monkeypatch.setattr(links, "address", str)')) == [
        "requests.services.links.address"
    ]
    assert list(replaced(f'{imported}mock.patch("requests.services.links.address")')) == [
        "requests.services.links.address"
    ]
    assert list(replaced(f'{imported}monkeypatch.setattr(links.time, "time", str)')) == []
