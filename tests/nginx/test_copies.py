"""nginx keeps public pages for seconds, and the last good copy for when the portal is away."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from portal.front.site.nginx import PAGE_CACHE_CONTROL
from tests.nginx.stub import Answer, Stub
from tests.services import Nginx
from tests.services.process import wait_until

PATH = "/en/conditions/liver-metastases/"
GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}
AWAY = "We are away for a moment"


@pytest.fixture
def site(stub_nginx: Nginx) -> Iterator[httpx.Client]:
    """nginx in front of the stub, and a visitor; what takes 5 seconds takes one."""
    write, configuration = stub_nginx.write, stub_nginx.folder / "nginx.conf"

    def write_quick(*_: str) -> None:
        write()
        text = configuration.read_text()
        for slow, fast in (
            (PAGE_CACHE_CONTROL, PAGE_CACHE_CONTROL.replace("=5", "=1")),
            ("proxy_read_timeout 5s;", "proxy_read_timeout 1s;"),
            ("fail_timeout=5s", "fail_timeout=1s"),
        ):
            assert slow in text
            text = text.replace(slow, fast)
        configuration.write_text(text)

    stub_nginx.write = write_quick  # type: ignore[method-assign]  # so that no test waits long
    stub_nginx.start()
    with stub_nginx.client(headers=GZIP) as client:
        yield client


def state(client: httpx.Client, path: str = PATH, **options: object) -> str:
    return str(client.get(path, **options).headers.get("X-Cache"))  # type: ignore[arg-type]  # options of httpx


def test_a_page_is_asked_for_once_and_a_change_shows_soon(site: httpx.Client, stub: Stub) -> None:
    stub.answers[PATH] = Answer("first")
    with ThreadPoolExecutor(20) as pool:
        texts = set(pool.map(lambda _: site.get(PATH).text, range(20)))
    assert texts == {"first"}
    assert stub.count(PATH) == 1
    assert state(site) == "HIT"
    stub.answers[PATH] = Answer("second")
    wait_until(lambda: site.get(PATH).text == "second", seconds=10, what="the change shows")


def test_whoever_comes_while_a_page_is_fetched_anew_does_not_wait(site: httpx.Client, stub: Stub) -> None:
    stub.answers[PATH] = Answer("first")
    site.get(PATH)
    may_go_on = threading.Event()
    stub.answers[PATH] = Answer("second", may_go_on=may_go_on)
    wait_until(lambda: state(site) == "STALE", seconds=10, what="it grows old")
    assert site.get(PATH).text == "first"
    may_go_on.set()
    wait_until(lambda: site.get(PATH).text == "second", seconds=10, what="the change shows")


def test_a_page_that_was_withdrawn_is_gone(site: httpx.Client, stub: Stub) -> None:
    """nginx itself takes 403, 404 and 429 for failures: `stale-if-error` would show the copy for an hour more."""
    pages = {f"/en/conditions/number-{status}/": status for status in (404, 403, 429, 410, 302)}
    for path in pages:
        assert site.get(path).status_code == 200
    stub.answers = {path: Answer("gone", status=status) for path, status in pages.items()}
    for path, status in pages.items():
        wait_until(lambda: site.get(path).status_code == status, seconds=10, what=f"{status} shows")  # noqa: B023 – called at once
    stub.answers = {path: Answer("back") for path in pages}
    for path, status in pages.items():
        wait_until(lambda: site.get(path).status_code == 200, seconds=10, what=f"the page shows after {status}")  # noqa: B023 – as above


@pytest.mark.parametrize("failure", ["refused", "silent", "500", "502", "503", "504"])
def test_the_last_good_copy_shows_while_the_portal_fails(site: httpx.Client, stub: Stub, failure: str) -> None:
    stub.answers[PATH] = Answer("good", headers={"X-Frame-Options": "DENY"})
    good = site.get(PATH)
    may_go_on = threading.Event()
    match failure:
        case "refused":
            stub.stop()
        case "silent":
            stub.answers = {path: Answer(may_go_on=may_go_on) for path in (PATH, "/en/never/", "/en/about/")}
        case status:
            stub.answers = {path: Answer("bad", status=int(status)) for path in (PATH, "/en/about/")}
    try:
        wait_until(lambda: state(site) == "STALE", seconds=20, what="the copy shows")
        for _ in range(3):
            answer = site.get(PATH)
            assert (answer.status_code, answer.text) == (200, "good")
            assert answer.headers["ETag"] == good.headers["ETag"]
            assert answer.headers["X-Frame-Options"] == "DENY"
        # Of what was never seen there is no copy.
        never = site.get("/en/about/")
        assert never.status_code == 503
        assert AWAY in never.text
    finally:
        may_go_on.set()
    if failure == "refused":
        stub.start()
    stub.answers = {PATH: Answer("new")}
    wait_until(lambda: site.get(PATH).text == "new", seconds=20, what="the new page shows")
    wait_until(lambda: state(site) == "HIT", seconds=20, what="it comes from memory again")


def test_a_copy_lasts_as_long_as_its_page_allows(site: httpx.Client, stub: Stub) -> None:
    long, short, none = "/en/about/", PATH, "/en/packages/"
    stub.answers = {
        long: Answer("long", headers={"Cache-Control": "public, max-age=0, s-maxage=1, stale-if-error=3600"}),
        short: Answer("short", headers={"Cache-Control": "public, max-age=0, s-maxage=1, stale-if-error=4"}),
        none: Answer("none", headers={"Cache-Control": "public, max-age=0, s-maxage=1"}),
    }
    for path in stub.answers:
        site.get(path)
    stub.stop()
    wait_until(lambda: site.get(none).status_code == 503, seconds=20, what="the page without copies is away")
    wait_until(lambda: state(site, short) == "STALE", seconds=20, what="the copy shows")
    wait_until(lambda: site.get(short).status_code == 503, seconds=30, what="the copy is too old")
    assert AWAY in site.get(short).text
    # Asking for it again and again does not make it younger.
    assert site.get(short).status_code == 503
    assert site.get(long).text == "long"
    stub.start()


def test_the_last_seconds_of_a_day_are_not_stretched(site: httpx.Client, stub: Stub, stub_nginx: Nginx) -> None:
    """The portal gives less than 10 seconds when something on the page ends with the day."""
    inner = f"http://localhost:{stub_nginx.portal.env['NGINX_COPIES_PORT']}"
    with stub_nginx.client(base_url=inner, headers={"Host": f"localhost:{stub_nginx.port}"}) as between:
        for left, wanted in ((10, "s-maxage=1, stale-while-revalidate=1"), (7, "s-maxage=7"), (1, "s-maxage=1")):
            stub.answers[PATH] = Answer(headers={"Cache-Control": f"public, max-age=0, s-maxage={left}"})
            said = between.get(PATH).headers["Cache-Control"]
            assert said == f"public, max-age=0, {wanted}, stale-if-error=0"


def test_no_cookie_comes_in_or_out(site: httpx.Client, stub: Stub) -> None:
    stub.answers[PATH] = Answer("for all")
    site.get(PATH, headers={"Cookie": "csrftoken=x; shortlist=y; receipt=z; other=sessionid"})
    [(_path, headers)] = stub.asked
    assert "cookie" not in headers
    for cookie in ("sessionid=mine", "csrftoken=x; sessionid=mine"):
        stub.answers[PATH] = Answer("for her alone")
        own = site.get(PATH, headers={"Cookie": cookie})
        assert (own.text, own.headers["X-Cache"]) == ("for her alone", "BYPASS")
        assert stub.asked[-1][1]["cookie"] == cookie
    stub.answers[PATH] = Answer("for all")
    assert site.get(PATH).text == "for all"
    stub.answers["/en/about/"] = Answer("a form", headers={"Set-Cookie": "csrftoken=secret"})
    for _ in range(2):
        assert site.get("/en/about/").headers["Set-Cookie"] == "csrftoken=secret"
    assert stub.count("/en/about/") == 2
    stub.stop()
    assert site.get("/en/about/").status_code == 503
    stub.start()


def test_a_copy_for_all_is_better_than_nothing_for_who_has_a_session(site: httpx.Client, stub: Stub) -> None:
    stub.answers[PATH] = Answer("for all")
    site.get(PATH)
    stub.answers[PATH] = Answer("for her alone")
    assert site.get(PATH, headers={"Cookie": "sessionid=mine"}).text == "for her alone"
    stub.stop()
    answer = site.get(PATH, headers={"Cookie": "sessionid=mine"})
    assert (answer.text, answer.headers["X-Cache"]) == ("for all", "STALE")
    stub.start()


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "no-store"},
        {"Cache-Control": "private, max-age=60"},
        {"Cache-Control": "public, max-age=86400"},
        {"Cache-Control": "", "Expires": "Thu, 31 Dec 2099 23:59:59 GMT"},
        {"Vary": "Cookie, Accept-Encoding"},
        {"Vary": "*"},
    ],
    ids=str,
)
def test_what_is_not_meant_for_all_is_never_kept(site: httpx.Client, stub: Stub, headers: dict[str, str]) -> None:
    stub.answers[PATH] = Answer("private", headers=headers)
    for _ in range(3):
        site.get(PATH)
    assert stub.count(PATH) == 3
    assert site.get(PATH).headers.get("Cache-Control") == (headers.get("Cache-Control") or None) or "Vary" in headers
    stub.stop()
    assert site.get(PATH).status_code == 503
    stub.start()


def test_addresses_outside_the_list_are_never_kept(site: httpx.Client, stub: Stub) -> None:
    for path in (
        "/en/search/?q=liver",
        "/en/requests/new/",
        "/en/requests/sent/MR-2222-2222/",
        "/en/case/",
        "/en/clinics/compare/",
        "/en/conditions/liver-metastases/feedback/",
        "/en/conditions/liver-metastases/preview/",
        "/en/conditions/liver-metastases/page.pdf",
        "/admin/",
        "/en/accounts/login/",
        "/healthz/",
        "/fr/about/",
    ):
        for _ in range(2):
            assert "X-Cache" not in site.get(path).headers, path
        assert stub.count(path) == 2, path


def test_each_address_has_two_forms_and_no_more(site: httpx.Client, stub: Stub) -> None:
    for accepted, is_compressed in (
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("gzip", True),
        ("identity", False),
        ("gzip;q=0, br", False),
        ("gzip; q=0.0", False),
        ("x-gzipped", False),
    ):
        answer = site.get(PATH, headers={"Accept-Encoding": accepted})
        assert ("Content-Encoding" in answer.headers) == is_compressed, accepted
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.text == "a page"
    assert [headers.get("accept-encoding", "") for _path, headers in stub.asked] == ["gzip", ""]


def test_no_two_addresses_share_a_copy(site: httpx.Client, stub: Stub) -> None:
    paths = [
        PATH,
        f"{PATH}?a=1",
        f"{PATH}?a=2",
        f"{PATH}?",
        f"{PATH}%3Fa=1",
        PATH.replace("-", "%2D"),
        PATH.replace("/en/", "/en//"),
    ]
    stub.answers = {path: Answer(path) for path in paths}
    for path in paths:
        assert site.get(path).text == path


def test_a_name_of_the_host_that_anybody_can_think_of_fills_no_memory(
    site: httpx.Client, stub: Stub, stub_nginx: Nginx
) -> None:
    for host in (f"LOCALHOST:{stub_nginx.port}", "localhost:1", "evil.example"):
        for _ in range(2):
            assert state(site, headers={"Host": host}) == "BYPASS"
    assert stub.count(PATH) == 6


def test_nobody_behind_nginx_keeps_a_copy_longer(site: httpx.Client, stub: Stub) -> None:
    for _ in range(2):
        assert site.get(PATH).headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    unchanged = site.get(PATH, headers={"If-None-Match": site.get(PATH).headers["ETag"]})
    assert unchanged.status_code == 304
    assert unchanged.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert site.head(PATH).headers["X-Cache"] == "HIT"


def test_the_log_says_where_a_page_came_from(site: httpx.Client, stub_nginx: Nginx) -> None:
    site.get(PATH)
    site.get(PATH)
    site.get("/en/case/")
    stub_nginx.stop()
    lines = [line.split(" ", 1)[1] for line in stub_nginx.output().splitlines() if " GET " in line]
    # The first visit is written twice, by the reader's connection and by the one to the copies, in either order.
    assert sorted(line.rpartition("cache=")[2] for line in lines if line.startswith(f"GET {PATH} ")) == [
        "BYPASS",
        "HIT",
        "MISS",
    ]
    [private] = [line for line in lines if "(private)" in line]
    assert private.endswith("cache=")


def test_copies_are_out_of_reach_from_outside(stub_nginx: Nginx) -> None:
    stub_nginx.write()
    text = (stub_nginx.folder / "nginx.conf").read_text()
    assert f"listen 127.0.0.1:{stub_nginx.portal.env['NGINX_COPIES_PORT']};" in text
