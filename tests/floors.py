"""Diagram of the packages and the imports between them: ``bin/floors`` prints it.

A room is a module or folder right below one of the six packages; an arrow says that one room imports another.
"""

from collections import defaultdict

import grimp

PACKAGES = ("portal.front", "requests", "clinics", "conditions", "portal.accounts", "portal.core")
LEFT_OUT = ("migrations", "management", "apps")


def arrows() -> dict[str, dict[str, set[str]]]:
    """Return, for each package from the roof down, its rooms with the rooms that each imports."""
    graph = grimp.build_graph("portal", "requests", "clinics", "conditions", include_external_packages=False)
    found: dict[str, dict[str, set[str]]] = {package: defaultdict(set) for package in PACKAGES}
    for module in graph.modules:
        here = _room(module)
        if here is None:
            continue
        package, room = here
        found[package][room].update(
            f"{other[0]}.{other[1]}"
            for imported in graph.find_modules_directly_imported_by(module)
            if (other := _room(imported)) and other != here
        )
    return found


def _room(module: str) -> tuple[str, str] | None:
    package = next((name for name in PACKAGES if module.startswith(f"{name}.")), None)
    room = module.removeprefix(f"{package}.").partition(".")[0]
    return (package, room) if package and room not in LEFT_OUT else None


def main() -> None:
    """Print each package with its rooms, what each imports of its own package, and which packages below."""
    everything = arrows()
    for package, rooms in everything.items():
        inside = {
            room: sorted(one.removeprefix(f"{package}.") for one in to if _package(one) == package)
            for room, to in rooms.items()
        }
        print(f"{package}: {len(rooms)} rooms, {sum(map(len, inside.values()))} arrows inside")
        for room in sorted(rooms):
            below = sorted({_package(one) for one in rooms[room]} - {package}, key=PACKAGES.index)
            print(f"  {room:<24} {', '.join(inside[room]) or '–'}" + (f"   [{', '.join(below)}]" if below else ""))
        print()
    total = sum(len(to) for rooms in everything.values() for to in rooms.values())
    print(f"{sum(map(len, everything.values()))} rooms, {total} arrows")


def _package(room: str) -> str:
    return room.rpartition(".")[0]


if __name__ == "__main__":
    main()
