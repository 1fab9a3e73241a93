"""Tables of ``docs/performance.md``: what the last run of each part of ``make bench`` measured."""

import datetime
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import django

from tests.load.figures import PARTS, Figure

PROJECT = Path(__file__).parent.parent.parent
FILE = PROJECT / "docs" / "performance.md"
START = "<!-- The figures begin: `make bench` writes them. -->"
END = "<!-- The figures end. -->"
HEAD = "| what | measured | goal | | in detail |\n| --- | --- | --- | --- | --- |"


def replace(text: str, part: str, table: str) -> str:
    """Return the document with another table for a part; everything else stays."""
    before, tables, after = split(text)
    tables[part] = table
    sections = [f"### {name}\n\n{tables[name]}\n" for name in PARTS if name in tables]
    return "\n".join([f"{before}{START}\n", *sections, f"{END}{after}"])


def split(text: str) -> tuple[str, dict[str, str], str]:
    """Return what stands before the figures, the table of each part, and what stands after them."""
    before, start, rest = text.partition(START)
    inside, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"{FILE.name} has no place for the figures: it needs the lines\n{START}\n{END}")
    sections = (section.partition("\n") for section in re.split(r"^### ", inside, flags=re.MULTILINE)[1:])
    return before, {name.strip(): table.strip() for name, _newline, table in sections}, after


def table(circumstances: str, figures: Iterable[Figure]) -> str:
    """Return a line about the run and a row for each figure."""
    return "\n".join([circumstances, "", HEAD, *map(_row, figures)])


def rows(table: str) -> list[list[str]]:
    """Return the cells of each row of a table: what, measured, goal, state, detail."""
    lines = table.partition(HEAD)[2].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def circumstances(*, size: str, postgresql: str) -> str:
    """Return when, of what commit, in which size and on what machine a part is measured."""
    today = datetime.datetime.now(datetime.UTC).date()
    versions = [
        f"Python {platform.python_version()}",
        f"Django {django.get_version()}",
        f"PostgreSQL {postgresql.partition(' ')[0]}",
        f"nginx {_nginx()}",
    ]
    return f"{today:%-d %B %Y}, commit {commit()}, {size} sizes; {machine()}; {', '.join(versions)}."


def commit(folder: Path = PROJECT) -> str:
    """Return the commit of a tree, with a "+" when something but the figures was changed since."""
    changes = _git(folder, "status", "--porcelain", "--", ".", f":!{FILE.relative_to(PROJECT)}")
    return f"{_git(folder, 'rev-parse', '--short', 'HEAD')}{'+' if changes else ''}"


def machine() -> str:
    """Return the cores, the model of the processor and the memory."""
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    model = found[1] if found else platform.machine()
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.process_cpu_count()} cores of {model}, {gigabytes:.0f} GB"


def _row(figure: Figure) -> str:
    state = "met" if figure.is_met else "**missed**"
    return f"| {figure.goal.name} | {figure.measured} | {figure.goal} | {state} | {figure.detail} |"


def _nginx() -> str:
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    done = subprocess.run([program, "-v"], capture_output=True, text=True, check=True)
    return done.stderr.strip().rpartition("/")[2]


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
