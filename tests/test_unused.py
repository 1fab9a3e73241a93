"""Nothing ahead of its feature: what no code uses is not there."""

import ast
from pathlib import Path

from django.apps import apps

from tests.services.process import PROJECT

PACKAGES = ("portal", "conditions", "clinics", "requests")


def modules() -> list[Path]:
    """Return the modules of the portal that use models: neither those that define them nor migrations."""
    paths = (path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
    return [path for path in paths if not {"models", "migrations"} & set(path.parts) and path.name != "models.py"]


def imported() -> set[str]:
    """Return what modules import from models; a translation alone is no use."""
    return {
        name.name
        for path in modules()
        if path.name != "translation.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and "models" in (node.module or "").split(".")
        for name in node.names
    }


def test_every_model_is_used() -> None:
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in PACKAGES]
    used = imported()
    assert len(ours) > 40
    assert [model._meta.label for model in ours if model.__name__ not in used] == []
