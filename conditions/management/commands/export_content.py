"""Writes the conditions and questionnaires of the database to content files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from conditions.services.export import export_all
from conditions.services.loading import FOLDER


class Command(BaseCommand):
    help = "Write areas, procedures, conditions and questionnaires, as editors left them, back to the content files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where to write; {FOLDER} by default")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            export_all(options["folder"], self.stdout.write)
