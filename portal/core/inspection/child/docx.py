"""DOCX by the rules of its ZIP: a document of text and pictures, with nothing in it that runs or is fetched."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from .findings import Findings
from .limits import Limits
from .reasons import ACTIVE, BROKEN, OLD_OFFICE, TWO_IN_ONE, UNPACKS_TOO_LARGE, Refusal

_FOLDERS = ("_rels/", "docProps/", "word/", "customXml/", "docMetadata/")
_TYPES, _DOCUMENT = "[Content_Types].xml", "word/document.xml"
_FORBIDDEN_NAMES = ("vbaproject", "vbadata", "/embeddings/", "/activex/", "/afchunk")
_FORBIDDEN_TYPES = ("macroenabled", "vbaproject", "oleobject", "activex", "x-msdownload")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# What a document may name outside itself: a link that somebody has to click.
_HYPERLINK = "/hyperlink"
_CHUNK = "/afchunk"
_INSTRUCTION = "instrText"
_FETCHES = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE)\b", re.IGNORECASE)
_PIECE = 1 << 16


def examined(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], size: int, limits: Limits) -> Findings:
    """Return the findings about a DOCX; raises ``Refusal``."""
    names = {member.filename for member in members}
    if len(names) < len(members):
        raise Refusal(BROKEN)  # one reader takes the first of two, another the last
    if any(name.startswith(("xl/", "ppt/")) for name in names):
        raise Refusal(OLD_OFFICE)
    if sum(member.file_size for member in members) > limits.unpacked_docx_bytes:
        raise Refusal(UNPACKS_TOO_LARGE)
    if _DOCUMENT not in names:
        raise Refusal(BROKEN)
    if any(part in f"/{name.lower()}" for name in names for part in _FORBIDDEN_NAMES):
        raise Refusal(ACTIVE)
    if not all(name == _TYPES or name.startswith(_FOLDERS) for name in names):
        raise Refusal(TWO_IN_ONE)
    try:
        for member in members:
            _check(archive, member)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, expat.ExpatError, ValueError) as error:
        raise Refusal(BROKEN) from error
    return Findings("docx")


def _check(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    name = member.filename
    elements = list(_read(archive, member)) if name.endswith((".xml", ".rels")) else []
    if name == _TYPES:
        types = [words.get("ContentType", "") for _element, words in elements]
        if any(part in kind.lower() for kind in types for part in _FORBIDDEN_TYPES):
            raise Refusal(ACTIVE)
        if _WORD not in types:
            raise Refusal(BROKEN)
    if name.endswith(".rels"):
        for _element, words in elements:
            kind = words.get("Type", "").lower()
            is_outside = words.get("TargetMode", "").lower() == "external"
            if kind.endswith(_CHUNK) or (is_outside and not kind.endswith(_HYPERLINK)):
                raise Refusal(ACTIVE)
    if name == _DOCUMENT and not elements[0][0].endswith(":document"):
        raise Refusal(BROKEN)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> "Iterator[tuple[str, dict[str, str]]]":
    """Yield the elements that matter: the first one, relationships and types; refuse what runs or is fetched."""
    kept: list[tuple[str, dict[str, str]]] = []
    instructions: list[str] = []
    inside = [False]
    parser = expat.ParserCreate()

    def begin(element: str, words: dict[str, str]) -> None:
        local = element.rpartition(":")[2]
        inside[0] = local == _INSTRUCTION
        instructions.extend(value for name, value in words.items() if name.endswith("instr"))
        if not kept or local in ("Relationship", "Override", "Default"):
            kept.append((element, words))

    def text(words: str) -> None:
        if inside[0]:
            instructions.append(words)

    def end(element: str) -> None:
        inside[0] = False

    def declared(*_about: object) -> None:
        raise Refusal(ACTIVE)  # Word writes no document type; entities are bombs, or are fetched

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    with archive.open(member) as opened:
        while piece := opened.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    # A field is often cut into several runs.
    if _FETCHES.search("".join(instructions)):
        raise Refusal(ACTIVE)
    yield from kept
