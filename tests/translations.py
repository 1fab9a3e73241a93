"""The texts of the interface in two catalogues, and a report of those that lack a translation: ``python -m tests.translations``.

``locale`` holds what patients may read, in every live language, ``locale_admin`` what only staff reads, in Russian;
with what Django and Unfold say on pages of the desk (``libraries.pot``), which its English part words anew where needed.
``python -m tests.translations collect`` gathers both from the sources, as ``make messages`` does.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import polib

from portal.core.localisation import languages

PROJECT = Path(__file__).resolve().parent.parent
LIVE = [code for code in os.environ.get("LIVE_LANGUAGES", ",".join(languages.LIVE)).split(",") if code != "en"]
PUBLIC, ADMIN = "locale", "locale_admin"
# The desk has English and this language.
OF_ADMIN = "ru"
LIBRARIES = Path(ADMIN) / "libraries.pot"
SOURCES = ("portal", "conditions", "clinics", "requests", "templates", PUBLIC, ADMIN, "static", "manage.py", "uv.lock")
# Files whose texts no patient reads. What stands in another file too is for both.
OF_STAFF = re.compile(
    r"""
    (portal/core|portal/accounts|conditions|clinics|requests)/admin/
    | (conditions|clinics|requests)/models/ | portal/(core|accounts)/models\.py | (\w+/)+apps\.py
    | portal/settings\.py | portal/front/(admin_(home|menu|ready)\.py|opening/)
    | portal/core/(localisation/desk_formats\.py|spreadsheets/|delivery/)
    | portal/accounts/(enums|deliveries|roles|second_factor|services/people)\.py
    | conditions/(readability|permissions|deliveries)\.py | conditions/services/(gate|questionnaire_gate|spreadsheets)\.py
    | conditions/selectors/(drafts|history|parts|upkeep)\.py
    | clinics/(imaging|deliveries)\.py | clinics/services/ | clinics/selectors/upkeep\.py
    | requests/permissions\.py | requests/deliveries/ | requests/services/(?!acceptance_records|account_deletion|decision_texts|decisions|documents|estimate_changes|estimate_sources|follow_ups|missing_papers) | requests/selectors/(absences|assignment|brief_checks|desk|handover|next_date|presence|queue|replies|reviews|who_saw)\.py
    | requests/forms/(assignment|briefs|by_hand|contacts|continuity|desk|documents|erasures|estimates|facts|payments|person|price_takeovers|queue|reviews|sending|tasks|trips|who_saw)\.py
    | templates/account/(account_inactive|login|password_reset\w*|reauthenticate|signed_out)\.html
    | templates/admin/ | templates/unfold/ | templates/emails/account\.(invitation|password_link)
    """,
    re.VERBOSE,
)
# The context (pgettext) of a text that only staff reads in a file that patients read too.
CONTEXT_OF_STAFF = "desk"


def problems() -> list[str]:
    """Collect the texts afresh in a copy and return a line for each that has no good translation."""
    with tempfile.TemporaryDirectory() as folder:
        collect(Path(folder))
        found = [line for path in catalogues() for line in problems_of(path, Path(folder))]
    known = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(PROJECT / LIBRARIES))}
    english = polib.pofile(str(PROJECT / _path(ADMIN, "en")))
    strange = [entry.msgid for entry in english if (entry.msgctxt, entry.msgid) not in known or not entry.translated()]
    return found + [f"{_path(ADMIN, 'en')}: not in {LIBRARIES}, or without words: {msgid!r}" for msgid in strange]


def catalogues() -> list[Path]:
    """Return the path of each catalogue inside the project."""
    pairs = [*((PUBLIC, code) for code in LIVE), (ADMIN, OF_ADMIN)]
    return [Path(folder) / code / "LC_MESSAGES" / "django.po" for folder, code in pairs]


def collect(copy: Path) -> None:
    """Copy the sources to ``copy``, gather the texts there and put each into its catalogue."""
    for name in SOURCES:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        elif source.exists():
            shutil.copy(source, copy / name)
    together, apart = copy / _path(PUBLIC, OF_ADMIN), copy / _path(ADMIN, OF_ADMIN)
    if apart.exists():
        # Django gathers into one catalogue, and takes from it what is translated already.
        _run("msgcat", "--use-first", "--no-wrap", "-o", together, together, apart)
    words = [word for code in LIVE for word in ("-l", code)]
    _run(sys.executable, "manage.py", "makemessages", *words, "--add-location=file", "--no-wrap", "-v0", cwd=copy)
    for path in (copy / _path(PUBLIC, code) for code in LIVE):
        texts = polib.pofile(str(path), wrapwidth=0)
        if path == together:
            _add_libraries(texts)
            apart.parent.mkdir(parents=True, exist_ok=True)
            _write(texts, copy, apart, lambda entry: not entry.obsolete and is_of_staff(entry))
        _write(texts, copy, path, lambda entry: entry.obsolete or not is_of_staff(entry))


def _add_libraries(texts: polib.POFile) -> None:
    """Add what the libraries say; Django took it for obsolete, for it stands in no file of ours."""
    gathered = {(entry.msgctxt, entry.msgid): entry for entry in texts}
    for entry in polib.pofile(str(PROJECT / LIBRARIES)):
        known = gathered.get((entry.msgctxt, entry.msgid))
        if known is None:
            texts.append(entry)
        elif known.obsolete:
            known.obsolete, known.flags = False, entry.flags


def is_of_staff(entry: polib.POEntry) -> bool:
    """Whether no patient reads a text: by its context, or by the files that it stands in."""
    return entry.msgctxt == CONTEXT_OF_STAFF or all(
        OF_STAFF.match(path.removeprefix("./")) for path, _line in entry.occurrences
    )


def _path(folder: str, code: str) -> Path:
    return Path(folder) / code / "LC_MESSAGES" / "django.po"


def _write(texts: polib.POFile, copy: Path, path: Path, is_wanted: Callable[[polib.POEntry], bool]) -> None:
    kept = polib.POFile(wrapwidth=0)
    kept.metadata, kept.header, kept.metadata_is_fuzzy = texts.metadata, texts.header, texts.metadata_is_fuzzy
    before = polib.pofile(str(PROJECT / path.relative_to(copy))) if (PROJECT / path.relative_to(copy)).exists() else []
    places = {(entry.msgctxt, entry.msgid): place for place, entry in enumerate(before)}
    wanted = [entry for entry in texts if is_wanted(entry)]
    for entry in wanted:
        if entry.fuzzy and (entry.msgctxt, entry.msgid) not in places:
            _forget_guess(entry)
    # Where they stood, and what is new at the end: several people add texts at a time.
    kept.extend(sorted(wanted, key=lambda entry: places.get((entry.msgctxt, entry.msgid), len(places))))
    kept.save(str(path))
    _run("msgcat", "--no-location", "--no-wrap", "-o", path, path)


def _forget_guess(entry: polib.POEntry) -> None:
    """Leave a new text without a translation, in place of that of a text which looks alike."""
    entry.flags.remove("fuzzy")
    entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
    entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")


def _run(*command: str | Path, cwd: Path = PROJECT) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "VAR_DIR")}
    subprocess.run([str(word) for word in command], cwd=cwd, check=True, env=environment)


def problems_of(path: Path, copy: Path) -> list[str]:
    """Compare the translations of one catalogue with the texts that the copy has for it."""
    if not (PROJECT / path).exists():
        return [f"{path} does not exist: run `make messages`."]
    format_check = subprocess.run(
        ["msgfmt", "--check-format", "-o", os.devnull, PROJECT / path], capture_output=True, text=True, check=False
    )
    found = [format_check.stderr] if format_check.returncode else []
    ours = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(PROJECT / path)) if not entry.obsolete}
    wanted = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(copy / path)) if not entry.obsolete}
    for key in sorted(wanted, key=str):
        entry = ours.get(key)
        if entry is None:
            found.append(f"{path}: not collected yet: {key[1]!r}")
        elif entry.fuzzy:
            found.append(f"{path}: fuzzy: {key[1]!r}")
        elif not entry.translated():
            found.append(f"{path}: not translated: {key[1]!r}")
    # What is in the wrong catalogue would be asked of translators who never see it.
    found += [f"{path}: does not belong here: {msgid!r}" for _context, msgid in sorted({*ours} - wanted, key=str)]
    return found


def main() -> None:
    """Report what is missing, or write the catalogues anew."""
    if sys.argv[1:] != ["collect"]:
        sys.exit("\n".join(problems()) or None)
    with tempfile.TemporaryDirectory() as folder:
        collect(Path(folder))
        for path in catalogues():
            (PROJECT / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(folder) / path, PROJECT / path)


if __name__ == "__main__":
    main()
