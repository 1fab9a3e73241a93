"""HTML to PDF with WeasyPrint, which may read our own stylesheet and nothing else."""

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher


class ResourceRefused(Exception):
    """A document asked for a file or an address; documents hold everything they need."""


class Engine:
    """One fetcher, font configuration and parsed stylesheet, kept for the life of the process."""

    def __init__(self, stylesheet: Path) -> None:
        # slow import: WeasyPrint takes over a second, and most processes never need it
        from weasyprint import CSS  # noqa: PLC0415
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

        self.lock = threading.Lock()
        self.fetcher = _refusing_fetcher()
        self.fonts: FontConfiguration = FontConfiguration()
        self.style: CSS = CSS(
            string=stylesheet.read_text(encoding="utf-8"), font_config=self.fonts, url_fetcher=self.fetcher
        )

    def render(self, html: str) -> bytes:
        """Return a tagged PDF (PDF/UA-1); raises ``ResourceRefused`` when it asks for anything."""
        from weasyprint import HTML  # noqa: PLC0415 – slow import, as above
        from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

        with self.lock:
            self.fetcher.refused.clear()
            try:
                document = HTML(string=html, url_fetcher=self.fetcher, base_url="asset:")
                pdf = (
                    document.write_pdf(stylesheets=[self.style], font_config=self.fonts, pdf_variant="pdf/ua-1") or b""
                )
            except FatalURLFetchingError as error:  # a BaseException: "except Exception" would not see it
                raise ResourceRefused(str(error)) from None
            if self.fetcher.refused:  # WeasyPrint swallows every error while it draws an SVG
                raise ResourceRefused(f"refused: {self.fetcher.refused[0]}")
            return pdf


@cache
def engine(stylesheet: str) -> Engine:
    """Return this process's engine for a stylesheet under ``static/css``."""
    return Engine(settings.BASE_DIR / "static" / "css" / stylesheet)


def _refusing_fetcher() -> "URLFetcher":
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class RefusingFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def __init__(self) -> None:
            super().__init__(allowed_protocols=())
            self.refused: list[str] = []

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            self.refused.append(url)
            raise FatalURLFetchingError(f"refused: {url}")

    return RefusingFetcher()
