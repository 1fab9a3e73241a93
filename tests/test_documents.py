"""The documents about the house say what is true of it."""

import re
import tomllib
from typing import Any

from django.apps import apps
from django.conf import settings

from tests import floors

PACKAGES = ("portal", "conditions", "clinics", "requests")


def test_floors_draws_every_package_and_no_arrow_up() -> None:
    drawn = floors.arrows()
    assert list(drawn) == contracts()[0]["layers"]
    for place, (package, rooms) in enumerate(drawn.items()):
        assert rooms, package
        assert not {one for to in rooms.values() for one in to if one.rpartition(".")[0] in floors.PACKAGES[:place]}


def document(name: str) -> str:
    return (settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8")


def contracts() -> list[dict[str, Any]]:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
        return found


def test_the_domain_names_every_model_once_and_nothing_else() -> None:
    rows = re.findall(r"^\| ([^|]+) \|", document("domain.md"), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"[A-Z]\w+", row)]
    ours = (model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES)
    assert sorted(named) == sorted(model.__name__ for model in ours)


def test_the_architecture_shows_the_tower_and_the_floors_that_are_kept() -> None:
    layers = [one for one in contracts() if one["type"] == "layers"]
    lines = [re.sub(r"[()]", "", " > ".join(contract["layers"])) for contract in layers]
    shown = re.findall(r"^    (\S.*)$", document("architecture.md"), re.MULTILINE)
    assert shown == lines
    contributing = (settings.BASE_DIR / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert all(f"`{line}`" in contributing for line in lines[:2])
    assert [contract["containers"] for contract in layers if contract.get("exhaustive")] == [
        ["portal.core"],
        ["portal.front"],
    ]
