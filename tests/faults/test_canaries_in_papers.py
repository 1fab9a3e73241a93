"""Names, headers and contents of papers are readable nowhere: not while they come, are checked and read, nor afterwards."""

from pathlib import Path
from zipfile import ZIP_STORED

import pytest
from django.conf import settings

from portal.accounts.models import User
from portal.core.encryption.parts import PART
from portal.core.storage import s3_url
from requests.models import Case, Document
from tests.accounts.cast import staff_client
from tests.core import inspection_files
from tests.core.inspection_files import dicom, docx, pdf
from tests.factories import submit
from tests.faults import canaries
from tests.faults.test_canaries import ADDRESSES
from tests.faults.visitor import Visitor
from tests.nginx.stub import OPERATOR
from tests.papers import FORM_TYPE, PaperSender
from tests.services import MailServer, Nginx, Portal, RedisServer, S3Server
from tests.services.process import wait_until

pytestmark = pytest.mark.faults
PATIENCE = 120


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Papers with something to find in each of them, none of it compressed."""
    zipped = inspection_files.zipped
    monkeypatch.setattr(inspection_files, "zipped", lambda members: zipped(members, ZIP_STORED))
    contents = {
        "dcm": dicom(PatientName=canaries.HEADER_NAME, PatientID=canaries.HEADER_ID),
        "pdf": pdf(content=f"1 0 0 rg 100 100 300 500 re f % {canaries.IN_PDF}".encode()),
        "docx": docx(run=f"<w:t>{canaries.IN_DOCX}</w:t>"),
    }
    paths = {}
    for kind, content in contents.items():
        paths[kind] = tmp_path / f"{canaries.FILE_NAME}.{kind}"
        paths[kind].write_bytes(content)
    return paths


@pytest.fixture(params=["folder", "bucket"])
def bucket(request: pytest.FixtureRequest, quick_portal: Portal, monkeypatch: pytest.MonkeyPatch) -> S3Server | None:
    """The store of the portal: None for the folder."""
    if request.param == "folder":
        return None
    server: S3Server = request.getfixturevalue("s3_server")
    quick_portal.env["S3_URL"] = server.url("canaries")
    monkeypatch.setattr(settings, "STORAGES", settings.STORAGES | {"private": s3_url.storage(server.url("canaries"))})
    return server


def everywhere(
    portal: Portal, nginx: Nginx, bucket: S3Server | None, redis: RedisServer, mail: MailServer
) -> canaries.Places:
    """Return all that is written down, in the proxy and in the bucket too."""
    found = canaries.everywhere(portal, redis, mail) | canaries.open_files(portal)
    found |= {"log of nginx": nginx.output(), "names of files of nginx": ""}
    for path in nginx.folder.rglob("*"):
        found["names of files of nginx"] += f"{path}\n"
        if path.is_file():
            found[f"file {path.name} of nginx"] = path.read_bytes().decode(errors="replace")
    for name, data in (bucket.files("canaries") if bucket else {}).items():
        found[f"object {name}"] = data.decode(errors="replace")
    return found


def patient_sends(sender: PaperSender, files: dict[str, Path]) -> dict[str, str]:
    """Send each paper in both ways, some of them cut off, and return the ids of those in parts by kind."""
    for path in files.values():
        data, key = path.read_bytes(), sender.begin(path.stat().st_size, path.name)
        sender.break_off("PUT", sender.upload(key), data[:-5], len(data), upload_offset="0")
        body = b"".join(sender.form(path))
        sender.break_off("POST", sender.form_address(), body[:-40], len(body), content_type=FORM_TYPE)
        # What nobody may send says its name in a sentence.
        wrong = body.replace(b".dcm", b".exe").replace(b".pdf", b".exe").replace(b".docx", b".exe")
        assert sender.ask("POST", sender.form_address(), wrong, content_type=FORM_TYPE)[0] == 422
        sender.send_by_form(path)
    return {kind: sender.send_in_parts(path, name=path.name) for kind, path in files.items()}


def desk_works(desk: Visitor, case: Case, keys: dict[str, str]) -> None:
    """Look at each paper, read it, and reject it."""
    for kind, key in keys.items():
        address = f"/admin/requests/case/{case.pk}/documents/{key}"
        # An image that was sent twice is a series, which is not called as its files are.
        shown = "Medical images of one series" if kind == "dcm" else canaries.FILE_NAME
        assert shown in desk.open(f"{address}/judge/")
        for rest in ("/", "/preview/"):
            assert desk.client.get(f"{address}{rest}").status_code in (200, 404)  # a DOCX has no picture
        words = {"state": "rejected", "reason": canaries.WHY_REJECTED}
        assert desk.post(f"{address}/judge/", desk.open(f"{address}/judge/"), words).status_code == 302


def test_nothing_of_a_paper_can_be_read_anywhere(
    quick_portal: Portal,
    redis_server: RedisServer,
    smtp_sink: MailServer,
    bucket: S3Server | None,
    files: dict[str, Path],
    tmp_path: Path,
) -> None:
    portal = quick_portal
    portal.env |= OPERATOR
    for name in ("web", "web-2"):
        portal[name].command[-1:-1] = ["--access-log", "--access-log-fmt", ADDRESSES]
    nginx = Nginx(portal, tmp_path / "nginx")
    nginx.has_limits = False
    temporary = portal.folder / "tmp"
    temporary.mkdir()
    portal.env["TMPDIR"] = str(temporary)
    portal.start("web", "web-2", "worker", "long", "relay", "beat")
    nginx.start()
    case = submit(email=canaries.EMAIL)
    sender = PaperSender(nginx.port, case, host="localhost", seconds=PATIENCE)
    try:
        keys = patient_sends(sender, files)
        rows = Document.objects.here()
        wait_until(
            lambda: rows.count() == 6 and not rows.filter(checked_at=None).exists(),
            seconds=PATIENCE,
            what=f"all are checked\n{portal.output()}",
        )
        assert set(rows.values_list("kind", "refused")) == {("dicom", ""), ("pdf", ""), ("docx", "")}
        for kind, key in keys.items():
            assert sender.ask("GET", f"{sender.page}{key}/")[1][132:] == files[kind].read_bytes()[132:]
        with Visitor(nginx.url) as desk:
            cookies = staff_client(User.objects.get(email="desk0@marus.example")).cookies
            desk.client.cookies.set("sessionid", cookies["sessionid"].value, domain="localhost.local")
            desk_works(desk, case, keys)
        # In the middle of a form: a part and more of its file has come, and nobody has let go of it.
        form = sender.form(files["pdf"])
        body = b"".join(form)[: -len(form.end)] + bytes(PART)
        held = sender.raw(
            "POST", sender.form_address(), body, content_type=FORM_TYPE, content_length=str(2 * len(body))
        )
        wait_until(
            lambda: Document.objects.filter(received_at=None, size=0).exists(), seconds=PATIENCE, what="a form comes"
        )
        places = everywhere(portal, nginx, bucket, redis_server, smtp_sink)
        held.close()
        for place, proof in {
            "table requests_document_file": keys["pdf"],
            "table requests_event": "document",
            "log of nginx": "PUT (private) 200",
            "log of web": "/documents/uploads/",
            "names of files": "tmp",
        }.items():
            assert proof in places[place] + places[f"{place}-2" if place == "log of web" else place], place
        assert sum(place.startswith("object " if bucket else "file ") for place in places) >= 6
        assert canaries.find(places) == set()

        for row in Document.objects.here():
            assert sender.ask("POST", f"{sender.page}{row.pk}/remove/")[0] == 302
        assert canaries.find(everywhere(portal, nginx, bucket, redis_server, smtp_sink)) == set()
    finally:
        nginx.stop()
