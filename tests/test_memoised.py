"""What a process remembers depends on nothing that changes while it runs, and says why that is so.

Whatever depends on the active language, on rows or on the day is computed anew, is kept under a version
that changes with it, or takes all of that as arguments.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

PACKAGES = ("portal", "conditions", "clinics", "requests")
MUTATES = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "setdefault",
    "update",
}  # fmt: skip

REGISTRY = "A registry: filled while modules are imported, read afterwards."
RELEASE = "Made of a file of the release alone."
LIBRARY = "Made of its arguments and of data that a locked library brings."
QUESTION = "A question, not its answer: each use of it asks the database anew."
REASONS = {
    ("clinics/selectors/cards.py", "_first_sentence"): "Made of its argument.",
    ("clinics/selectors/cards.py", "_clinics"): QUESTION,
    ("clinics/selectors/cards.py", "_travel_facts"): QUESTION,
    ("clinics/selectors/index.py", "cached._build"): (
        "Keyed by the version of the directory, which every change renews in its own transaction, and by the day. "
        "Decision 0019."
    ),
    ("clinics/selectors/photos.py", "_folder"): "Addresses of the release; this one has no language.",
    ("portal/core/localisation/alphabet.py", "place"): "Made of its arguments, the language among them.",
    ("portal/accounts/services/patients.py", "_knows_address"): REGISTRY,
    ("conditions/edition_html.py", "design"): "A hash of files of the release, of settings and of versions of libraries.",
    ("portal/core/localisation/scripts.py", "foreign_language"): "Made of its arguments.",
    ("conditions/selectors/costs.py", "_prices"): QUESTION,
    ("conditions/selectors/editions.py", "_current"): QUESTION,
    ("conditions/selectors/editions.py", "_named"): QUESTION,
    ("conditions/selectors/editions.py", "_shown"): QUESTION,
    ("conditions/selectors/editions.py", "_stored"): QUESTION,
    ("conditions/selectors/editions.py", "_with_page"): QUESTION,
    ("portal/core/content/translated_columns.py", "_names"): "Names of columns, made of its arguments.",
    ("portal/core/content/translated_columns.py", "columns"): "Names of columns, made of its arguments.",
    ("portal/core/monitoring/alerts.py", "_checks"): REGISTRY,
    ("portal/core/backups/verification.py", "_checks"): REGISTRY,
    ("portal/core/caching/content_version.py", "_known"): "The version of the content, asked for anew each second and after each change.",
    ("portal/core/caching/content_version.py", "_public"): REGISTRY,
    ("portal/front/site/context_processors.py", "_head"): "Made of its arguments, the language among them, and of addresses of the release.",
    ("portal/front/site/context_processors.py", "foot"): "Made of its arguments, the language among them, and of addresses of the release.",
    ("portal/front/site/context_processors.py", "navigation"): "Labels and addresses of the release, in the language of its argument.",
    ("portal/core/localisation/countries.py", "_codes"): "Made of its argument, of a locked library and of a file of the release.",
    ("portal/core/localisation/countries.py", "_elsewhere_on"): (
        "Made of the day, its argument, of a locked library and of a file of the release."
    ),
    ("portal/core/localisation/countries.py", "_synonyms"): RELEASE,
    ("portal/core/localisation/formats.py", "_older_names"): LIBRARY,
    ("portal/core/localisation/formats.py", "countries"): LIBRARY,
    ("portal/core/localisation/formats.py", "day"): LIBRARY,
    ("portal/core/localisation/formats.py", "locale"): LIBRARY,
    ("portal/core/localisation/formats.py", "money"): LIBRARY,
    ("portal/core/localisation/formats.py", "zone_city"): LIBRARY,
    ("portal/core/bulk/bulk_changes.py", "_followers"): REGISTRY,
    ("portal/core/monitoring/heartbeats.py", "_written_at"): "When this process wrote: it decides only whether it writes again.",
    ("portal/core/text/markdown.py", "_parser"): "An object without a state of its own.",
    ("portal/core/monitoring/metrics.py", "_gauges"): REGISTRY,
    ("portal/core/localisation/money.py", "in_words"): "Made of its arguments, the language among them, and of translations of the release.",
    ("portal/core/delivery/long_work.py", "_stopping"): "Whether this worker was told to stop: it never starts again.",
    ("portal/core/storage/sweeping.py", "_columns"): REGISTRY,
    ("requests/services/documents.py", "_sums"): QUESTION,
    ("portal/core/storage/folder.py", "_on_disk"): "Folders that are on the disk for good; one that is made anew is forgotten.",
    ("portal/core/delivery/outbox.py", "_handlers"): REGISTRY,
    ("portal/core/backups/erasures.py", "_replays"): REGISTRY,
    ("requests/services/printing.py", "_printers"): REGISTRY,
    ("portal/core/delivery/outbox.py", "_kinds"): REGISTRY,
    ("portal/core/content/markdown_files.py", "split"): RELEASE,
    ("portal/core/pdf.py", "engine"): RELEASE,
    ("portal/core/health/readiness.py", "_migrated"): (
        "Names of databases that were once as new as this code; no process runs newer code than at its start."
    ),
    ("portal/core/encryption/rekeying.py", "_columns"): REGISTRY,
    ("portal/core/search/fulltext.py", "_stem"): LIBRARY,
    ("portal/core/search/fulltext.py", "_stemmer"): LIBRARY,
    ("portal/core/text/typography.py", "_rules"): "Compiled patterns of this file, by language.",
    ("portal/core/worktime.py", "_own_days"): QUESTION,
    ("portal/core/worktime.py", "_russia"): "The calendar of a locked library, asked for single days.",
    ("portal/core/localisation/zones.py", "_by_population"): RELEASE,
    ("portal/core/localisation/zones.py", "_of_country"): "Made of its arguments, the day among them, and of the locked tzdata.",
    ("portal/core/localisation/zones.py", "zone_info"): LIBRARY,
    ("portal/front/site/alternates.py", "_path"): "Addresses of the release, in the language of its argument.",
    ("portal/front/condition_pages/condition_page.py", "page_addresses"): "Addresses of the release, in the languages of its arguments.",
    ("portal/front/condition_pages/condition_page.py", "trail"): "Made of its arguments.",
    ("portal/front/condition_pages/drawing.py", "_font"): "A font of the machine, which is installed before the process starts.",
    ("portal/front/search/results.py", "_stems"): LIBRARY,
    ("requests/forms/fields.py", "spoken_languages"): LIBRARY,
    ("requests/models/consents.py", "_html"): "Made of its arguments.",
    ("requests/admin/queue_rows.py", "_marks"): "Made of its arguments, the language among them, and of translations of the release.",
    ("requests/selectors/packages.py", "_cards"): QUESTION,
    ("requests/selectors/queue_rows.py", "_messages"): QUESTION,
    ("requests/selectors/queue.py", "_numbers"): QUESTION,
    ("requests/selectors/queue_rows.py", "_told_of"): QUESTION,
    ("requests/services/clock.py", "_deadline"): QUESTION,
    ("requests/selectors/packages.py", "_listed"): "Made of its arguments, the language among them.",
}  # fmt: skip


def test_everything_that_a_process_remembers_has_its_reason() -> None:
    root = Path(settings.BASE_DIR)
    found = {
        (str(path.relative_to(root)), name)
        for package in PACKAGES
        for path in (root / package).rglob("*.py")
        for name in remembered(path.read_text(encoding="utf-8"))
    }
    without_reason, gone = found - REASONS.keys(), REASONS.keys() - found
    assert not without_reason, "This outlives a request. Say in REASONS why nothing that it depends on can change."
    assert not gone, "This is remembered no more: take its reason out."


def test_the_walk_sees_what_outlives_a_request() -> None:
    source = """
import functools
from functools import cache as kept, lru_cache
from functools import cached_property

by_decorator_of_a_module = None
stored, removed, attribute, swapped = {}, [], object(), None
constant = {"a": 1}
wrapped = kept(len)

@kept
def plain(): ...

@functools.lru_cache(maxsize=1)
def sized(): ...

class Holder:
    @lru_cache
    def method(self): ...
    @cached_property
    def of_one_object(self): ...
    def __init__(self):
        self.also_of_one_object = kept(self.method)

def outer():
    @lru_cache(maxsize=2)
    def inner(): ...
    stored["a"] = constant["a"]
    removed.pop()
    attribute.value = 1
    def local(constant):
        constant["a"] = 2
    return inner

def replace():
    global swapped
    swapped = 1
"""
    assert sorted(remembered(source)) == [
        "Holder.method", "attribute", "outer.inner", "plain", "removed", "sized", "stored", "swapped", "wrapped",
    ]  # fmt: skip


def remembered(source: str) -> set[str]:
    """Return the names in a module whose values outlive a call: caches of functools, and stores filled in functions."""
    tree = ast.parse(source)
    at_module_level = {name for node in tree.body for name in _targets(node)}
    return {*_cached(tree, _names_of_caches(tree), ""), *(_changed(tree, frozenset()) & at_module_level)}


def _names_of_caches(tree: ast.Module) -> set[str]:
    """Return what ``cache`` and ``lru_cache`` are called in a module."""
    found = {"functools.cache", "functools.lru_cache"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "functools":
            found |= {alias.asname or alias.name for alias in node.names if alias.name in {"cache", "lru_cache"}}
    return found


def _cached(node: ast.AST, caches: set[str], prefix: str) -> Iterator[str]:
    """Yield the qualified names that a cache is put around."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if any(_uses(decorator, caches) for decorator in child.decorator_list):
                    yield prefix + child.name
                yield from _cached(ast.Module(child.body, []), caches, f"{prefix}{child.name}.")
            case ast.Assign() | ast.AnnAssign() if child.value and _uses(child.value, caches):
                yield from (prefix + name for name in _targets(child))
            case _ if isinstance(child, ast.expr) and _uses(child, caches):
                yield prefix.removesuffix(".")
            case _:
                yield from _cached(child, caches, prefix)


def _uses(node: ast.AST, caches: set[str]) -> bool:
    return any(isinstance(one, ast.Name | ast.Attribute) and ast.unparse(one) in caches for one in ast.walk(node))


def _targets(node: ast.AST) -> list[str]:
    match node:
        case ast.Assign():
            names = (name for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name))
            # What is kept on an object lives as long as the object.
            return [name.id for name in names if isinstance(name.ctx, ast.Store)]
        case ast.AnnAssign(target=ast.Name(name)):
            return [name]
    return []


def _changed(node: ast.AST, local: frozenset[str], *, is_in_function: bool = False) -> set[str]:
    """Return the names that functions change without having made them."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            found |= _changed(child, local | _locals(child), is_in_function=True)
            continue
        if is_in_function:
            found |= {name for name in _changes(child) if name not in local}
        found |= _changed(child, local, is_in_function=is_in_function)
    return found


def _locals(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    everything = list(ast.walk(function))
    shared = {name for node in everything if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    made = {node.id for node in everything if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return ({node.arg for node in everything if isinstance(node, ast.arg)} | made) - shared


def _changes(node: ast.AST) -> list[str]:
    match node:
        case ast.Global(names):
            return names
        case ast.Subscript(ast.Name(name), ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.Attribute(ast.Name(name), ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.Call(ast.Attribute(ast.Name(name), method)) if method in MUTATES:
            return [name]
    return []
