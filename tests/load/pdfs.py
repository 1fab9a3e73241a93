"""Prints one estimate over and over, our way or as WeasyPrint's first example does; started by the benchmark.

``python -m tests.load.pdfs ours|naive FILE`` answers a number on its input with the seconds that so
many documents took and the megabytes that the process then holds.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

STYLE = Path(__file__).parent.parent.parent / "static" / "css" / "estimate.css"


def ours() -> Callable[[str], bytes]:
    """The portal's engine: one fetcher, one font configuration, one parsed stylesheet."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from portal.core.pdf import engine

    return engine("estimate.css").render


def naive() -> Callable[[str], bytes]:
    """Everything made anew for each document."""
    from weasyprint import CSS, HTML

    def render(html: str) -> bytes:
        pdf: bytes = HTML(string=html).write_pdf(stylesheets=[CSS(filename=str(STYLE))], pdf_variant="pdf/ua-1")
        return pdf

    return render


def megabytes() -> float:
    """Return the memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main(way: str, file: str) -> None:
    """Print documents as told."""
    html = Path(file).read_text(encoding="utf-8")
    render: Callable[[str], bytes] | None = None
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            render = render or (ours() if way == "ours" else naive())
            assert render(html).startswith(b"%PDF")
        print(time.perf_counter() - started, megabytes(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
