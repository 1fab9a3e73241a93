"""nginx ends TLS by itself or stands behind a proxy that does; either way each visitor is told apart."""

import re
import socket
import ssl
import warnings
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from requests.models import Case
from tests.faults.visitor import Visitor
from tests.services import Nginx, Portal


def test_plain_http_leads_to_https_and_cookies_are_for_this_host_alone(portal: Portal, tls_nginx: Nginx) -> None:
    portal.start("web")
    tls_nginx.start()
    plain = httpx.get(f"http://127.0.0.1:{tls_nginx.port}/en/clinics/?area=oncology", headers={"Host": "evil.example"})
    assert plain.status_code == 301
    assert plain.headers["Location"] == f"{tls_nginx.url}/en/clinics/?area=oncology"
    assert httpx.get(f"http://127.0.0.1:{tls_nginx.port}/healthz/").text == "ok\n"
    with tls_nginx.client() as client:
        page = client.get("/en/requests/new/")
        assert page.status_code == 200
        assert page.headers["Strict-Transport-Security"].startswith("max-age=63072000")
        assert page.headers["Set-Cookie"].startswith("__Host-csrftoken=")
    with tls_nginx.client() as client, Visitor(tls_nginx.url, client=client) as visitor:
        visitor.send(email="patient@example.org")
    assert Case.objects.count() == 1


def test_old_tls_is_refused(lonely_tls_nginx: Nginx) -> None:
    lonely_tls_nginx.start()

    def shakes_hands(version: ssl.TLSVersion) -> bool:
        context = ssl.create_default_context(cafile=str(lonely_tls_nginx.authority))
        context.set_ciphers("DEFAULT@SECLEVEL=0")  # the client would take anything
        context.minimum_version = context.maximum_version = version
        with socket.create_connection(("127.0.0.1", lonely_tls_nginx.tls_port), timeout=5) as plain:
            try:
                context.wrap_socket(plain, server_hostname="localhost").close()
            except ssl.SSLError:
                return False
        return True

    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        assert not shakes_hands(ssl.TLSVersion.TLSv1_1)
    assert shakes_hands(ssl.TLSVersion.TLSv1_2)
    assert shakes_hands(ssl.TLSVersion.TLSv1_3)


def test_nobody_but_a_named_proxy_is_believed(lonely_tls_nginx: Nginx) -> None:
    lonely_tls_nginx.portal.env["OUTER_PROXIES"] = "192.0.2.0/24"
    lonely_tls_nginx.start()
    for claims in ("https", "http"):
        spoofed = httpx.get(f"http://127.0.0.1:{lonely_tls_nginx.port}/en/", headers={"X-Forwarded-Proto": claims})
        assert spoofed.status_code == 301


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"IS_HTTPS": True}, "SITE_URL is https and nobody ends TLS"),
        ({"TLS_CERTIFICATE": "/etc/tls/fullchain.pem"}, "Set both TLS_CERTIFICATE and TLS_KEY"),
        ({"OUTER_PROXIES": ["10.0.0.1/8"]}, "OUTER_PROXIES: 10.0.0.1/8 has host bits set."),
        ({"OUTER_PROXIES": ["10.0.0.0/8; return 200"]}, "OUTER_PROXIES:"),
    ],
)
def test_what_cannot_work_is_refused_in_a_sentence(
    settings: LazySettings, variables: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    for name, value in variables.items():
        setattr(settings, name, value)
    with pytest.raises(CommandError) as refused:
        call_command("write_nginx", tmp_path / "refused")
    assert str(refused.value).startswith(sentence)
    assert not (tmp_path / "refused").exists()


@pytest.mark.parametrize(
    ("drained", "sentence"),
    [(["web-3:8000"], "No web server is called web-3:8000"), (["127.0.0.1:8000"], "One web server at least")],
)
def test_a_drain_that_leaves_nobody_is_refused(drained: list[str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("write_nginx", tmp_path / "refused", drain=drained)


def test_static_files_come_compressed_from_nginx(portal: Portal, nginx: Nginx) -> None:
    portal.env["METRICS_TOKEN"] = "a-token"
    portal.start("web")
    nginx.start()
    with nginx.client() as client:
        [style, *_] = re.findall(r'href="(/static/[^"]+\.css)"', client.get("/en/").text)
        for is_away in (False, True):
            static = client.get(style, headers={"Accept-Encoding": "gzip"})
            assert static.status_code == 200
            assert static.headers["Content-Encoding"] == "gzip"
            assert "immutable" in static.headers["Cache-Control"]
            if not is_away:
                assert client.get("/readyz/").json()["parts"]["database"] == "ok"
                # Figures are for who asks the portal itself, on a port that is not public.
                token = {"Authorization": "Bearer a-token"}
                assert client.get("/metrics", headers=token).status_code == 404
                assert httpx.get(f"{portal.url}/metrics", headers=token).status_code == 200
                portal["web"].stop()
