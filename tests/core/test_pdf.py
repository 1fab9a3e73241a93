"""The PDF engine reads no file and asks no address, whatever a document wants."""

import socket
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
import weasyprint
from django.conf import settings

from portal.core.pdf import Engine, ResourceRefused

CANARY = "canary-7f3a9"
# Every way of HTML and CSS that the engine follows.
ASKING = {
    "image": '<img src="{url}" alt="">',
    "image set": '<img srcset="{url} 2x" src="{url}" alt="">',
    "imported style": '<style>@import "{url}";</style>',
    "imported style by url()": "<style>@import url({url});</style>",
    "background": '<p style="background: url({url})">x</p>',
    "background of the page": "<style>@page {{ background: url({url}) }}</style>",
    "list mark": '<ul style="list-style-image: url({url})"><li>x</ul>',
    "border image": '<p style="border: 1px solid; border-image: url({url}) 1">x</p>',
    "generated content": '<style>p::before {{ content: url("{url}") }}</style><p>x</p>',
    "font": "<style>@font-face {{ font-family: f; src: url({url}) }} p {{ font-family: f }}</style><p>x</p>",
    "stylesheet": '<link rel="stylesheet" href="{url}">',
    "object": '<object data="{url}">x</object>',
    "embed": '<embed src="{url}">',
    "image of an SVG": '<svg width="9" height="9"><image width="9" height="9" href="{url}"/></svg>',
    "old image of an SVG": '<svg width="9" height="9" xmlns:xlink="http://www.w3.org/1999/xlink">'
    '<image width="9" height="9" xlink:href="{url}"/></svg>',
    "attachment of the document": '<link rel="attachment" href="{url}">',
    "attachment of a link": '<a rel="attachment" href="{url}">x</a>',
    "base of all addresses": '<base href="{url}"><img src="" alt=""><img src="{url}/x" alt="">',
}
# What a browser would follow and the engine does not.
INERT = {
    "frame": '<iframe src="{url}"></iframe>',
    "script": '<script src="{url}"></script>',
    "link": '<a href="{url}">x</a>',
    "refresh": '<meta http-equiv="refresh" content="0; url={url}">',
    "part of an SVG": '<svg width="9" height="9"><use href="{url}#a"/></svg>',
    "video": '<video src="{url}" poster="{url}"></video>',
    "external entity": '<!DOCTYPE html [<!ENTITY e SYSTEM "{url}">]><p>&e;</p>',
}


class Listener:
    """Answers nobody on a port of this machine and counts who came."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.visits = 0
        threading.Thread(target=self._count, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/secret"

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            self.visits += 1
            visitor.close()

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """The address of a file that nobody may read."""
    path = tmp_path / "secret"
    path.write_text(CANARY)
    return path.as_uri()


@pytest.fixture(scope="module")
def printer() -> Engine:
    return Engine(settings.BASE_DIR / "static" / "css" / "estimate.css")


def document(payload: str, url: str) -> str:
    return f'<html lang="en"><title>x</title><body>{payload.format(url=url)}</body></html>'


def everything_in(pdf: bytes) -> str:
    reader = pypdf.PdfReader(BytesIO(pdf))
    attached = [content.decode(errors="replace") for contents in reader.attachments.values() for content in contents]
    return "\n".join([page.extract_text() for page in reader.pages] + attached)


@pytest.mark.parametrize("way", ASKING)
def test_a_document_that_asks_for_something_is_refused(
    way: str, printer: Engine, listener: Listener, secret: str
) -> None:
    for url in (secret, listener.url):
        with pytest.raises(ResourceRefused):
            printer.render(document(ASKING[way], url))
    assert listener.visits == 0


@pytest.mark.parametrize("way", INERT)
def test_what_only_a_browser_follows_reads_nothing(way: str, printer: Engine, listener: Listener, secret: str) -> None:
    for url in (secret, listener.url):
        assert CANARY not in everything_in(printer.render(document(INERT[way], url)))
    assert listener.visits == 0


@pytest.mark.parametrize("url", ["secret.png", "/etc/hostname", "//127.0.0.1/x.png", "ftp://127.0.0.1/x", "asset:x"])
def test_no_other_kind_of_address_is_followed(url: str, printer: Engine) -> None:
    with pytest.raises(ResourceRefused):
        printer.render(document(ASKING["image"], url))


def test_the_listener_and_the_canary_are_seen_when_nothing_is_refused(listener: Listener, secret: str) -> None:
    weasyprint.HTML(string=document(ASKING["image"], listener.url)).write_pdf()
    assert listener.visits == 1
    pdf = weasyprint.HTML(string=document(ASKING["attachment of the document"], secret)).write_pdf()
    assert CANARY in everything_in(pdf)
