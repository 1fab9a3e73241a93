"""Report of texts of the interface that lack a translation: ``python -m tests.translations``."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from portal.core.localisation import languages

PROJECT = Path(__file__).resolve().parent.parent
LIVE = [code for code in os.environ.get("LIVE_LANGUAGES", ",".join(languages.LIVE)).split(",") if code != "en"]


def problems() -> list[str]:
    """Collect the texts afresh in a copy and return a line for each that has no good translation."""
    with tempfile.TemporaryDirectory() as folder:
        collect(Path(folder))
        return [line for code in LIVE for line in problems_of(code, Path(folder))]


def collect(copy: Path) -> None:
    """Copy the sources to ``copy`` and gather the texts there."""
    for name in (
        "portal",
        "conditions",
        "clinics",
        "requests",
        "templates",
        "locale",
        "static",
        "manage.py",
        "uv.lock",
    ):
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        elif source.exists():
            shutil.copy(source, copy / name)
    languages = [word for code in LIVE for word in ("-l", code)]
    command = [sys.executable, "manage.py", "makemessages", *languages, "--no-location", "--no-wrap", "-v0"]
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "VAR_DIR")}
    subprocess.run(command, cwd=copy, check=True, env=environment)


def problems_of(code: str, copy: Path) -> list[str]:
    """Compare the translations of one language with the texts that the copy has."""
    path = Path("locale") / code / "LC_MESSAGES" / "django.po"
    if not (PROJECT / path).exists():
        return [f"{path} does not exist: run `make messages`."]
    format_check = subprocess.run(
        ["msgfmt", "--check-format", "-o", os.devnull, PROJECT / path], capture_output=True, text=True, check=False
    )
    found = [format_check.stderr] if format_check.returncode else []
    ours = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(PROJECT / path))}
    for wanted in polib.pofile(str(copy / path)):
        entry = ours.get((wanted.msgctxt, wanted.msgid))
        if wanted.obsolete:
            continue
        if entry is None or entry.obsolete:
            found.append(f"{code}: not collected yet: {wanted.msgid!r}")
        elif entry.fuzzy:
            found.append(f"{code}: fuzzy: {wanted.msgid!r}")
        elif not entry.translated():
            found.append(f"{code}: not translated: {wanted.msgid!r}")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(problems()) or None)
