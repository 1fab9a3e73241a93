"""Inspect one file under limits and send the result to the parent: what runs in the child process."""

import json
import sys
from dataclasses import asdict
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import TYPE_CHECKING

from . import examination
from .confinement import confine, forbid_processes
from .limits import Limits
from .ranges import ANSWER, REQUEST, RESULT, File
from .reasons import BROKEN, TOOK_TOO_LONG, Refusal

if TYPE_CHECKING:
    from PIL import Image


def main() -> None:
    """Read descriptor, size and limits from the command line, and answer once."""
    descriptor, size, limits = int(sys.argv[2]), int(sys.argv[3]), Limits(**json.loads(sys.argv[4]))
    channel = socket(AF_UNIX, SOCK_STREAM, fileno=descriptor)
    confine(limits)
    answer, preview = _result(File(channel, size), limits)
    words = json.dumps(answer).encode()
    channel.sendall(REQUEST.pack(RESULT, len(words)) + ANSWER.pack(len(preview)) + words + preview)


def _result(file: File, limits: Limits) -> tuple[dict[str, object], bytes]:
    try:
        claimed = examination.claimed_kind(file)
        if claimed != "heic":  # libde265 decodes in a thread
            forbid_processes()
        findings = examination.examined(file, claimed, limits)
        picture, findings.picture = findings.picture, None
        return asdict(findings), _encoded(picture) if picture else b""
    except Refusal as refusal:
        return {"reason": refusal.reason}, b""
    except MemoryError:
        return {"reason": TOOK_TOO_LONG}, b""
    except Exception:  # noqa: BLE001 – whatever a hostile file makes of its parser
        return {"reason": BROKEN}, b""


def _encoded(picture: "Image.Image") -> bytes:
    from . import pictures  # noqa: PLC0415 – the parsers come after the limits

    return pictures.encoded(picture)
