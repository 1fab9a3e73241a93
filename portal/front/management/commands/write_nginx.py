"""Write what nginx needs in front of the portal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.front.site import nginx


class Command(BaseCommand):
    help = "Writes nginx.conf and the pages that nginx shows by itself (pages/nginx/) into a folder."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where nginx finds the files, as a whole path")
        parser.add_argument(
            "--drain",
            action="append",
            default=[],
            metavar="HOST:PORT",
            help="a server of WEB_SERVERS that gets no request, since it is about to stop",
        )

    def handle(self, *args: Any, folder: Path, drain: list[str], **options: Any) -> None:
        folder = folder.resolve()
        try:
            configuration = nginx.configuration(folder, drained=drain)
        except nginx.Unusable as error:
            raise CommandError(str(error)) from error
        pages = folder / "pages" / "nginx"
        pages.mkdir(parents=True, exist_ok=True)
        for name, html in nginx.pages().items():
            (pages / name).write_text(html)
        # Renamed at the end: nginx may be told to read it at any moment.
        draft = folder / "nginx.conf.new"
        draft.write_text(configuration)
        draft.replace(folder / "nginx.conf")
        self.stdout.write(f"Wrote {folder / 'nginx.conf'}.")
