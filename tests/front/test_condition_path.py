"""The way of one request for the page of a condition through our modules.

Counted in a warm process, in which pure functions remember what they have returned. The modules of the middleware and
of the database's connection, which pass a request or a query through, are listed apart.
"""

import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db

URL = "/{}/conditions/liver-metastases/"
PASSING_THROUGH = {
    *(path.rpartition(".")[0] for path in (*settings.MIDDLEWARE, settings.MESSAGE_STORAGE)),
    f"{settings.DATABASES['default']['ENGINE']}.base",
}


def _contracts() -> list[dict[str, list[str]]]:
    tool = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    found: list[dict[str, list[str]]] = tool["importlinter"]["contracts"]
    return found


TOWER, FLOORS = (_contracts()[place]["layers"] for place in (0, 1))
FLOOR_OF = {name.strip(" ()"): place for place, line in enumerate(FLOORS) for name in line.replace(":", "|").split("|")}


def height(module: str) -> tuple[str, int, int | None]:
    """The package of a module and the numbers of its layers, counted from the roof; a module may be on no floor."""
    package = next(name for name in TOWER if module == name or module.startswith(f"{name}."))
    floor = module.removeprefix(f"{package}.").partition(".")[0]
    return package, TOWER.index(package), FLOOR_OF.get(floor)


def is_climb(caller: str, called: str) -> bool:
    """Whether a module calls one of a higher layer."""
    package, tower, floor = height(caller)
    other, other_tower, other_floor = height(called)
    if package != other:
        return other_tower < tower
    return floor is not None and other_floor is not None and other_floor < floor


@dataclass
class Way:
    """The modules that were entered, in order, and the calls that went up."""

    modules: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    climbs: set[tuple[str, str]] = field(default_factory=set)

    def note(self, frame: FrameType, event: str, argument: object) -> None:
        module = _own(frame)
        if event != "call" or module is None:
            return
        entered = self.passed if module in PASSING_THROUGH else self.modules
        if module not in entered:
            entered.append(module)
        caller = _caller(frame)
        if caller is not None and module not in PASSING_THROUGH and is_climb(caller, module):
            self.climbs.add((caller, module))


def _own(frame: FrameType) -> str | None:
    path = Path(frame.f_code.co_filename)
    if not path.is_relative_to(settings.BASE_DIR) or {".venv", "tests"} & set(path.parts):
        return None
    return str(frame.f_globals["__name__"])


def _caller(frame: FrameType) -> str | None:
    """The module of ours that called, however far away, but for those that only pass through."""
    above = frame.f_back
    while above is not None:
        module = _own(above)
        if module is not None and module not in PASSING_THROUGH:
            return module
        above = above.f_back
    return None


def way_of(address: str) -> Way:
    client, way = Client(), Way()
    for _warm in range(2):
        assert client.get(address).status_code == 200
    sys.setprofile(way.note)
    try:
        response = client.get(address)
    finally:
        sys.setprofile(None)
    assert response.status_code == 200
    return way


@pytest.mark.parametrize("language", ["en", "ru", "ar"])
def test_a_page_goes_through_seven_modules_and_never_up(language: str) -> None:
    way = way_of(URL.format(language))
    print("\n".join(way.modules), "apart:", *way.passed, sep="\n")
    assert way.modules[0] == "portal.front.views.condition_page"
    assert len(way.modules) <= 7, way.modules
    assert way.climbs == set()


def test_a_climb_is_seen() -> None:
    assert is_climb("conditions.selectors.editions", "portal.front.condition_pages.pdf")
    assert is_climb("conditions.models.editions", "conditions.selectors.editions")
    assert not is_climb("portal.front.views.condition_page", "conditions.selectors.editions")
    assert not is_climb("conditions.selectors.editions", "conditions.edition_html")
