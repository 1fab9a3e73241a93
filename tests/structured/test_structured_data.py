"""All structured data of the site fits schema.org: each graph is compiled against its types."""

import json
import re
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from conditions.models import Edition
from tests.factories import rewrite
from tests.site.crawl import named_by_sitemaps

type Graphs = dict[str, dict[str, Any]]

HERE = Path(__file__).parent
COMPILER = HERE / "node_modules" / ".bin" / "tsc"
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)

pytestmark = pytest.mark.django_db


def complaints(graphs: Graphs, folder: Path) -> list[str]:
    """Return what the compiler says of graphs, each line with the address of its page."""
    assert COMPILER.exists(), "The types of schema.org are not installed: run `make test`, or `bin/schema-checker`."
    lines = ['import type { Graph } from "schema-dts";']
    lines += [f"export const page{place}: Graph = {json.dumps(graph)};" for place, graph in enumerate(graphs.values())]
    (folder / "graphs.ts").write_text("\n".join(lines), encoding="utf-8")
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    command = [str(COMPILER), "--noEmit", "--strict", "--skipLibCheck", "--types", "", "graphs.ts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    names = list(graphs)
    found = re.findall(r"^graphs\.ts\((\d+),\d+\): (.*)$", done.stdout, re.MULTILINE)
    assert bool(done.returncode) == bool(found), done.stdout + done.stderr
    return [f"{names[int(line) - 2]}: {words}" for line, words in found]


def graph_of(client: Client, address: str) -> dict[str, Any] | None:
    """Return the graph of a page; none when it has no structured data."""
    found = SCRIPT.findall(client.get(address).content.decode())
    assert len(found) <= 1, address
    graph: dict[str, Any] | None = json.loads(found[0]) if found else None
    return graph


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Graphs:
    """The graphs of every page that search engines are told of."""
    client = Client(HTTP_HOST="localhost:8000")
    with django_db_blocker.unblock():
        graphs = {address: graph_of(client, address) for address in named_by_sitemaps(client)}
    return {address: graph for address, graph in graphs.items() if graph}


def types_in(value: Any) -> set[str]:
    """Return every type that a graph uses."""
    return set(values_of(value, "@type"))


def values_of(value: Any, *names: str) -> list[Any]:
    """Return every value of properties, however deep."""
    if isinstance(value, list):
        return [found for inner in value for found in values_of(inner, *names)]
    if not isinstance(value, dict):
        return []
    own = [inner for name, inner in value.items() if name in names and not isinstance(inner, (dict, list))]
    return own + [found for inner in value.values() for found in values_of(inner, *names)]


def test_every_graph_fits_schema_org(site: Graphs, tmp_path: Path) -> None:
    assert complaints(site, tmp_path) == []
    assert types_in(list(site.values())) == {
        "BreadcrumbList",
        "Hospital",
        "ListItem",
        "MedicalCause",
        "MedicalClinic",
        "MedicalCode",
        "MedicalCondition",
        "MedicalProcedure",
        "MedicalSymptom",
        "MedicalTherapy",
        "MedicalWebPage",
        "Organization",
        "PostalAddress",
    }


def test_a_reviewed_page_fits_as_well(tmp_path: Path) -> None:
    edition = Edition.objects.get(condition__slug="cataract", language="en")
    rewrite(edition, reviewed_by="Dr Test", reviewed_credential="eye doctor", reviewed_on="2026-11-20")
    graph = graph_of(Client(HTTP_HOST="localhost:8000"), "/en/conditions/cataract/")
    assert graph is not None
    page = graph["@graph"][0]
    assert (page["lastReviewed"], page["reviewedBy"]["name"]) == ("2026-11-20", "Dr Test")
    assert complaints({"reviewed": graph}, tmp_path) == []


def test_lists_and_pages_say_where_they_stand(site: Graphs) -> None:
    for address in ("/en/conditions/", "/ru/clinics/", "/ar/areas/oncology/", "/en/clinics/emc/"):
        crumbs = site[address]["@graph"][-1]
        assert crumbs["@type"] == "BreadcrumbList"
        assert crumbs["itemListElement"][-1]["item"] == f"http://localhost:8000{address}"


def test_days_are_days_and_addresses_are_whole(site: Graphs) -> None:
    graphs = list(site.values())
    days = values_of(graphs, "datePublished", "dateModified", "lastReviewed")
    assert days
    assert [day for day in days if not re.fullmatch(r"\d{4}-\d\d-\d\d", day)] == []
    addresses = values_of(graphs, "url", "item", "sameAs")
    assert addresses
    assert [one for one in addresses if not one.startswith(("http://", "https://"))] == []


WRONG = {
    "an unknown property": lambda page: page["about"].update(nome="Cataract"),
    "a property of another type": lambda page: page["about"]["code"].update(code="H25"),
    "a type that does not exist": lambda page: page["about"]["signOrSymptom"][0].update({"@type": "MedicalSymptoms"}),
    "a thing in the wrong place": lambda page: page["about"].update(cause=page["reviewedBy"]),
    "a number for a name": lambda page: page.update(name=7),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_check_sees(what: str, site: Graphs, tmp_path: Path) -> None:
    graph = deepcopy(site["/en/conditions/cataract/"])
    page = graph["@graph"][0]
    page["reviewedBy"] = {"@type": "Person", "name": "Dr Test"}
    WRONG[what](page)
    [complaint] = complaints({"wrong": graph}, tmp_path)
    assert complaint.startswith("wrong: error")
