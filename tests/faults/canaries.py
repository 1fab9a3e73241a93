"""Search for a patient's texts, and for secrets of staff, where they must not be, in every encoding that a store might give them."""

import base64
import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import redis
from django.contrib.sessions.models import Session
from django.db import connection

from tests.services import MailServer, Portal, RedisServer
from tests.services.postgres import find_binaries

NAME = "Quetzalina Zephyrbrook"
EMAIL = "quetzal.post@example.org"
PHONE = "0509172638"
BEST_TIME = "after the wobblegong rings"
STORY = "The growth is called snorfblatt, по-русски зюзябрик."
TO_TEAM = "Please tell Doctor Grimplewick of it."
FROM_TEAM = "We heard of your flumdiddle."
NOTE = "She sounds like a humdrumble."
# Secrets of second factors: of an authenticator app (base32), and the seed of recovery codes (hex).
APP_SECRET = "KLABAUTERFACTORSECRETAB234567234"
CODES_SEED = "5eedfab1e5" * 8
# What a coordinator types into an estimate: the name of a line, its terms, and those of the whole.
LINE, LINE_RU, LINE_INCLUDED = "A glimmerwump in general anaesthesia", "Операция глиммервамп", "One frobnitz a day"
LINE_EXCLUDED, PAID, TERMS_INCLUDED, TERMS_EXCLUDED = "No wibbleflop", "By snicklefritz", "Quibblesnort", "Blatherskite"
REASON = "A second crumpethorn is needed."
# What a coordinator writes down in a continuity pack.
MEDICINE, SIGN, LETTER, LETTER_RU = (
    "Zoodlepills",
    "If you feel gobsmacked",
    "Dear Doctor Fizzlewhit",
    "Коллега Шмурыгин",
)
# Papers: the name of a file, the header of a study, what stands in a PDF and in a DOCX, why one is rejected.
FILE_NAME, HEADER_NAME, HEADER_ID = "kerfuffle of Zephyrbrook", "ZEPHYRBROOK^QUETZALINA", "BUMBERSHOOT77"
IN_PDF, IN_DOCX, WHY_REJECTED = "lollygag in the left lobe", "a gubbins was seen", "It shows a widdershins."
# What finance writes: the paper of a payment, a note, and why a record is cancelled.
PAYMENT_PAPER, PAYMENT_NOTE, WHY_CANCELLED = "Invoice fiddlefaddle", "Her son skedaddled", "Typed by a lickspittle"
WORDS = [
    *(APP_SECRET, CODES_SEED),
    *("Quetzalina", "Zephyrbrook", "quetzal.post", PHONE[1:], "050 917 2638", "wobblegong"),
    *("snorfblatt", "зюзябрик", "Grimplewick", "flumdiddle", "humdrumble"),
    *("glimmerwump", "глиммервамп", "frobnitz", "wibbleflop", "snicklefritz", "quibblesnort", "blatherskite"),
    "crumpethorn",
    *("zoodlepills", "gobsmacked", "Fizzlewhit", "Шмурыгин"),
    *("fiddlefaddle", "skedaddled", "lickspittle"),
    *("kerfuffle", "BUMBERSHOOT77", "lollygag", "gubbins", "widdershins"),
]

# What was found: the word and the place.
type Hits = set[tuple[str, str]]
type Places = dict[str, str]


def find(places: Places) -> Hits:
    """Return which word stands in which place."""
    lowered = {place: text.casefold() for place, text in places.items()}
    return {
        (word, place)
        for word in WORDS
        for place, text in places.items()
        if any(form in lowered[place] for form in _spellings(word)) or any(form in text for form in _in_base64(word))
    }


def _spellings(word: str) -> set[str]:
    """Return a word as it is, as hex (how a dump prints bytes), in an address line and in JSON."""
    forms = {word, word.encode().hex(), quote(word), quote(word, safe=""), json.dumps(word)[1:-1]}
    return {form.casefold() for form in forms}


def _in_base64(word: str) -> set[str]:
    """Return the letters that a word has within a text in base64, at each of the three offsets."""
    forms = set()
    for offset in range(3):
        data = bytes(offset) + word.encode()
        whole = len(data) // 3 * 3
        letters = base64.b64encode(data[:whole]).decode()[4 * bool(offset) :]
        forms |= {letters, letters.replace("+", "-").replace("/", "_")}
    return forms


def everywhere(portal: Portal, broker: RedisServer, mail: MailServer) -> Places:
    """Return everything that the portal has written down, by place."""
    return {
        **tables(),
        "sessions": "\n".join(json.dumps(one.get_decoded(), ensure_ascii=False) for one in Session.objects.all()),
        **redis_keys(broker),
        **{f"log of {name}": process.output() for name, process in portal.processes.items()},
        "log of Redis": broker.output(),
        "log of PostgreSQL": postgres_log(),
        **files(portal),
        **mails(mail),
    }


def tables() -> Places:
    """Return a dump of the database, split into its tables; the rest (their definitions) is one place."""
    address = connection.settings_dict
    url = f"postgres://portal@127.0.0.1:{address['PORT']}/{address['NAME']}"
    command = [str(find_binaries() / "pg_dump"), "--format=plain", "--dbname", url]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines: dict[str, list[str]] = {}
    place = "definitions"
    for line in dump.splitlines():
        if line.startswith("COPY public."):
            place = f"table {line.split()[1].removeprefix('public.')}"
        lines.setdefault(place, []).append(line)
        if line == "\\.":
            place = "definitions"
    return {place: "\n".join(rows) for place, rows in lines.items()}


def redis_keys(broker: RedisServer) -> Places:
    """Return every key with its value, and the file that holds every command that Redis ever got."""
    found: Places = {}
    with broker.client() as client:
        for key in client.scan_iter():
            found[f"Redis key {key.decode(errors='replace')}"] = f"{key!r} {_value(client, key)!r}"
    for path in broker.folder.rglob("*"):
        if path.is_file() and path.name != "log":
            found[f"Redis file {path.name}"] = path.read_bytes().decode(errors="replace")
    return found


def _value(client: redis.Redis, key: bytes) -> object:
    readers: dict[bytes, Callable[[bytes], object]] = {
        b"string": client.get,
        b"list": lambda name: client.lrange(name, 0, -1),
        b"set": client.smembers,
        b"hash": client.hgetall,
        b"zset": lambda name: client.zrange(name, 0, -1),
    }
    return readers[client.type(key)](key)  # type: ignore[index]  # the stubs think of asyncio too


def postgres_log() -> str:
    """Return the log of the database server; it prints a statement that fails, with its values."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = cursor.fetchone()[0]
    return (Path(folder).parent / "log").read_text(errors="replace")


def files(portal: Portal) -> Places:
    """Return the names and the content of the files under VAR_DIR; the logs are places of their own."""
    found: Places = {"names of files": ""}
    for path in sorted(portal.folder.rglob("*")):
        found["names of files"] += f"{path.relative_to(portal.folder)}\n"
        if path.is_file() and path.suffix != ".log":
            found[f"file {path.name}"] = path.read_bytes().decode(errors="replace")
    return found


def mails(mail: MailServer) -> Places:
    """Return the mails as people read them; one to the patient names her address as its recipient, that is all."""
    found: Places = {}
    for number, message in enumerate(mail.messages()):
        to = str(message["X-Rcpt-To"])
        text = "\n".join(_readable(message))
        if to == EMAIL:
            found[f"mail {number} to the patient"] = text.replace(f"To: {EMAIL}\n", "")
        else:
            found[f"mail {number} to the desk"] = text
    return found


def _readable(message: EmailMessage) -> Iterator[str]:
    for name, value in message.items():
        yield f"{name.removeprefix('X-Rcpt-')}: {value}"
    for part in message.walk():
        if not part.is_multipart():
            yield f"\n{part.get_content()}"


def open_files(portal: Portal) -> Places:
    """Return what lies in the files that the portal's processes have open, those without a name among them.

    Logs are places of their own; what looks into papers may write no file.
    """
    sessions = {process.pid for process in portal.processes.values() if process.is_running}
    found: Places = {}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):  # it ends, or is closed, while it is looked at
            if os.getsid(int(link.parts[2])) not in sessions:
                continue
            name = str(link.readlink())
            if stat.S_ISREG(link.stat().st_mode) and not name.endswith((".log", ".py", ".so")):
                found[f"open file {name}"] = link.read_bytes().decode(errors="replace")
    return found
