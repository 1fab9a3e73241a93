"""Guard against cross-site posts, for forms that work without a cookie."""

from django.http import HttpRequest


def is_cross_site(request: HttpRequest) -> bool:
    """Say whether a page of another site sent this request.

    Browsers tell it in ``Sec-Fetch-Site`` (on HTTPS, since 2023 all of them) or in ``Origin``, which
    no page can change. Who sends neither is no browser of the last six years.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"{request.scheme}://{request.get_host()}"
