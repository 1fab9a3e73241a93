"""`manage.py warm_pages` opens every page of the sitemap through nginx, and says which ones were not kept."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from tests.nginx.stub import Answer, Stub, in_front_of
from tests.services import Nginx, free_port

PAGES = ["/en/", "/en/clinics/", "/ru/about/"]


def give_sitemap(stub: Stub, site_url: str) -> None:
    def sitemap(*paths: str) -> Answer:
        return Answer("".join(f"<loc>{site_url}{path}</loc>" for path in paths))

    stub.answers |= {
        "/sitemap.xml": sitemap("/sitemap-en.xml", "/sitemap-ru.xml"),
        "/sitemap-en.xml": sitemap(*PAGES[:2]),
        "/sitemap-ru.xml": sitemap(PAGES[2]),
    }


def warm(**options: str) -> str:
    said = StringIO()
    call_command("warm_pages", stdout=said, **options)
    return said.getvalue()


def test_every_page_of_the_sitemap_has_a_copy_afterwards(stub: Stub, stub_nginx: Nginx) -> None:
    give_sitemap(stub, stub_nginx.url)
    stub_nginx.start()
    assert warm() == "nginx keeps 3 pages.\n"
    # Again, from memory or not.
    assert warm() == "nginx keeps 3 pages.\n"
    stub.stop()
    with stub_nginx.client(headers={"Accept-Encoding": "gzip"}) as client:
        assert [client.get(page).status_code for page in PAGES] == [200] * 3
    stub.start()


def test_nginx_is_found_under_another_name_behind_its_certificate(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_front_of(stub, tmp_path / "nginx", tls=True) as nginx:
        monkeypatch.setenv("SSL_CERT_FILE", str(nginx.authority))
        give_sitemap(stub, nginx.url)
        nginx.start()
        # The certificate is for `localhost`, as SITE_URL is.
        assert warm(nginx="127.0.0.1") == "nginx keeps 3 pages.\n"
        assert {headers["host"] for _path, headers in stub.asked} == {f"localhost:{nginx.tls_port}"}
        assert {headers["x-forwarded-proto"] for _path, headers in stub.asked} == {"https"}


def test_nginx_is_found_behind_a_proxy_that_ends_tls(stub: Stub, stub_nginx: Nginx, settings: LazySettings) -> None:
    settings.SITE_URL, settings.IS_HTTPS, settings.OUTER_PROXIES = "https://marus.example", True, ["127.0.0.1"]
    give_sitemap(stub, settings.SITE_URL)
    stub_nginx.start()
    assert warm(nginx="127.0.0.1") == "nginx keeps 3 pages.\n"
    assert {headers["host"] for _path, headers in stub.asked} == {"marus.example"}


def test_what_was_not_kept_is_named(stub: Stub, stub_nginx: Nginx) -> None:
    give_sitemap(stub, stub_nginx.url)
    stub.answers["/en/clinics/"] = Answer(status=404)
    stub_nginx.start()
    with pytest.raises(CommandError, match="1 of 3 pages were not kept:\n/en/clinics/: 404"):
        warm()


def test_a_portal_that_is_away_is_said(stub: Stub, stub_nginx: Nginx) -> None:
    stub_nginx.start()
    stub.stop()
    with pytest.raises(CommandError, match="503, and not from an nginx that keeps pages"):
        warm()
    stub.start()


def test_a_wrong_address_is_said(stub: Stub, settings: LazySettings) -> None:
    settings.SITE_URL = f"http://localhost:{stub.port}"
    with pytest.raises(CommandError, match="200, and not from an nginx that keeps pages"):
        warm()
    settings.SITE_URL = f"http://localhost:{free_port()}"
    with pytest.raises(CommandError, match="Connection refused"):
        warm()
